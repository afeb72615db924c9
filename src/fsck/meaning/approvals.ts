import type { Client } from 'pg';
import {
  APPROVAL_FAULTS,
  approvalFaults,
  asOfThen,
  type GivenApproval,
  quorumProblems,
} from '../../law/approval.ts';
import { registrarNamed, sharedParties } from '../../law/parties.ts';
import { type PlacedRules, rulesAt } from '../../law/rules/rules.ts';
import { approvalsSql } from '../../ledger/rules/approvals.ts';
import { timeTextSql } from '../../text/time-sql.ts';
import type { FsckFindings, NewFinding } from '../finding.ts';
import { eachJsonRow, positionSql } from '../json-rows.ts';

const DECISIONS = 'cutter_governance.review_decision';
const CHANGE_SETS = 'cutter_governance.cut_change_set';
const ENVELOPES = 'cutter_governance.manifest_envelope';
const ENTRIES = 'cutter_governance.decision_backlog_entry';
const SOURCES = 'cutter_source.source';

/** Each cut has approvals that were in force and suffice by the rules of its position, of reviewers that may review. */
export async function checkApprovals(
  client: Client,
  head: number,
  ruled: readonly PlacedRules[],
  findings: FsckFindings,
): Promise<void> {
  await eachJsonRow<ApprovedRow>(client, CUTS_SQL, (row) => {
    // One finding of a cut suffices.
    if (!judgeApproval(row, head, findings)) judgeQuorum(row, head, ruled, findings);
  });
  await eachJsonRow<ReviewedRow>(client, REVIEWS_SQL, (row) => judgeRegistrar(row, head, ruled, findings));
}

interface ApprovedRow {
  readonly change_set_id: string;
  readonly entry_id: string | null;
  readonly manifest_id: string;
  readonly manifest_version: string;
  readonly emitted_at: string;
  readonly position: number | null;
  readonly decision_id: string | null;
  /** Null where the decision is gone. */
  readonly decision: {
    readonly verdict: string;
    readonly manifest_id: string;
    readonly manifest_version: string;
    readonly unit_local_id: string | null;
    readonly entry_id: string | null;
    readonly superseded: boolean;
    readonly expires_at: string | null;
    readonly not_before: string | null;
    readonly position: number | null;
    /** That decision, and the approvals that it came on top of. */
    readonly approvals: readonly GivenApproval[];
  } | null;
}

const APPROVALS = approvalsSql('c.review_decision_id', {
  decisions: DECISIONS,
  begin: "(d.findings->>'not_before')::timestamptz",
});
const CUTS_SQL = `/* fsck.approvals */ select json_build_object('change_set_id', c.change_set_id,
    'entry_id', c.decision_backlog_entry_id, 'manifest_id', c.manifest_id, 'manifest_version', c.manifest_version,
    'emitted_at', ${timeTextSql('c.emitted_at')}, 'position', ${positionSql('c.change_set_id')},
    'decision_id', c.review_decision_id,
    'decision', case when d.review_decision_id is not null then json_build_object('verdict', d.verdict,
      'manifest_id', d.manifest_id, 'manifest_version', d.manifest_version, 'unit_local_id', d.manifest_unit_local_id,
      'entry_id', e.source_doc_ref, 'superseded', d.superseded_by_review_decision_id is not null,
      'expires_at', ${timeTextSql('d.expires_at')}, 'not_before', d.findings->>'not_before',
      'position', ${positionSql('d.review_decision_id')}, 'approvals', ${APPROVALS}) end)
  from ${CHANGE_SETS} c
  left join ${DECISIONS} d on d.review_decision_id = c.review_decision_id
  left join ${ENVELOPES} e on e.envelope_id = d.manifest_id
  where c.change_kind = 'cut'`;

