import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import { CutDocument, ListEntriesDocument, SweepDocument } from '../../src/client/generated/graphql.ts';
import { LedgerFault } from '../../src/client/ledger-fault.ts';
import type { Operation } from '../../src/client/operation.ts';
import { AnswerLost } from '../../src/client/repeat.ts';
import { repeatingFetch } from '../../src/client/repeating-fetch.ts';
import { fresh, marked, reviewed } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listening(answer: RequestListener): Promise<string> {
  const listener = createServer(answer).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  closing.push(async () => {
    listener.closeAllConnections();
    listener.close();
  });
  return `http://127.0.0.1:${(listener.address() as AddressInfo).port}/graphql`;
}

/** A way to the ledger on which the ledger answers, and the first answers are lost. */
async function lossyWay(losses: number) {
  const bodies: string[] = [];
  const url = await listening(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    bodies.push(body);
    const answer = await fetch(server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: String(request.headers.authorization),
      },
      body,
    });
    const text = await answer.text();
    if (bodies.length <= losses) response.socket?.destroy();
    else
      response
        .writeHead(answer.status, { 'content-type': String(answer.headers.get('content-type')) })
        .end(text);
  });
  return { url, bodies };
}

const cutsOf = async (entryId: string): Promise<number> => {
  const { rows } = await server.superuser.query(
    'select 1 from cutter_governance.cut_change_set where decision_backlog_entry_id = $1',
    [entryId],
  );
  return rows.length;
};

describe('request', () => {
  test('gives typed data, from a bare host', async () => {
    const { entryId } = await marked(server);
    const client = createClient({ url: new URL(server.url).origin, token: () => server.tokens.observer });
    const listed = async () => {
      const { entries } = await client.request(ListEntriesDocument, { filter: { entryId } });
      return entries.edges.map(({ node }) => node.entryId);
    };
    await expect.poll(listed).toEqual([entryId]);
  });

  test('an error beside the data is thrown with both', async () => {
    const client = createClient({ url: server.url, token: server.tokens.observer });
    const { entryId } = await marked(server);
    const asked = `query ($entryId: UUID!) { entry(entryId: $entryId) { status evidence { payload } } }`;
    const fault = await client.request(asked as unknown as Operation<unknown, object>, { entryId }).then(
      () => null,
      (error: unknown) => error as LedgerFault,
    );
    expect(fault).toBeInstanceOf(LedgerFault);
    expect([fault?.kind, fault?.code]).toEqual(['refused', 'FORBIDDEN']);
    expect(fault?.message).toContain('ledger:evidence');
    expect(fault?.data).toEqual({ entry: { status: 'MARKED', evidence: null } });
  });

  test.each([
    ['a token that nobody knows', () => ({ url: server.url, token: 'none' }), 'refused'],
    ['an address where nobody is', () => ({ url: 'http://127.0.0.1:1', token: 'none' }), 'unreachable'],
  ] as const)('%s is a fault of its kind', async (_, options, kind) => {
    const call = createClient(options()).request(ListEntriesDocument, {});
    await expect(call).rejects.toMatchObject({ name: 'LedgerFault', kind });
  });

  test('a page instead of an answer is no ledger', async () => {
    const url = await listening((_, response) => response.end('<html>'));
    const call = createClient({ url, token: 't' }).request(ListEntriesDocument, {});
    await expect(call).rejects.toMatchObject({ kind: 'unfit' });
  });
});

