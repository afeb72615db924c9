import type pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ParsedRecord, parseRecord } from '../../../src/law/parse-record.ts';
import type { WrittenRow } from '../../../src/law/record.ts';
import { alteredColumns, type RecordedRow } from '../../../src/law/recorded-row.ts';
import type { PlainJson } from '../../../src/proof/canonical.ts';
import { fresh, marked, verified } from '../../harness/cycle.ts';
import { type TestServer, testServer } from '../../harness/server.ts';

/** What a column held at birth where it may have moved since (docs/reference/formats/record.md). */
const AT_BIRTH: Readonly<Record<string, Readonly<Record<string, PlainJson>>>> = {
  decision_backlog_entry: { status: 'marked' },
  review_decision: { superseded_by_review_decision_id: null },
};

let server: TestServer;
let records: ParsedRecord[];
const firstVersions = new Map<string, string>();

beforeAll(async () => {
  server = await testServer();
  const name = fresh();
  await verified(server, await marked(server, name));
  // An amended document: new versions, anchors that move again, an executor signature with a prior.
  const text = `---\ntitle: ${name}\n---\n\n# ${name}\n\nAnother introduction — “€😀”.\n\n## One\n\nFirst ${name}.\n\n## Three\n\n`;
  await verified(server, await marked(server, fresh('amended'), { docCode: name, text }));
  await waitForQueue(server.superuser);
  records = await readRecords(server.superuser);
  const { rows } = await server.superuser.query<{ unit_id: string; id: string }>(
    'select unit_id::text, id::text from public.unit_version where version_seq = 1',
  );
  for (const { unit_id, id } of rows) firstVersions.set(unit_id, id);
});

/** Asked until the integrator has moved everything; each answer takes a round trip. */
async function waitForQueue(superuser: pg.Pool): Promise<void> {
  for (;;) {
    const { rows } = await superuser.query('select 1 from cutter_log.pending limit 1');
    if (rows.length === 0) return;
  }
}

async function readRecords(superuser: pg.Pool): Promise<ParsedRecord[]> {
  const { rows } = await superuser.query<{ record_hash: string; body: string }>(
    `select log.record_hash, string_agg(part.body, '' order by part.part) as body
     from cutter_log.log join cutter_log.record_part as part using (record_id)
     group by log.position, log.record_hash order by log.position`,
  );
  return rows.map(({ record_hash, body }) => {
    const verdict = parseRecord(Buffer.from(body, 'utf8'), record_hash);
    if (verdict.verdict !== 'ok') throw new Error(JSON.stringify(verdict));
    return verdict.record;
  });
}

const CANONICAL: Readonly<Record<string, (column: string) => string>> = {
  timestamptz: (c) => `to_jsonb(to_char(${c} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))`,
  bytea: (c) => `to_jsonb(translate(encode(${c}, 'base64'), E'\\n', ''))`,
  int8: (c) => `to_jsonb(${c}::text)`,
};

/** The row as the table has it now, each column in its canonical form. */
async function standing(superuser: pg.Pool, { table, id }: RecordedRow): Promise<Record<string, PlainJson>> {
  const name = table.includes('.') ? table : `cutter_governance.${table}`;
  const { rows: columns } = await superuser.query<{ name: string; type: string; key: boolean }>(
    `select a.attname as name, t.typname as type, coalesce(a.attnum = any (i.indkey), false) as key
     from pg_attribute a join pg_type t on t.oid = a.atttypid left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
     where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`,
    [name],
  );
  const values = columns.map(({ name: column, type }) =>
    (CANONICAL[type] ?? ((c) => `to_jsonb(${c})`))(column),
  );
  const key = columns.filter((column) => column.key).map((column) => `${column.name}::text`);
  const { rows } = await superuser.query<{ columns: PlainJson[] }>(
    `select json_build_array(${values.join()}) as columns from ${name} where ${key.join(" || '/' || ")} = $1`,
    [id],
  );
  if (rows[0] === undefined) throw new Error(`${table} ${id} is gone`);
  return Object.fromEntries(columns.map((column, at) => [column.name, rows[0]?.columns[at] as PlainJson]));
}

/**
 * Every row that records of lanes vouch for and that differs, by table and column. Rows of parties have columns that
 * follow from other rows; test/fsck alters those.
 */
