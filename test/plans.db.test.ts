import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { type DatabasePool, sql } from 'slonik';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { authorityEnded } from '../src/auth/authenticate.ts';
import { AUTHORITY, type Verb } from '../src/auth/authority.ts';
import type { Reads } from '../src/database/reads/read-pool.ts';
import { everyKindOfPhase } from './fsck/fsck-ground.ts';
import { BACKLOG } from './harness/backlog-follower.ts';
import { caller } from './harness/callers.ts';
import { call, fresh, manifestOf, marked, sampleText, sweepAll, verified } from './harness/cycle.ts';
import { type TestDatabase, testDatabase } from './harness/database.ts';
import { EXAMPLES, perform } from './harness/examples.ts';
import { type TestServer, testServer } from './harness/server.ts';
import { openStream } from './harness/stream-doors.ts';
import { MAKES_A_LEDGER_MS } from './harness/timeouts.ts';
import { fillLedger } from './reading/reading-ledger.ts';

/** Tables that don't grow with the ledger: one row, or as many as there are keys, people, words and profiles. */
const FIXED = [
  'cutter_log.head',
  'cutter_log.tree_head',
  'cutter_log.suspension',
  'cutter_log.counted',
  'cutter_log.status_count',
  'cutter_auth.key',
  'cutter_auth.person',
  'cutter_auth.principal',
  'cutter_auth.token',
  'cutter_auth.rules',
  'cutter_auth.approval_key',
  'cutter_source.vocabulary',
  'cutter_source.registered_term',
  'cutter_source.profile',
];

interface Prepared {
  readonly name: string;
  readonly login: 'exec' | 'verify' | 'registrar' | 'observe' | 'reader' | 'evidence' | 'gate';
  readonly statement: string;
  readonly types: string;
  readonly parameters: number;
}

const preparedRow = z.object({
  name: z.string(),
  statement: z.string(),
  types: z.string(),
  parameters: z.int(),
});

let server: TestServer;
let statements: Prepared[];
beforeAll(async () => {
  server = await testServer();
  await everyKindOfPhase(server);
  await whatIsLeft();
  const { exec, verify, registrar, observe, evidence, gate, limited, reads } = server.database.pools;
  const asked = Object.entries({ exec, verify, registrar, observe, evidence, gate }) as [
    Prepared['login'],
    DatabasePool,
  ][];
  const read = Object.entries(reads) as [Prepared['login'], Reads][];
  statements = (
    await Promise.all([
      ...asked.map(([login, pool]) => preparedBy(pool, login)),
      preparedBy(limited.observe, 'observe'),
      preparedBy(limited.reader, 'reader'),
      ...read.map(([login, pool]) => preparedByReads(pool, login)),
    ])
  ).flat();
});

/** As many at once as a reading pool may have connections, so that each of them answers. */
const AT_ONCE = 32;

/** What the connections have prepared that callers' queries are read through. */
async function preparedByReads(pool: Reads, login: Prepared['login']): Promise<Prepared[]> {
  const asking = Array.from({ length: AT_ONCE }, () =>
    pool.ask({
      name: null,
      sql: `select name, statement, parameter_types::text, cardinality(parameter_types)::text from pg_prepared_statements`,
      values: [],
    }),
  );
  const found = new Map<string, Prepared>();
  for (const row of (await Promise.all(asking)).flat()) {
    const [name = '', statement = '', types = '', parameters = ''] = row.map((cell) => String(cell));
    found.set(name, { name, login, statement, types, parameters: Number(parameters) });
  }
  return [...found.values()];
}

