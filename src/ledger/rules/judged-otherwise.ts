import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { asOfThen, type GivenApproval, quorumProblems } from '../../law/approval.ts';
import { type EarlierParties, type Party, type SeparateDeed, sharedParties } from '../../law/parties.ts';
import type { NumberedRules, Rules } from '../../law/rules/rules.ts';
import { PRINCIPAL_KINDS, type PrincipalKind } from '../../law/values.ts';
import { AT, ENTRY_SOURCE_ID, jsonRows } from '../envelope/reading.ts';
import { approvalsOf } from './approvals.ts';
import { party, SIDES_OF_ENTRY, sidesRow } from './sides.ts';

/** A past decision that other rules would have judged otherwise. */
export interface OtherDecision {
  readonly entryId: string;
  readonly deed: SeparateDeed;
  /** The principal. */
  readonly by: string;
  /** Whether the new rules allow it. Past decisions stand, whatever they say. */
  readonly allowed: boolean;
}

export interface JudgedOtherwise {
  /** How many entries were looked at: the newest that were reviewed. */
  readonly examined: number;
  readonly count: number;
  /** The first of them. */
  readonly decisions: readonly OtherDecision[];
}

/** The newest entries alone are looked at, and the first decisions alone are shown. */
const MOST_ENTRIES = 2_000;
const MOST_SHOWN = 20;

const actor = party.extend({ kind: z.enum(PRINCIPAL_KINDS).nullable() });
const pastRow = z.object({
  entry_id: z.string(),
  at: z.string(),
  did: sidesRow,
  reviewers: z.array(actor),
  executor: party.nullable(),
  verifier: party.nullable(),
  cut_at: z.string().nullable(),
  approvals: jsonRows<GivenApproval>(),
});
type Past = z.infer<typeof pastRow>;

/** Which past decisions two versions of the rules judge otherwise, as cutter_evidence. */
export async function judgedOtherwise(
  evidence: Pick<CommonQueryMethods, 'any'>,
  before: Rules,
  after: Rules,
): Promise<JudgedOtherwise> {
  const rows = await evidence.any(sql.type(pastRow)`
    /* rules.past */ select e.entry_id, ${AT} as at, ${SIDES_OF_ENTRY} as did,
      (select coalesce(json_agg(json_build_object('principal', r.changed_by, 'person', p.person_id,
          'kind', p.kind)), '[]')
        from (select distinct h.changed_by from cutter_governance.decision_backlog_history h
          where h.entry_id = e.entry_id and h.change_kind like 'review:%') r
        left join cutter_auth.principal p on p.principal_id::text = r.changed_by) as reviewers,
      (select json_build_object('principal', c.emitted_by, 'person', p.person_id) from (select 1) one
        left join cutter_auth.principal p on p.principal_id::text = c.emitted_by
        where c.change_set_id is not null) as executor,
      (select json_build_object('principal', v.verified_by, 'person', p.person_id)
        from cutter_governance.verify_result v left join cutter_auth.principal p on p.principal_id::text = v.verified_by
        where v.change_set_id = c.change_set_id limit 1) as verifier,
      to_char(c.emitted_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as cut_at,
      ${approvalsOf('c.review_decision_id')} as approvals
    from (select n.* from cutter_governance.decision_backlog_entry n
      where exists (select from cutter_governance.manifest_envelope m where m.source_doc_ref = n.entry_id::text)
      order by n.emitted_at desc, n.entry_id desc limit ${MOST_ENTRIES}) e
    left join cutter_source.source s on s.source_id = ${ENTRY_SOURCE_ID}
    left join cutter_governance.cut_change_set c
      on c.decision_backlog_entry_id = e.entry_id and c.change_kind = 'cut'`);
  const decisions = rows.flatMap((past) => {
    const [was, is] = [faultsOf(past, before), faultsOf(past, after)];
    return is.flatMap(({ deed, by, isFault }, at) =>
      was[at]?.isFault === isFault ? [] : [{ entryId: past.entry_id, deed, by, allowed: !isFault }],
    );
  });
  return { examined: rows.length, count: decisions.length, decisions: decisions.slice(0, MOST_SHOWN) };
}

interface Judged {
  readonly deed: SeparateDeed;
  readonly by: string;
  readonly isFault: boolean;
}

/** Every decision about an entry, in the same order for all rules. */
function faultsOf({ did, reviewers, executor, verifier, ...past }: Past, rules: Rules): readonly Judged[] {
  const isShared = (deed: SeparateDeed, caller: Party, earlier: EarlierParties) =>
    sharedParties(deed, caller, earlier, rules).length > 0;
  const isKind = (kind: PrincipalKind | null) => kind === null || rules.reviewerKinds.includes(kind);
  const given = asOfThen(past.approvals);
  const numbered: NumberedRules = { version: 1, rules };
  const lacks = () => quorumProblems(past.entry_id, given, numbered, past.cut_at ?? past.at).length > 0;
  return [
    ...reviewers.map((one) => ({
      deed: 'reviewed' as const,
      by: one.principal,
      isFault: !isKind(one.kind) || isShared('reviewed', one, did),
    })),
    ...(executor === null
      ? []
      : [
          {
            deed: 'cut' as const,
            by: executor.principal,
            isFault: isShared('cut', executor, did) || lacks(),
          },
        ]),
    ...(verifier === null
      ? []
      : [
          {
            deed: 'verified' as const,
            by: verifier.principal,
            isFault: isShared('verified', verifier, { ...did, cut: executor }),
          },
        ]),
  ];
}
