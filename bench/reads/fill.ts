/** A ledger of so many entries, each cut once: written straight into the tables, which takes seconds. */
import pg from 'pg';
import type { BenchDatabase } from '../ground.ts';

/** The entries that pages begin with have many rows below them, as a real cut has; the others have two. */
const WIDE = 1_000;
const ROWS = 28;

const id = (kind: string) => `md5('${kind}:' || n)::uuid`;
const AT = `timestamptz '2026-03-01 09:00:00.123456+00' + n * interval '1.000037 second'`;
const DIGEST = `'sha256:' || encode(sha256(n::text::bytea), 'hex')`;
const STATES = `array['marked', 'review_pending', 'reviewed_approved', 'cut_applied', 'verified_complete']`;
const KINDS = `array['mark', 'sweep_promote', 'review:approve', 'cut', 'verify:pass']`;

/** In the order of the places of one record. */
const PLACED = `(values ('Entry', 'entry:', 0), ('History', 'history:1:', 1), ('History', 'history:2:', 2),
  ('History', 'history:3:', 3), ('History', 'history:4:', 4), ('History', 'history:5:', 5), ('Manifest', 'envelope:', 6),
  ('ReviewDecision', 'decision:', 7), ('Signature', 'signature:', 8), ('ChangeSet', 'cut:', 9), ('Source', 'source:', 10))
  as placed (noun, kind, ordinal)`;

function statements(count: number): string[] {
  const each = `from generate_series(1, ${count}) n`;
  return [
    `insert into cutter_source.source (source_id, idempotency_key, mode, doc_code, sha256, title, media_type, byte_length,
       content, registered_by, registered_at)
     select ${id('source')}, 'source-' || n, 'rehearsal', 'doc-' || n, ${DIGEST}, 'Rules ' || n, 'text/markdown', 1, 'x',
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
     select ${id('envelope')}, 'u0', 'result', '{}', 0, ${id('unit')}, 'doc-' || n || '/1', null, null, null, null, null,
       ${AT} ${each}`,
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
       json_build_object('doc_code', 'doc-' || n, 'cut_seq', 1)::jsonb, 'executor', ${AT}, null, null, null, 'cut', null, 2,
       ${DIGEST} ${each}`,
    `insert into cutter_governance.cut_change_set_affected_row
     select md5('row:' || k || ':' || n)::uuid, ${id('cut')}, k - 1, 'insert', 'public.unit_version',
       md5('target:' || k || ':' || n)::uuid::text, null, null
     ${each}, generate_series(1, case when n <= ${WIDE} then ${ROWS} else 2 end) k`,
    `insert into public.information_unit
     select ${id('unit')}, 'doc-' || n || '/1', 'section', 'draft', ${id('version')}::text, ${id('version')}, 'o', null, 'c',
       '{}', 'doc-' || n, 'section', '1', 0, ${AT}, ${AT}, 'x', 'x', null ${each}`,
    `insert into public.unit_version
     select ${id('version')}, ${id('unit')}, 1, 'Quiet hours', null, 'From ten in the evening, nobody plays the drum.',
       ${DIGEST}, '{"canonicalization": "canon-md-v0.1.0"}', 'draft', 'x', json_build_object('change_set_id', ${id('cut')},
       'local_id', 'u0', 'kind', 'section', 'section_type', 'section', 'section_code', '1')::jsonb, null, null, ${AT}, 'x',
       ${AT} ${each}`,
    `insert into cutter_log.log
     select n - 1, ${id('record')}, ${DIGEST},
       (select array_agg(md5(kind || n)::uuid order by ordinal) from ${PLACED}) ${each}`,
    `insert into cutter_log.row_place (noun, position, ordinal, row_id)
     select noun, n - 1, ordinal, md5(kind || n)::uuid ${each}, ${PLACED}`,
    `delete from cutter_log.pending`,
    `update cutter_log.head set next_position = ${count}`,
  ];
}

export async function fillReads({ ownerUrl }: BenchDatabase, count: number): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  await owner.query('begin');
  await owner.query('set local session_replication_role = replica');
  for (const statement of statements(count)) await owner.query(statement);
  await owner.query('commit');
  await owner.query('vacuum (analyze)');
  await owner.end();
}
