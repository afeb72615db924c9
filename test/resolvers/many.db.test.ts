/** A verb over a list: every item has its own answer at its place, as if it had been called alone. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { schema } from '../../src/resolvers/index.ts';
import { caller } from '../harness/callers.ts';
import { call, fresh, type Loose, manifestOf, sampleText, sweepAll } from '../harness/cycle.ts';
import { openSocket } from '../harness/doors.ts';
import { rawConnection } from '../harness/raw-http.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const NOWHERE = '11111111-1111-4111-8111-111111111111';

async function source(name: string): Promise<string> {
  const input = { idempotencyKey: `source:${name}`, docCode: name, content: { text: sampleText(name) } };
  const registered = await call(server, server.tokens.marker, 'registerSource', input, 'source { sourceId }');
  return registered.source.sourceId;
}

const mark = (name: string, sourceId: string, more = {}) => ({
  idempotencyKey: `mark:${name}`,
  sourceId,
  cutSpec: { profile: 'markdown' },
  signalSource: 'test',
  ...more,
});

/** The answer of a verb over a list. */
async function callMany(
  token: string | null,
  verb: string,
  items: Loose[],
  success = '',
  at = server,
): Promise<Loose> {
  const one = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`;
  const refusal = '... on Refusal { message problems { path code } }';
  const { body } = await at.gql(
    token,
    `mutation ($input: ${one}ManyInput!) { ${verb}Many(input: $input) { __typename ${refusal}
      ... on ${one}ManySuccess { results { __typename ${refusal}
        ... on ${one}Success { replayed position ${success} } } } } }`,
    { input: { items } },
  );
  return body.errors === undefined ? body.data[`${verb}Many`] : { errors: body.errors };
}

const namesOf = (answer: Loose) => answer.results.map(({ __typename }: Loose) => __typename);

describe('markMany', () => {
  test('answers each item in order; a fault of one stops no other', async () => {
    const [a, b] = [fresh(), fresh()];
    const answer = await callMany(
      server.tokens.marker,
      'mark',
      [
        mark(a, await source(a)),
        mark('bad', 'no id', { signalSource: '' }),
        mark('nowhere', NOWHERE),
        mark('unknown', await source(fresh()), { cutSpec: { profile: 'nonsense' } }),
        mark(b, await source(b)),
      ],
      'entry { entryId status }',
    );
    expect(namesOf(answer)).toEqual([
      'MarkSuccess',
      'InvalidInput',
      'NotFound',
      'InvalidInput',
      'MarkSuccess',
    ]);
    const [first, bad, , , last] = answer.results;
    expect(bad.problems.map(({ path }: Loose) => path.join('.'))).toEqual([
      'input.items.1.sourceId',
      'input.items.1.signalSource',
    ]);
    expect(first.entry.entryId).not.toBe(last.entry.entryId);
    // Each in a transaction, and so in a record, of its own.
    expect(first.position).not.toBe(last.position);
  });

  test('a key that comes twice is a replay, or a conflict, as if it came later', async () => {
    const name = fresh();
    const item = mark(name, await source(name));
    const answer = await callMany(
      server.tokens.marker,
      'mark',
      [item, item, { ...item, signalSource: 'other' }],
      'entry { entryId }',
    );
    expect(namesOf(answer)).toEqual(['MarkSuccess', 'MarkSuccess', 'IdempotencyConflict']);
    expect(answer.results.map(({ replayed }: Loose) => replayed)).toEqual([false, true, undefined]);
    expect(answer.results[1].entry).toEqual(answer.results[0].entry);
  });

  test('a repeated call writes nothing again', async () => {
    const names = [fresh(), fresh(), fresh()];
    const items = await Promise.all(names.map(async (name) => mark(name, await source(name))));
    await callMany(server.tokens.marker, 'mark', items);
    const before = await fingerprint(server);
    const again = await callMany(server.tokens.marker, 'mark', items);
    expect(again.results.map(({ replayed }: Loose) => replayed)).toEqual([true, true, true]);
    expect(await fingerprint(server)).toEqual(before);
  });

  test('authority is judged once, before any item', async () => {
    const before = await fingerprint(server);
    const answer = await callMany(server.tokens.observer, 'mark', [mark('x', 'no id')]);
    expect(answer.__typename).toBe('Forbidden');
    expect(await fingerprint(server)).toEqual(before);
  });

  test('takes up to 500 items, and none', async () => {
    const many = Array.from({ length: 501 }, (_, at) => mark(`many-${at}`, NOWHERE));
    const answer = await callMany(server.tokens.marker, 'mark', many);
    expect(answer).toMatchObject({ __typename: 'InvalidInput', problems: [{ path: ['input', 'items'] }] });
    expect(namesOf(await callMany(server.tokens.marker, 'mark', many.slice(1)))).toHaveLength(500);
    expect(namesOf(await callMany(server.tokens.marker, 'mark', []))).toEqual([]);
  });

  test('counts as its items', async () => {
    const limited = await testServer({
      database: server.database,
      limits: { callsAtOnce: 20, callsPerSecond: 1 },
    });
    try {
      const items = Array.from({ length: 15 }, (_, at) => mark(`counted-${at}`, NOWHERE));
      const token = limited.tokens.marker;
      expect(namesOf(await callMany(token, 'mark', items, '', limited))).toHaveLength(15);
      const { errors } = await callMany(token, 'mark', items, '', limited);
      expect(errors[0].extensions).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    } finally {
      await limited.close();
    }
  });
});

describe('an item that GraphQL would not take', () => {
  const places = ({ problems }: Loose) =>
    problems.map(({ path, code }: Loose) => `${path.join('.')} ${code}`);

  test('is refused at its place, and the others run', async () => {
    const [a, b] = [fresh(), fresh()];
    const [one, two] = [mark(a, await source(a)), mark(b, await source(b))];
    const answer = await callMany(server.tokens.marker, 'mark', [
      one,
      { ...one, idempotencyKey: 7, dryRun: 'yes' },
      { signalSource: 'test' },
      null as unknown as Loose,
      'no item' as unknown as Loose,
      { ...one, cutSpec: { profil: 'markdown' } },
      { ...one, idempotencyKey: 'sound for GraphQL', signalSource: ' ' },
      two,
    ]);
    expect(namesOf(answer)).toEqual(['MarkSuccess', ...Array(6).fill('InvalidInput'), 'MarkSuccess']);
    expect(answer.results.slice(1, 7).map(places)).toEqual([
      ['input.items.1.dryRun invalid', 'input.items.1.idempotencyKey invalid'],
      [
        'input.items.2.cutSpec field-missing',
        'input.items.2.idempotencyKey field-missing',
        'input.items.2.sourceId field-missing',
      ],
      ['input.items.3 null'],
      ['input.items.4 invalid'],
      ['input.items.5.cutSpec.profil field-unknown'],
      ['input.items.6.signalSource invalid'],
    ]);
  });

  test('is refused so in the text of an operation, too', async () => {
    const name = fresh();
    const item = (key: string, more: string) =>
      `{ idempotencyKey: "${key}", sourceId: $source, cutSpec: { profile: "markdown" }, signalSource: "t" ${more} }`;
    const { body } = await server.gql(
      server.tokens.marker,
      `mutation ($source: UUID!, $dry: Boolean) { markMany(input: { items: [
        ${item('l1', 'scenarioRef: 5')}, ${item(`mark:${name}`, '')}, ${item('l2', 'dryRun: $dry')}] }) {
        ... on MarkManySuccess { results { __typename ... on Refusal { message problems { path code } } } } } }`,
      { source: await source(name) },
    );
    expect(body.errors).toBeUndefined();
    const answer = body.data.markMany;
    expect(namesOf(answer)).toEqual(['InvalidInput', 'MarkSuccess', 'InvalidInput']);
    expect([answer.results[0], answer.results[2]].map(places)).toEqual([
      ['input.items.0.scenarioRef invalid'],
      ['input.items.2.dryRun variable-missing'],
    ]);
    expect(answer.results[2].message).toContain('items[2].dryRun is given by the variable $dry');
  });

  test('has a refusal of its own, however many there are', async () => {
    const faulty = Array.from({ length: 300 }, (_, at) => ({ idempotencyKey: at }));
    const answer = await callMany(server.tokens.marker, 'mark', faulty);
    expect(answer.results).toHaveLength(300);
    for (const [at, one] of answer.results.entries())
      expect(places(one)).toContain(`input.items.${at}.idempotencyKey invalid`);
    const worst = { ...mark('x', NOWHERE), blockedBy: Array.from({ length: 30 }, () => 1) };
    const { results } = await callMany(server.tokens.marker, 'mark', [worst]);
    expect(results[0].problems).toHaveLength(11);
    expect(results[0].problems.at(-1)).toMatchObject({
      path: ['input', 'items', '0'],
      code: 'more-problems',
    });
  });

  test.each([
    ['no list', 5, 'input.items invalid'],
    ['no items', null, 'input.items null'],
  ])('the list itself at fault: %s', async (_, items, place) => {
    const answer = await callMany(server.tokens.marker, 'mark', items as unknown as Loose[]);
    expect(answer.__typename).toBe('InvalidInput');
    expect(places(answer)).toEqual([place]);
  });

  test('501 faulty items are one list that is too long', async () => {
    const answer = await callMany(server.tokens.marker, 'mark', Array(501).fill({}));
    expect(answer).toMatchObject({ __typename: 'InvalidInput', problems: [{ path: ['input', 'items'] }] });
    expect(answer.problems).toHaveLength(1);
  });
});

describe('what is asked of the answers', () => {
  /** The statements of callers' reads while something is done. */
  async function readsOf<T>(act: (at: TestServer) => Promise<T>): Promise<{ done: T; reads: string[] }> {
    const reads: string[] = [];
    const { observe, ...others } = server.pools.reads;
    const counting = await testServer({
      database: server.database,
      pools: {
        reads: {
          ...others,
          observe: {
            ask(statement) {
              reads.push(/read\.[\w.]+/.exec(statement.sql)?.[0] ?? statement.sql);
              return observe.ask(statement);
            },
          },
        },
      },
    });
    try {
      return { done: await act(counting), reads };
    } finally {
      await counting.close();
    }
  }

  test('one statement reads the rows of all of them, for each field that asks', async () => {
    const names = Array.from({ length: 30 }, () => fresh());
    const items = await Promise.all(names.map(async (name) => mark(name, await source(name))));
    // A replay, and what has no entry.
    items.splice(7, 0, items[0]!);
    items.splice(9, 0, mark('nowhere', NOWHERE));
    const asked =
      'entry { entryId status history { nodes { changeKind } } } same: entry { entryId emittedAt }';
    const { done, reads } = await readsOf((at) => callMany(server.tokens.marker, 'mark', items, asked, at));
    expect(reads).toEqual(Array(2).fill('read.MarkSuccess.entry.Entry'));
    expect(done.results).toHaveLength(32);
    expect(done.results[7].entry).toEqual(done.results[0].entry);
    expect(done.results[9].__typename).toBe('NotFound');
    const alone = await Promise.all(
      items.map((input) => call(server, server.tokens.marker, 'mark', input, asked)),
    );
    for (const [at, { entry, same }] of alone.entries())
      expect([at, done.results[at].entry, done.results[at].same]).toEqual([at, entry, same]);
  });

  test('what may be long is read row by row, and no row is refused for the others', async () => {
    const names = Array.from({ length: 5 }, () => fresh());
    const items = await Promise.all(names.map(async (name) => mark(name, await source(name))));
    const asked = 'entry { entryId evidence { payload } } ';
    const { token } = await caller(server, {
      scopes: ['entry:mark', 'ledger:observe', 'ledger:evidence', 'document:read'],
    });
    const long = await callMany(token, 'mark', items, asked);
    expect(long.results.map(({ entry }: Loose) => entry.evidence.payload.signal_source)).toEqual(
      Array(5).fill('test'),
    );
    const texts = await callMany(token, 'mark', items, 'entry { source { text } }');
    expect(texts.results.map(({ entry }: Loose) => entry.source.text)).toEqual(names.map(sampleText));
  });

  test('a dry run shows what would be', async () => {
    const names = [fresh(), fresh()];
    const items = await Promise.all(
      names.map(async (name) => mark(name, await source(name), { dryRun: true })),
    );
    const { results } = await callMany(server.tokens.marker, 'mark', items, 'entry { entryId status }');
    expect(results.map(({ entry }: Loose) => entry.status)).toEqual(['MARKED', 'MARKED']);
    expect(results[0].entry.entryId).not.toBe(results[1].entry.entryId);
  });
});

describe('a call that is under way', () => {
  const COUNT = 20;
  /** Items of a lane's lists that run at a time. */
  const WIDTH = 4;

  /** Nobody marks until it is released; resolves when the first items wait. */
  async function holdMarks(): Promise<() => Promise<void>> {
    const holder = await server.superuser.connect();
    await holder.query('begin; lock table cutter_governance.decision_backlog_entry in share mode');
    return async () => {
      await holder.query('rollback');
      holder.release();
    };
  }

  const waiting = async () => {
    const { rows } = await server.superuser.query(
      `select from pg_stat_activity where datname = current_database() and usename = 'cutter_exec'
         and wait_event_type = 'Lock'`,
    );
    return rows.length;
  };

  async function twenty(): Promise<Loose[]> {
    const names = Array.from({ length: COUNT }, () => fresh());
    return Promise.all(names.map(async (name) => mark(name, await source(name))));
  }

  test('whose token is revoked does no item more', async () => {
    const items = await twenty();
    const { token } = await caller(server, { scopes: ['entry:mark', 'ledger:observe'] });
    const release = await holdMarks();
    const called = callMany(token, 'mark', items);
    try {
      await expect.poll(waiting).toBe(WIDTH);
      await server.superuser.query(
        'update cutter_auth.token set revoked_at = now() where token_sha256 = $1',
        [createHash('sha256').update(token).digest()],
      );
    } finally {
      await release();
    }
    const answer = await called;
    expect(namesOf(answer)).toEqual([
      ...Array(WIDTH).fill('MarkSuccess'),
      ...Array(COUNT - WIDTH).fill('Forbidden'),
    ]);
    expect(answer.results.at(-1).message).toContain('Repeat it with another');
    expect(namesOf(await callMany(server.tokens.marker, 'mark', items))).toEqual([
      ...Array(WIDTH).fill('IdempotencyConflict'),
      ...Array(COUNT - WIDTH).fill('MarkSuccess'),
    ]);
  });

  const QUERY = 'mutation ($input: MarkManyInput!) { markMany(input: $input) { __typename } }';

  /** Repeats the call: what the first one did is answered again. */
  async function expectBegun(items: Loose[]): Promise<void> {
    await expect.poll(waiting).toBe(0);
    const { results } = await callMany(server.tokens.marker, 'mark', items);
    expect(results.map(({ replayed }: Loose) => replayed)).toEqual(items.map((_, at) => at < WIDTH));
  }

  test('whose caller leaves begins no item more, and a repeated call goes on', async () => {
    const items = await twenty();
    const body = JSON.stringify({ query: QUERY, variables: { input: { items } } });
    const connections = () =>
      new Promise<number>((resolve, reject) =>
        server.server.httpServer.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      );
    const before = await connections();
    const release = await holdMarks();
    try {
      const { socket } = rawConnection(
        server.url,
        `POST /graphql HTTP/1.1\r\nHost: ${new URL(server.url).host}\r\nContent-Type: application/json\r\n` +
          `Authorization: Bearer ${server.tokens.marker}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
      await expect.poll(waiting).toBe(WIDTH);
      socket.destroy();
      await expect.poll(connections).toBeLessThanOrEqual(before);
    } finally {
      await release();
    }
    await expectBegun(items);
  });

  test('over a WebSocket, too', async () => {
    const items = await twenty();
    const socket = await openSocket(server.wsUrl);
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${server.tokens.marker}` } });
    await socket.next();
    const release = await holdMarks();
    try {
      socket.send({ id: '1', type: 'subscribe', payload: { query: QUERY, variables: { input: { items } } } });
      await expect.poll(waiting).toBe(WIDTH);
      socket.socket.close();
      await socket.closed;
    } finally {
      await release();
    }
    await expectBegun(items);
  });

  test('leaves connections to others, who are answered meanwhile', async () => {
    const lists = await Promise.all(Array.from({ length: 4 }, twenty));
    const release = await holdMarks();
    const called = lists.map((items) => callMany(server.tokens.marker, 'mark', items));
    try {
      await expect.poll(waiting).toBe(WIDTH);
      const name = fresh();
      expect(await source(name)).toMatch(/^[0-9a-f-]{36}$/);
      expect(await waiting()).toBe(WIDTH);
    } finally {
      await release();
    }
    for (const answer of await Promise.all(called))
      expect(namesOf(answer)).toEqual(Array(COUNT).fill('MarkSuccess'));
  });
});

test('documents go through all phases by lists', async () => {
  const { marker, reviewer, executor, verifier } = server.tokens;
  const names = [fresh('list'), fresh('list'), fresh('list')];
  const items = await Promise.all(names.map(async (name) => mark(name, await source(name))));
  const marks = await callMany(marker, 'mark', items, 'entry { entryId }');
  const entries: string[] = marks.results.map(({ entry }: Loose) => entry.entryId);
  await sweepAll(server);
  const plans = await Promise.all(entries.map((entryId) => manifestOf(server, entryId)));
  const verdicts = entries.map((entryId, at) => {
    return { idempotencyKey: `r:${entryId}`, entryId, verdict: 'APPROVE', manifestDigest: plans[at] };
  });
  expect(namesOf(await callMany(reviewer, 'review', verdicts))).toEqual(Array(3).fill('ReviewSuccess'));
  const orders = entries.map((entryId, at) => {
    return { idempotencyKey: `c:${entryId}`, entryId, manifestDigest: plans[at] };
  });
  const cuts = await callMany(executor, 'cut', orders, 'changeSet { changeSetId }');
  expect(namesOf(cuts)).toEqual(Array(3).fill('CutSuccess'));
  const checks = cuts.results.map(({ changeSet }: Loose) => {
    return { idempotencyKey: `v:${changeSet.changeSetId}`, changeSetId: changeSet.changeSetId };
  });
  const verified = await callMany(verifier, 'verify', checks, 'entry { status } result { verdict }');
  expect(verified.results.map(({ entry }: Loose) => entry.status)).toEqual(
    Array(3).fill('VERIFIED_COMPLETE'),
  );
});

test('an agent may not review by a list either, and each verb’s list needs its own scope', async () => {
  for (const verb of ['mark', 'review', 'cut', 'verify'])
    expect((await callMany(server.tokens.observer, verb, [])).__typename).toBe('Forbidden');
  expect(Object.keys(schema.getMutationType()?.getFields() ?? {})).toEqual(
    expect.arrayContaining(['markMany', 'reviewMany', 'cutMany', 'verifyMany']),
  );
});
