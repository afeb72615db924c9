import { randomBytes } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { AUTHORITY, type Verb } from '../../../src/auth/authority.ts';
import { BAD, mutation } from '../../auth/authority-ground.ts';
import { caller, tokenFor } from '../../harness/callers.ts';
import {
  call,
  fresh,
  type Loose,
  marked,
  reviewed,
  verified,
  verifyCut,
  wasCut,
} from '../../harness/cycle.ts';
import { VERBS } from '../../harness/examples.ts';
import { fingerprint } from '../../harness/row-counts.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { WAITS_FOR_OTHERS_MS } from '../../harness/timeouts.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

const server = await testServer();
const { administrator } = server.tokens;

const ROW = `auditId at operation outcome refusal guard position entryId principalId tokenId requestId durationMs
  address client arguments calls`;

async function audit(token: string, args: string, fields = ROW, of: TestServer = server): Promise<Loose> {
  const { body } = await of.gql(token, `{ audit(${args}) { nodes { ${fields} } } }`);
  if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
  return body.data.audit.nodes;
}

async function refusalsInTable(of: TestServer = server): Promise<number> {
  const { rows } = await of.superuser.query(
    'select coalesce(sum(calls), 0)::int as n from cutter_auth.audit',
  );
  return rows[0].n;
}

/** The rows that `work` adds to the audit's table, once no more come. */
async function refused(work: () => Promise<unknown>): Promise<Loose[]> {
  await settled();
  const { rows: before } = await server.superuser.query('select audit_id from cutter_auth.audit');
  await work();
  await settled();
  const { rows } = await server.superuser.query(
    'select * from cutter_auth.audit where not audit_id = any($1) order by at, audit_id',
    [before.map(({ audit_id }) => audit_id)],
  );
  return rows;
}

/** Longer than a refusal waits for its row. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 300));

test.each(VERBS)(
  '%s: a refusal for authority and one for its input are one row each, and no other row',
  async (verb) => {
    const nobody = await caller(server, { scopes: ['ledger:observe'] });
    const before = await fingerprint(server);
    const rows = await refused(async () => {
      const forbidden = await server.gql(nobody.token, mutation(verb), { input: BAD[verb] });
      expect(forbidden.body.data[verb].__typename).toBe('Forbidden');
      const able = await caller(server, { scopes: [scopeOf(verb)] });
      const unsound = await server.gql(able.token, mutation(verb), { input: BAD[verb] });
      expect(unsound.body.data[verb].__typename).toBe('InvalidInput');
    });
    expect(
      rows.map(({ operation, outcome, refusal, calls }) => ({ operation, outcome, refusal, calls })),
    ).toEqual([
      { operation: verb, outcome: 'refused', refusal: 'Forbidden', calls: 1 },
      { operation: verb, outcome: 'refused', refusal: 'InvalidInput', calls: 1 },
    ]);
    expect(rows[0].principal_id).toBe(nobody.principalId);
    expect(withoutParties(await fingerprint(server))).toBe(withoutParties(before));
  },
);

/** The test itself makes callers. */
const withoutParties = (text: string) =>
  text
    .split('\n')
    .filter((line) => !/^cutter_auth\.(person|principal|token)/.test(line))
    .join('\n');

function scopeOf(verb: Verb) {
  return AUTHORITY[verb].scope;
}

test('a guard that refuses is named, with the entry, who asked, and the ids that were sent', async () => {
  const { entryId } = await marked(server);
  const digest = `sha256:${'0'.repeat(64)}`;
  const [row] = await refused(() =>
    call(server, server.tokens.executor, 'cut', {
      idempotencyKey: 'secret-key',
      entryId,
      manifestDigest: digest,
    }),
  );
  const [shown] = await audit(administrator, `filter: { auditId: "${row.audit_id}" }`);
  expect(shown).toMatchObject({
    operation: 'cut',
    outcome: 'REFUSED',
    refusal: row.refusal,
    entryId,
    position: null,
    address: '127.0.0.1',
    calls: 1,
    arguments: { input: { idempotencyKey: '[redacted]', entryId, manifestDigest: digest, dryRun: false } },
  });
  expect(shown.requestId).not.toBeNull();
  expect(shown.client).not.toBeNull();
  expect(shown.durationMs).toBeGreaterThanOrEqual(0);
  const relations = await audit(
    administrator,
    `filter: { auditId: "${row.audit_id}" }`,
    'principal { name kind personId } entry { entryId }',
  );
  expect(relations).toEqual([
    { principal: expect.objectContaining({ name: 'executor' }), entry: { entryId } },
  ]);
});

