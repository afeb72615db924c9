import type { TestDatabase } from '../harness/database.ts';
import { fillLedger } from './reading-ledger.ts';

const id = (kind: string) => `md5('${kind}:' || n)::uuid`;
const ITS_UNIT = "md5('unit:' || n || ':' || k)::uuid";
const ITS_VERSION = "md5('version:' || n || ':' || k)::uuid";

/**
 * The ledger of `fillLedger`, of which each entry is about a document of its own with two units, has a signal and a
 * scenario, and a reason for what failed. Ten entries, the newest, wait for a review.
 */
export async function fillQuestions(database: TestDatabase, count: number): Promise<void> {
  await fillLedger(database, count);
  const each = `from generate_series(1, ${count}) n`;
  const statements = [
    'begin',
    'set local session_replication_role = replica',
    `insert into cutter_source.source (source_id, idempotency_key, mode, doc_code, sha256, title, media_type, byte_length,
        content, registered_by, registered_at)
      select ${id('source')}, 'source:' || n, 'rehearsal', 'doc-' || n, 'sha256:' || n, 'Document ' || n, 'text/markdown', 4,
        'text', 'marker', now() ${each}`,
    `update cutter_governance.decision_backlog_entry e set scenario_ref = 'scenario-' || n % 20,
        payload = json_build_object('iu_ref', 'source:' || ${id('source')}, 'signal_source', 'signal-' || n % 50,
          'idempotency_key', 'key:' || n)::jsonb
      ${each} where e.entry_id = ${id('entry')}`,
    `update cutter_governance.cut_change_set c
      set payload_summary = json_build_object('doc_code', 'doc-' || n, 'cut_seq', 1)::jsonb
      ${each} where c.change_set_id = ${id('cut')}`,
    `insert into public.information_unit select ${ITS_UNIT}, 'doc/' || n || '/' || k, 'section', 'draft', ${ITS_VERSION}::text,
        ${ITS_VERSION}, 'o', null, 'c', '{}', 'doc-' || n, 'section', null, k, now(), now(), 'x', 'x', null
      ${each}, generate_series(1, 2) k`,
    `insert into public.unit_version select ${ITS_VERSION}, ${ITS_UNIT}, 1, null, null, 'Text of ' || n || '/' || k, 'h', '{}',
        'draft', 'x', json_build_object('change_set_id', ${id('cut')}, 'local_id', 'u' || k, 'kind', 'section',
          'section_type', 'section')::jsonb, null, null, now(), 'x', now()
      ${each}, generate_series(1, 2) k`,
    `update cutter_governance.cut_change_set_affected_row a set target_row_id = ${ITS_VERSION}::text
      ${each}, generate_series(1, 2) k where a.affected_row_id = md5('affected:' || n || ':' || k)::uuid`,
    `update cutter_governance.verify_result set findings = '{"axes": {"a": "fail"}}', verdict_rationale = 'A byte differs.'
      where verdict = 'fail'`,
    `update cutter_governance.decision_backlog_entry set status = 'review_pending'
      where entry_id in (select ${id('entry')} from generate_series(${count - 9}, ${count}) n)`,
    'commit',
    'analyze',
  ];
  const client = await database.superuser.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    client.release();
  }
}
