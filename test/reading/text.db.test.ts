import { type ExecutionResult, execute, parse, validate } from 'graphql';
import { beforeAll, expect, test, vi } from 'vitest';
import { resultText } from '../../src/doors/errors.ts';
import { Emission } from '../../src/reading/emit.ts';
import { WrittenText } from '../../src/reading/text/written.ts';
import { finishWhole, readWhole, wholeRoot } from '../../src/reading/whole.ts';
import { schema } from '../../src/resolvers/index.ts';
import { type Loose, marked, reviewed, verified, verifyCut, wasCut } from '../harness/cycle.ts';
import { commented } from '../harness/examples.ts';
import { seeded, testSeed } from '../harness/seeded.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';
import { type Known, type RandomQuery, ROOTS, randomQuery } from './random-query.ts';
import { READS_ALL, readingContext, session } from './reading-ledger.ts';

/** A text with everything that JSON escapes, and much that it doesn't. */
const HOSTILE =
  '"quoted" \\back\\slash\\ \u0001\u0008\u0009\u000a\u000b\u000c\u000d\u001f\u007f </script> \u2028\u2029 é 漢 😀 \' $1 %s {"a":[1]}';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  const text = '# House rules\n\nPreamble.\n\n## One\n\nNo noise.\n\n## Two\n\nNo smoke.\n';
  const first = await verified(
    server,
    await marked(server, 'house', { docCode: 'house', text, key: 'house' }),
  );
  await verified(
    server,
    await marked(server, 'more', { docCode: 'house', text: `${text}\n## Three\n\nNo dogs.\n`, key: 'more' }),
  );
  await verified(server, await marked(server, 'other', { blockedBy: [first.entryId] }));
  await reviewed(server, 'DEFER');
  const said = await commented(server);
  await commented(server, { entryId: said.entryId, replyTo: said.commentId });
  const made = await wasCut(server);
  await alter(
    "update public.unit_version set content_hash = 'sha256:' || repeat('0', 64) where provenance ->> 'change_set_id' = $1",
    [made.changeSetId],
  );
  await verifyCut(server, made);
  await vi.waitFor(async () => {
    const { rows } = await server.superuser.query('select from cutter_log.pending');
    expect(rows).toHaveLength(0);
  }, WAITS_FOR_OTHERS_MS);
  await alter(
    'update cutter_governance.decision_backlog_history set changed_by = $1 where ctid in (select ctid from cutter_governance.decision_backlog_history limit 3)',
    [HOSTILE],
  );
  await alter(
    'update cutter_governance.manifest_unit_block set unit_local_id = $1 where ctid in (select min(ctid) from cutter_governance.manifest_unit_block group by envelope_id)',
    [HOSTILE],
  );
  await alter(
    'update public.unit_version set title = $1, body = $1 where ctid in (select ctid from public.unit_version limit 3)',
    [HOSTILE],
  );
  await alter(
    'update cutter_governance.cut_change_set_affected_row set target_row_id = $1 where ordinal = 0',
    [HOSTILE],
  );
  await alter('update cutter_source.review_comment set body = $1 where reply_to is null', [HOSTILE]);
  // Moves that the log doesn't have yet.
  await alter(
    `insert into cutter_governance.decision_backlog_history
    select gen_random_uuid(), $1::uuid, 'marked', 'review_pending', 'sweep_promote', null, 'late', now() + n * interval '1 second', null
      from generate_series(1, 2) n`,
    [first.entryId],
  );
});

/** Changes rows behind the ledger's back. */
async function alter(sql: string, values: unknown[]): Promise<void> {
  const owner = await server.superuser.connect();
  try {
    await owner.query('begin');
    await owner.query('set local session_replication_role = replica');
    await owner.query(sql, values);
    await owner.query('commit');
  } finally {
    owner.release(true);
  }
}

interface Answers {
  readonly written: string;
  readonly ordinary: string;
  /** The root fields whose text the database wrote. */
  readonly texts: number;
  readonly roots: number;
}

/** The answer as the database writes it, and as ordinary execution does. */
async function both({ query, variables }: RandomQuery, caller = READS_ALL): Promise<Answers> {
  const document = parse(query);
  expect(validate(schema, document, undefined)).toEqual([]);
  const contextValue: Loose = readingContext(server.pools.reads, caller);
  const args = { schema, document, variableValues: variables, contextValue };
  const ordinary = (await execute(args)) as ExecutionResult;
  const whole = await finishWhole(await readWhole(wholeRoot(args)!, args), args, execute);
  const values = Object.values(whole.data ?? {});
  const texts = values.filter((value) => value instanceof WrittenText).length;
  return { written: sorted(whole), ordinary: sorted(ordinary), texts, roots: values.length };
}

