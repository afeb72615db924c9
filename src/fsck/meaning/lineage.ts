import type { Client } from 'pg';
import type { FsckFindings, VerdictCode } from '../finding.ts';
import { eachJsonRow } from '../json-rows.ts';

const G = 'cutter_governance';
const DECISIONS = `${G}.review_decision`;
const CHANGE_SETS = `${G}.cut_change_set`;
const RESULTS = `${G}.verify_result`;
const SIGNATURES = `${G}.dot_pair_signature`;
const ENTRIES = `${G}.decision_backlog_entry`;
const ENVELOPES = `${G}.manifest_envelope`;
const COMMENTS = 'cutter_source.review_comment';

interface Rule {
  readonly verdict: VerdictCode;
  readonly table: string;
  readonly column: string;
  readonly message: string;
  /** Rows that break it: `key`, and `refs` as pairs of table and key that the rule depends on. */
  readonly from: string;
}

const refs = (...pairs: readonly (readonly [table: string, key: string])[]) =>
  `json_build_array(${pairs.map(([table, key]) => `json_build_array('${table}', ${key}::text)`).join(', ')})`;
const row = (key: string, ...pairs: readonly (readonly [table: string, key: string])[]) =>
  `select json_build_object('key', ${key}::text, 'refs', ${refs(...pairs)})`;

