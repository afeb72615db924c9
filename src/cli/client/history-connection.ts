/**
 * One connection to a stream of history over WebSocket (graphql-transport-ws), for a reader that doesn't trust the
 * other end. The reader pulls, and the socket waits while it doesn't. Messages are bounded in length and in number.
 */
import { type ClientOptions, WebSocket } from 'ws';
import { z } from 'zod';
import { LedgerFault } from '../../client/ledger-fault.ts';
import { StreamRefused } from '../../monitor/judges/stream-refused.ts';
import { plainLine } from '../../text/plain.ts';

/** The connection ended, or could not be made: another may go on with the last cursor. */
export class ConnectionLost extends LedgerFault {
  override readonly name = 'ConnectionLost';

  constructor(sentence: string) {
    super(sentence, 'unreachable');
  }
}

/** The caller is refused, or the address gives no history. Another attempt changes nothing. */
class StreamDenied extends LedgerFault {
  override readonly name = 'StreamDenied';

  constructor(sentence: string) {
    super(sentence, 'refused');
  }
}

export interface ConnectionOptions {
  /** GraphQL's address, http or ws. */
  readonly url: string;
  readonly token: string;
  /** A subscription whose one field answers as `history`. */
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Called now and then while a message is waited for, with how long; what it throws ends the connection. */
  readonly waited?: (waitedMs: number) => void;
  readonly signal?: AbortSignal;
}

const PROTOCOL = 'graphql-transport-ws';
const LONGEST_MESSAGE = 24 * 1024 * 1024;
const SOCKET: ClientOptions = {
  maxPayload: LONGEST_MESSAGE,
  handshakeTimeout: 10_000,
  perMessageDeflate: false,
  followRedirects: false,
};
/** Messages that are held for a reader who isn't pulling; behind them the socket waits. */
const HELD = 8;
/** Bytes of answers that the other side may leave unread. */
const UNREAD = 64 * 1024;
const TICK_MS = 250;
/** After these, the same call would be answered the same way. */
const DENIED_CLOSES = [4400, 4401, 4403, 4406, 4409, 4429];
const PASSING_CODES = ['UNAVAILABLE', 'TOO_MANY_OPERATIONS', 'INTERNAL_SERVER_ERROR'];

const fault = z.looseObject({
  message: z.string(),
  extensions: z.looseObject({ code: z.string().optional() }).optional(),
});
const result = z.looseObject({
  data: z.looseObject({ history: z.unknown() }).nullish(),
  errors: z.array(fault).optional(),
});
const frame = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('connection_ack') }),
  z.looseObject({ type: z.literal('ping') }),
  z.looseObject({ type: z.literal('pong') }),
  z.looseObject({ type: z.literal('next'), id: z.literal('1'), payload: result }),
  z.looseObject({ type: z.literal('error'), id: z.literal('1'), payload: z.array(fault).min(1) }),
  z.looseObject({ type: z.literal('complete'), id: z.literal('1') }),
]);

/**
 * The messages of one subscription, as they come. Returns where the server says that the stream is complete; throws
 * ConnectionLost, StreamDenied, or StreamRefused for what is no message of the protocol.
 */
export async function* historyMessages(options: ConnectionOptions): AsyncGenerator<unknown, void, void> {
  const connection = new Connection(options);
  try {
    for (;;) {
      const message = await connection.next();
      if (message === undefined) return;
      yield message.history;
    }
  } finally {
    connection.leave();
  }
}

interface Arrived {
  readonly history: unknown;
}

class Connection {
  readonly #options: ConnectionOptions;
  readonly #socket: WebSocket;
  readonly #held: Arrived[] = [];
  #acknowledged = false;
  /** How it ended; null for a stream that is complete. */
  #end: { readonly reason: Error | null } | null = null;
  #wake = () => {};