/** The text of a result; errors of root fields come in any order. */
function sorted(result: ExecutionResult): string {
  const errors = result.errors?.toSorted((a, b) => String(a.path).localeCompare(String(b.path)));
  return resultText(errors === undefined ? result : { ...result, errors });
}

/** Where the two differ first, and what comes there. */
function difference({ written, ordinary }: Answers): object | null {
  if (written === ordinary) return null;
  let at = 0;
  while (written[at] === ordinary[at]) at += 1;
  const around = (text: string) => text.slice(Math.max(0, at - 200), at + 200);
  return { written: around(written), ordinary: around(ordinary) };
}

/** What arguments can be given: keys of rows that are there, and of none. */
async function known(): Promise<Map<string, string[]>> {
  const columns: Readonly<Record<string, readonly [column: string, table: string]>> = {
    entryId: ['entry_id', 'cutter_governance.decision_backlog_entry'],
    historyId: ['history_id', 'cutter_governance.decision_backlog_history'],
    dependencyId: ['dependency_id', 'cutter_governance.decision_backlog_dependency'],
    sweepId: ['sweep_id', 'cutter_governance.decision_backlog_sweep_log'],
    envelopeId: ['envelope_id', 'cutter_governance.manifest_envelope'],
    unitLocalId: ['unit_local_id', 'cutter_governance.manifest_unit_block'],
    reviewDecisionId: ['review_decision_id', 'cutter_governance.review_decision'],
    changeSetId: ['change_set_id', 'cutter_governance.cut_change_set'],
    affectedRowId: ['affected_row_id', 'cutter_governance.cut_change_set_affected_row'],
    verifyResultId: ['verify_result_id', 'cutter_governance.verify_result'],
    commentId: ['comment_id', 'cutter_source.review_comment'],
    signatureId: ['signature_id', 'cutter_governance.dot_pair_signature'],
    sourceId: ['source_id', 'cutter_source.source'],
    docCode: ['doc_code', 'cutter_source.source'],
    unitId: ['id', 'public.information_unit'],
    address: ['canonical_address', 'public.information_unit'],
    principalId: ['principal_id', 'cutter_auth.principal'],
    at: ['position', 'cutter_log.log'],
  };
  const found = new Map<string, string[]>([
    ['aliasId', ['"00000000-0000-4000-8000-000000000000"']],
    ['idempotencyKey', ['"house"', '"nothing"']],
  ]);
  for (const [name, [column, table]] of Object.entries(columns)) {
    const { rows } = await server.superuser.query(`select distinct ${column}::text as value from ${table}`);
    found.set(
      name,
      rows.map(({ value }) => JSON.stringify(value)),
    );
  }
  return found;
}

/** Adds the ids and cursors of an answer to what arguments can be given. */
function learn(into: Map<string, string[]>, text: string): void {
  for (const [, token] of text.matchAll(/"([A-Za-z0-9_-]{24,})"/g)) {
    const clear = Buffer.from(token!, 'base64url').toString();
    const name = clear.startsWith('["') ? 'after' : /^[A-Z][A-Za-z]+:/.test(clear) ? 'id' : null;
    if (name === null) continue;
    into.set(name, [...(into.get(name) ?? []).slice(-400), `"${token}"`]);
    if (name === 'id')
      into.set(
        'ids',
        (into.get('id') ?? []).slice(-3).map((id) => `[${id}, ${`"${token}"`}]`),
      );
  }
}

const QUERIES = 150;

test(`${QUERIES} random queries are written by the database as ordinary execution would, to the byte`, async () => {
  const random = seeded(testSeed());
  const values = await known();
  learn(
    values,
    (await both({ query: '{ entries(first: 4) { edges { cursor node { id } } } }', variables: {} })).written,
  );
  const asked = new Set<string>();
  let [texts, roots] = [0, 0];
  for (let at = 0; at < QUERIES; at += 1) {
    const made = randomQuery(random.named(String(at)), values as Known);
    const answers = await both(made);
    expect(difference(answers), made.query).toBeNull();
    learn(values, answers.written);
    texts += answers.texts;
    roots += answers.roots;
    for (const root of ROOTS) if (made.query.includes(` ${root}`)) asked.add(root);
  }
  // Most of the rest has a value that the database doesn't write, is null, or is refused.
  expect(texts).toBeGreaterThan(roots / 2);
  expect(asked.size).toBeGreaterThan(ROOTS.length / 2);
}, 120_000);

