/**
 * A ledger that holds so many units already, in documents of 65, each cut once: written straight into the tables, which
 * takes seconds where the verbs would take hours. What isn't the log's own is there; the log is empty.
 */
import pg from 'pg';
import type { BenchDatabase } from '../ground.ts';

const UNITS = 65;

const id = (kind: string) => `md5('${kind}:' || n)::uuid`;
const unitId = (kind: string) => `md5('${kind}:' || n || ':' || u)::uuid`;
const AT = `timestamptz '2025-03-01 09:00:00.123456+00' + n * interval '1.000037 second'`;
const DIGEST = `'sha256:' || encode(sha256(n::text::bytea), 'hex')`;
const UNIT_DIGEST = `'sha256:' || encode(sha256((n || ':' || u)::bytea), 'hex')`;
const ADDRESS = `'filled-' || n || '/p-' || u`;
const STATES = `array['marked', 'review_pending', 'reviewed_approved', 'cut_applied', 'verified_complete']`;
const KINDS = `array['mark', 'sweep_promote', 'review:approve', 'cut', 'verify:pass']`;
const PARENT = `case when u = 0 then null else md5('unit:' || n || ':0')::uuid end`;

function statements(documents: number): string[] {
  const each = `from generate_series(1, ${documents}) n`;
  const units = `${each}, generate_series(0, ${UNITS - 1}) u`;
  return [
    `insert into cutter_source.source (source_id, idempotency_key, mode, doc_code, sha256, title, media_type, byte_length,
       content, registered_by, registered_at)
     select ${id('source')}, 'source-' || n, 'rehearsal', 'filled-' || n, ${DIGEST}, 'Law ' || n, 'text/markdown', 1, 'x',
       'marker', ${AT} ${each}`,
    `insert into cutter_governance.decision_backlog_entry
     select ${id('entry')}, 'cut_request', 'verified_complete', json_build_object('iu_ref', 'source:' || ${id('source')},
       'idempotency_key', 'mark-' || n)::jsonb, ${AT}, null ${each}`,
    `insert into cutter_governance.decision_backlog_history
     select md5('history:' || k || ':' || n)::uuid, ${id('entry')}, (${STATES})[k - 1], (${STATES})[k], (${KINDS})[k], null,
       'marker', ${AT}, null ${each}, generate_series(1, 5) k`,
    `insert into cutter_governance.manifest_envelope
     select ${id('envelope')}, 'first_cut', 'under_review', ${id('entry')}::text, null, null, 'reviewer', ${AT}, 'reviewer',
       ${AT}, null, null ${each}`,
    `insert into cutter_governance.manifest_unit_block
     select ${id('envelope')}, 'u' || u, 'result', json_build_object('start', u * 200, 'end', u * 200 + 200)::jsonb, u,
       ${unitId('unit')}, ${ADDRESS}, null, null,
       json_build_object('role', 'unit', 'action', 'birth', 'version_seq', 1, 'content_hash', ${UNIT_DIGEST})::jsonb, null,
       null, ${AT} ${units}`,
    `insert into cutter_governance.review_decision
     select ${id('decision')}, 'manifest_review', ${id('envelope')}, ${DIGEST}, null, 'whole_manifest', 'recorded', 'approve',
       '{}', 'person', 'x', null, 'standard', ${AT}, 'reviewer', false, null, 'v1', null, null, null, null, null, ${AT},
       ${AT} ${each}`,
    `insert into cutter_governance.dot_pair_signature
     select ${id('signature')}, 'executor', 'DOT-991', 'r1', 'bytes', '{}', 'h', ${id('cut')}, null, null, 'valid', ${AT}
     ${each}`,
    `insert into cutter_governance.cut_change_set
     select ${id('cut')}, 'cut-' || n, 'cut-' || n, ${id('envelope')}, ${DIGEST}, ${id('decision')}, ${id('entry')},
       ${id('signature')}, null, 'r1', 'pending', null, 'applied', 'standard',
       json_build_object('doc_code', 'filled-' || n, 'cut_seq', 1)::jsonb, 'executor', ${AT}, null, null, null, 'cut', null,
       ${UNITS}, ${DIGEST} ${each}`,
    `insert into cutter_governance.cut_change_set_affected_row
     select ${unitId('row')}, ${id('cut')}, u, 'insert', 'public.unit_version', ${unitId('version')}::text, null,
       json_build_object('unit_id', ${unitId('unit')}, 'content_hash', ${UNIT_DIGEST}, 'order', u)::jsonb ${units}`,
    `insert into public.information_unit
     select ${unitId('unit')}, ${ADDRESS}, 'section', 'draft', ${unitId('version')}::text, ${unitId('version')}, 'o', ${PARENT},
       'c', '{}', 'filled-' || n, 'section', u::text, u, ${AT}, ${AT}, 'x', 'x', null ${units}`,
    `insert into public.unit_version
     select ${unitId('version')}, ${unitId('unit')}, 1, 'Section ' || u, null,
       repeat('Sentence ' || u || ' of law ' || n || ' says what the law is, and whom it binds. ', 3),
       ${UNIT_DIGEST}, '{"canonicalization": "canon-md-v0.1.0"}', 'draft', 'x', json_build_object('change_set_id', ${id('cut')},
       'local_id', 'u' || u, 'kind', 'section', 'section_type', 'section', 'section_code', u::text,
       'parent_unit_id', ${PARENT})::jsonb, null, null, ${AT}, 'x', ${AT} ${units}`,
  ];
}

/** Fills a ledger with at least so many units. */
export async function fillUnits({ ownerUrl }: BenchDatabase, units: number): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query('begin');
  await owner.query('set local session_replication_role = replica');
  for (const statement of statements(Math.ceil(units / UNITS))) await owner.query(statement);
  await owner.query('commit');
  await owner.query('vacuum (analyze)');
  await owner.query('checkpoint');
  await owner.end();
}
