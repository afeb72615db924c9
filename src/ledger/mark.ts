import { sql } from 'slonik';
import { z } from 'zod';
import { NO_BASE } from '../document/address/base.ts';
import type { CutSpec } from '../document/types.ts';
import { NotFound, type Problem, problemAt } from '../law/refusals.ts';
import { ENTRY_KINDS } from '../law/values.ts';
import type { PlainJson } from '../proof/canonical.ts';
import { derivedId } from '../proof/uuid.ts';
import { namedProfiles, profileNamed, profileText } from './effect/named-profiles.ts';
import { planFor, refuseUnsound, resolvedSpec } from './effect/plan.ts';
import { foreignHolders, holders } from './effect/plan-addresses.ts';
import { type Compared, refuseConflict, refuseOther } from './envelope/conflict.ts';
import { bearEntries } from './envelope/move.ts';
import {
  AT,
  iuRef,
  SOURCE_META,
  sourceMeta,
  termsOf,
  VOCABULARY,
  vocabularyText,
} from './envelope/reading.ts';
import type { Done, ExecTx } from './envelope/transaction.ts';
import { composeWrites, insertRows } from './envelope/writes.ts';
import { DEPENDENCY, type NewDependency } from './tables/dependency.ts';

export interface MarkInput {
  readonly idempotencyKey: string;
  readonly sourceId: string;
  readonly cutSpec: CutSpec;
  readonly signalSource: string;
  readonly scenarioRef: string | null;
  readonly blockedBy: readonly string[];
}

const lookRow = z.object({
  at: z.string(),
  source: sourceMeta.nullable(),
  vocabulary: vocabularyText,
  profile: profileText,
  held: holders,
  predecessors: z.array(z.string()),
  first: z
    .object({
      kind: z.enum(ENTRY_KINDS),
      payload: z.record(z.string(), z.unknown()),
      scenario_ref: z.string().nullable(),
      by: z.string(),
      blocked_by: z.array(z.object({ id: z.string(), from: z.string() })),
    })
    .nullable(),
});
type Look = z.infer<typeof lookRow>;

/**
 * MARK — put a document, and how to cut it, on the backlog.
 *
 *     ∅ ──mark──▶ marked        lane DOT-991, role cutter_exec
 *
 * Reads    source · vocabulary · the entry of this key · the entries it is blocked by
 * Writes   1 entry · 1 history · 1 dependency for each predecessor
 * Refuses  InvalidInput         an unknown profile
 *          IdempotencyConflict  the key was used with other content, or by another principal   G-MARK-IDEM
 *          NotFound             the source, or an entry named in `blockedBy`
 *          CoverageBroken       the cut specification doesn't cover the document
 * Replay   same key, content and principal: the first entry, `replayed: true`
 * See      docs/reference/api.md, docs/reference/errors.md
 */