  constructor(options: ConnectionOptions) {
    this.#options = options;
    const socket = new WebSocket(options.url.replace(/^http/, 'ws'), PROTOCOL, SOCKET);
    this.#socket = socket;
    socket.on('open', () =>
      this.#send({ type: 'connection_init', payload: { authorization: `Bearer ${options.token}` } }),
    );
    socket.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary));
    socket.on('unexpected-response', (_, { statusCode = 0 }) => this.#finish(refusedUpgrade(statusCode)));
    socket.on('error', (error) => this.#finish(reasonOf(error)));
    socket.on('close', (code, reason) => this.#finish(closedFault(code, this.#said(String(reason)))));
    options.signal?.addEventListener('abort', this.#abort);
    if (options.signal?.aborted) this.#abort();
  }

  async next(): Promise<Arrived | undefined> {
    const begun = performance.now();
    for (;;) {
      const message = this.#held.shift();
      if (message !== undefined) return message;
      if (this.#end !== null) {
        if (this.#end.reason === null) return undefined;
        throw this.#end.reason;
      }
      if (this.#socket.isPaused) this.#socket.resume();
      await this.#arrival();
      if (this.#held.length === 0 && this.#end === null)
        this.#options.waited?.(Math.round(performance.now() - begun));
    }
  }

  leave(): void {
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#end ??= { reason: null };
    this.#socket.terminate();
  }

  #arrival(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, TICK_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  readonly #abort = () => this.#finish(new ConnectionLost('The reader left.'));

  /** What arrived before the end is still given. */
  #finish(reason: Error | null): void {
    this.#end ??= { reason };
    this.#wake();
  }

  /** What the other side wrote, fit to be shown. */
  #said(text = 'no reason was given'): string {
    return plainLine(text, [this.#options.token]);
  }

  #send(message: object): void {
    if (this.#socket.bufferedAmount > UNREAD)
      this.#finish(new ConnectionLost('The other side asks, and doesn’t read the answers.'));
    else this.#socket.send(JSON.stringify(message), () => {});
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#end !== null) return;
    const end = this.#read(isBinary ? undefined : frame.safeParse(jsonOf(data)).data);
    if (end !== undefined) this.#finish(end);
  }

  /** How a frame ends the connection: null where the stream is complete; undefined where it goes on. */
  #read(message: z.infer<typeof frame> | undefined): Error | null | undefined {
    if (message === undefined || (!this.#acknowledged && ['next', 'complete'].includes(message.type)))
      return unreadableMessage('something came over the socket that is no message of its protocol');
    switch (message.type) {
      case 'connection_ack':
        if (this.#acknowledged) return unreadableMessage('the connection was acknowledged twice');
        this.#acknowledged = true;
        this.#send({
          type: 'subscribe',
          id: '1',
          payload: { query: this.#options.query, variables: this.#options.variables },
        });
        return undefined;
      case 'ping':
        this.#send({ type: 'pong' });
        return undefined;
      case 'pong':
        return undefined;
      case 'next':
        return this.#take(message.payload);
      case 'error':
        return deniedBy(message.payload[0]?.extensions?.code, this.#said(message.payload[0]?.message));
      case 'complete':
        return null;
    }
  }

  #take({ data, errors }: z.infer<typeof result>): Error | undefined {
    if (data == null)
      return new ConnectionLost(`A message couldn't be made: ${this.#said(errors?.[0]?.message)}`);
    this.#held.push({ history: data.history });
    if (this.#held.length >= HELD) this.#socket.pause();
    this.#wake();
    return undefined;
  }
}

function jsonOf(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'));
  } catch {
    return undefined;
  }
}

function unreadableMessage(what: string): StreamRefused {
  return new StreamRefused('malformed', `This is no stream of a ledger: ${what}.`);
}

function reasonOf(error: Error): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
    return unreadableMessage(`a message of more than ${LONGEST_MESSAGE} bytes came`);
  if (code?.startsWith('WS_ERR_')) return unreadableMessage(message);
  return new ConnectionLost(`The connection broke (${code ?? message}).`);
}

function refusedUpgrade(status: number): Error {
  const sentence = `This address gives no stream of a ledger: it answered ${status}.`;
  return status >= 500 || status === 429 ? new ConnectionLost(sentence) : new StreamDenied(sentence);
}

function closedFault(code: number, reason: string): Error {
  const said = reason === '' ? `with code ${code}` : `with code ${code}: ${reason}`;
  return DENIED_CLOSES.includes(code)
    ? new StreamDenied(`The ledger ended the connection ${said}`)
    : new ConnectionLost(`The connection ended ${said}.`);
}

function deniedBy(code: string | undefined, reason: string): Error {
  const sentence = `History can't be followed: ${reason}`;
  return code !== undefined && PASSING_CODES.includes(code)
    ? new ConnectionLost(sentence)
    : new StreamDenied(sentence);
}
