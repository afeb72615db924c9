import { expect, test } from 'vitest';
import { liveRights } from '../src/database/migrate/rights.ts';
import { liveShape } from '../src/drift/shape.ts';
import { ddlText, enums, grantsText, shapeText, triggers } from './harness/catalog.ts';
import { testDatabase } from './harness/database.ts';
import { expectGolden } from './harness/golden.ts';

const db = await testDatabase();

async function count(query: string): Promise<number> {
  const { rows } = await db.superuser.query<{ n: string }>(`select count(*) as n ${query}`);
  return Number(rows[0]?.n);
}

test('schema: the tables, constraints, indexes and views are the committed ones', async () => {
  expectGolden('ddl.txt', await ddlText(db.superuser));
});

test('grants: roles, grants down to columns, settings and policies are the committed ones', async () => {
  expectGolden('grants.txt', await grantsText(db.superuser));
});

test('rights: the file from which a start lays rights that are gone is what the migrations give', async () => {
  const client = await db.superuser.connect();
  try {
    expectGolden('../../src/database/sql/rights.txt', `${(await liveRights(client)).join('\n')}\n`);
  } finally {
    client.release();
  }
});

test('shape: the file that a database is compared with is what the migrations give', async () => {
  const client = await db.superuser.connect();
  try {
    expectGolden('../../src/database/sql/shape.jsonl', shapeText(await liveShape(client)));
  } finally {
    client.release();
  }
});

test('schema: 12 tables with 164 columns', async () => {
  const tables = `from information_schema.tables where table_schema = 'cutter_governance' and table_type = 'BASE TABLE'`;
  expect(await count(tables)).toBe(12);
  expect(
    await count(
      `from information_schema.columns where table_schema = 'cutter_governance' and table_name not like 'v\\_%'`,
    ),
  ).toBe(164);
});

test('schema: 12 primary keys, 19 foreign keys, all inside the schema, 2 unique constraints, 1 check', async () => {
  const of = (kind: string): string =>
    `from pg_constraint where connamespace = 'cutter_governance'::regnamespace and contype = '${kind}'`;
  expect(await count(of('p'))).toBe(12);
  expect(await count(of('f'))).toBe(19);
  expect(await count(of('u'))).toBe(2);
  expect(await count(of('c'))).toBe(1);
  expect(
    await count(
      `${of('f')} and (select relnamespace from pg_class where oid = confrelid) <> 'cutter_governance'::regnamespace`,
    ),
  ).toBe(0);
});

test('schema: the 19 foreign keys are those of the specification', async () => {
  const { rows } = await db.superuser.query<{ key: string }>(
    `select format('%s(%s)>%s', replace(conrelid::regclass::text, 'cutter_governance.', ''),
        (select string_agg(attname, ',' order by k.place) from unnest(conkey) with ordinality as k(attnum, place)
          join pg_attribute a on a.attrelid = conrelid and a.attnum = k.attnum),
        replace(confrelid::regclass::text, 'cutter_governance.', '')) as key
      from pg_constraint where connamespace = 'cutter_governance'::regnamespace and contype = 'f'`,
  );
  expect(rows.map((row) => row.key).sort()).toEqual(FOREIGN_KEYS.toSorted());
});

test('schema: no trigger, no enum type', async () => {
  expect(await triggers(db.superuser)).toEqual([]);
  expect(await enums(db.superuser)).toEqual([]);
});

test('views: 134 columns are shown and 30 hidden, each under its own name and type', async () => {
  const views = `from information_schema.columns where table_schema = 'cutter_governance' and table_name like 'v\\_%'`;
  expect(await count(views)).toBe(134);
  const hidden = await db.superuser.query<{ hidden: string }>(
    `select t.table_name || '.' || t.column_name as hidden from information_schema.columns t
      where t.table_schema = 'cutter_governance' and t.table_name not like 'v\\_%' and not exists (
        select from information_schema.columns v where v.table_schema = t.table_schema
          and v.table_name = 'v_' || t.table_name || '_observe' and v.column_name = t.column_name and v.data_type = t.data_type)`,
  );
  expect(hidden.rows.map((row) => row.hidden).sort()).toEqual(HIDDEN.toSorted());
  expect(HIDDEN).toHaveLength(30);
});

