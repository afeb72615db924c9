import { setImmediate as turn } from 'node:timers/promises';
import {
  GraphQLError,
  GraphQLFloat,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { pino } from 'pino';
import { afterAll } from 'vitest';
import WebSocket from 'ws';
import { createAuthenticator } from '../../src/auth/authenticate.ts';
import { buildServer, type CutterServer } from '../../src/boot/server.ts';
import { LIMITS, type Limits } from '../../src/doors/bounds/limits.ts';
import type { TrustedDocuments } from '../../src/doors/documents/documents.ts';
import type { HostNames } from '../../src/doors/hosts.ts';
import { loggedOfCall } from '../../src/doors/web/call.ts';
import { serverSeedOf } from '../../src/home/secrets.ts';
import { type TestDatabase, testDatabase } from './database.ts';

/** What the small schema's resolvers did. */
interface Seen {
  /** How often the mutation ran. */
  mutations: number;
  /** Values drawn from `flood`. */
  drawn: number;
  /** Streams that were opened and not yet ended. */
  live: number;
  /** Lets the calls of `slow` answer, and the streams of `late` begin. */
  release: () => void;
}

export interface DoorServer {
  readonly url: string;
  readonly wsUrl: string;
  readonly server: CutterServer;
  readonly database: TestDatabase;
  readonly seen: Seen;
  /** What was logged as an error, as JSON lines. */
  readonly logged: readonly string[];
  /** A good token of the observer. */
  readonly token: string;
  close(): Promise<void>;
}

export interface DoorServerOptions {
  readonly limits?: Partial<Limits>;
  readonly mode?: 'rehearsal' | 'production';
  readonly graphiql?: boolean;
  readonly database?: TestDatabase;
  readonly names?: HostNames;
  readonly proxies?: readonly string[];
  readonly basePath?: string;
  readonly documents?: TrustedDocuments;
}

const open = new Set<DoorServer>();

/** The doors before a schema made for trying them, with real tokens in a real database. */
export async function doorServer(options: DoorServerOptions = {}): Promise<DoorServer> {
  const database = options.database ?? (await testDatabase());
  const seen: Seen = { mutations: 0, drawn: 0, live: 0, release: () => {} };
  const logged: string[] = [];
  const mode = options.mode ?? 'rehearsal';
  const server = buildServer({
    schema: smallSchema(seen),
    limits: { ...LIMITS, ...options.limits },
    logger: pino(
      { level: 'error', mixin: loggedOfCall },
      { write: (line: string) => void logged.push(line) },
    ),
    authenticate: createAuthenticator({ gate: database.pools.gate, mode }),
    ready: {},
    serverSeed: serverSeedOf(database.secrets),
    mode,
    graphiql: options.graphiql ?? mode === 'rehearsal',
    host: '127.0.0.1',
    port: 0,
    ...(options.names === undefined ? {} : { names: options.names }),
    ...(options.proxies === undefined ? {} : { proxies: options.proxies }),
    ...(options.documents === undefined ? {} : { documents: options.documents }),
    ...(options.basePath === undefined ? {} : { basePath: options.basePath }),
    // The small schema asks nothing of the ledger.
    ledger: undefined as never,
    feed: undefined as never,
    proofs: undefined as never,
    passport: undefined as never,
    integrity: undefined as never,
    drift: undefined as never,
    readiness: undefined as never,
    auditor: { note: () => {}, noteFailure: () => {}, close: async () => {} },
    refuseEnded: undefined as never,
    observe: database.pools.limited.observe,
    reads: database.pools.reads,
    reader: database.pools.limited.reader,
  });
  const { url } = await server.listen();
  const wsUrl = url.replace(/^http/, 'ws');
  const token = database.tokens['observer'] as string;
  const made: DoorServer = {
    url,
    wsUrl,
    server,
    database,
    seen,
    logged,
    token,
    async close() {
      if (open.delete(made)) await server.close();
    },
  };
  open.add(made);
  return made;
}

afterAll(async () => {
  await Promise.all([...open].map((server) => server.close()));
});

function smallSchema(seen: Seen): GraphQLSchema {
  const Node: GraphQLObjectType = new GraphQLObjectType({
    name: 'Node',
    fields: () => ({
      name: { type: GraphQLString },
      child: { type: Node, resolve: () => ({ name: 'child' }) },
    }),
  });
  const text = { type: GraphQLString, args: { text: { type: GraphQLString } } };
  return new GraphQLSchema({
    query: new GraphQLObjectType({
      name: 'Query',
      fields: {
        hello: { type: GraphQLString, resolve: () => 'hello' },
        length: { ...text, type: GraphQLInt, resolve: (_, { text }: { text: string }) => text.length },
        node: { type: Node, resolve: () => ({ name: 'root' }) },
        large: {
          type: GraphQLString,
          args: { lines: { type: GraphQLInt } },
          resolve: (_, { lines }: { lines: number }) => largeText(lines),
        },
        list: {
          type: GraphQLInt,
          args: { of: { type: new GraphQLList(new GraphQLList(GraphQLInt)) } },
          resolve: () => 1,
        },
        floats: {
          type: GraphQLInt,
          args: { of: { type: new GraphQLList(GraphQLFloat) } },
          resolve: (_, { of }: { of: number[] }) => of.length,
        },
        slow: {
          type: GraphQLString,
          resolve: () =>
            new Promise((resolve) => {
              seen.release = () => resolve('done');
            }),
        },
        defect: {
          type: GraphQLString,
          resolve: () => {
            throw new Error('insert into secret_table at /home/somebody/file.ts:12');
          },
        },
        refused: {
          type: GraphQLString,
          resolve: () => {
            throw new GraphQLError('Not for you.', { extensions: { code: 'FORBIDDEN' } });
          },
        },
      },
    }),
    mutation: new GraphQLObjectType({
      name: 'Mutation',
      fields: {
        touch: { type: GraphQLInt, resolve: () => ++seen.mutations },
        registerSource: {
          ...text,
          type: GraphQLInt,
          resolve: (_, { text }: { text: string }) => {
            seen.mutations++;
            return text.length;
          },
        },
      },
    }),
    subscription: new GraphQLObjectType({
      name: 'Subscription',
      fields: {
        count: {
          type: GraphQLInt,
          args: { to: { type: GraphQLInt } },
          subscribe: (_, { to }: { to: number }) => count(to),
        },
        quiet: { type: GraphQLInt, subscribe: () => quiet(seen) },
        late: { type: GraphQLInt, subscribe: () => late(seen) },
        flood: { type: GraphQLString, subscribe: () => flood(seen) },
        broken: { type: GraphQLInt, subscribe: () => broken() },
        lossy: { type: new GraphQLNonNull(GraphQLInt), subscribe: () => lossy(seen) },
      },
    }),
  });
}

/** Lines of a text in many scripts, each another. */
export function largeText(lines: number): string {
  return Array.from({ length: lines }, (_, at) => `§ ${at} Grüße, 你好, 😀 ${(at * 7919) % 10007}`).join(
    '\n',
  );
}

async function* count(to: number) {
  for (let value = 1; value <= to; value++) yield { count: value };
}

async function* broken() {
  yield { broken: 1 };
  throw new Error('select from secret_table');
}

/** Three values of which the second can't be given out. */
async function* lossy(seen: Seen) {
  seen.live++;
  try {
    yield { lossy: 1 };
    yield { lossy: null };
    yield { lossy: 3 };
  } finally {
    seen.live--;
  }
}

/** One value, and then nothing until the reader leaves. */
function quiet(seen: Seen): AsyncIterableIterator<{ quiet: number }> {
  seen.live++;
  let leave = () => {};
  let first = true;
  return {
    next() {
      if (first) {
        first = false;
        return Promise.resolve({ done: false, value: { quiet: 1 } });
      }
      return new Promise((resolve) => {
        leave = () => resolve({ done: true, value: undefined });
      });
    },
    return() {
      seen.live--;
      leave();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** The same, which begins when it is let. */
async function late(seen: Seen): Promise<AsyncIterableIterator<{ quiet: number }>> {
  await new Promise<void>((resolve) => {
    seen.release = resolve;
  });
  return quiet(seen);
}

const LARGE = 'x'.repeat(100_000);

/** As many large values as are drawn. */
async function* flood(seen: Seen) {
  seen.live++;
  try {
    for (;;) {
      await turn();
      seen.drawn++;
      yield { flood: LARGE };
    }
  } finally {
    seen.live--;
  }
}

type Frame = { type: string; id?: string; payload?: unknown };

export interface Socket {
  readonly socket: WebSocket;
  send(message: unknown): void;
  /** The next frame; rejects where the socket has closed. */
  next(): Promise<Frame>;
  /** Introduces itself and waits for the acknowledgement. */
  introduce(token: string): Promise<void>;
  /** Code and reason of the end. */
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** A WebSocket client that does only what it is told. */
export async function openSocket(wsUrl: string, options: WebSocket.ClientOptions = {}): Promise<Socket> {
  const socket = new WebSocket(wsUrl, 'graphql-transport-ws', options);
  const frames: Frame[] = [];
  const waiting: { resolve(frame: Frame): void; reject(error: Error): void }[] = [];
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      for (const { reject } of waiting.splice(0)) reject(new Error(`the socket closed: ${code} ${reason}`));
      resolve({ code, reason: String(reason) });
    });
  });
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data)) as Frame;
    const first = waiting.shift();
    if (first) first.resolve(frame);
    else frames.push(frame);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {});
  const client: Socket = {
    socket,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: () =>
      new Promise((resolve, reject) => {
        const frame = frames.shift();
        if (frame) resolve(frame);
        else if (socket.readyState !== socket.OPEN) reject(new Error('the socket is closed'));
        else waiting.push({ resolve, reject });
      }),
    async introduce(token) {
      client.send({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
      const { type } = await client.next();
      if (type !== 'connection_ack') throw new Error(`not acknowledged: ${type}`);
    },
  };
  return client;
}

/** One operation over POST, as any client may shape it. */
export async function send(
  url: string,
  init: {
    token?: string | undefined;
    body?: unknown;
    headers?: Record<string, string>;
    method?: string;
  } = {},
): Promise<{
  status: number;
  text: string;
  headers: Headers;
  json(): { data?: unknown; errors?: GraphQLError[] };
}> {
  const { token, body, headers = {}, method = 'POST' } = init;
  const response = await fetch(url, {
    method,
    headers: {
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, text, headers: response.headers, json: () => JSON.parse(text) };
}

/** Opens an event stream and reads its events one at a time. */
export async function openEvents(url: string, token: string, query: string) {
  const leaving = new AbortController();
  const response = await fetch(url, {
    method: 'POST',
    signal: leaving.signal,
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ query }),
  });
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const decoder = new TextDecoder();
  let pending = '';
  return {
    response,
    leave: () => leaving.abort(),
    /** The next event's name and data; null at the end. Comments are passed over. */
    async next(): Promise<{ event: string; data: string } | null> {
      for (;;) {
        const end = pending.indexOf('\n\n');
        if (end === -1) {
          reader ??= (response.body as ReadableStream<Uint8Array>).getReader();
          const { done, value } = await reader.read();
          if (done) return null;
          pending += decoder.decode(value, { stream: true });
          continue;
        }
        const block = pending.slice(0, end);
        pending = pending.slice(end + 2);
        if (block.startsWith(':')) continue;
        const field = (name: string) =>
          block
            .split('\n')
            .find((line) => line.startsWith(`${name}:`))
            ?.slice(name.length + 1)
            .trim() ?? '';
        return { event: field('event'), data: field('data') };
      }
    },
  };
}
