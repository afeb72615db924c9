import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../../src/context.ts';
import { everyKindOfPhase, settled } from '../../fsck/fsck-ground.ts';
import { insertRow, rows } from '../../harness/rows.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { type Answer, read, readingContext } from '../../reading/reading-ledger.ts';
import { type Ground, insertHistory, insertPending, inTransaction, logGround } from '../log-ground.ts';

const MIGRATION = readFileSync(
  new URL('../../../src/database/sql/0014_row_places.sql', import.meta.url),
  'utf8',
);

describe('a ledger of before the places', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await testServer();
    await everyKindOfPhase(server);
    await settled(server);
    await server.close();
  });

  const places = async () =>
    (await server.superuser.query('select * from cutter_log.row_place order by noun, position, ordinal'))
      .rows;

  test('gets by the migration the places that the integrator gives', async () => {
    const given = await places();
    expect(given.length).toBeGreaterThan(50);
    const made = [...MIGRATION.matchAll(/^create index (\w+) on (\w+)\./gm)].map(
      ([, index, schema]) => `${schema}.${index}`,
    );
    const client = await server.superuser.connect();
    await client.query('begin');
    await client.query(
      `drop table cutter_log.row_place; drop function cutter_log.nouns_of(uuid[]); drop index ${made.join(', ')}`,
    );
    await client.query(MIGRATION);
    await client.query('commit');
    client.release();
    // Later migrations gave comments, words and profiles their places.
    const later = /^(?:Comment|CommentResolution|VocabularyTerm|Profile)$/;
    expect(await places()).toEqual(given.filter(({ noun }) => !later.test(String(noun))));
  });
});

