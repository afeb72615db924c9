import { beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import { NOUNS } from '../../src/reading/nouns/nouns.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';
import { ask, fillLedger, idOf, READS_ALL, read, readingContext, refused } from './reading-ledger.ts';

let database: TestDatabase;
let context: Context;
beforeAll(async () => {
  database = await testDatabase();
  await fillLedger(database, 20);
  context = readingContext(database.pools.reads, READS_ALL);
});

describe('a filter that no index serves', () => {
  test.each([
    ['unitBlocks', 'blockRole: RESULT'],
    ['unitBlocks', 'targetUnitId: "00000000-0000-0000-0000-000000000000"'],
    ['affectedRows', 'effectKind: UPDATE'],
    ['units', 'kind: "section"'],
    ['units', 'verified: true'],
  ])('%s(filter: {%s}) is refused with the fields that help', async (list, filter) => {
    const { errors } = await ask(context, `{ ${list}(filter: {${filter}}) { nodes { id } } }`);
    const [error] = errors!;
    expect(error!.extensions['code']).toBe('BAD_USER_INPUT');
    const narrowBy = error!.extensions['narrowBy'] as string[];
    expect(narrowBy.length).toBeGreaterThan(0);
    for (const field of narrowBy) expect(error!.message).toContain(field);
  });

  test('is taken beside one that an index serves, and below a row', async () => {
    const envelope = idOf('envelope:', 3);
    const { list, manifest } = await read(
      context,
      `{ list: unitBlocks(filter: {blockRole: RESULT, envelopeId: "${envelope}"}) { nodes { id } }
         manifest(envelopeId: "${envelope}") { unitBlocks(filter: {blockRole: RESULT}) { nodes { id } } } }`,
    );
    expect(list.nodes).toEqual(manifest.unitBlocks.nodes);
    expect(list.nodes.length).toBeGreaterThan(0);
  });
});

/** The columns that some index begins with, behind the names of their tables. */
async function leadingColumns(): Promise<ReadonlySet<string>> {
  const { rows } = await database.superuser.query<{ column: string }>(
    `select distinct c.relname || '.' || a.attname as "column" from pg_index i join pg_class c on c.oid = i.indrelid
     join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
     join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('cutter_governance', 'cutter_source', 'public', 'cutter_auth')`,
  );
  return new Set(rows.map(({ column }) => column));
}

test('every column that a noun calls indexed leads an index of its table', async () => {
  const leading = await leadingColumns();
  for (const noun of Object.values(NOUNS)) {
    const table = /^cutter_(?:governance\.v_(\w+)_observe|source\.(source))$/.exec(noun.view);
    if (table === null) continue;
    for (const column of noun.indexed)
      expect([noun.name, column, leading.has(`${table[1] ?? table[2]}.${column}`)]).toEqual([
        noun.name,
        column,
        true,
      ]);
  }
});

test(
  'a read that takes longer than 5 s is ended, and names what to narrow by',
  async () => {
    await database.superuser.query(
      `create or replace view cutter_governance.v_decision_backlog_dependency_observe as
         select dependency_id, from_entry_id, to_entry_id, dependency_kind, created_by, created_at
         from cutter_governance.decision_backlog_dependency, pg_sleep(30)`,
    );
    const answer = await refused(
      context,
      '{ dependencies(filter: {dependencyKind: BLOCKS}) { nodes { id } } }',
    );
    expect(answer.code).toBe('READ_TOO_LONG');
    expect(answer.message).toMatch(/^dependencies took too long .* Narrow it by dependencyId, or by one of /);
    expect(await read(context, '{ entries(first: 1) { totalCount } }')).toEqual({
      entries: { totalCount: 24 },
    });
  },
  WAITS_FOR_OTHERS_MS,
);