test.each([
  [
    'control characters and quotes',
    '{ history { nodes { changedBy } } affectedRows { nodes { targetRowId } } }',
  ],
  [
    'text in cursors and ids',
    '{ unitBlocks { edges { cursor node { id unitLocalId } } pageInfo { startCursor endCursor } } }',
  ],
  [
    'rows without a place',
    '{ entries { nodes { history { edges { cursor node { position logOrdinal } } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } } }',
  ],
  [
    'rows without a place, newest first',
    '{ entries { nodes { history(first: 1, order: NEWEST_FIRST) { edges { cursor } pageInfo { startCursor endCursor hasNextPage } } } } }',
  ],
  ['a page of nothing asked', '{ entries { __typename pageInfo { hasPreviousPage __typename } } }'],
  [
    'a page of nothing found',
    '{ addressAliases { nodes { aliasId } edges { cursor } pageInfo { hasNextPage startCursor endCursor } } }',
  ],
  [
    'more fields than a function takes arguments',
    `{ entries { nodes { ${Array.from({ length: 60 }, (_, n) => `a${n}: status b${n}: history(first: 1) { nodes { changedBy } }`).join(' ')} } } }`,
  ],
  ['a node, and nodes of one type', '@ids'],
] as const)('%s', async (_, query) => {
  const { rows } = await server.superuser.query(
    'select entry_id::text as id from cutter_governance.decision_backlog_entry limit 3',
  );
  const ids = rows.map(({ id }) => Buffer.from(`Entry:${id}`).toString('base64url'));
  const none = Buffer.from('Entry:00000000-0000-5000-8000-000000000000').toString('base64url');
  const nodes = `{ node(id: "${ids[0]}") { __typename id ... on Entry { status } } none: node(id: "${none}") { id }
    nodes(ids: ["${ids[1]}", "${none}", "${ids[2]}", "${ids[1]}"]) { __typename id ... on Entry { kind history { nodes { id } } } } }`;
  const answers = await both({ query: query === '@ids' ? nodes : query, variables: {} });
  expect(answers.written).toBe(answers.ordinary);
  expect(answers.written).not.toContain('"errors"');
  expect(answers.texts).toBe(query === '@ids' ? 2 : answers.roots);
});

test.each([
  [
    'values that the database does not write',
    '{ entries(first: 2) { nodes { evidence { payload } } } history(first: 1) { nodes { changedBy } } }',
    1,
  ],
  ['nodes of two types', '@two', 1],
])('%s are read beside what it writes', async (_, query, texts) => {
  const two = await twoTypes();
  const answers = await both({ query: query === '@two' ? two : query, variables: {} });
  expect(answers.written).toBe(answers.ordinary);
  expect(answers.texts).toBe(texts);
});

async function twoTypes(): Promise<string> {
  const { rows } = await server.superuser.query(
    'select history_id::text as history, entry_id::text as entry from cutter_governance.decision_backlog_history limit 1',
  );
  const ids = [`History:${rows[0].history}`, `Entry:${rows[0].entry}`].map(
    (id) => `"${Buffer.from(id).toString('base64url')}"`,
  );
  return `{ nodes(ids: [${ids}]) { __typename id } history(first: 1) { nodes { changedBy } } }`;
}

test('a field that may not be read is an error of ordinary execution, and its neighbours are not read again', async () => {
  const observer = session('ledger:observe');
  const query =
    '{ node(id: "@") { id ... on Entry { status } } entries(first: 2) { nodes { entryId evidence { idempotencyKey } } } history(first: 2) { nodes { changedBy } } }';
  const { rows } = await server.superuser.query(
    'select entry_id::text as id from cutter_governance.decision_backlog_entry limit 1',
  );
  const id = Buffer.from(`Entry:${rows[0].id}`).toString('base64url');
  const answers = await both({ query: query.replace('@', id), variables: {} }, observer);
  expect(answers.written).toContain('FORBIDDEN');
  expect(answers.written).toBe(answers.ordinary);
});

test('a row without the row that the schema promises is a fault, and no text', async () => {
  const { rows } = await server.superuser.query(
    'select history_id::text as id, entry_id::text as entry from cutter_governance.decision_backlog_history limit 1',
  );
  await alter(
    'update cutter_governance.decision_backlog_history set entry_id = gen_random_uuid() where history_id = $1',
    [rows[0].id],
  );
  const answers = await both({
    query: `{ historyRow(historyId: "${rows[0].id}") { entry { status } } }`,
    variables: {},
  });
  await alter('update cutter_governance.decision_backlog_history set entry_id = $2 where history_id = $1', [
    rows[0].id,
    rows[0].entry,
  ]);
  expect(answers.written).toBe(answers.ordinary);
  expect(answers.written).toContain('A row has no entry, which the ledger promises.');
});

