import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { followEvents } from '../../src/client/event-stream.ts';
import { serverSeedOf } from '../../src/home/secrets.ts';
import { everyKindOfPhase } from '../fsck/fsck-ground.ts';
import { provesItself } from '../harness/identity.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { watched } from '../monitor/monitor-ground.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server that answers every request by what `answer` writes. */
async function served(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(answer as never);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}

/** The data of each message of a stream that comes in these pieces. */
async function messagesOf(pieces: readonly (string | Buffer)[]): Promise<unknown[]> {
  const url = await served(async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    // Each piece leaves before the next one is written.
    for (const piece of pieces)
      await new Promise<void>((resolve) => response.write(piece, () => setImmediate(resolve)));
    response.end();
  });
  const messages: unknown[] = [];
  const signal = AbortSignal.timeout(60_000);
  for await (const message of followEvents({
    url,
    token: 't',
    query: '',
    variables: {},
    signal,
  }))
    messages.push(message);
  return messages;
}

const STREAM = [
  'event: next\ndata: {"data":{"n":1}}\n\n',
  ': a comment\n\n',
  'event:next\nid: 7\nretry: 10\nunknown: x\nunknown\ndata:{"data":\ndata: {"n":2}}\n\n',
  'data: {"data":{"n":"of no kind"}}\n\n',
  'event: other\ndata: {"data":{"n":"of another kind"}}\n\n',
  'event: next\ndata: {"data":{"n":"é\\r\\n"}}\n\n',
  'event: complete\ndata:\n\n',
];
const TOLD = [{ n: 1 }, { n: 2 }, { n: 'é\r\n' }];

describe('An event stream is read by the standard', () => {
  const ends = [
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ] as const;
  test.each(ends)('with lines that end in %s', async (_, end) => {
    expect(await messagesOf(STREAM.map((text) => text.replaceAll('\n', end)))).toEqual(TOLD);
  });

  test.each(ends)('with lines that end in %s, byte by byte', async (_, end) => {
    const bytes = Buffer.from(STREAM.join('').replaceAll('\n', end));
    expect(await messagesOf(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(TOLD);
  });

  test('with lines that end in each of them by turns', async () => {
    let nth = 0;
    // CR before LF would be one end of both.
    const mixed = STREAM.join('').replace(
      /\n/g,
      () => ['\r\n', '\r\n', '\n', '\r\n', '\r'][nth++ % 5] as string,
    );
    expect(await messagesOf([mixed])).toEqual(TOLD);
  });

  test('with a byte order mark before it', async () => {
    expect(await messagesOf([Buffer.from([0xef, 0xbb]), Buffer.from([0xbf]), ...STREAM])).toEqual(TOLD);
  });
});

describe('cutter monitor', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await testServer();
    await everyKindOfPhase(server);
  });

  test.each(['\r\n', '\r'])('follows a ledger behind a proxy whose lines end in %j', async (end) => {
    const url = await served(async (request, response) => {
      if (provesItself(serverSeedOf(server.database.secrets), request, response)) return;
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { authorization, accept } = request.headers;
      const answer = await fetch(server.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: accept ?? '*/*',
          authorization: authorization ?? '',
        },
        body: Buffer.concat(chunks),
      });
      const type = answer.headers.get('content-type') ?? '';
      response.writeHead(answer.status, { 'content-type': type });
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      response.on('close', () => void reader?.cancel().catch(() => {}));
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: '' };
        if (done) break;
        response.write(type.startsWith('text/event-stream') ? value.replaceAll('\n', end) : value);
      }
      response.end();
    });
    const { status, verdicts, summary } = await watched(server, { url });
    expect([status, verdicts]).toEqual([0, []]);
    expect(summary?.position).toBeGreaterThan(10);
  });
});

describe('A monitor that is stopped before it has read the ledger', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await testServer();
  });

  const expectUnwatched = ({ status, lines }: Awaited<ReturnType<typeof watched>>, why: RegExp): void => {
    expect([status, lines.join('\n')]).toEqual([2, expect.stringMatching(why)]);
    expect(lines.join('\n')).not.toContain('Nothing is wrong');
  };

  test.each([true, false])('before its first connection says so, with status 2 (JSON: %s)', async (json) => {
    const signal = AbortSignal.abort();
    const ended = await watched(server, { json, once: false, around: { signal } });
    expectUnwatched(
      ended,
      /The monitor was stopped before it had read http\S+ to the end, so it can't say whether anything is wrong\./,
    );
    if (json) expect(ended.lines.map((line) => JSON.parse(line).type)).toEqual(['unseen', 'summary']);
  });

  test('while nobody answers says so, with status 2', async () => {
    const ending = new AbortController();
    const url = await served((request, response) => {
      if (!provesItself(serverSeedOf(server.database.secrets), request, response)) ending.abort();
    });
    const ended = await watched(server, { url, once: false, json: false, around: { signal: ending.signal } });
    expectUnwatched(ended, /stopped before it had read/);
  });

  test('in the middle of its replay says so, with status 2', async () => {
    const ending = new AbortController();
    const url = await served(async (request, response) => {
      if (provesItself(serverSeedOf(server.database.secrets), request, response)) return;
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { authorization, accept } = request.headers;
      const leaving = new AbortController();
      const answer = await fetch(server.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: accept ?? '*/*',
          authorization: authorization ?? '',
        },
        body: Buffer.concat(chunks),
        signal: leaving.signal,
      });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      // As far as the first record, and no further.
      let text = '';
      for await (const piece of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        text += piece;
        if (text.includes('recordHash')) break;
      }
      response.write(`${text.slice(0, text.indexOf('\n\n', text.indexOf('recordHash')))}\n\n`, () =>
        ending.abort(),
      );
      leaving.abort();
    });
    const ended = await watched(server, { url, once: false, json: false, around: { signal: ending.signal } });
    expectUnwatched(ended, /stopped before it had read/);
  });

  test('that can reach nobody says so, with status 2, and so does one whose token nobody gave', async () => {
    const nowhere = await watched(server, { url: 'http://127.0.0.1:1', json: false });
    expectUnwatched(nowhere, /^Nothing can be watched: /);
    const blind = await watched(server, { token: 'no such token', json: false });
    expectUnwatched(blind, /^Nothing can be watched: /);
  });
});