/** The statements that no usual cycle needs. */
async function whatIsLeft(): Promise<void> {
  const { marker, reviewer } = server.tokens;
  const { entryId, sourceId, name } = await marked(server);
  const sweep = { idempotencyKey: fresh('sweep'), entryIds: [entryId] };
  for (const key of [sweep.idempotencyKey, sweep.idempotencyKey, fresh('sweep')])
    await call(server, marker, 'sweep', { ...sweep, idempotencyKey: key });
  await call(server, marker, 'sweep', { ...sweep, idempotencyKey: ' reads like another key' });
  const whole = { localId: 'a', start: 0, end: Buffer.byteLength(sampleText(name)), address: 'another/unit' };
  const spans = { units: [{ ...whole, kind: 'section', sectionType: 'section' }] };
  await server.gql(
    reviewer,
    `query ($sourceId: UUID, $spans: CutSpecInput, $docCode: String!) {
      planCut(sourceId: $sourceId, cutSpec: $spans) { __typename } document(docCode: $docCode) { docCode } }`,
    { sourceId, spans, docCode: name },
  );
  const review = { idempotencyKey: fresh('dry'), entryId, verdict: 'DEFER', dryRun: true };
  await call(
    server,
    reviewer,
    'review',
    { ...review, manifestDigest: await manifestOf(server, entryId) },
    'entry { entryId history { nodes { historyId } } }',
  );
  await server.gql(
    server.tokens.executor,
    `mutation ($entryId: UUID!, $digest: Digest!) {
      cutStatement(input: { idempotencyKey: "none", entryId: $entryId, manifestDigest: $digest }) { __typename } }`,
    { entryId, digest: `sha256:${'0'.repeat(64)}` },
  );
  const facts =
    '{ entries { nodes { actions blockedBecause { code } liveDecision { verdict } cut { state } } } }';
  for (let times = 0; times < 2; times += 1) {
    await server.gql(reviewer, facts);
    for (const token of Object.values(server.tokens))
      await server.gql(token, '{ backlog { waitingForMe(first: 5) { nodes { entryId } } } }');
  }
  for (let times = 0; times < 2; times += 1)
    await server.gql(reviewer, '{ units { nodes { inclusion { root } } } }');
  const blocks = `query ($entryId: UUID, $sourceId: UUID) { entry: readiness(phase: CUT, entryId: $entryId) { state }
    source: readiness(phase: MARK, sourceId: $sourceId) { state } system: readiness { state } }`;
  for (let times = 0; times < 4; times += 1) await server.gql(reviewer, blocks, { entryId, sourceId });
  await amended(reviewer as string);
  await partiesChanged();
  await cutInChunks();
  await authorityEnded(server.database.pools.gate, [
    { tokenId: '00000000-0000-4000-8000-000000000000', entryIds: null, scopes: [] },
  ]);
  await backlogWatched(name);
  const { rows } = await server.superuser.query(
    `select change_set_id::text as id, decision_backlog_entry_id::text as entry from cutter_governance.cut_change_set
      where change_kind = 'cut' limit 1`,
  );
  const [{ id, entry }] = rows;
  const rebuilt = `query { reconstruct(changeSetId: "${id}") { ... on Reconstruction { matchesSource } } }`;
  const narrow = await caller(server, { scopes: ['ledger:evidence'] }, { entryIds: [entry] });
  for (const token of [reviewer, narrow.token]) {
    const { body } = await server.gql(token, rebuilt);
    expect(body.data.reconstruct.matchesSource).toBe(true);
  }
}

/** A second version of a document, beside its first: what differs, and what was approved before. */
async function amended(reviewer: string): Promise<void> {
  const docCode = fresh('law');
  const textOf = (words: string) => `# Law\n\n## One\n\n${words}\n\n## Two\n\nStays.\n`;
  await verified(server, await marked(server, docCode, { docCode, text: textOf('Old.') }));
  const { entryId } = await marked(server, fresh(), { docCode, text: textOf('New.') });
  await sweepAll(server);
  const shown = `query ($id: UUID) { planDiff(entryId: $id) { ... on PlanDiff {
    toReview units(first: 10) { nodes { change textBefore approvedBy { reviewDecisionId } } } } } }`;
  for (let times = 0; times < 8; times += 1) await server.gql(reviewer, shown, { id: entryId });
}