test('an accepted act is read from its record, with its position, and has no row of its own', async () => {
  const rows = await refused(async () => {
    const made = await verified(server);
    const acts = await audit(
      administrator,
      `filter: { entryId: "${made.entryId}" }`,
      'auditId at operation outcome position entryId principalId calls principal { name }',
    );
    expect(acts.map(({ operation, outcome, calls }: Loose) => [operation, outcome, calls])).toEqual(
      ['mark', 'sweep', 'review', 'cut', 'verify'].map((verb) => [verb, 'ACCEPTED', 1]),
    );
    for (const act of acts) {
      const { body } = await server.gql(
        administrator,
        `{ record(position: "${act.position}") { recordId body } }`,
      );
      const record = JSON.parse(body.data.record.body);
      expect(record).toMatchObject({
        recordId: act.auditId,
        verb: act.operation,
        at: act.at,
        principalId: act.principalId,
      });
    }
  });
  expect(rows).toEqual([]);
});

test('each refused item of a list is one row, as if it had come alone; a list that is refused is one', async () => {
  const good = await marked(server);
  const items = [
    { idempotencyKey: fresh(), entryId: good.entryId, manifestDigest: `sha256:${'0'.repeat(64)}` },
    { idempotencyKey: fresh(), entryId: 'none', manifestDigest: 'none' },
  ];
  const cutMany = `mutation ($input: CutManyInput!) { cutMany(input: $input) { __typename
    ... on CutManySuccess { results { __typename } } } }`;
  const rows = await refused(async () => {
    const answer = await server.gql(server.tokens.executor, cutMany, { input: { items } });
    expect(answer.body.errors).toBeUndefined();
  });
  expect(rows.map(({ operation, entry_id }) => [operation, entry_id])).toEqual([
    ['cut', good.entryId],
    ['cut', null],
  ]);
  expect(rows[1].arguments.input.items[0]).toEqual({
    idempotencyKey: '[redacted]',
    dryRun: false,
    entryId: '[unfit]',
    manifestDigest: '[unfit]',
  });
  const whole = await refused(() => server.gql(server.tokens.observer, cutMany, { input: { items } }));
  expect(whole.map(({ operation, refusal }) => [operation, refusal])).toEqual([['cutMany', 'Forbidden']]);
});

test('a query that is refused for its authority is one row, alone and beside others', async () => {
  const { token } = await caller(server, { scopes: ['document:read'] });
  const alone = await refused(() => server.gql(token, '{ entries { nodes { entryId } } }'));
  expect(alone.map(({ operation, refusal }) => [operation, refusal])).toEqual([['entries', 'FORBIDDEN']]);
  const beside = await refused(() =>
    server.gql(
      token,
      '{ documents(first: 1) { nodes { docCode entries { nodes { entryId } } } } drift { name } }',
    ),
  );
  expect(beside.map(({ operation }) => operation)).toEqual(['drift']);
});

test('tokens that do not open are counted by address and reason, over HTTP and over WebSocket', async () => {
  const unknown = randomBytes(32).toString('base64url');
  const made = await caller(server, { scopes: ['ledger:observe'] });
  await server.superuser.query('update cutter_auth.token set revoked_at = now() where principal_id = $1', [
    made.principalId,
  ]);
  const rows = await refused(async () => {
    await server.gql(unknown, '{ whoAmI { name } }');
    await server.gql(unknown, '{ whoAmI { name } }');
    await server.gql(null, '{ whoAmI { name } }');
    await server.gql(made.token, '{ whoAmI { name } }');
    expect(await closeCode(unknown)).toBe(4403);
  });
  const counts = new Map<string, number>();
  for (const { refusal, calls } of rows) counts.set(refusal, (counts.get(refusal) ?? 0) + calls);
  expect(Object.fromEntries(counts)).toEqual({ unknown: 3, missing: 1, revoked: 1 });
  for (const row of rows)
    expect(row).toMatchObject({
      operation: 'authenticate',
      outcome: 'unauthenticated',
      address: '127.0.0.1',
    });
  expect(rows.find(({ refusal }) => refusal === 'revoked').principal_id).toBe(made.principalId);
  expect(JSON.stringify(rows)).not.toContain(unknown);
});

