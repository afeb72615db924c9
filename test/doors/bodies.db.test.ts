import { beforeAll, describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/doors/bounds/limits.ts';
import { JsonScanner } from '../../src/doors/json.ts';
import { type DoorServer, doorServer, openSocket, send } from '../harness/doors.ts';
import { rawConnection } from '../harness/raw-http.ts';

let doors: DoorServer;
/** May register sources. */
let marker: string;

beforeAll(async () => {
  doors = await doorServer();
  marker = doors.database.tokens['marker'] as string;
});

const REGISTER = 'mutation($text:String){registerSource(text:$text)}';
const LENGTH = 'query($text:String){length(text:$text)}';
const ask = (token: string | undefined, query: string, variables?: unknown) =>
  send(doors.url, { token, body: { query, variables } });
const codeOf = (answer: Awaited<ReturnType<typeof ask>>) => [
  answer.status,
  answer.json().errors?.[0]?.extensions['code'],
];

/** Letters, quotes, line ends, backslashes and what takes more than a byte, `chars` in all. */
const mixed = (chars: number) => 'a"b\\c\nжé€z\u0000'.repeat(Math.ceil(chars / 12)).slice(0, chars);

describe('how much may come follows the token', () => {
  test('a document comes whole from whoever may register one', async () => {
    for (const text of ['x'.repeat(20_000_000), mixed(3_000_000), mixed(LIMITS.smallBodyBytes)]) {
      expect((await ask(marker, REGISTER, { text })).json()).toEqual({
        data: { registerSource: text.length },
      });
    }
  });

  test('from anybody else a body above 1 MiB is refused, announced or not', async () => {
    const text = 'x'.repeat(1_200_000);
    expect(codeOf(await ask(doors.token, REGISTER, { text }))).toEqual([413, 'BODY_TOO_LARGE']);
    const chunked = await fetch(doors.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${doors.token}` },
      body: new Blob([JSON.stringify({ query: REGISTER, variables: { text } })]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(chunked.status).toBe(413);
  });

  test('and so is one of a registrar for anything else', async () => {
    const text = 'x'.repeat(1_200_000);
    for (const query of [
      LENGTH,
      'mutation($text:String){registerSource(text:$text) touch}',
      'mutation($text:String){...F} fragment F on Mutation{registerSource(text:$text)}',
      `${LENGTH} `,
    ])
      expect(codeOf(await ask(marker, query, { text }))).toEqual([413, 'BODY_TOO_LARGE']);
    expect(doors.seen.mutations).toBe(3);
  });

  test('one of a registrar that isn’t one long text is refused, too', async () => {
    const texts = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`a${at}`, 'x'.repeat(60_000)]));
    expect(codeOf(await ask(marker, REGISTER, texts))).toEqual([413, 'BODY_TOO_LARGE']);
  });

  test('a stranger is refused before the body has come', async () => {
    for (const authorization of ['', 'Authorization: Bearer nobody\r\n']) {
      const head = `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${authorization}`;
      const connection = rawConnection(doors.url, `${head}Content-Length: 20000000\r\n\r\n{`);
      expect(await connection.until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 401 /);
      connection.socket.destroy();
    }
  });

  test('a large body that is no JSON, or no UTF-8, is refused like a small one', async () => {
    const large = 'x'.repeat(2_000_000);
    for (const body of [
      `{"query":"${REGISTER}","variables":{"text":"${large}"}`,
      `{"query":"${REGISTER}","variables":{"text":"${large}\\q"}}`,
      `{"query":"${REGISTER}","variables":{"text":"${large}}}`,
      `{"query":"${REGISTER}","variables":{"text":"${large}","text":"${large}"}}`,
      Buffer.concat([
        Buffer.from(`{"query":"${REGISTER}","variables":{"text":"${large}`),
        Buffer.from([0xff]),
        Buffer.from('"}}'),
      ]),
    ]) {
      const answer = await fetch(doors.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${marker}` },
        body,
      });
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('BAD_JSON')]);
    }
  });

  test('a text in the place of the operation, of its name or of its id is not taken for a word of ours', async () => {
    const long = 'x'.repeat(2_000_000);
    for (const body of [{ query: long }, { query: REGISTER, operationName: long }]) {
      const answer = await send(doors.url, { token: marker, body });
      expect(answer.status).toBeLessThan(500);
      expect(answer.json().data ?? null).toBeNull();
    }
    const socket = await openSocket(doors.wsUrl);
    await socket.introduce(marker);
    socket.send({ type: 'subscribe', id: long, payload: { query: '{ hello }' } });
    expect((await socket.closed).code).toBe(4400);
  });
});

describe('over a WebSocket likewise', () => {
  const subscribe = (query: string, text: string) => ({
    type: 'subscribe',
    id: '1',
    payload: { query, variables: { text } },
  });

  test('a document comes whole, and what was sent behind it is answered behind it', async () => {
    const socket = await openSocket(doors.wsUrl);
    await socket.introduce(marker);
    const text = mixed(2_000_000);
    socket.send(subscribe(REGISTER, text));
    socket.send({ type: 'ping', payload: { behind: true } });
    const frames = [await socket.next(), await socket.next(), await socket.next()];
    expect(frames).toContainEqual({
      type: 'next',
      id: '1',
      payload: { data: { registerSource: text.length } },
    });
    expect(frames).toContainEqual({ type: 'pong', payload: { behind: true } });
    socket.socket.terminate();
  });

  test('a large message for anything else is an error of its operation', async () => {
    const socket = await openSocket(doors.wsUrl);
    await socket.introduce(marker);
    socket.send(subscribe(LENGTH, 'x'.repeat(2_000_000)));
    expect(await socket.next()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'BODY_TOO_LARGE' } }],
    });
    socket.send({ ...subscribe(LENGTH, 'short'), id: '2' });
    expect(await socket.next()).toMatchObject({ type: 'next', id: '2', payload: { data: { length: 5 } } });
    socket.socket.terminate();
  });

  test.each([
    ['in one frame', (socket: import('ws').WebSocket, text: string) => socket.send(text)],
    [
      'in fragments',
      (socket: import('ws').WebSocket, text: string) => {
        for (let at = 0; at < text.length; at += 50_000)
          socket.send(text.slice(at, at + 50_000), { fin: at + 50_000 >= text.length }, () => {});
      },
    ],
  ])('one above 1 MiB of anybody else closes with 1009 %s', async (_name, write) => {
    const socket = await openSocket(doors.wsUrl);
    await socket.introduce(doors.token);
    write(socket.socket, JSON.stringify(subscribe(LENGTH, 'x'.repeat(3_000_000))));
    expect((await socket.closed).code).toBe(1009);
  });
});

describe('variables', () => {
  test('that the operation doesn’t declare are refused by name', async () => {
    const answer = await ask(doors.token, '{ hello }', { unused: 1 });
    expect(answer.status).toBe(400);
    expect(answer.json().errors?.[0]).toMatchObject({
      message: expect.stringContaining('"$unused"'),
      extensions: { code: 'UNUSED_VARIABLE', variable: 'unused' },
    });
    const socket = await openSocket(doors.wsUrl);
    await socket.introduce(doors.token);
    socket.send({
      type: 'subscribe',
      id: '1',
      payload: { query: LENGTH, variables: { text: 'x', other: 1 } },
    });
    expect(await socket.next()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'UNUSED_VARIABLE', variable: 'other' } }],
    });
    socket.socket.terminate();
  });

  test('of another operation in the document are unused, too', async () => {
    const query = 'query A($text:String){length(text:$text)} query B{hello}';
    const body = { query, operationName: 'B', variables: { text: 'x' } };
    expect((await send(doors.url, { token: doors.token, body })).status).toBe(400);
    expect(
      (await send(doors.url, { token: doors.token, body: { ...body, operationName: 'A' } })).status,
    ).toBe(200);
  });

  test('by GET', async () => {
    const url = `${doors.url}?query=%7Bhello%7D&variables=${encodeURIComponent('{"a":1}')}`;
    expect((await send(url, { method: 'GET', token: doors.token })).status).toBe(400);
  });
});

describe('a body is refused in the piece that is too much', () => {
  /** The number of pieces that were looked at before the refusal. */
  function piecesRead(text: string, pieceBytes = 64 * 1024): { pieces: number; message: string } {
    const scanner = new JsonScanner(LIMITS);
    const bytes = Buffer.from(text);
    for (let pieces = 1; ; pieces++) {
      const at = (pieces - 1) * pieceBytes;
      if (at > bytes.length) throw new Error('it was not refused');
      try {
        scanner.write(bytes.subarray(at, at + pieceBytes));
      } catch (error) {
        return { pieces, message: (error as Error).message };
      }
    }
  }

  test.each([
    [
      '1.7 million keys',
      `{"variables":{${Array.from({ length: 1_700_000 }, (_, at) => `"k${at}":0`).join()}}}`,
      /more than 10000 keys in one object/,
      3,
    ],
    [
      '1.7 million keys in objects of ten',
      `[${`{${Array.from({ length: 10 }, (_, at) => `"k${at}":0`).join()}},`.repeat(170_000)}0]`,
      /more than 100000 keys/,
      12,
    ],
    ['ten million items', `[${'0,'.repeat(10_000_000)}0]`, /more than 200000 items/, 8],
    ['ten million brackets', '['.repeat(10_000_000), /more than 64 levels/, 1],
    ['a number of ten million digits', `[1${'0'.repeat(10_000_000)}1]`, /more digits than a double/, 2],
    ['a key again and again', `{"a":1,"a":1,"b":"${'x'.repeat(10_000_000)}"}`, /twice/, 1],
  ])('%s', (_name, text, message, most) => {
    const read = piecesRead(text);
    expect(read.message).toMatch(message);
    expect(read.pieces).toBeLessThanOrEqual(most);
  });

  test('wherever the pieces are cut, the same is found', () => {
    const text = '{"a\\\\\\"b":"c\\\\","é\\u0041":[1.5,-2e3,{"x":"\\\\\\\\\\""}],"n":123456789.12345678}';
    const twice = '{"a\\"b":{"k\\\\":1},"c":2,"\\u0061\\"b":3}';
    const digits = '{"a":[1,9007199254740993]}';
    for (let size = 1; size < 30; size++) {
      const scanner = new JsonScanner(LIMITS, 'The body', 5);
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += size) scanner.write(bytes.subarray(at, at + size));
      scanner.end();
      expect(scanner.longTexts.map(([start, end]) => JSON.parse(bytes.toString('utf8', start, end)))).toEqual(
        ['a\\"b', 'c\\', 'éA', '\\\\"'],
      );
      expect(piecesRead(twice, size).message).toContain('twice');
      expect(piecesRead(digits, size).message).toContain('9007199254740993');
    }
  });
});
