/** A client of the stream as docs/reference/stream.md describes it: made from that text alone, with a socket, fetch and hashes, and nothing of ours. */
import { createPublicKey, hash, verify } from 'node:crypto';
import { WebSocket } from 'ws';

const SUBSCRIPTION = `subscription ($after: String, $everyRecord: Boolean! = false, $filter: HistoryFilter) {
  history(after: $after, everyRecord: $everyRecord, filter: $filter) {
    __typename
    ... on Ready        { cursor head heartbeatMs incarnation }
    ... on HistoryEvent { cursor position recordHash rows { historyId entryId changeKind entryVersionAfter position logOrdinal } }
    ... on CaughtUp     { cursor checkpoint { size root note } }
    ... on Heartbeat    { cursor head checkpoint { size root note } }
    ... on Reset        { reason message }
  }
}`;

// biome-ignore lint/suspicious/noExplicitAny: messages are read by what the text says of them
export type Message = any;

/** How a stream ended: told to be complete, or otherwise. */
type End = 'complete' | `closed ${number}` | 'cut off' | `refused ${number}`;

export interface Subscription {
  /** The next message; null at the end. */
  next(): Promise<Message | null>;
  readonly ended: Promise<End>;
  leave(): void;
}

interface Variables {
  readonly after?: string | null;
  readonly everyRecord?: boolean;
  readonly filter?: Readonly<Record<string, unknown>>;
}

export type Transport = (url: string, token: string, variables: Variables) => Promise<Subscription>;

/** Messages that have come and readers that wait, in order. */
function mailbox() {
  const [messages, waiting]: [Message[], ((message: Message | null) => void)[]] = [[], []];
  const { promise: ended, resolve } = Promise.withResolvers<End>();
  let over = false;
  return {
    ended,
    put(message: Message) {
      const reader = waiting.shift();
      if (reader) reader(message);
      else messages.push(message);
    },
    end(how: End) {
      over = true;
      for (const reader of waiting.splice(0)) reader(null);
      resolve(how);
    },
    next(): Promise<Message | null> {
      if (messages.length > 0) return Promise.resolve(messages.shift());
      return over ? Promise.resolve(null) : new Promise((read) => waiting.push(read));
    },
  };
}

/** § WebSocket. */
export const overWebSocket: Transport = async (url, token, variables) => {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), 'graphql-transport-ws');
  const { put, end, next, ended } = mailbox();
  const say = (message: unknown): void => socket.send(JSON.stringify(message));
  socket.on('open', () => say({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  socket.on('error', () => {});
  socket.on('close', (code) => end(`closed ${code}`));
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data));
    if (type === 'connection_ack')
      say({ type: 'subscribe', id: '1', payload: { query: SUBSCRIPTION, variables } });
    else if (type === 'next' && payload.data) put(payload.data.history);
    else if (type === 'next') put(payload);
    else if (type === 'complete') end('complete');
    else if (type === 'error') end('refused 200');
  });
  return { next, ended, leave: () => socket.close() };
};

type Body = NonNullable<Response['body']>;

/** § Server-sent events. */
export const overEvents: Transport = async (url, token, variables) => {
  const leaving = new AbortController();
  const { put, end, next, ended } = mailbox();
  const response = await fetch(url, {
    method: 'POST',
    signal: leaving.signal,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ query: SUBSCRIPTION, variables }),
  });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (!isStream) {
    await response.body?.cancel();
    end(`refused ${response.status}`);
  } else void read(response.body as Body).catch(() => end('cut off'));
  return { next, ended, leave: () => leaving.abort() };

  async function read(body: Body): Promise<void> {
    let text = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() as string;
      for (const block of blocks) {
        if (block.startsWith('event: complete')) return end('complete');
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data !== undefined) put(JSON.parse(data).data?.history ?? JSON.parse(data));
      }
    }
    end('cut off');
  }
};

const H = (...parts: readonly Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');

/** § Checking what arrives: fold, root. */
export class Fold {
  readonly #map = new Map<number, Buffer>();

  add(position: number, recordHash: string): void {
    let value = H(Buffer.of(0), Buffer.from(recordHash.replace('sha256:', ''), 'hex'));
    let [level, index] = [0, position];
    for (; index % 2 === 1; index = (index - 1) / 2, level += 1) {
      value = H(Buffer.of(1), this.#map.get(level) as Buffer, value);
      this.#map.delete(level);
    }
    this.#map.set(level, value);
  }

  root(): string {
    const levels = [...this.#map.keys()].sort((one, other) => one - other);
    const [lowest, ...higher] = levels.map((level) => this.#map.get(level) as Buffer);
    const root = higher.reduce((below, left) => H(Buffer.of(1), left, below), lowest ?? H());
    return root.toString('base64');
  }
}

/** § Checking what arrives: note. Whether both lanes have signed it, each by one of its keys. */
export function isCosigned(note: string, keys: Readonly<Record<string, Uint8Array>>): boolean {
  const [text = '', signatures = ''] = note.split('\n\n');
  const signed = Buffer.from(`${text}\n`);
  const [origin] = text.split('\n');
  return Object.entries(keys).every(([lane, key]) => {
    const name = `${origin}/${lane}`;
    const keyHash = H(Buffer.from(name), Buffer.of(0x0a, 0x01), key).subarray(0, 4);
    const good = signatures.split('\n').filter((line) => {
      const bytes = Buffer.from(line.split(' ')[2] ?? '', 'base64');
      return (
        line.startsWith(`— ${name} `) && keyHash.equals(bytes.subarray(0, 4)) && fits(key, bytes, signed)
      );
    });
    return good.length === 1;
  });
}

function fits(key: Uint8Array, line: Buffer, signed: Buffer): boolean {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') };
  return verify(null, signed, createPublicKey({ key: jwk, format: 'jwk' }), line.subarray(4));
}
