import { type CommonQueryMethods, type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { Busy, IllegalTransition, NotFound } from '../../law/refusals.ts';
import { ENTRY_SOURCE_ID } from '../../ledger/envelope/reading.ts';
import type { RowIds } from './rows.ts';

/** Which rows a passport shows, and the positions of the records that wrote them. */
export interface PassportPlace {
  readonly ids: RowIds;
  readonly positions: {
    readonly source: number;
    readonly mark: number;
    readonly review: number;
    readonly cut: number;
    readonly verify: number;
  };
}

const lookRow = z.object({
  change_kind: z.string(),
  compensates: z.string().nullable(),
  entry: z.string().nullable(),
  source: z.string().nullable(),
  manifest: z.string(),
  decision: z.string(),
  executor_signature: z.string(),
  result: z.string().nullable(),
  verifier_signature: z.string().nullable(),
  compensation: z.string().nullable(),
  source_position: z.string().nullable(),
  mark_position: z.string().nullable(),
  review_position: z.string().nullable(),
  cut_position: z.string().nullable(),
  verify_position: z.string().nullable(),
});
type Look = z.infer<typeof lookRow>;

/**
 * The position of the record that wrote a row; null while it waits for one. No index by position answers this
 * aggregate. Otherwise the planner would read the log from its beginning, and not use the index of row ids.
 */
function positionOfRow(id: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`(select min(l.position + 0)::text from cutter_log.log l where l.row_ids @> array[${id}])`;
}

/** Finds the rows and records of a cut. Refuses where it isn't verified yet. */
export async function lookForPassport(
  evidence: Pick<CommonQueryMethods, 'maybeOne'>,
  changeSetId: string,
): Promise<PassportPlace> {
  const look = await evidence.maybeOne(sql.type(lookRow)`/* passport.look */
    select c.change_kind, c.compensates_change_set_id as compensates, c.decision_backlog_entry_id as entry,
      s.source_id as source, c.manifest_id as manifest, c.review_decision_id as decision,
      c.executor_signature_id as executor_signature, v.verify_result_id as result,
      v.verifier_signature_id as verifier_signature, v.rollback_change_set_id_triggered as compensation,
      ${positionOfRow(sql.fragment`s.source_id`)} as source_position,
      ${positionOfRow(sql.fragment`e.entry_id`)} as mark_position,
      ${positionOfRow(sql.fragment`c.review_decision_id`)} as review_position,
      ${positionOfRow(sql.fragment`c.change_set_id`)} as cut_position,
      ${positionOfRow(sql.fragment`v.verify_result_id`)} as verify_position
    from cutter_governance.cut_change_set c
    left join cutter_governance.decision_backlog_entry e on e.entry_id = c.decision_backlog_entry_id
    left join cutter_source.source s on s.source_id = ${ENTRY_SOURCE_ID}
    left join lateral (select r.* from cutter_governance.verify_result r where r.change_set_id = c.change_set_id
      order by r.verified_at, r.verify_result_id limit 1) v on true
    where c.change_set_id = ${changeSetId}::uuid`);
  const { result, entry, source, verifier_signature } = verifiedCut(look, changeSetId);
  return {
    ids: {
      source,
      entry,
      manifest: look?.manifest as string,
      decision: look?.decision as string,
      changeSet: changeSetId,
      executorSignature: look?.executor_signature as string,
      verifierSignature: verifier_signature,
      result,
      compensation: look?.compensation ?? null,
    },
    positions: positionsOf(look as Look, changeSetId),
  };
}

function problemsOf(code: string, message: string) {
  return [{ path: ['changeSetId'], code, message }];
}

interface Whole {
  readonly result: string;
  readonly entry: string;
  readonly source: string;
  readonly verifier_signature: string;
}

function verifiedCut(look: Look | null, changeSetId: string): Whole {
  if (look === null) {
    const message = `There is no change set ${changeSetId}.`;
    throw new NotFound(message, problemsOf('not-found', message));
  }
  if (look.change_kind !== 'cut') {
    const message =
      `Change set ${changeSetId} is a ${look.change_kind}; ` +
      `ask for the passport of the cut that it compensates, ${look.compensates}.`;
    throw new IllegalTransition(message, problemsOf(look.change_kind, message));
  }
  const { result, entry, source, verifier_signature } = look;
  if (result === null) {
    const message =
      `Change set ${changeSetId} isn't verified yet; a passport shows the signatures of both lanes, ` +
      'so it has none before a verifier has judged it; ask again then.';
    throw new IllegalTransition(message, problemsOf('not-verified', message), true);
  }
  if (entry === null || source === null || verifier_signature === null) {
    const message =
      `The entry or the source of change set ${changeSetId} is gone; ` +
      'run cutter fsck to see what was altered.';
    throw new NotFound(message, problemsOf('gone', message));
  }
  return { result, entry, source, verifier_signature };
}

function positionsOf(look: Look, changeSetId: string): PassportPlace['positions'] {
  const at = (position: string | null): number => {
    if (position !== null) return Number(position);
    const message =
      `Not every record of change set ${changeSetId} has its position in the log yet; ` +
      'ask again in a second.';
    throw new Busy(message, problemsOf('no-position', message));
  };
  return {
    source: at(look.source_position),
    mark: at(look.mark_position),
    review: at(look.review_position),
    cut: at(look.cut_position),
    verify: at(look.verify_position),
  };
}
