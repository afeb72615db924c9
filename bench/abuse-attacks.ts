/** What one caller may try against a server: each attack is bounded in count and time, and goes to 127.0.0.1 alone. */
import net from 'node:net';
import { WebSocket } from 'ws';

interface Target {
  readonly url: string;
  /** Of a reader, who may observe. */
  readonly reader: string;
  /** Of a marker, who may register sources. */
  readonly registrar: string;
}

/** Says in a few words how it was answered. */
export type Attack = (target: Target) => Promise<string>;

async function post(url: string, token: string, body: string): Promise<string> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
    });
    const text = await response.text();
    const code = /"code":"(\w+)"|"__typename":"(\w+)"/.exec(text);
    return `${response.status} ${code?.[1] ?? code?.[2] ?? ''}`.trim();
  } catch {
    return 'cut off';
  }
}

function told(answers: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts].map(([answer, count]) => `${count} × ${answer}`).join(', ');
}

async function repeat(times: number, width: number, make: (at: number) => Promise<string>): Promise<string> {
  const answers: string[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < times) answers.push(await make(next++));
    }),
  );
  return told(answers);
}

function manyKeys(count: number): string {
  const keys = Array.from({ length: count }, (_, at) => `"k${at}":0`).join();
  return `{"query":"{__typename}","variables":{${keys}}}`;
}

/** As large as an operation may be, and never the same twice. */
function largestOperation(at: number): string {
  const fields = 'entryId kind status emittedAt position dueAt';
  const parts = Array.from(
    { length: 15 },
    (_, part) => `a${at}x${part}: entries(first: ${part + 1}) { nodes { ${fields} } }`,
  );
  return JSON.stringify({
    query: `query Q${at} { ${parts.join(' ')} } ${`#${'c'.repeat(900)}\n`.repeat(15)}`,
  });
}

function fragmentBomb(at: number): string {
  const fragments = Array.from(
    { length: 60 },
    (_, i) => `fragment f${i} on Entry{a${at}:entryId ...f${i + 1} ...f${i + 1}}`,
  );
  return JSON.stringify({ query: `{entries{nodes{...f0}}}${fragments.join('')}fragment f60 on Entry{kind}` });
}

async function openSocket(url: string, token: string): Promise<WebSocket> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await new Promise((resolve) => socket.once('message', resolve));
  return socket;
}

const closedWith = (socket: WebSocket): Promise<string> =>
  new Promise((resolve) => {
    const patience = setTimeout(() => socket.terminate(), 10_000);
    socket.once('close', (code) => {
      clearTimeout(patience);
      resolve(`closed ${code}`);
    });
  });

/** A document that is registered and looked at: so many sections. */
function sections(count: number): string {
  return Array.from({ length: count }, (_, at) => `## Section ${at}\n\nSome words of section ${at}.\n`).join(
    '\n',
  );
}

interface Registered {
  readonly data?: { registerSource: { __typename: string; source?: { sourceId: string } } };
}

async function register({ url, registrar }: Target, name: string, content: object): Promise<Registered> {
  const query = `mutation($input: RegisterSourceInput!) { registerSource(input: $input) {
    __typename ... on RegisterSourceSuccess { source { sourceId } } } }`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${registrar}` },
    body: JSON.stringify({ query, variables: { input: { idempotencyKey: name, docCode: name, content } } }),
  });
  return (await response.json()) as Registered;
}

const subscription = 'subscription { history { __typename } }';

export const ATTACKS: Readonly<Record<string, Attack>> = {
  '1.7 million keys, as a reader': ({ url, reader }) =>
    repeat(3, 1, () => post(url, reader, manyKeys(1_700_000))),
  '1.7 million keys, as a registrar': ({ url, registrar }) =>
    repeat(3, 1, () => post(url, registrar, manyKeys(1_700_000))),
  '1 MiB of keys, 20 times': ({ url, reader }) => repeat(20, 4, () => post(url, reader, manyKeys(70_000))),
  '5,000 subscriptions begun and ended in a burst': async ({ url, reader }) => {
    const socket = await openSocket(url, reader);
    for (let at = 0; at < 5_000; at++) {
      socket.send(JSON.stringify({ type: 'subscribe', id: `${at}`, payload: { query: subscription } }));
      socket.send(JSON.stringify({ type: 'complete', id: `${at}` }));
    }
    return await closedWith(socket);
  },
  '2,000 wrong tokens': ({ url }) =>
    repeat(2_000, 16, (at) => post(url, `wrong${at}`, '{"query":"{__typename}"}')),
  '3,000 calls at once': ({ url, reader }) =>
    repeat(3_000, 3_000, () => post(url, reader, '{"query":"{ entries(first: 5) { nodes { entryId } } }"}')),
  '100 of the largest operations': ({ url, reader }) =>
    repeat(100, 8, (at) => post(url, reader, largestOperation(at))),
  '200 fragment bombs': ({ url, reader }) => repeat(200, 8, (at) => post(url, reader, fragmentBomb(at))),
  'messages of 3 MB, as a reader': ({ url, reader }) =>
    repeat(20, 4, async () => {
      const socket = await openSocket(url, reader);
      const text = 'x'.repeat(3_000_000);
      socket.send(
        JSON.stringify({
          type: 'subscribe',
          id: '1',
          payload: { query: '{__typename}', variables: { text } },
        }),
      );
      return await closedWith(socket);
    }),
  '600 sockets that say nothing': async ({ url }) => {
    const { hostname, port } = new URL(url);
    const head = `GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
    const answers = await Promise.all(
      Array.from({ length: 600 }, () => {
        const socket = net.connect({ host: hostname, port: Number(port) });
        socket.on('error', () => {});
        return new Promise<string>((resolve) => {
          socket.once('data', (data) => resolve(String(data).slice(9, 12)));
          socket.once('close', () => resolve('cut off'));
          socket.write(head);
        }).finally(() => socket.destroy());
      }),
    );
    return told(answers);
  },
  'documents of 15 MB, as text and as base64': async (target) => {
    const text = `# A law\n\n${'Words of a law, one after the other, é.\n'.repeat(370_000)}`;
    const base64 = Buffer.from(`${text}.`).toString('base64');
    const answers = [
      await register(target, 'large-text', { text }),
      await register(target, 'large-bytes', { base64 }),
    ];
    return told(answers.map(({ data }) => data?.registerSource.__typename ?? 'refused'));
  },
  'a plan of 5,000 sections, looked at twice': async (target) => {
    const { data } = await register(target, 'sections', { text: sections(5_000) });
    const plan = `query($id: UUID!) { planCut(sourceId: $id, cutSpec: { profile: "markdown" }) { __typename } }`;
    const body = JSON.stringify({ query: plan, variables: { id: data?.registerSource.source?.sourceId } });
    return await repeat(2, 1, () => post(target.url, target.registrar, body));
  },
};