function closeCode(token: string): Promise<number> {
  const client = createClient({
    url: server.wsUrl,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  return new Promise((resolve) => {
    client.on('closed', (event) => resolve((event as { code: number }).code));
    client.subscribe({ query: '{ whoAmI { name } }' }, { next() {}, error() {}, complete() {} });
  });
}

test('without audit:read the audit is forbidden, and a token that is narrowed may not read it', async () => {
  const { body } = await server.gql(server.tokens.observer, '{ audit { nodes { at } } }');
  expect(body.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
  const able = await caller(server, { scopes: ['audit:read'] });
  expect(await audit(able.token, 'first: 1', 'operation')).toHaveLength(1);
  const narrowed = await tokenFor(server, able.principalId, { entryIds: [(await marked(server)).entryId] });
  const answer = await server.gql(narrowed, '{ audit { nodes { at } } }');
  expect(answer.body.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
});

test('pages give each row once, both ways, while others are added', async () => {
  for (const order of ['OLDEST_FIRST', 'NEWEST_FIRST']) {
    await settled();
    const seen: string[] = [];
    const all = await whole(order);
    for (let after: string | null = null; ; ) {
      const page: Loose = await server.gql(
        administrator,
        `query ($after: String) { audit(first: 3, after: $after, order: ${order}) { nodes { auditId } pageInfo { endCursor hasNextPage } } }`,
        { after },
      );
      const { nodes, pageInfo } = page.body.data.audit;
      seen.push(...nodes.map(({ auditId }: Loose) => auditId));
      if (!pageInfo.hasNextPage || seen.length >= 40) break;
      after = pageInfo.endCursor;
      if (seen.length === 9)
        await call(server, server.tokens.observer, 'sweep', { idempotencyKey: fresh(), limit: 1 });
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(0, 30)).toEqual(all.slice(0, 30));
  }
});

async function whole(order: string): Promise<string[]> {
  const rows = await audit(administrator, `first: 200, order: ${order}`, 'auditId at');
  const times = rows.map(({ at }: Loose) => at);
  expect(times).toEqual(order === 'OLDEST_FIRST' ? times.toSorted() : times.toSorted().reverse());
  return rows.map(({ auditId }: Loose) => auditId);
}

test('filters by principal, operation, outcome and time narrow what is listed', async () => {
  const made = await wasCut(server);
  await verifyCut(server, made);
  const executor = (
    await audit(administrator, 'first: 1, filter: { operation: "cut", outcome: ACCEPTED }', 'principalId')
  )[0].principalId;
  const own = await audit(administrator, `filter: { principalId: "${executor}" }`, 'principalId operation');
  expect(new Set(own.map(({ principalId }: Loose) => principalId))).toEqual(new Set([executor]));
  const refusals = await audit(
    administrator,
    'filter: { outcome: REFUSED, operation: "cut" }',
    'outcome operation',
  );
  expect(refusals.length).toBeGreaterThan(0);
  expect(new Set(refusals.map(({ outcome, operation }: Loose) => `${outcome} ${operation}`))).toEqual(
    new Set(['REFUSED cut']),
  );
  const [last] = await audit(administrator, 'first: 1, order: NEWEST_FIRST', 'at');
  expect(await audit(administrator, `filter: { atFrom: "${last.at}" }`, 'at')).toEqual([last]);
});

test('nothing secret that was sent is in a row', async () => {
  const canary = `canary${randomBytes(16).toString('hex')}`;
  const { entryId } = await reviewed(server);
  await refused(async () => {
    await server.gql(server.tokens.observer, mutation('review'), {
      input: {
        idempotencyKey: canary,
        entryId: canary,
        verdict: 'APPROVE',
        manifestDigest: canary,
        rationale: canary,
        findings: { note: canary },
      },
    });
    await call(server, server.tokens.observer, 'abandon', {
      idempotencyKey: canary,
      entryId,
      rationale: canary,
    });
    await server.gql(server.tokens.observer, mutation('registerSource'), {
      input: { idempotencyKey: canary, docCode: canary, content: { text: canary } },
    });
    await server.gql(canary, '{ whoAmI { name } }');
    await fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': `a program ${server.tokens.marker}`,
        authorization: `Bearer ${canary}`,
      },
      body: '{}',
    });
  });
  const { rows } = await server.superuser.query('select to_jsonb(a)::text as text from cutter_auth.audit a');
  const found = rows.filter(
    ({ text }) => text.includes(canary) || Object.values(server.tokens).some((token) => text.includes(token)),
  );
  expect(found).toEqual([]);
  expect(rows.length).toBeGreaterThan(10);
});

test('rows wait for a database that refuses them, and what is lost is counted', async () => {
  const own = await testServer();
  const before = await refusalsInTable(own);
  await own.superuser.query('revoke insert on cutter_auth.audit from cutter_gate');
  for (let at = 0; at < 3; at += 1)
    await call(own, own.tokens.observer, 'sweep', { idempotencyKey: fresh(), limit: 1 });
  await settled();
  expect(await refusalsInTable(own)).toBe(before);
  await own.superuser.query('grant insert on cutter_auth.audit to cutter_gate');
  await vi.waitFor(
    async () => {
      const lost = await audit(own.tokens.administrator, 'filter: { outcome: LOST }', 'operation calls', own);
      // Those that came late enough to find the grant again are written.
      expect([lost.length > 0, await refusalsInTable(own)]).toEqual([true, before + 3]);
    },
    { timeout: 10_000 },
  );
});

test('a server that closes writes what waits', async () => {
  const own = await testServer();
  await call(own, own.tokens.observer, 'sweep', { idempotencyKey: fresh(), limit: 1 });
  await own.close();
  expect(await refusalsInTable(own)).toBe(1);
});