export async function mark(tx: ExecTx<'mark'>, input: MarkInput): Promise<Done<{ entryId: string }>> {
  const entryId = derivedId(input.idempotencyKey);
  const reference = 'profile' in input.cutSpec ? input.cutSpec.profile : null;
  const docCode = sql.fragment`(
    select s.doc_code from cutter_source.source s where s.source_id = ${input.sourceId}::uuid)`;
  const look = await tx.connection.one(sql.prepared('mark.look', lookRow)`
    /* mark.look */ select ${AT} as at,
      (select ${SOURCE_META} from cutter_source.source s where s.source_id = ${input.sourceId}::uuid) as source,
      ${VOCABULARY} as vocabulary, ${profileNamed(sql.fragment`${reference}`)} as profile,
      ${foreignHolders(docCode)} as held,
      (select coalesce(json_agg(p.entry_id), '[]') from cutter_governance.decision_backlog_entry p
        where p.entry_id = any(${sql.array(input.blockedBy, 'uuid')})) as predecessors,
      (select json_build_object('kind', e.kind, 'payload', e.payload, 'scenario_ref', e.scenario_ref,
          'by', (select h.changed_by from cutter_governance.decision_backlog_history h
            where h.entry_id = e.entry_id and h.change_kind = 'mark'), 'blocked_by',
          (select coalesce(json_agg(json_build_object('id', d.dependency_id, 'from', d.from_entry_id)), '[]')
            from cutter_governance.decision_backlog_dependency d
            where d.to_entry_id = e.entry_id and d.dependency_kind = 'blocks'))
        from cutter_governance.decision_backlog_entry e where e.entry_id = ${entryId}::uuid) as first`);
  const profiles = namedProfiles(look.profile);
  const spec = resolvedSpec(input.cutSpec, profiles);
  if (look.first !== null) {
    refuseOther(tx.caller, look.first.by, 'G-MARK-IDEM');
    refuseConflict(
      'marked other content',
      comparedMark(tx, input, asFirst(input, spec, look.first), look.first),
      'G-MARK-IDEM',
    );
    return { value: { entryId }, writes: null };
  }
  const payload = payloadOf(input, spec);
  refuseUnknown(input, look);
  const source = look.source as NonNullable<Look['source']>;
  const { vocabulary, held } = look;
  const manner = { spec, vocabulary: termsOf(vocabulary), profiles };
  refuseUnsound(await planFor(tx, { source, ...manner, held, base: NO_BASE }));

  const born = bearEntries(tx, [
    {
      entryId,
      kind: 'cut_request',
      payload,
      scenario_ref: input.scenarioRef,
      verb: 'mark',
      historyId: tx.ids.history,
      rationale: null,
    },
  ]);
  const edges = [...new Set(input.blockedBy)].map((from) => blockingEdge(tx, from, entryId));
  const { writes, sent } = composeWrites(look.at, { ...born, edges: insertRows(DEPENDENCY, edges) });
  await tx.connection.query(sql.prepared('mark.write', z.object({}))`
    /* mark.write */ with entry as (${sent.entries}), history as (${sent.history})
    ${sent.edges}`);
  return { value: { entryId }, writes };
}

/** A profile named without its version means, in a repeated call, the version that the first call was given. */
function asFirst(input: MarkInput, spec: CutSpec, first: NonNullable<Look['first']>): CutSpec {
  const stored = first.payload['proposed_cut_spec'] as { profile?: unknown } | null;
  const asked = 'profile' in input.cutSpec ? input.cutSpec.profile : null;
  if (asked === null || asked.includes('@') || typeof stored?.profile !== 'string') return spec;
  return stored.profile.startsWith(`${asked}@`) ? { profile: stored.profile } : spec;
}

function blockingEdge(tx: ExecTx<'mark'>, from: string, to: string): NewDependency {
  return {
    dependency_id: tx.ids.each(`dependency:${from}`),
    from_entry_id: from,
    to_entry_id: to,
    dependency_kind: 'blocks',
    created_by: tx.caller.principalId,
  };
}

function payloadOf(input: MarkInput, spec: CutSpec): PlainJson {
  return {
    idempotency_key: input.idempotencyKey,
    signal_source: input.signalSource,
    iu_ref: iuRef(input.sourceId),
    proposed_cut_spec: spec as unknown as PlainJson,
  };
}

function refuseUnknown(input: MarkInput, look: Look): void {
  const problems: Problem[] = [];
  if (look.source === null) {
    const message = `No source ${input.sourceId} is registered; register the document first.`;
    problems.push(problemAt(['input', 'sourceId'], 'not-found', message));
  }
  const known = new Set(look.predecessors);
  input.blockedBy.forEach((id, index) => {
    if (known.has(id)) return;
    const path = ['input', 'blockedBy', String(index)];
    problems.push(problemAt(path, 'not-found', `There is no entry ${id}.`, { entryId: id }));
  });
  const [first] = problems;
  if (first !== undefined) throw new NotFound(first.message, problems);
}

function comparedMark(
  tx: ExecTx<'mark'>,
  input: MarkInput,
  spec: CutSpec,
  first: NonNullable<Look['first']>,
): Compared[] {
  const marked = first.blocked_by
    .filter((d) => d.id === tx.ids.each(`dependency:${d.from}`))
    .map((d) => d.from);
  return [
    ['kind', first.kind, 'cut_request'],
    ['signalSource', first.payload['signal_source'], input.signalSource],
    ['sourceId', first.payload['iu_ref'], iuRef(input.sourceId)],
    ['cutSpec', first.payload['proposed_cut_spec'], spec],
    ['scenarioRef', first.scenario_ref, input.scenarioRef],
    ['blockedBy', marked.sort(), [...new Set(input.blockedBy)].sort()],
  ];
}