/** What must hold between rows. Each rule is one query that gives the rows which break it. */
const RULES: readonly Rule[] = [
  {
    verdict: 'lineage-broken',
    table: DECISIONS,
    column: 'superseded_by_review_decision_id',
    message: 'The decision that superseded it doesn’t name it as the prior one.',
    from: `${row('d.review_decision_id', [DECISIONS, 'd.superseded_by_review_decision_id'])} from ${DECISIONS} d
      left join ${DECISIONS} s on s.review_decision_id = d.superseded_by_review_decision_id
      where d.superseded_by_review_decision_id is not null
        and s.prior_review_decision_id is distinct from d.review_decision_id`,
  },
  {
    verdict: 'lineage-broken',
    table: DECISIONS,
    column: 'prior_review_decision_id',
    message: 'The decision that it supersedes isn’t stamped as superseded by it, or is one of another entry.',
    from: `${row(
      'd.review_decision_id',
      [DECISIONS, 'd.prior_review_decision_id'],
      [ENVELOPES, 'd.manifest_id'],
      [ENVELOPES, 'p.manifest_id'],
    )} from ${DECISIONS} d
      left join ${DECISIONS} p on p.review_decision_id = d.prior_review_decision_id
      left join ${ENVELOPES} e on e.envelope_id = d.manifest_id
      left join ${ENVELOPES} f on f.envelope_id = p.manifest_id
      where d.prior_review_decision_id is not null
        and (p.superseded_by_review_decision_id is distinct from d.review_decision_id
          or e.source_doc_ref is distinct from f.source_doc_ref)`,
  },
  {
    verdict: 'lineage-broken',
    table: CHANGE_SETS,
    column: 'compensates_change_set_id',
    message: 'A compensation voids exactly one cut, once, and names its manifest, approval and signature.',
    from: `${row('x.change_set_id', [CHANGE_SETS, 'x.compensates_change_set_id'])} from ${CHANGE_SETS} x
      left join ${CHANGE_SETS} c on c.change_set_id = x.compensates_change_set_id
      where (x.change_kind = 'compensation') <> (x.compensates_change_set_id is not null)
        or (x.change_kind = 'compensation' and (
          c.change_kind is distinct from 'cut'
          or c.manifest_id <> x.manifest_id
          or c.review_decision_id <> x.review_decision_id
          or c.executor_signature_id <> x.executor_signature_id
          or c.decision_backlog_entry_id is distinct from x.decision_backlog_entry_id
          or exists (select from ${CHANGE_SETS} y
            where y.compensates_change_set_id = x.compensates_change_set_id and y.change_set_id < x.change_set_id)))`,
  },
  {
    verdict: 'lineage-broken',
    table: CHANGE_SETS,
    column: 'executor_signature_id',
    message: 'The executor signature that it names isn’t the one made for it.',
    from: `${row('c.change_set_id', [SIGNATURES, 'c.executor_signature_id'])} from ${CHANGE_SETS} c
      left join ${SIGNATURES} s on s.signature_id = c.executor_signature_id
      where c.change_kind = 'cut' and s.cross_reference_change_set_id is distinct from c.change_set_id`,
  },
  {
    verdict: 'lineage-broken',
    table: RESULTS,
    column: 'change_set_id',
    message:
      'The verify result doesn’t fit the cut that it judges: its manifest, approval or signatures are others.',
    from: `${row(
      'v.verify_result_id',
      [CHANGE_SETS, 'v.change_set_id'],
      [SIGNATURES, 'v.verifier_signature_id'],
      [SIGNATURES, 'v.executor_signature_id'],
    )} from ${RESULTS} v
      left join ${CHANGE_SETS} c on c.change_set_id = v.change_set_id
      left join ${SIGNATURES} s on s.signature_id = v.verifier_signature_id
      where c.change_kind is distinct from 'cut'
        or c.manifest_id is distinct from v.manifest_id
        or c.manifest_version is distinct from v.manifest_version
        or c.review_decision_id is distinct from v.review_decision_id
        or c.executor_signature_id is distinct from v.executor_signature_id
        or s.cross_reference_verify_result_id is distinct from v.verify_result_id
        or s.prior_signature_id is distinct from v.executor_signature_id`,
  },
  {
    verdict: 'lineage-broken',
    table: RESULTS,
    column: 'rollback_change_set_id_triggered',
    message: 'A failed verification has its compensation and its escalation, a passed one neither.',
    from: `${row(
      'v.verify_result_id',
      [CHANGE_SETS, 'v.rollback_change_set_id_triggered'],
      [ENTRIES, 'v.escalation_ref'],
      [CHANGE_SETS, 'v.change_set_id'],
    )} from ${RESULTS} v
      left join ${CHANGE_SETS} x on x.change_set_id = v.rollback_change_set_id_triggered
      left join ${ENTRIES} e on e.entry_id = v.escalation_ref
      where case when v.verdict = 'fail'
        then x.compensates_change_set_id is distinct from v.change_set_id or e.kind is distinct from 'escalation'
        else v.rollback_change_set_id_triggered is not null or v.escalation_ref is not null end`,
  },
  {
    verdict: 'lineage-broken',
    table: CHANGE_SETS,
    column: 'decision_backlog_entry_id',
    message: 'The entry was cut more than once.',
    from: `${row('c.change_set_id', [CHANGE_SETS, 'o.change_set_id'])} from ${CHANGE_SETS} c
      join ${CHANGE_SETS} o on o.decision_backlog_entry_id = c.decision_backlog_entry_id and o.change_kind = 'cut'
        and o.change_set_id < c.change_set_id
      where c.change_kind = 'cut'`,
  },
  {
    verdict: 'lineage-broken',
    table: COMMENTS,
    column: 'entry_id',
    message: 'The comment is about an entry that isn’t there.',
    from: `${row('c.comment_id', [ENTRIES, 'c.entry_id'])} from ${COMMENTS} c
      where not exists (select from ${ENTRIES} e where e.entry_id = c.entry_id)`,
  },
  {
    verdict: 'lineage-broken',
    table: COMMENTS,
    column: 'reply_to',
    message: 'An answer belongs to a comment that begins a thread, and is about the same record.',
    from: `${row('c.comment_id', [COMMENTS, 'c.reply_to'])} from ${COMMENTS} c
      left join ${COMMENTS} t on t.comment_id = c.reply_to and t.reply_to is null
        and t.entry_id = c.entry_id and t.manifest_digest = c.manifest_digest
        and t.unit_local_id is not distinct from c.unit_local_id
      where c.reply_to is not null and t.comment_id is null`,
  },
  {
    verdict: 'lineage-broken',
    table: 'cutter_source.comment_resolution',
    column: 'comment_id',
    message: 'What it resolves is no comment that begins a thread.',
    from: `${row('r.resolution_id', [COMMENTS, 'r.comment_id'])} from cutter_source.comment_resolution r
      left join ${COMMENTS} c on c.comment_id = r.comment_id and c.reply_to is null
      where c.comment_id is null`,
  },
  {
    verdict: 'digest-differs',
    table: 'cutter_source.source',
    column: 'sha256',
    message: 'The bytes of the source don’t have the digest and the length beside them.',
    from: `${row('s.source_id')} from cutter_source.source s
      where s.sha256 <> 'sha256:' || encode(sha256(s.content), 'hex') or s.byte_length <> octet_length(s.content)`,
  },
];

/** Runs every rule; a row that breaks one only because another row was altered is not blamed. */
export async function checkLineage(client: Client, head: number, findings: FsckFindings): Promise<void> {
  for (const { verdict, table, column, message, from } of RULES) {
    await eachJsonRow<{ key: string; refs: [string, string | null][] }>(
      client,
      `/* fsck.lineage */ ${from}`,
      ({ key, refs: leans }) => {
        findings.derive([[table, key], ...leans], {
          verdict,
          table,
          key,
          column,
          after: null,
          before: head,
          message,
        });
      },
    );
  }
}
