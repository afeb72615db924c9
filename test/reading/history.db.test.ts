import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../src/context.ts';
import type { Reads } from '../../src/database/reads/read-pool.ts';
import { readWhole, wholeRoot } from '../../src/reading/whole.ts';
import { schema } from '../../src/resolvers/index.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { insertRow, rows } from '../harness/rows.ts';
import { type Ground, insertHistory, insertPending, inTransaction, logGround } from '../log/log-ground.ts';
import { fillLedger, idOf, read, readingContext, refused } from './reading-ledger.ts';

interface Row {
  readonly historyId: string;
  readonly position: string;
  readonly logOrdinal: number;
}

const PAGE = `query ($first: Int, $after: String, $order: SortOrder, $filter: HistoryFilter) {
  history(first: $first, after: $after, order: $order, filter: $filter) {
    nodes { historyId position logOrdinal } pageInfo { hasNextPage endCursor } } }`;

/** Reads on from a cursor to where the connection ends now. */
async function rest(context: Context, variables: Record<string, unknown>, met: Row[] = []) {
  let after = (variables['after'] ?? null) as string | null;
  for (;;) {
    const { history } = await read(context, PAGE, { ...variables, after });
    met.push(...history.nodes);
    after = history.pageInfo.endCursor ?? after;
    if (!history.pageInfo.hasNextPage) return { met, after };
  }
}

/** Whether rows follow each other in the log, none twice. */
function follows(a: Row, b: Row): boolean {
  const records = Number(b.position) - Number(a.position);
  return records > 0 || (records === 0 && b.logOrdinal > a.logOrdinal);
}

function ascending(met: readonly Row[]): boolean {
  return met.every((row, at) => at === 0 || follows(met[at - 1]!, row));
}

describe('a client that goes on from its last endCursor', () => {
  let ground: Ground;
  let context: Context;
  beforeAll(async () => {
    ground = await logGround();
    context = readingContext(ground.database.pools.observe);
  });
  afterAll(() => ground.close());

  /** A transaction that has written `moves` history rows in one record, and is yet to commit. */
  async function begun(moves: number) {
    const client = await ground.exec.connect();
    await client.query('begin');
    const entry = rows.entry();
    await insertRow(client, 'cutter_governance.decision_backlog_entry', entry);
    const entryId = entry['entry_id'] as string;
    const historyIds = Array.from({ length: moves }, () => crypto.randomUUID());
    for (const historyId of historyIds) await insertHistory(client, { historyId, entryId });
    await insertPending(client, crypto.randomUUID(), [entryId, ...historyIds]);
    return {
      historyIds,
      async commit() {
        await client.query('commit');
        client.release();
      },
    };
  }

  async function integrated(): Promise<void> {
    const integrator = ground.integrate();
    const left = async () =>
      (await ground.database.superuser.query('select from cutter_log.pending')).rowCount !== 0;
    while (await left()) integrator.nudge();
    await integrator.close();
  }

  test('meets a row that began before, and committed after, what it has read', async () => {
    const late = await begun(1);
    const early = await begun(1);
    await early.commit();
    await integrated();
    const first = await rest(context, { first: 50 });
    expect(first.met.map((row) => row.historyId)).toEqual(early.historyIds);
    await late.commit();
    expect((await rest(context, { first: 50, after: first.after })).met).toEqual([]);
    await integrated();
    const second = await rest(context, { first: 50, after: first.after });
    expect(second.met.map((row) => row.historyId)).toEqual(late.historyIds);
  });

  test('loses nothing and reads nothing twice under 16 writers that commit out of order', async () => {
    const integrator = ground.integrate();
    const started = await rest(context, { first: 200 });
    const written: string[] = [];
    let writing = 16;
    const writer = async (n: number) => {
      for (let round = 0; round < 12; round += 1) {
        const call = await begun(1 + ((n + round) % 3));
        // Holds its time, and its place in the queue, for as long as others begin and commit.
        for (let turns = (n * 7 + round * 5) % 16; turns > 0; turns -= 1)
          await ground.database.superuser.query('select');
        await call.commit();
        written.push(...call.historyIds);
        integrator.nudge();
      }
      writing -= 1;
    };
    const poller = async () => {
      let { after } = started;
      const met: Row[] = [];
      for (let quiet = false; !quiet; ) {
        const { rowCount } = await ground.database.superuser.query('select from cutter_log.pending');
        quiet = writing === 0 && rowCount === 0;
        ({ after } = await rest(context, { first: 7, after }, met));
      }
      return met;
    };
    const [met] = await Promise.all([poller(), ...Array.from({ length: 16 }, (_, n) => writer(n))]);
    expect(ascending(met)).toBe(true);
    expect(met.map((row) => row.historyId).sort()).toEqual(written.sort());
    await integrator.close();
  });

  test('newest first, the same rows come the other way round', async () => {
    const oldest = await rest(context, { first: 23 });
    const newest = await rest(context, { first: 23, order: 'NEWEST_FIRST' });
    expect(newest.met.reverse()).toEqual(oldest.met);
  });

  test('a row that is not integrated is in Entry.history and not here', async () => {
    const entry = rows.entry();
    const entryId = entry['entry_id'] as string;
    const historyId = crypto.randomUUID();
    await inTransaction(ground.exec, async (client) => {
      await insertRow(client, 'cutter_governance.decision_backlog_entry', entry);
      await insertHistory(client, { historyId, entryId });
      await insertPending(client, crypto.randomUUID(), [entryId, historyId]);
    });
    const look = `query ($id: UUID!) { entry(entryId: $id) { history { nodes { historyId position } } }
      history(filter: {entryId: $id}) { nodes { historyId } } }`;
    expect(await read(context, look, { id: entryId })).toEqual({
      entry: { history: { nodes: [{ historyId, position: null }] } },
      history: { nodes: [] },
    });
    await integrated();
    const { history } = await read(context, look, { id: entryId });
    expect(history.nodes).toEqual([{ historyId }]);
  });
});

