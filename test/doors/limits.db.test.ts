import { beforeAll, describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/doors/bounds/limits.ts';
import { type DoorServer, doorServer, openSocket, send } from '../harness/doors.ts';

let doors: DoorServer;

beforeAll(async () => {
  doors = await doorServer();
});

const ask = (query: string, variables?: unknown) =>
  send(doors.url, { token: doors.token, body: { query, variables } });
const extensionsOf = (answer: Awaited<ReturnType<typeof ask>>) => answer.json().errors?.[0]?.extensions;

/** Each fragment spreads the next one twice: 2^depth fields in a kilobyte. */
function spreadBomb(depth: number): string {
  const fragments = Array.from(
    { length: depth },
    (_, i) => `fragment f${i} on Node{a:child{...f${i + 1}}b:child{...f${i + 1}}}`,
  );
  return `{node{...f0}}${fragments.join('')}fragment f${depth} on Node{name}`;
}

/** The same without aliases: validation's comparison of overlapping fields is what explodes. */
function overlapBomb(depth: number): string {
  const fragments = Array.from(
    { length: depth },
    (_, i) => `fragment f${i} on Node{child{...f${i + 1}}child{...f${i + 1}}}`,
  );
  return `{node{...f0}}${fragments.join('')}fragment f${depth} on Node{name}`;
}

const OPERATIONS: Record<string, [limit: string, query: string]> = {
  'a fragment bomb of a kilobyte': ['fields', spreadBomb(22)],
  'a fragment bomb without aliases': ['fields', overlapBomb(24)],
  'selections 2,000 deep': ['brackets', `{${'node{child{'.repeat(1000)}name${'}}'.repeat(1000)}}`],
  'selections beyond the depth': ['depth', `{node{${'child{'.repeat(40)}name${'}'.repeat(40)}}}`],
  'depth hidden in fragments': [
    'depth',
    `{node{...f0}}${Array.from({ length: 40 }, (_, i) => `fragment f${i} on Node{child{...f${i + 1}}}`).join('')}fragment f40 on Node{name}`,
  ],
  'a list literal nested 20,000 deep': ['brackets', `{list(of:${'['.repeat(20_000)}${']'.repeat(20_000)})}`],
  'a list type nested 1,000 deep': ['brackets', `query($a:${'['.repeat(1000)}Int${']'.repeat(1000)}){hello}`],
  'aliases of one field': [
    'aliases',
    `{node{${Array.from({ length: 101 }, (_, i) => `a${i}:name `).join('')}}}`,
  ],
  'aliases of __typename': [
    'aliases',
    `{node{${Array.from({ length: 101 }, (_, i) => `a${i}:__typename `).join('')}}}`,
  ],
  'one field again and again': ['aliases', `{node{${'name '.repeat(102)}}}`],
  '__typename again and again': ['aliases', `{node{${'__typename '.repeat(102)}}}`],
  'the same names in many fragments': [
    'overlaps',
    `{node{${Array.from({ length: 80 }, () => '...on Node{child{child{child{name}}}name}').join('')}}}`,
  ],
  'many root fields': ['rootFields', `{${Array.from({ length: 21 }, (_, i) => `a${i}:hello `).join('')}}`],
  'many root fields by fragments': [
    'rootFields',
    `{...F ...F ...F} fragment F on Query {${Array.from({ length: 7 }, (_, i) => `a${i}:hello `).join('')}}`,
  ],
  'many directives': ['directives', `{hello ${'@include(if:true)'.repeat(51)}}`],
  'many unknown directives': ['directives', `{hello ${'@a'.repeat(51)}}`],
  'many tokens': ['tokens', `{list(of:[[${'1 '.repeat(8_000)}]])}`],
  'a comment of a megabyte': ['operationChars', `#${'c'.repeat(1_000_000)}\n{hello}`],
  'long comments': ['commentChars', `${`#${'c'.repeat(1_000)}\n`.repeat(20)}{hello}`],
  'long comments at the end': ['commentChars', `{hello}${`\n#${'c'.repeat(1_000)}`.repeat(20)}`],
  'a literal text that belongs in variables': ['operationChars', `{length(text:"${'x'.repeat(200_000)}")}`],
};

describe('an operation that asks for too much is refused by name, before validation', () => {
  test.each(Object.entries(OPERATIONS))('%s', async (_name, [limit, query]) => {
    const answer = await ask(query);
    expect(extensionsOf(answer)).toEqual({
      code: 'OPERATION_TOO_LARGE',
      limit,
      allowed: LIMITS[limit as keyof typeof LIMITS],
    });
    expect(answer.json()).not.toHaveProperty('data');
    expect(answer.status).toBeLessThan(500);
  });

  test.each(Object.entries(OPERATIONS))(
    'over the WebSocket, which goes on: %s',
    async (_name, [limit, query]) => {
      const socket = await openSocket(doors.wsUrl);
      await socket.introduce(doors.token);
      socket.send({ type: 'subscribe', id: '1', payload: { query } });
      expect(await socket.next()).toMatchObject({
        type: 'error',
        id: '1',
        payload: [{ extensions: { code: 'OPERATION_TOO_LARGE', limit } }],
      });
      socket.send({ type: 'subscribe', id: '2', payload: { query: '{ hello }' } });
      expect(await socket.next()).toMatchObject({ type: 'next', id: '2' });
      socket.socket.terminate();
    },
  );

  test('fragments in a circle', async () => {
    const answer = await ask('{node{...a}} fragment a on Node{child{...b}} fragment b on Node{child{...a}}');
    expect(answer.json().errors?.[0]?.message).toContain('spreads itself');
  });

  test('GraphiQL’s introspection passes', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    const answer = await ask(
      getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true, oneOf: true }),
    );
    expect(answer.json().errors).toBeUndefined();
  });
});

