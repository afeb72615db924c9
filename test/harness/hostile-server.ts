/**
 * What stands between a client and an honest ledger and lies to it. Everything passes as it is, over HTTP, WebSocket and server-sent
 * events, but what a lie puts in its place: payloads of GraphQL, not bytes.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FieldNode, Kind, parse, valueFromASTUntyped } from 'graphql';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { serverSeedOf } from '../../src/home/secrets.ts';
import { provesItself } from './identity.ts';
import type { TestServer } from './server.ts';

// biome-ignore lint/suspicious/noExplicitAny: a liar changes what it likes
export type Loose = any;

/** Where in its life a client meets a lie. */
export interface Meeting {
  /** Which stream of the client's this is, from 1. */
  readonly stream: number;
}

export interface Lie {
  /** What a message of the stream becomes: nothing, itself, another, several. */
  readonly message?: (message: Loose, meeting: Meeting) => readonly Loose[] | Promise<readonly Loose[]>;
  /** What the answers to queries become, by the name of the field. */
  readonly answers?: Readonly<Record<string, (value: Loose, args: Loose) => Loose | Promise<Loose>>>;
  /** Told when a client subscribes; false leaves it without an answer. */
  readonly subscribed?: (meeting: Meeting) => boolean;
}

export const HONEST: Lie = {};

export interface HostileServer {
  readonly url: string;
  /** From now on, for streams that are open too; streams are counted anew. `caughtUp` is called once, when the first has come so far. */
  tell(lie: Lie, caughtUp?: () => unknown): void;
  /** Ends every stream without a word, as a bad line would. */
  cut(): void;
  /** Streams that clients have opened. */
  readonly streams: number;
  close(): Promise<void>;
}

const MESSAGES: ReadonlySet<string> = new Set(['Ready', 'HistoryEvent', 'CaughtUp', 'Heartbeat', 'Reset']);

export async function hostileServer(honest: TestServer): Promise<HostileServer> {
  let lie: Lie = HONEST;
  let streams = 0;
  let caughtUp: (() => unknown) | null = null;
  const responses = new Set<ServerResponse>();
  const open = new Set<WebSocket>();

  const http = createServer((request, response) => {
    if (provesItself(serverSeedOf(honest.database.secrets), request, response)) return;
    void answer(request, response).catch(() => response.destroy());
  });
  const sockets = new WebSocketServer({
    server: http,
    handleProtocols: (offered) => [...offered][0] ?? false,
  });
  sockets.on('connection', (client) => between(client));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const { authorization, accept = 'application/json' } = request.headers;
    const wanted = new AbortController();
    response.once('close', () => wanted.abort());
    const answered = await fetch(honest.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, ...(authorization ? { authorization } : {}) },
      body,
      signal: wanted.signal,
    });
    response.writeHead(answered.status, { 'content-type': answered.headers.get('content-type') ?? '' });
    if (accept !== 'text/event-stream') {
      const result = (await answered.json()) as Loose;
      response.end(JSON.stringify(await answersOf(result, JSON.parse(body))));
      return;
    }
    streams += 1;
    const meeting = { stream: streams };
    const muted = lie.subscribed?.(meeting) === false;
    responses.add(response);
    response.once('close', () => responses.delete(response));
    response.write(':\n\n');
    for await (const event of eventsOf(answered)) {
      if (muted) continue;
      const [, data] = /^data: (.*)$/m.exec(event) ?? [];
      const result = data === undefined || data === '' ? null : (JSON.parse(data) as Loose);
      if (result === null) response.write(`${event}\n\n`);
      else
        for (const told of await messagesOf(result, meeting))
          response.write(`event: next\ndata: ${JSON.stringify(told)}\n\n`);
    }
    response.end();
  }

  async function answersOf(result: Loose, { query, variables = {} }: Loose): Promise<Loose> {
    if (!result.data || lie.answers === undefined) return result;
    const data = { ...result.data };
    for (const { key, name, args } of rootFields(query, variables)) {
      const told = lie.answers[name];
      if (told !== undefined && key in data) data[key] = await told(data[key], args);
    }
    return { ...result, data };
  }

  async function messagesOf(result: Loose, meeting: Meeting): Promise<readonly Loose[]> {
    const [key, message] = Object.entries(result.data ?? {})[0] ?? [];
    if ((message as Loose)?.__typename === 'CaughtUp' && caughtUp !== null) {
      const turn = caughtUp;
      caughtUp = null;
      setImmediate(turn);
    }
    if (lie.message === undefined || !MESSAGES.has((message as Loose)?.__typename)) return [result];
    const told = await lie.message(message, meeting);
    return told.map((one) => ({ data: { [key as string]: one } }));
  }

  /** One socket to the client, one to the ledger; frames pass in their order. */
  function between(client: WebSocket): void {
    const ledger = new WebSocket(honest.wsUrl, client.protocol);
    open.add(client);
    let meeting: Meeting | null = null;
    let muted = false;
    let toLedger: Promise<unknown> = once(ledger, 'open');
    let toClient: Promise<unknown> = Promise.resolve();
    client.on('message', (data) => {
      const frame = JSON.parse(textIn(data)) as Loose;
      if (frame.type === 'subscribe' && frame.payload.query.includes('history')) {
        streams += 1;
        meeting = { stream: streams };
        muted = lie.subscribed?.(meeting) === false;
      }
      toLedger = toLedger.then(() => ledger.send(JSON.stringify(frame))).catch(() => client.terminate());
    });
    ledger.on('message', (data) => {
      toClient = toClient.then(async () => {
        if (muted) return;
        const frame = JSON.parse(textIn(data)) as Loose;
        const told =
          frame.type === 'next' && meeting !== null
            ? (await messagesOf(frame.payload, meeting)).map((payload) => ({ ...frame, payload }))
            : [frame];
        for (const one of told) if (client.readyState === WebSocket.OPEN) client.send(JSON.stringify(one));
      });
    });
    ledger.on('close', (code) => void toClient.then(() => client.close(code === 1006 ? 1001 : code)));
    client.on('close', () => {
      open.delete(client);
      ledger.terminate();
    });
    ledger.on('error', () => client.terminate());
    client.on('error', () => {});
  }

  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`,
    tell(next, turn) {
      lie = next;
      caughtUp = turn ?? null;
      streams = 0;
    },
    cut() {
      for (const client of open) client.terminate();
      for (const response of responses) response.destroy();
    },
    get streams() {
      return streams;
    },
    async close() {
      for (const client of open) client.terminate();
      sockets.close();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

/** The fields at the root of a query, by the names under which they are answered. */
function rootFields(query: string, variables: Record<string, unknown>) {
  const [operation] = parse(query).definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const fields = operation?.selectionSet.selections.filter(
    (one): one is FieldNode => one.kind === Kind.FIELD,
  );
  return (fields ?? []).map(({ alias, name, arguments: given = [] }) => ({
    key: alias?.value ?? name.value,
    name: name.value,
    args: Object.fromEntries(
      given.map((argument) => [argument.name.value, valueFromASTUntyped(argument.value, variables as never)]),
    ) as Loose,
  }));
}

const textIn = (data: RawData): string => (data as Buffer).toString('utf8');

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function* eventsOf({ body }: Response): AsyncGenerator<string> {
  let text = '';
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      yield text.slice(0, end);
      text = text.slice(end + 2);
    }
  }
}