describe('in a ledger of 20,000 records', () => {
  let database: TestDatabase;
  let context: Context;
  beforeAll(async () => {
    database = await testDatabase();
    await fillLedger(database, 5_000);
    context = readingContext(database.pools.observe);
  });

  /** The most rows that any step of the statement's plan saw, and the tables that were read from end to end. */
  async function effort(variables: Record<string, unknown>, custom: boolean, document = PAGE) {
    let asked: { sql: string; values: readonly unknown[] } | undefined;
    const { rows } = await database.superuser.query(
      "select incarnation::text, next_position::text as next, '{}' as answer from cutter_log.head",
    );
    const observe: Reads = {
      async ask(statement) {
        asked = statement;
        return rows.map((row) => Object.values(row).map((cell) => Buffer.from(String(cell))));
      },
    };
    // As the doors read; what is made of an empty answer isn't asked here.
    const contextValue = readingContext(observe);
    const args = { schema, document: parse(document), variableValues: variables, contextValue };
    await readWhole(wholeRoot(args)!, args);
    const { sql, values } = asked!;
    const client = await database.superuser.connect();
    try {
      await client.query(`set plan_cache_mode = ${custom ? 'force_custom_plan' : 'force_generic_plan'}`);
      await client.query(`prepare page as ${sql}`);
      const given = values.map((value) =>
        client.escapeLiteral(Array.isArray(value) ? `{${value.join(',')}}` : String(value)),
      );
      const list = given.length === 0 ? '' : `(${given.join(', ')})`;
      const answer = await client.query(`explain (analyze, format json) execute page${list}`);
      return walked(answer.rows[0]['QUERY PLAN'][0].Plan);
    } finally {
      client.release(true);
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: PostgreSQL's own description of a plan
  function walked(node: any): { rows: number; scanned: string[] } {
    const below = (node.Plans ?? []).map(walked) as ReturnType<typeof walked>[];
    return {
      rows: Math.max(node['Actual Rows'] * node['Actual Loops'], ...below.map(({ rows: seen }) => seen)),
      scanned: [
        // The head has one row.
        ...(node['Node Type'] === 'Seq Scan' && node['Relation Name'] !== 'head'
          ? [node['Relation Name']]
          : []),
        ...below.flatMap(({ scanned }) => scanned),
      ],
    };
  }

  const entries = Array.from({ length: 20 }, (_, n) => idOf('entry:', 1 + n * 250));
  const FILTERS: readonly (readonly [string, Record<string, unknown> | undefined])[] = [
    ['no filter', undefined],
    ['one kind of change', { changeKind: 'MARK' }],
    ['one entry', { entryId: entries[19] }],
    ['twenty entries', { entryIdIn: entries }],
    ['one row', { historyId: idOf('history:4900:', 3) }],
  ];
  for (const [name, filter] of FILTERS) {
    for (const order of ['OLDEST_FIRST', 'NEWEST_FIRST']) {
      test(`${name}, ${order}: a page of 50 reads what it shows and little else, from the end or the middle`, async () => {
        const { met } = await rest(context, { first: 200, order, filter });
        const { history } = await read(context, PAGE, { first: Math.min(200, met.length), order, filter });
        for (const after of [null, history.pageInfo.endCursor]) {
          for (const custom of [true, false]) {
            const { rows: seen, scanned } = await effort({ first: 50, after, order, filter }, custom);
            expect(scanned).toEqual([]);
            expect(seen).toBeLessThan(1_000);
          }
        }
      });
    }
  }

  const CONNECTIONS: readonly (readonly [string, string | null])[] = [
    ['entries', null],
    ['entries', '{kind: CUT_REQUEST}'],
    ['entries', '{kind: ESCALATION, status: MARKED}'],
    ['entries', '{statusIn: [VERIFIED_COMPLETE, ABANDONED]}'],
    ['entries', '{emittedAtFrom: "2026-03-01T09:00:00Z"}'],
    ['dependencies', null],
    ['dependencies', '{dependencyKind: BLOCKS}'],
    ['sweepPasses', null],
    ['manifests', null],
    ['manifests', '{createdBy: "reviewer"}'],
    ['unitBlocks', null],
    ['unitBlocks', '{envelopeId: "ENVELOPE"}'],
    ['unitBlocks', '{envelopeIdIn: ["ENVELOPE", "ENVELOPE"], blockRole: RESULT}'],
    ['reviewDecisions', null],
    ['reviewDecisions', '{supersededByReviewDecisionIdIsNull: true}'],
    ['reviewDecisions', '{verdict: APPROVE}'],
    ['reviewDecisions', '{supersededByReviewDecisionIdIsNull: true, decidedBy: "nobody"}'],
    ['changeSets', null],
    ['changeSets', '{changeKind: CUT, riskClass: STANDARD}'],
    ['affectedRows', null],
    ['affectedRows', '{changeSetId: "SOME_SET"}'],
    ['verifyResults', null],
    ['verifyResults', '{verdictIn: [PASS, FAIL]}'],
    ['signatures', null],
    ['signatures', '{signerDotId: DOT_992}'],
  ];
  for (const [name, filter] of CONNECTIONS) {
    for (const order of ['OLDEST_FIRST', 'NEWEST_FIRST']) {
      test(`${name}(${filter ?? ''}), ${order}: a page reads what it shows and little else`, async () => {
        const given = filter
          ?.replaceAll('ENVELOPE', idOf('envelope:', 2_500))
          .replace('SOME_SET', idOf('cut:', 2_500));
        const document = `query ($first: Int, $after: String) {
          ${name}(first: $first, after: $after, order: ${order}${given === undefined ? '' : `, filter: ${given}`}) {
            nodes { __typename position } pageInfo { hasNextPage endCursor } } }`;
        const { [name]: page } = await read(context, document, { first: 200 });
        for (const after of [null, page.pageInfo.endCursor]) {
          for (const custom of [true, false]) {
            const { rows: seen, scanned } = await effort({ first: 50, after }, custom, document);
            expect(scanned).toEqual([]);
            expect(seen).toBeLessThan(3_000);
          }
        }
      });
    }
  }

  test('each filter gives the rows that the whole walk has, in its order, page by page', async () => {
    const { met } = await rest(context, { first: 200 });
    expect(met).toHaveLength(10_000);
    expect(ascending(met)).toBe(true);
    const wanted = new Set(entries.flatMap((_, n) => [1, 3].map((k) => idOf(`history:${1 + n * 250}:`, k))));
    for (const order of ['OLDEST_FIRST', 'NEWEST_FIRST']) {
      const found = await rest(context, { first: 3, order, filter: { entryIdIn: entries } });
      const expected = met.filter((row) => wanted.has(row.historyId));
      expect(found.met).toEqual(order === 'OLDEST_FIRST' ? expected : expected.reverse());
    }
    const { history } = await read(context, PAGE, { filter: { entryIdIn: [] } });
    expect(history.nodes).toEqual([]);
  });

  const incarnation = async () =>
    (await database.superuser.query('select incarnation::text from cutter_log.head')).rows[0].incarnation;
  const forged = (...key: unknown[]) =>
    Buffer.from(JSON.stringify(['History', 'OLDEST_FIRST', ...key])).toString('base64url');

  test('its cursors belong to it: numbers out of range and those of another form are not taken', async () => {
    const here = await incarnation();
    const others = [
      forged('@2', here, '-1', 0),
      forged('@2', here, '1e3', 0),
      forged('@2', here, '9'.repeat(19), 0),
      forged('@2', here, 1, 0),
      forged('@2', here, '1', '0'),
      forged('@2', here, '1', 0.5),
      forged('@2', 'here', '1', 0),
      forged('@2', here, '1', 0, 0),
      forged('@3', here, '1', 0),
    ];
    for (const after of others) {
      expect(await refused(context, PAGE, { after })).toMatchObject({
        code: 'BAD_USER_INPUT',
        message: expect.stringMatching(/^history\(after:\) is no cursor of History rows/),
      });
    }
  });

  test('a cursor of an earlier version, of another incarnation or beyond the end is refused, and says to start anew', async () => {
    const here = await incarnation();
    const lost = [
      ['earlier version', forged('17', 1)],
      ['earlier version', forged('2026-03-01T09:00:00.000001Z', here)],
      ['restored or replaced', forged('@2', crypto.randomUUID(), '17', 1)],
      ['set back', forged('@2', here, '1000000', 0)],
    ];
    for (const [why, after] of lost) {
      expect(await refused(context, PAGE, { after })).toMatchObject({
        code: 'BAD_USER_INPUT',
        message: expect.stringMatching(new RegExp(`^history\\(after:\\) .*${why}.*without a cursor`)),
      });
    }
  });

  test('a page deep inside a plan of 20,000 blocks, among plans of three, reads no more than it shows', async () => {
    const envelopeId = idOf('envelope:', 2_500);
    await database.superuser.query(
      `insert into cutter_governance.manifest_unit_block (envelope_id, unit_local_id, block_role, source_span, render_order, created_at)
         select $1, 'u' || n, 'result', '{}', n, now() from generate_series(4, 20000) n`,
      [envelopeId],
    );
    await database.superuser.query('analyze cutter_governance.manifest_unit_block');
    const list = 'nodes { unitLocalId } pageInfo { hasNextPage endCursor }';
    const documents = [
      `query ($first: Int, $after: String) { page: unitBlocks(first: $first, after: $after) { ${list} } }`,
      `query ($first: Int, $after: String) { page: unitBlocks(first: $first, after: $after, filter: {envelopeId: "${envelopeId}"}) { ${list} } }`,
      `query ($first: Int, $after: String) { manifest(envelopeId: "${envelopeId}") { page: unitBlocks(first: $first, after: $after) { ${list} } } }`,
    ];
    const filter = `filter: {envelopeId: "${envelopeId}", unitLocalId: "u10000"}`;
    const { page } = await read(context, `{ page: unitBlocks(${filter}) { ${list} } }`);
    for (const document of documents) {
      const after = page.pageInfo.endCursor;
      const answer = await read(context, document, { first: 2, after });
      const found = answer.page ?? answer.manifest.page;
      expect(found.nodes).toEqual([{ unitLocalId: 'u10001' }, { unitLocalId: 'u10002' }]);
      for (const custom of [true, false]) {
        const { rows: seen } = await effort({ first: 50, after }, custom, document);
        expect(seen).toBeLessThan(1_000);
      }
    }
  });
});