/** Each verb about principals and tokens, and the list of tokens. */
async function partiesChanged(): Promise<void> {
  const verbs = Object.entries(AUTHORITY).flatMap(([verb, { lane }]) =>
    lane === null ? [verb as Verb] : [],
  );
  for (const verb of verbs) {
    const example = await EXAMPLES[verb](server);
    for (let times = 0; times < 2; times += 1) await perform(server, example);
  }
  await server.gql(server.tokens.administrator, '{ tokens { nodes { tokenId } } }');
  await server.gql(server.tokens.administrator, '{ rules { version } }');
}

/** A document whose rows are sent in chunks and read back by pages. */
async function cutInChunks(): Promise<void> {
  const docCode = fresh('large');
  const text = `# Law\n\n${Array.from({ length: 2_100 }, (_, at) => `## Section ${at}\n\nText.\n\n`).join('')}`;
  await verified(server, await marked(server, docCode, { docCode, text }));
}

/** The backlog as it is asked for and watched: a statement is prepared when it comes again. */
async function backlogWatched(docCode: string): Promise<void> {
  const token = server.tokens.observer as string;
  for (const filter of [{}, {}, { docCode }, { docCode }]) {
    await server.gql(token, '{ backlog { counts { oldestSince } oldest { entry { status } } } }');
    const watched = openStream<{ readonly __typename: string }>('websocket', {
      url: server.url,
      token,
      query: BACKLOG,
      variables: { filter },
    });
    for await (const { __typename } of watched.messages) {
      if (__typename === 'BacklogSnapshot') await marked(server, fresh(), { docCode });
      if (__typename === 'BacklogChange') break;
    }
    watched.leave();
  }
}

/** What the connections of a pool have prepared: as many are held at once as the pool has. */
async function preparedBy(pool: DatabasePool, login: Prepared['login']): Promise<Prepared[]> {
  const state = pool.state();
  const size = state.acquiredConnections + state.idleConnections;
  const found = new Map<string, Prepared>();
  let held = 0;
  let release = () => {};
  const all = new Promise<void>((resolve) => {
    release = resolve;
  });
  await Promise.all(
    Array.from({ length: size }, () =>
      pool.connect(async (connection) => {
        const rows = await connection.any(sql.type(preparedRow)`
          select name, statement, parameter_types::text as types, cardinality(parameter_types) as parameters
          from pg_prepared_statements`);
        for (const row of rows) found.set(row.name, { ...row, login });
        held += 1;
        if (held === size) release();
        await all;
      }),
    ),
  );
  return [...found.values()];
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly Schema?: string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** The plan that PostgreSQL would keep for a statement. */
async function genericPlan(
  client: Client,
  { name, statement, types, parameters }: Prepared,
): Promise<PlanNode> {
  const declared = parameters === 0 ? '' : `(${types.slice(1, -1).replaceAll('"', '')})`;
  const given = parameters === 0 ? '' : `(${Array(parameters).fill('null').join()})`;
  await client.query(`prepare "${name}" ${declared} as ${statement}`);
  const { rows } = await client.query(`explain (verbose, format json) execute "${name}" ${given}`);
  return rows[0]['QUERY PLAN'][0].Plan;
}

/** What a plan reads whole. A page of the newest or oldest rows may walk an index without a condition: a limit ends it. */
function readWhole(
  node: PlanNode,
  above: { readonly table?: string; readonly limited?: boolean } = {},
): string[] {
  const type = node['Node Type'];
  const relation = node['Relation Name'];
  // The scan of a bitmap's index names its index alone; the table is that of the node above.
  const table = relation === undefined ? above.table : `${node.Schema}.${relation}`;
  const limited = above.limited === true || type === 'Limit';
  const isIndex = /^(Index|Index Only|Bitmap Index) Scan$/.test(type);
  const whole = type === 'Seq Scan' || (isIndex && node['Index Cond'] === undefined && !limited);
  const found = whole && table !== undefined && !FIXED.includes(table) ? [`${type} of ${table}`] : [];
  const below = { ...(table === undefined ? {} : { table }), limited };
  return [...found, ...(node.Plans ?? []).flatMap((plan) => readWhole(plan, below))];
}

/** What is planned behind `plan.by_keys`: chunks and further pages of a large document. */
const BY_KEYS = /^(chunk\..+|cut\.anchors|blocks\.page|verify\.(affected|births|units))$/;

function byKeys(): string {
  const { statement } = statements.find(({ name }) => name === 'plan.by_keys') as Prepared;
  return statement;
}

async function wholeReads(database: TestDatabase): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const login of ['exec', 'verify', 'observe', 'reader', 'evidence', 'gate'] as const) {
    const client = new Client({ connectionString: database.urls[login] as string });
    await client.connect();
    await client.query('set plan_cache_mode = force_generic_plan');
    for (const prepared of statements.filter((one) => one.login === login)) {
      await client.query('begin');
      if (BY_KEYS.test(prepared.name)) await client.query(byKeys());
      const whole = readWhole(await genericPlan(client, prepared));
      await client.query('rollback');
      if (whole.length > 0) found[prepared.name] = whole;
    }
    await client.end();
  }
  return found;
}