/** What one document is asked with, in turn: values of one shape, and of others. */
const ASKED_AGAIN: readonly (readonly [
  what: string,
  query: string,
  variables: () => Promise<readonly Loose[]>,
])[] = [
  [
    'a page and the pages in it',
    `query ($first: Int, $after: String, $order: SortOrder, $f: EntryFilter, $few: Int) {
      entries(first: $first, after: $after, order: $order, filter: $f) {
        edges { cursor node { entryId history(first: $few, order: $order) { nodes { changeKind } pageInfo { endCursor hasNextPage } } } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
    async () => {
      const [one, other] = ['OLDEST_FIRST', 'NEWEST_FIRST'];
      const places = await Promise.all([one, other].map((order) => cursorsOf(order!)));
      return [
        ...[{ first: 1 }, { first: 3, few: 1 }, { first: 200, few: 2 }, { first: 2, order: other }],
        ...places[0]!.map((after) => ({ first: 2, few: 1, after, order: one })),
        ...places[1]!.map((after) => ({ first: 2, few: 1, after, order: other })),
        ...['MARKED', 'VERIFIED_COMPLETE'].map((status) => ({ first: 5, f: { status } })),
        ...[['MARKED'], ['MARKED', 'VERIFIED_COMPLETE', 'CUT_APPLIED']].map((statusIn) => ({
          first: 5,
          f: { statusIn },
        })),
        ...['2020-01-01T00:00:00Z', '2999-01-01T00:00:00Z'].map((emittedAtFrom) => ({
          first: 5,
          f: { emittedAtFrom, kind: 'CUT_REQUEST' },
        })),
        ...[{ first: 0 }, { first: 5, after: 'x' }],
      ];
    },
  ],
  [
    'units of the past',
    'query ($at: Position, $code: String) { units(first: 50, filter: { docCode: $code, at: $at }) { nodes { address text state } pageInfo { endCursor } } }',
    async () => {
      const { rows } = await server.superuser.query(
        'select position::text as at from cutter_log.log order by position',
      );
      return [{}, { code: 'house' }, ...rows.flatMap(({ at }) => [{ at }, { at, code: 'house' }])];
    },
  ],
  [
    'rows by their ids',
    'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Entry { status document { docCode } } } }',
    async () => {
      const { rows } = await server.superuser.query(
        'select entry_id::text as id from cutter_governance.decision_backlog_entry',
      );
      const ids = rows.map(({ id }) => Buffer.from(`Entry:${id}`).toString('base64url'));
      return [{ ids: [ids[0]] }, { ids: ids.slice(0, 3) }, { ids }, { ids: [ids[1]] }, { ids: [] }];
    },
  ],
];

async function cursorsOf(order: string): Promise<string[]> {
  const { written } = await both({
    query: `{ entries(order: ${order}) { edges { cursor } } }`,
    variables: {},
  });
  return JSON.parse(written).data.entries.edges.map(({ cursor }: { cursor: string }) => cursor);
}

test.each(ASKED_AGAIN)(
  'a document that is asked again with other values: %s',
  async (_, query, variables) => {
    const document = parse(query);
    const written = (['page', 'keyed'] as const).map((method) => vi.spyOn(Emission.prototype, method));
    let asked = 0;
    for (const caller of [READS_ALL, { ...READS_ALL, entryIds: new Set([await anEntry()]) }]) {
      const contextValue: Loose = readingContext(server.pools.reads, caller);
      for (const variableValues of await variables()) {
        const args = { schema, document, variableValues, contextValue };
        const whole = await finishWhole(await readWhole(wholeRoot(args)!, args), args, execute);
        // Parsed anew: of this one nothing is kept.
        const ordinary = (await execute({ ...args, document: parse(query) })) as ExecutionResult;
        expect(sorted(whole), JSON.stringify(variableValues)).toBe(sorted(ordinary));
        asked += 1;
      }
    }
    // Ordinary execution writes each of its statements, and the others are written once for a shape.
    const texts = written.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    expect(texts).toBeLessThan(asked * 2);
    vi.restoreAllMocks();
  },
);

async function anEntry(): Promise<string> {
  const { rows } = await server.superuser.query(
    'select entry_id::text as id from cutter_governance.decision_backlog_entry order by 1 limit 1',
  );
  return rows[0].id;
}