describe('the integrator', () => {
  let ground: Ground;
  let context: Context;
  beforeAll(async () => {
    ground = await logGround();
    context = readingContext(ground.database.pools.observe);
  });
  afterAll(() => ground.close());

  const pending = async () =>
    (await ground.database.superuser.query('select from cutter_log.pending')).rowCount;

  async function integrated(): Promise<void> {
    const integrator = ground.integrate();
    while ((await pending()) !== 0) integrator.nudge();
    await integrator.close();
  }

  const placesOf = async (ids: readonly string[]) =>
    (
      await ground.database.superuser.query(
        'select noun, position::int, ordinal from cutter_log.row_place where row_id = any ($1) order by position, ordinal',
        [ids],
      )
    ).rows;

  /** An entry with as many moves, in one record. */
  async function entry(moves: number) {
    const row = rows.entry();
    const entryId = row['entry_id'] as string;
    const historyIds = Array.from({ length: moves }, () => crypto.randomUUID());
    await inTransaction(ground.exec, async (client) => {
      await insertRow(client, 'cutter_governance.decision_backlog_entry', row);
      for (const historyId of historyIds) await insertHistory(client, { historyId, entryId });
      await insertPending(client, crypto.randomUUID(), [entryId, ...historyIds]);
    });
    return { entryId, historyIds };
  }

  test('places the rows of a record in its order, by their tables', async () => {
    const { entryId, historyIds } = await entry(2);
    await integrated();
    const [{ position }] = await placesOf([entryId]);
    expect(await placesOf([entryId, ...historyIds])).toEqual([
      { noun: 'Entry', position, ordinal: 0 },
      { noun: 'History', position, ordinal: 1 },
      { noun: 'History', position, ordinal: 2 },
    ]);
  });

  test('gives no place to an id that is no row, and keeps the first place of one that two records name', async () => {
    const { entryId } = await entry(1);
    await integrated();
    const before = await placesOf([entryId]);
    const nobody = crypto.randomUUID();
    await inTransaction(ground.exec, (client) =>
      insertPending(client, crypto.randomUUID(), [entryId, nobody]),
    );
    await integrated();
    expect(await placesOf([entryId, nobody])).toEqual(before);
  });

  const ENTRY_HISTORY = `query ($id: UUID!, $first: Int, $after: String, $order: SortOrder) { entry(entryId: $id) {
    history(first: $first, after: $after, order: $order) {
      edges { cursor node { historyId position logOrdinal } } pageInfo { hasNextPage startCursor endCursor } } } }`;
  const history = async (variables: Record<string, unknown>): Promise<Answer> =>
    (await read(context, ENTRY_HISTORY, variables)).entry.history;
  const idsOf = (page: Answer) => page.edges.map((edge: Answer) => edge.node.historyId);

  /** An entry with two moves in the log and one that waits. */
  async function halfIntegrated() {
    const { entryId, historyIds } = await entry(2);
    await integrated();
    const waiting = crypto.randomUUID();
    await inTransaction(ground.exec, async (client) => {
      await insertHistory(client, { historyId: waiting, entryId });
      await insertPending(client, crypto.randomUUID(), [waiting]);
    });
    return { entryId, historyIds, waiting };
  }

  test('has not come to a row: a relation shows it last and without a cursor, and the list does not', async () => {
    const { entryId, historyIds, waiting } = await halfIntegrated();
    const page = await history({ id: entryId });
    expect(idsOf(page)).toEqual([...historyIds, waiting]);
    expect(page.edges[2]).toEqual({
      cursor: null,
      node: { historyId: waiting, position: null, logOrdinal: null },
    });
    expect(page.pageInfo).toEqual({
      hasNextPage: false,
      startCursor: page.edges[0].cursor,
      endCursor: page.edges[1].cursor,
    });
    const { list } = await read(
      context,
      'query ($id: UUID!) { list: history(filter: {entryId: $id}) { nodes { historyId } } }',
      { id: entryId },
    );
    expect(list.nodes.map((node: Answer) => node.historyId)).toEqual(historyIds);
    await integrated();
    const later = await history({ id: entryId, after: page.pageInfo.endCursor });
    expect(idsOf(later)).toEqual([waiting]);
    expect(later.edges[0].cursor).not.toBeNull();
  });

  test('has not come to a row: who pages through the relation meets it on the last page', async () => {
    const { entryId, historyIds, waiting } = await halfIntegrated();
    const first = await history({ id: entryId, first: 1 });
    expect(idsOf(first)).toEqual([historyIds[0]]);
    const second = await history({ id: entryId, first: 1, after: first.pageInfo.endCursor });
    expect([idsOf(second), second.pageInfo.hasNextPage]).toEqual([[historyIds[1]], true]);
    const third = await history({ id: entryId, first: 1, after: second.pageInfo.endCursor });
    expect(idsOf(third)).toEqual([waiting]);
    expect(third.pageInfo).toEqual({
      hasNextPage: false,
      startCursor: null,
      endCursor: second.pageInfo.endCursor,
    });
    await integrated();
  });

  test('has not come to a row: it is the newest, so it comes first where the newest do', async () => {
    const { entryId, historyIds, waiting } = await halfIntegrated();
    const [one, two] = historyIds;
    const page = await history({ id: entryId, first: 2, order: 'NEWEST_FIRST' });
    expect(idsOf(page)).toEqual([waiting, two]);
    const next = await history({ id: entryId, order: 'NEWEST_FIRST', after: page.pageInfo.endCursor });
    expect(idsOf(next)).toEqual([one]);
    await integrated();
  });

  test('has not come to a plan: its blocks are shown in their order without cursors, and page by them afterwards', async () => {
    const { entryId } = await entry(1);
    const envelope = rows.envelope({ source_doc_ref: entryId });
    const envelopeId = envelope['envelope_id'] as string;
    await inTransaction(ground.exec, async (client) => {
      await insertRow(client, 'cutter_governance.manifest_envelope', envelope);
      for (const order of [2, 0, 3, 1])
        await insertRow(
          client,
          'cutter_governance.manifest_unit_block',
          rows.block(envelopeId, { unit_local_id: `u${order}`, render_order: order }),
        );
      await insertPending(client, crypto.randomUUID(), [envelopeId]);
    });
    const document = `query ($id: UUID!, $first: Int, $after: String) { manifest(envelopeId: $id) { unitBlocks(first: $first, after: $after) {
      edges { cursor node { unitLocalId } } pageInfo { hasNextPage endCursor } } } }`;
    const blocks = async (variables: Record<string, unknown>): Promise<Answer> =>
      (await read(context, document, { id: envelopeId, ...variables })).manifest.unitBlocks;
    const local = (page: Answer) => page.edges.map((edge: Answer) => edge.node.unitLocalId);
    const waiting = await blocks({});
    expect(local(waiting)).toEqual(['u0', 'u1', 'u2', 'u3']);
    expect(waiting.edges.map((edge: Answer) => edge.cursor)).toEqual([null, null, null, null]);
    await integrated();
    const first = await blocks({ first: 3 });
    expect([local(first), first.pageInfo.hasNextPage]).toEqual([['u0', 'u1', 'u2'], true]);
    const second = await blocks({ first: 3, after: first.pageInfo.endCursor });
    expect([local(second), second.pageInfo.hasNextPage]).toEqual([['u3'], false]);
  });
});