/** Sources, units and versions beside them: 200 documents. */
async function fillUnits({ superuser }: TestDatabase, count: number): Promise<void> {
  const id = (kind: string) => `md5('${kind}' || n)::uuid`;
  const each = `from generate_series(1, ${count}) n`;
  await superuser.query(`begin; set local session_replication_role = replica;
    insert into cutter_source.source (source_id, idempotency_key, mode, doc_code, sha256, title, media_type, byte_length, content, registered_by, registered_at)
      select ${id('source')}, 'key-' || n, 'rehearsal', 'doc-' || n % 200, 'sha256:' || n, null, 'text/markdown', 1, 'x', 'marker', now() ${each};
    insert into public.information_unit select ${id('unit')}, 'doc-' || n % 200 || '/' || n, 'section', 'draft', ${id('version')}::text, ${id('version')},
      'o', null, 'c', '{}', 'doc-' || n % 200, 'section', null, 1, now(), now(), 'x', 'x', null ${each};
    insert into public.unit_version select ${id('version')}, ${id('unit')}, 1, null, null, 'text', 'h', '{}', 'draft', 'x',
      json_build_object('change_set_id', md5('cut:' || n % 200)::uuid, 'local_id', 'r' || n)::jsonb, null, null, now(), 'x', now() ${each};
    commit`);
}

describe('A plan that is kept reads no table whole that grows', () => {
  test('and every statement that the source prepares by name is looked at', () => {
    const source = fileURLToPath(new URL('../src', import.meta.url));
    const named = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...readFileSync(join(source, file), 'utf8').matchAll(/\bprepared\(\s*'([^']+)'/g)])
      .map(([, name]) => name);
    expect(named.filter((name) => !statements.some((one) => one.name === name))).toEqual([]);
  });

  test('on an empty ledger', async () => {
    const database = await testDatabase();
    expect(await wholeReads(database)).toEqual({});
  });

  test('on a young ledger, with statistics and without', async () => {
    expect(await wholeReads(server.database)).toEqual({});
    await server.superuser.query('analyze');
    expect(await wholeReads(server.database)).toEqual({});
  });

  test(
    'on a large ledger',
    async () => {
      const database = await testDatabase();
      await fillLedger(database, 20_000);
      await fillUnits(database, 20_000);
      expect(await wholeReads(database)).toEqual({});
      await database.superuser.query('analyze');
      expect(await wholeReads(database)).toEqual({});
    },
    MAKES_A_LEDGER_MS,
  );
});