/** Whether something is wrong with the decision that a cut names. */
function judgeApproval(row: ApprovedRow, head: number, findings: FsckFindings): boolean {
  const { decision } = row;
  const seen =
    decision === null
      ? null
      : {
          verdict: decision.verdict,
          manifestId: decision.manifest_id,
          manifestDigest: decision.manifest_version,
          entryId: decision.entry_id,
          unitLocalId: decision.unit_local_id,
          isSuperseded: decision.superseded,
          expiresAt: decision.expires_at,
          notBefore: decision.not_before,
          position: decision.position,
        };
  const [fault] = approvalFaults(seen, {
    entryId: row.entry_id,
    manifestId: row.manifest_id,
    manifestDigest: row.manifest_version,
    at: row.emitted_at,
    position: row.position,
  });
  if (fault === undefined) return false;
  findings.derive(
    [
      [CHANGE_SETS, row.change_set_id],
      [DECISIONS, row.decision_id],
      [ENVELOPES, row.manifest_id],
      [ENTRIES, row.entry_id],
    ],
    unapprovedCut(
      row.change_set_id,
      head,
      'No approval of exactly this manifest and entry was in force when it was cut: ' +
        `the decision ${APPROVAL_FAULTS[fault]}.`,
    ),
  );
  return true;
}

function judgeQuorum(
  row: ApprovedRow,
  head: number,
  ruled: readonly PlacedRules[],
  findings: FsckFindings,
): void {
  const rules = rulesAt(ruled, row.position);
  const given = asOfThen(row.decision?.approvals ?? []);
  if (quorumProblems(row.entry_id ?? 'none', given, rules, row.emitted_at).length === 0) return;
  const decisions = given.map(({ id }) => [DECISIONS, id] as const);
  findings.derive(
    [[CHANGE_SETS, row.change_set_id], [ENTRIES, row.entry_id], ...decisions],
    unapprovedCut(
      row.change_set_id,
      head,
      `Too few had approved this manifest for a cut by the rules of version ${rules.version}.`,
    ),
  );
}

interface ReviewedRow {
  readonly decision_id: string;
  readonly manifest_id: string;
  readonly entry_id: string | null;
  readonly source_id: string;
  readonly evidence: string | null;
  readonly decided_by: string;
  readonly person: string;
  readonly registered_by: string;
  readonly kind: string;
  readonly position: number | null;
}

const REVIEWS_SQL = `/* fsck.registrars */ select json_build_object('decision_id', d.review_decision_id,
    'manifest_id', d.manifest_id, 'entry_id', e.source_doc_ref, 'source_id', s.source_id,
    'evidence', d.reviewer_independence_evidence, 'decided_by', d.decided_by, 'person', d.reviewer_identity,
    'registered_by', s.registered_by, 'kind', d.reviewer_class, 'position', ${positionSql('d.review_decision_id')})
  from ${DECISIONS} d
  join ${ENVELOPES} e on e.envelope_id = d.manifest_id
  join ${ENTRIES} n on n.entry_id::text = e.source_doc_ref
  join ${SOURCES} s on 'source:' || s.source_id::text = n.payload->>'iu_ref'
  where d.reviewer_independence_evidence like '%"registrar"%'`;

/** A review that names no registrar is older than the rule, and is not judged by it. */
function judgeRegistrar(
  row: ReviewedRow,
  head: number,
  ruled: readonly PlacedRules[],
  findings: FsckFindings,
): void {
  const named = registrarNamed(row.evidence);
  if (named === null) return;
  const { rules } = rulesAt(ruled, row.position);
  const reviewer = { principal: row.decided_by, person: row.person };
  const registered = { principal: row.registered_by, person: named.person };
  const isShared = sharedParties('reviewed', reviewer, { registered }, rules).length > 0;
  const mayReview = rules.reviewerKinds.some((kind) => kind === row.kind);
  if (named.principal === row.registered_by && !isShared && mayReview) return;
  findings.derive(
    [
      [DECISIONS, row.decision_id],
      [ENVELOPES, row.manifest_id],
      [ENTRIES, row.entry_id],
      [SOURCES, row.source_id],
    ],
    {
      verdict: 'sod-broken',
      table: DECISIONS,
      key: row.decision_id,
      column: 'decided_by',
      after: null,
      before: head,
      message:
        'The reviewer registered the text, or answers for its registrar, or is of a kind that may not review, ' +
        'or the decision names another registrar.',
    },
  );
}

/** What is found of a cut that nobody had approved as it was. */
export function unapprovedCut(changeSetId: string, head: number, message: string): NewFinding {
  return {
    verdict: 'approval-missing',
    table: CHANGE_SETS,
    key: changeSetId,
    column: 'review_decision_id',
    after: null,
    before: head,
    message,
  };
}