test('views: they read as their owner', async () => {
  expect(
    await count(
      `from pg_class where relnamespace = 'cutter_governance'::regnamespace and relkind = 'v' and 'security_invoker=false' = any(reloptions)`,
    ),
  ).toBe(12);
});

test('units: information_unit has 19 columns and unit_version 16; the anchor is looked at when the transaction ends', async () => {
  expect(
    await count(
      `from information_schema.columns where table_schema = 'public' and table_name = 'information_unit'`,
    ),
  ).toBe(19);
  expect(
    await count(
      `from information_schema.columns where table_schema = 'public' and table_name = 'unit_version'`,
    ),
  ).toBe(16);
  expect(
    await count(
      `from pg_constraint where conname = 'information_unit_version_anchor_ref_fkey' and condeferrable and condeferred`,
    ),
  ).toBe(1);
});

const FOREIGN_KEYS = [
  'dot_pair_signature(prior_signature_id)>dot_pair_signature',
  'cut_change_set(decision_backlog_entry_id)>decision_backlog_entry',
  'cut_change_set(executor_signature_id)>dot_pair_signature',
  'cut_change_set(verifier_signature_id)>dot_pair_signature',
  'cut_change_set_affected_row(change_set_id)>cut_change_set',
  'verify_result(change_set_id)>cut_change_set',
  'verify_result(executor_signature_id)>dot_pair_signature',
  'verify_result(verifier_signature_id)>dot_pair_signature',
  'verify_result(rollback_change_set_id_triggered)>cut_change_set',
  'verify_result(escalation_ref)>decision_backlog_entry',
  'verify_result(prior_verify_result_id)>verify_result',
  'manifest_unit_block(envelope_id)>manifest_envelope',
  'review_decision(manifest_id)>manifest_envelope',
  'review_decision(manifest_id,manifest_unit_local_id)>manifest_unit_block',
  'review_decision(prior_review_decision_id)>review_decision',
  'review_decision(superseded_by_review_decision_id)>review_decision',
  'decision_backlog_history(entry_id)>decision_backlog_entry',
  'decision_backlog_dependency(from_entry_id)>decision_backlog_entry',
  'decision_backlog_dependency(to_entry_id)>decision_backlog_entry',
];

const HIDDEN = [
  'decision_backlog_entry.payload',
  'decision_backlog_entry.scenario_ref',
  'decision_backlog_history.change_diff',
  'decision_backlog_history.rationale',
  'decision_backlog_sweep_log.rationale',
  'manifest_envelope.rationale',
  'manifest_unit_block.source_span',
  'manifest_unit_block.candidate_edges',
  'manifest_unit_block.payload_summary',
  'manifest_unit_block.report_summary',
  'review_decision.findings',
  'review_decision.reviewer_identity',
  'review_decision.reviewer_independence_evidence',
  'cut_change_set.rollback_key',
  'cut_change_set.idempotency_key',
  'cut_change_set.payload_summary',
  'cut_change_set.rollback_reason',
  'cut_change_set.scenario_ref',
  'cut_change_set_affected_row.before_state_snapshot',
  'cut_change_set_affected_row.after_state_snapshot',
  'dot_pair_signature.signature_payload',
  'dot_pair_signature.payload_envelope',
  'dot_pair_signature.payload_hash',
  'dot_pair_signature.revocation_reason',
  'dot_pair_signature.scenario_ref',
  'verify_result.findings',
  'verify_result.verdict_rationale',
  'verify_result.scenario_ref',
  'canonical_address_alias.rationale',
  'canonical_address_alias.scenario_ref',
];