async function findAltered(superuser: pg.Pool): Promise<string[]> {
  const recorded = records.filter(({ lane }) => lane !== null).flatMap((record) => record.rows);
  const lastMove = new Map<string, RecordedRow>();
  for (const row of recorded) if (row.op === 'update') lastMove.set(`${row.table}/${row.id}`, row);
  const altered: string[] = [];
  for (const row of recorded) {
    const moved = lastMove.get(`${row.table}/${row.id}`);
    if (row.op === 'update' && moved !== row) continue;
    const now = await standing(superuser, row);
    const birth = row.op === 'insert' && moved !== undefined ? (AT_BIRTH[row.table] ?? anchorsOf(row)) : {};
    const columns: Record<string, PlainJson> = {};
    for (const column of row.columns)
      columns[column] = (column in birth ? birth[column] : now[column]) ?? null;
    if (row.op === 'insert') expect(row.columns.toSorted(), row.table).toEqual(Object.keys(now).toSorted());
    const written: WrittenRow = { table: row.table, id: row.id, op: row.op, columns };
    const named = alteredColumns(row, written);
    if (named === null || named.length > 0) altered.push(`${row.table}.${named?.join() ?? '?'}`);
  }
  return altered;
}

/** The anchors that a unit was born with: its first version. */
function anchorsOf({ id }: RecordedRow): Record<string, PlainJson> {
  const version = firstVersions.get(id);
  return version === undefined ? {} : { version_anchor_ref: version, content_anchor_ref: version };
}

describe('records and tables', () => {
  test('every phase left one record, with its verb, lane, mode and whole history', () => {
    const verbs = records.map((record) => `${record.lane} ${record.verb} ${record.history.length}`);
    expect(new Set(verbs)).toEqual(
      new Set([
        'DOT-991 key:add 0',
        'DOT-992 key:add 0',
        'null party:begin 0',
        'null rules:begin 0',
        'DOT-991 registerSource 0',
        'DOT-991 mark 1',
        'DOT-991 sweep 1',
        'DOT-991 sweep 0', // the pass that found nothing more
        'DOT-991 review 1',
        'DOT-991 cut 1',
        'DOT-992 verify 1',
      ]),
    );
    expect(new Set(records.map((record) => record.mode))).toEqual(new Set(['rehearsal']));
  });

  test('what the records vouch for is recomputed from the tables, column by column, to the same digests', async () => {
    expect(records.flatMap((record) => record.rows).length).toBeGreaterThan(50);
    expect(await findAltered(server.superuser)).toEqual([]);
  });

  test('every row of the ledger is in exactly one record', async () => {
    const inserted = records.flatMap((record) => record.rows.filter((row) => row.op === 'insert'));
    const count = new Map<string, number>();
    for (const { table } of inserted) count.set(table, (count.get(table) ?? 0) + 1);
    for (const [table, recorded] of count) {
      const name = table.includes('.') ? table : `cutter_governance.${table}`;
      const { rows } = await server.superuser.query<{ count: number }>(`select count(*)::int from ${name}`);
      expect(rows[0]?.count, table).toBe(recorded);
    }
    expect([...count.keys()].toSorted()).toEqual([
      'cut_change_set',
      'cut_change_set_affected_row',
      'cutter_auth.key',
      'cutter_auth.person',
      'cutter_auth.principal',
      'cutter_auth.principal_version',
      'cutter_auth.rules',
      'cutter_auth.token',
      'cutter_auth.token_version',
      'cutter_source.source',
      'decision_backlog_entry',
      'decision_backlog_history',
      'decision_backlog_sweep_log',
      'dot_pair_signature',
      'manifest_envelope',
      'manifest_unit_block',
      'public.information_unit',
      'public.unit_version',
      'review_decision',
      'verify_result',
    ]);
  });

  test.each([
    [
      'decision_backlog_history.changed_by',
      `update cutter_governance.decision_backlog_history set changed_by = 'x' where change_kind = 'cut' and changed_at = (select max(changed_at) from cutter_governance.decision_backlog_history where change_kind = 'cut')`,
    ],
    [
      'public.unit_version.body',
      `update public.unit_version set body = body || ' ' where id = (select id from public.unit_version order by id limit 1)`,
    ],
    [
      'manifest_unit_block.payload_summary',
      `update cutter_governance.manifest_unit_block set payload_summary = payload_summary || '{"x": 1}' where (envelope_id, unit_local_id) = (select envelope_id, unit_local_id from cutter_governance.manifest_unit_block order by 1, 2 limit 1)`,
    ],
    [
      'cut_change_set.emitted_at',
      `update cutter_governance.cut_change_set set emitted_at = emitted_at + interval '1 microsecond' where change_set_id = (select change_set_id from cutter_governance.cut_change_set order by 1 limit 1)`,
    ],
    [
      'cutter_source.source.content',
      `update cutter_source.source set content = content || '\\x20' where source_id = (select source_id from cutter_source.source order by 1 limit 1)`,
    ],
  ])('an alteration by the superuser is named: %s', async (column, statement) => {
    const before = await findAltered(server.superuser);
    const { rowCount } = await server.superuser.query(statement);
    expect(rowCount).toBe(1);
    expect((await findAltered(server.superuser)).toSorted()).toEqual([...before, column].toSorted());
  });
});