describe('a body', () => {
  test('of a megabyte in variables passes', async () => {
    const answer = await ask('query($text:String){length(text:$text)}', { text: 'x'.repeat(1_000_000) });
    expect(answer.json()).toEqual({ data: { length: 1_000_000 } });
  });

  test('beyond the limit is refused, announced or not', async () => {
    const small = await doorServer({ limits: { bodyBytes: 10_000 }, database: doors.database });
    const body = JSON.stringify({ query: '{hello}', variables: { text: 'x'.repeat(20_000) } });
    const announced = await send(small.url, { token: doors.token, body });
    expect([announced.status, extensionsOf(announced)]).toEqual([413, { code: 'BODY_TOO_LARGE' }]);
    const chunked = await fetch(small.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${doors.token}` },
      body: new Blob([body]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(chunked.status).toBe(413);
  });

  test.each([
    ['JSON nested 5,000 deep', `{"query":"{hello}","variables":${'['.repeat(5000)}${']'.repeat(5000)}}`],
    [
      'JSON nested 5,000 objects deep',
      `{"query":"{hello}","variables":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
    ],
    ['a key given twice', '{"query":"{hello}","query":"mutation{touch}"}'],
    ['a key given twice, once in escapes', '{"query":"{hello}","qu\\u0065ry":"mutation{touch}"}'],
    ['a whole number beyond 2^53', '{"query":"{hello}","variables":{"a":9007199254740993}}'],
    ['a number that loses digits', '{"query":"{hello}","variables":{"a":0.12345678901234567890}}'],
    ['a number without end', '{"query":"{hello}","variables":{"a":1e999999999999999}}'],
    ['a string that is not closed', '{"query":"{hello}'],
    ['text that is not JSON', 'query={hello}'],
    ['nothing', ''],
  ])('with %s is refused', async (_name, body) => {
    const answer = await send(doors.url, { token: doors.token, body });
    expect([answer.status, extensionsOf(answer)]).toEqual([400, { code: 'BAD_JSON' }]);
  });

  test('with numbers that a double holds passes', async () => {
    const body =
      '{"query":"query($a:[Float]){hello @include(if:true) floats(of:$a)}","variables":{"a":[9007199254740991,-0,0.1,1.50,1e21,123456789.12345678,5e-324]}}';
    expect((await send(doors.url, { token: doors.token, body })).json()).toEqual({
      data: { hello: 'hello', floats: 7 },
    });
  });

  test('that is not UTF-8 is refused', async () => {
    const answer = await fetch(doors.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${doors.token}` },
      body: Buffer.from([...Buffer.from('{"query":"{hello}","a":"'), 0xff, 0x22, 0x7d]),
    });
    expect(answer.status).toBe(400);
  });

  test('that holds a batch is refused', async () => {
    const answer = await send(doors.url, {
      token: doors.token,
      body: [{ query: '{hello}' }, { query: '{hello}' }],
    });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('Batching');
  });

  test('that is compressed is refused', async () => {
    const answer = await send(doors.url, {
      token: doors.token,
      body: 'x',
      headers: { 'content-encoding': 'gzip' },
    });
    expect(answer.status).toBe(415);
  });
});

describe('errors', () => {
  test('a defect is masked in the answer and kept for the log', async () => {
    const answer = await ask('{ defect }');
    expect(extensionsOf(answer)).toEqual({
      code: 'INTERNAL_SERVER_ERROR',
      requestId: answer.headers.get('x-request-id'),
    });
    expect(answer.text).not.toMatch(/secret_table|\/home\/|stack/);
    expect(doors.logged.join('')).toContain('secret_table');
  });

  test('what a resolver says on purpose passes, with its code', async () => {
    const answer = await ask('{ refused }');
    expect(answer.json().errors?.[0]).toMatchObject({
      message: 'Not for you.',
      extensions: { code: 'FORBIDDEN' },
    });
  });

  test('a value that does not fit its variable is the caller’s fault', async () => {
    const answer = await ask('query($text:String){length(text:$text)}', { text: { deep: true } });
    expect(answer.status).toBeLessThan(500);
    expect(answer.json().errors?.[0]?.message).toContain('$text');
  });
});
