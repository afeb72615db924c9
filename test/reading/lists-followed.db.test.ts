import { beforeAll, describe, expect, test } from 'vitest';
import { call, fresh, type Loose, marked, verified } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { RUNS_HUNDREDS_OF_ROUNDS_MS } from '../harness/timeouts.ts';

/** Every list that the verbs fill: its key, its table, and the key's columns. */
const LISTS = [
  ['entries', 'entryId', 'decision_backlog_entry', 'entry_id'],
  ['history', 'historyId', 'decision_backlog_history', 'history_id'],
  ['dependencies', 'dependencyId', 'decision_backlog_dependency', 'dependency_id'],
  ['sweepPasses', 'sweepId', 'decision_backlog_sweep_log', 'sweep_id'],
  ['manifests', 'envelopeId', 'manifest_envelope', 'envelope_id'],
  ['unitBlocks', 'envelopeId unitLocalId', 'manifest_unit_block', "envelope_id || ' ' || unit_local_id"],
  ['reviewDecisions', 'reviewDecisionId', 'review_decision', 'review_decision_id'],
  ['changeSets', 'changeSetId', 'cut_change_set', 'change_set_id'],
  ['affectedRows', 'affectedRowId', 'cut_change_set_affected_row', 'affected_row_id'],
  ['verifyResults', 'verifyResultId', 'verify_result', 'verify_result_id'],
  ['signatures', 'signatureId', 'dot_pair_signature', 'signature_id'],
] as const;
type List = (typeof LISTS)[number];

/** Filters that all rows of the scenario meet, one or more for each way in which a list is read. */
const FILTERS: Partial<Record<List[0], string>> = {
  entries: '{kindIn: [CUT_REQUEST, ESCALATION]}',
  history: '{changedAtFrom: "2020-01-01T00:00:00Z"}',
  signatures: '{signerDotIdIn: [DOT_991, DOT_992]}',
};

function filtersOf([name]: List): (string | undefined)[] {
  return name in FILTERS ? [undefined, FILTERS[name]] : [undefined];
}

const WRITERS = 12;
let server: TestServer;

interface Reading {
  readonly met: string[];
  readonly places: (readonly [number, number])[];
  after: string | null;
}

/** Reads on from the last cursor to where the list ends now. */
async function readOn(
  [name, key]: List,
  reading: Reading,
  first: number,
  order: string,
  filter: string | undefined,
) {
  const document = `query ($after: String) { page: ${name}(first: ${first}, after: $after, order: ${order}${filter === undefined ? '' : `, filter: ${filter}`}) {
    edges { cursor node { ${key} position logOrdinal } } pageInfo { hasNextPage endCursor } } }`;
  for (;;) {
    const { body } = await server.gql(server.tokens.observer, document, { after: reading.after });
    const page: Loose = body.data?.page;
    if (page === undefined) throw new Error(JSON.stringify(body.errors));
    for (const { cursor, node } of page.edges) {
      expect(cursor).not.toBeNull();
      reading.met.push(
        key
          .split(' ')
          .map((column) => node[column])
          .join(' '),
      );
      reading.places.push([Number(node.position), node.logOrdinal]);
    }
    reading.after = page.pageInfo.endCursor ?? reading.after;
    if (!page.pageInfo.hasNextPage) return;
  }
}

const begun = (): Reading => ({ met: [], places: [], after: null });

async function stored([, , table, key]: List): Promise<string[]> {
  const { rows } = await server.superuser.query(
    `select (${key})::text as key from cutter_governance.${table}`,
  );
  return rows.map((row) => row.key);
}

async function isQuiet(): Promise<boolean> {
  return (await server.superuser.query('select from cutter_log.pending')).rowCount === 0;
}

/** Documents through all phases, and some that wait for another. */
async function write(n: number): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    const first = await marked(server, fresh(`w${n}`));
    const second = await marked(server, fresh(`w${n}`), { blockedBy: [first.entryId] });
    await call(server, server.tokens.marker, 'declareDependency', {
      idempotencyKey: fresh(`d${n}`),
      fromEntryId: first.entryId,
      toEntryId: second.entryId,
      kind: 'RELATED_TO',
    });
    await verified(server, first);
    if (round === 1) await verified(server, second);
  }
}

describe('a client that follows a list while 12 writers write', () => {
  const followed = new Map<string, Reading>();

  beforeAll(async () => {
    server = await testServer();
    let writing = WRITERS;
    const writers = Array.from({ length: WRITERS }, async (_, n) => {
      try {
        await write(n);
      } finally {
        writing -= 1;
      }
    });
    const followers = LISTS.flatMap((list) =>
      filtersOf(list).map(async (filter) => {
        const reading = begun();
        followed.set(`${list[0]} ${filter ?? ''}`, reading);
        for (let last = false; !last; ) {
          last = writing === 0 && (await isQuiet());
          await readOn(list, reading, 7, 'OLDEST_FIRST', filter);
        }
      }),
    );
    await Promise.all([...writers, ...followers]);
  }, RUNS_HUNDREDS_OF_ROUNDS_MS);

  for (const list of LISTS) {
    const [name] = list;
    for (const filter of filtersOf(list)) {
      const reads = filter === undefined ? name : `${name}(filter: ${filter})`;
      test(`${reads}: reads every row once, in the order of the log`, async () => {
        const { met, places } = followed.get(`${name} ${filter ?? ''}`)!;
        const due = await stored(list);
        expect(due.length).toBeGreaterThan(WRITERS);
        expect(met.toSorted()).toEqual(due.toSorted());
        expect(places).toEqual(places.toSorted(([a, b], [c, d]) => a - c || b - d));
      });

      test(`${reads}, newest first: the same rows the other way round`, async () => {
        const newest = begun();
        await readOn(list, newest, 13, 'NEWEST_FIRST', filter);
        expect(newest.met.reverse()).toEqual(followed.get(`${name} ${filter ?? ''}`)!.met);
      });
    }
  }

  test('who has read to the end keeps the last cursor, and meets what comes later', async () => {
    const reading = begun();
    await readOn(LISTS[0], reading, 200, 'OLDEST_FIRST', undefined);
    const end = reading.after;
    await readOn(LISTS[0], reading, 200, 'OLDEST_FIRST', undefined);
    expect(reading.after).toBe(end);
    const before = reading.met.length;
    const { entryId } = await marked(server);
    while (reading.met.length === before) await readOn(LISTS[0], reading, 200, 'OLDEST_FIRST', undefined);
    expect(reading.met.slice(before)).toEqual([entryId]);
  });

  test('every row has one place, and the noun of its table', async () => {
    const { rows } = await server.superuser.query(`
      select count(*)::int as rows, count(distinct row_id)::int as ids from cutter_log.row_place`);
    expect(rows[0].rows).toBe(rows[0].ids);
    const { rows: counted } = await server.superuser.query(
      `select noun, count(*)::int as count from cutter_log.row_place group by noun`,
    );
    const places = new Map(counted.map(({ noun, count }) => [noun, count]));
    expect(places.get('Entry')).toBe((await stored(LISTS[0])).length);
    expect(places.get('History')).toBe((await stored(LISTS[1])).length);
    expect(places.get('Signature')).toBe((await stored(LISTS[10])).length);
    expect(places.get('UnitBlock')).toBeUndefined();
  });
});