describe('perform repeats a call under its one key', () => {
  test('a lost answer: the same bytes again, the first cut, and only one', async () => {
    const { entryId, manifestDigest } = await reviewed(server);
    const { url, bodies } = await lossyWay(2);
    const whys: string[] = [];
    const { outcome } = await createClient({ url, token: server.tokens.executor }).perform(
      CutDocument,
      { input: { idempotencyKey: fresh('cut'), entryId, manifestDigest } },
      { waitsMs: [1, 1, 1], onRepeat: (_, why) => whys.push(why) },
    );
    expect(outcome).toMatchObject({ __typename: 'CutSuccess', replayed: true, entry: { entryId } });
    expect(whys).toEqual(['lost', 'lost']);
    expect(new Set(bodies).size).toBe(1);
    expect(bodies).toHaveLength(3);
    expect(await cutsOf(entryId)).toBe(1);
  });

  test('no answer at all: AnswerLost has the key, and the same key resolves it later', async () => {
    const { entryId, manifestDigest } = await reviewed(server);
    const input = { idempotencyKey: fresh('cut'), entryId, manifestDigest };
    const { url } = await lossyWay(2);
    const call = createClient({ url, token: server.tokens.executor }).perform(
      CutDocument,
      { input },
      { waitsMs: [1] },
    );
    const lost = await call.catch((error: unknown) => error);
    expect(lost).toBeInstanceOf(AnswerLost);
    expect(lost).toMatchObject({ idempotencyKey: input.idempotencyKey, kind: 'unreachable' });
    const { outcome } = await createClient({ url, token: server.tokens.executor }).perform(CutDocument, {
      input,
    });
    expect(outcome).toMatchObject({ __typename: 'CutSuccess', replayed: true });
    expect(await cutsOf(entryId)).toBe(1);
  });

  test('a ledger that has too much to do is asked again when it says', async () => {
    const answers = [
      Response.json(
        { errors: [{ message: 'Too much.', extensions: { code: 'TOO_MANY_REQUESTS' } }] },
        { status: 429, headers: { 'retry-after': '0.001' } },
      ),
    ];
    const client = createClient({
      url: server.url,
      token: server.tokens.marker,
      fetch: (input, init) => Promise.resolve(answers.shift() ?? fetch(input, init)),
    });
    const { outcome } = await client.perform(
      SweepDocument,
      { input: { idempotencyKey: fresh() } },
      { waitsMs: [0] },
    );
    expect(outcome.__typename).toBe('SweepSuccess');
  });

  test('a busy ledger is asked again; any other refusal is the answer', async () => {
    let calls = 0;
    const busy = {
      data: {
        outcome: { __typename: 'Busy', message: 'Later.', guard: null, retryable: true, problems: [] },
      },
    };
    const client = createClient({
      url: server.url,
      token: server.tokens.verifier,
      fetch: (input, init) => {
        calls += 1;
        return calls < 3 ? Promise.resolve(Response.json(busy)) : fetch(input, init);
      },
    });
    const { outcome } = await client.perform(
      SweepDocument,
      { input: { idempotencyKey: fresh() } },
      { waitsMs: [1, 1, 1] },
    );
    expect([outcome.__typename, calls]).toEqual(['Forbidden', 3]);
  });

  test('a refusal that passes by the act of another is awaited where that is asked for', async () => {
    const before = await marked(server);
    const entry = await marked(server, fresh(), { blockedBy: [before.entryId] });
    const { entryId, manifestDigest } = await reviewed(server, 'APPROVE', entry);
    const input = { idempotencyKey: fresh('cut'), entryId, manifestDigest };
    const client = createClient({ url: server.url, token: server.tokens.executor });
    const at = await client.perform(CutDocument, { input });
    expect(at.outcome).toMatchObject({ __typename: 'DependencyOpen', retryable: true });
    const { outcome } = await client.perform(
      CutDocument,
      { input },
      {
        awaitOthers: true,
        waitsMs: [1, 1, 1],
        onRepeat: (_, why) => expect(why).toBe('retryable'),
      },
    );
    expect(outcome.__typename).toBe('DependencyOpen');
  });

  test('another client’s fetch repeats the same bytes, too', async () => {
    const { entryId, manifestDigest } = await reviewed(server);
    const { url, bodies } = await lossyWay(1);
    const input = { idempotencyKey: fresh('cut'), entryId, manifestDigest };
    const response = await repeatingFetch({ waitsMs: [1] })(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.tokens.executor}` },
      body: JSON.stringify({ query: CutDocument.toString(), variables: { input } }),
    });
    expect(await response.json()).toMatchObject({ data: { outcome: { replayed: true } } });
    expect([bodies.length, new Set(bodies).size, await cutsOf(entryId)]).toEqual([2, 1, 1]);
    const away = await repeatingFetch({ waitsMs: [1] }, async () => new Response('', { status: 503 }))(url, {
      method: 'POST',
      body: '{}',
    });
    expect(away.status).toBe(503);
  });

  test('a signal ends the wait', async () => {
    const leaving = new AbortController();
    const call = createClient({ url: 'http://127.0.0.1:1', token: 't' }).perform(
      SweepDocument,
      { input: { idempotencyKey: fresh() } },
      { waitsMs: [60_000], signal: leaving.signal },
    );
    leaving.abort(new Error('Enough.'));
    await expect(call).rejects.toThrow();
  });
});
