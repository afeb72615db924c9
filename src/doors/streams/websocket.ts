/**
 * The WebSocket door: graphql-transport-ws on the same path. A socket is let in by its origin, a connection by its token,
 * and each operation by that token again. A frame is sent when those before it have left, but for a few small ones; a socket whose reader neither
 * reads nor answers a ping is ended.
 */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { Unauthenticated } from '../../auth/authenticate.ts';
import type { Session } from '../../auth/session.ts';
import { isAway, outageOf, outageSentence } from '../../database/outage.ts';
import { type Admission, TooMany } from '../admission.ts';
import { publicError, streamedText } from '../errors.ts';
import { type Graphql, OperationFaults, type OperationParams } from '../graphql.ts';
import type { Hosts } from '../hosts.ts';
import { GRAPHQL_PATH } from '../http.ts';
import { watchIncoming } from '../incoming.ts';
import { JsonScanner, parseScanned } from '../json.ts';
import type { Limits } from '../limits.ts';
import { LONG_TEXT_BYTES, type LongTexts, putBack } from '../long-texts.ts';
import { type ClientMessage, closeReason, readMessage } from '../messages.ts';
import { Meter } from '../meter.ts';
import { DoorRefusal, largeForNothing, operationRefusal, unauthenticatedError } from '../refuse.ts';
import { Inbox } from './inbox.ts';
import { OperationIds, withId } from './operation-ids.ts';
import { cutOff, frameSender, goodbye, keepAlive } from './socket.ts';

export interface WebSocketDoorDeps {
  readonly graphql: Graphql;
  readonly admission: Admission;
  readonly longTexts: LongTexts;
  readonly limits: Limits;
  readonly hosts: Hosts;
  readonly logger: Logger;
}

export interface WebSocketDoor {
  /** Whether another socket would be refused. */
  isFull(): boolean;
  /** Says goodbye (1001) to every socket and refuses new ones; sockets that don't answer are cut off. */
  close(): Promise<void>;
}

interface Extra {
  readonly socket: WebSocket;
  readonly inbox: Inbox;
  readonly address: string;
  /** Who opened the connection with a token; null before. */
  session: Session | null;
  /** Gives back what the socket holds of what all share. */
  giveBack: () => void;
  /** What was taken out of the message at hand, where it is a large one. */
  texts: ReadonlyMap<string, string> | null;
  /** Results as text, by how the frame of their operation opens. */
  readonly written: Map<string, string>;
  readonly ids: OperationIds;
}

/** A stranger has a token to say and no more. */
const INTRODUCTION_BYTES = 16 * 1024;

const TOO_LARGE = 1009;
const TRY_AGAIN_LATER = 1013;

export function openWebSocketDoor(server: Server, deps: WebSocketDoorDeps): WebSocketDoor {
  const protocol = speakGraphql(deps);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: deps.limits.bodyBytes,
    perMessageDeflate: false,
    autoPong: false,
    clientTracking: true,
    handleProtocols: (offered) =>
      offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false,
  });
  let closing = false;

  server.on('upgrade', (request: IncomingMessage, connection: Duplex, head: Buffer) => {
    connection.on('error', () => connection.destroy());
    const address = deps.admission.addressOf(request);
    let giveBack: () => void;
    try {
      refuseUpgrade(request, { closing, open: sockets.clients.size }, deps);
      giveBack = deps.admission.hold(address, 'sockets without a token');
    } catch (error) {
      if (!(error instanceof DoorRefusal)) throw error;
      answerUpgrade(connection, error);
      return;
    }
    connection.once('close', giveBack);
    sockets.handleUpgrade(request, connection, head, (socket) =>
      serve(socket, connection, { address, giveBack }, protocol, deps),
    );
  });

  return {
    isFull: () => sockets.clients.size >= deps.limits.sockets,
    async close() {
      closing = true;
      const gone = [...sockets.clients].map((socket) => goodbye(socket));
      await Promise.all(gone);
      sockets.close();
    },
  };
}

/** Whether a request asks for a WebSocket where there are any; other offers of another protocol are passed over. */
export function isWebSocket({ method, url = '', headers }: IncomingMessage): boolean {
  return (
    method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && url.split('?')[0] === GRAPHQL_PATH
  );
}

/** Browsers name the page's origin; a page of another site has no business here. Programs name none. */
function refuseUpgrade(
  request: IncomingMessage,
  { closing, open }: { closing: boolean; open: number },
  { hosts, limits }: WebSocketDoorDeps,
): void {
  hosts.refuseForeign(request);
  hosts.refuseForeignOrigin(request);
  if (closing) throw new DoorRefusal(503, 'CLOSING', 'The server is closing; reconnect.');
  if (open >= limits.sockets)
    throw new DoorRefusal(503, 'TOO_MANY_SOCKETS', 'Too many sockets are open; try again later.');
}

function answerUpgrade(connection: Duplex, { status, message, headers }: DoorRefusal): void {
  const lines = Object.entries({
    ...headers,
    connection: 'close',
    'content-type': 'text/plain; charset=utf-8',
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const length = Buffer.byteLength(message);
  connection.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}content-length: ${length}\r\n\r\n${message}`,
  );
}

/** Stands for a payload whose text is at hand; the protocol only knows how to write objects. */
const WRITTEN = { written: true } as const;
const REST = `,"type":"next","payload":${JSON.stringify(WRITTEN)}}`;

function openingOf(id: string): string {
  return `{"id":${JSON.stringify(id)}`;
}

/** The frame with the text in it. An operation has one frame under way at a time, so its id says which text. */
function framed({ written }: Extra, text: string): string {
  if (!text.endsWith(REST)) return text;
  const opening = text.slice(0, -REST.length);
  const payload = written.get(opening);
  written.delete(opening);
  return payload === undefined ? text : `${opening},"type":"next","payload":${payload}}`;
}

/** What an operation holds while it runs: its turn among the calls of its token, and its place among subscriptions. */
interface Held {
  readonly leave: () => void;
  readonly onEnd: () => void;
}

/** The protocol of graphql-ws, with one question to the token for the connection and one for each operation. */
function speakGraphql({ graphql, admission, limits, logger }: WebSocketDoorDeps) {
  const held = new WeakMap<ExecutionArgs, Held>();

  /** Runs what was prepared, and gives the turn back when it has begun to answer. */
  async function run(args: ExecutionArgs) {
    const { leave, onEnd } = held.get(args) as Held;
    try {
      return await graphql.run(args, onEnd);
    } finally {
      leave();
    }
  }

  async function prepare(
    { address, texts }: Pick<Extra, 'address' | 'texts'>,
    authorization: unknown,
    params: OperationParams,
  ): Promise<ExecutionArgs> {
    const leave = await admission.takeTurn(authorization);
    try {
      const session = await admission.identify(address, authorization);
      admission.countCall(session);
      if (texts !== null && !graphql.isRegistration(params)) throw largeForNothing(limits);
      const whole = texts === null ? params : withTexts(params, texts);
      const args = await graphql.prepare({ session }, whole);
      const onEnd = graphql.isSubscription(args)
        ? admission.hold(session.principalId, 'subscriptions')
        : () => {};
      held.set(args, { leave, onEnd });
      return args;
    } catch (error) {
      leave();
      throw error;
    }
  }

  return makeServer<{ authorization?: unknown }, Extra>({
    connectionInitWaitTimeout: limits.socketInitMs,
    async onConnect({ connectionParams, extra }) {
      try {
        const session = await extra.inbox.prepare(() =>
          admission.identify(extra.address, connectionParams?.authorization),
        );
        const giveBack = admission.hold(session.principalId, 'sockets');
        extra.giveBack();
        extra.giveBack = giveBack;
        extra.session = session;
        // It may have gone while it was looked up.
        if (extra.socket.readyState !== extra.socket.OPEN) giveBack();
        return true;
      } catch (error) {
        const outage = outageOf(error);
        if (outage !== null) {
          // Not 4500, after which clients don't come again by themselves.
          extra.socket.close(TRY_AGAIN_LATER, closeReason(outageSentence(outage)));
          return false;
        }
        if (error instanceof TooMany) {
          extra.socket.close(CloseCode.TooManyInitialisationRequests, closeReason(error.message));
          return false;
        }
        if (!(error instanceof Unauthenticated)) throw error;
        // 4401: say who you are. 4403: we know what you said, and it doesn't open.
        const unsaid = error.reason === 'missing' || error.reason === 'malformed';
        extra.socket.close(unsaid ? CloseCode.Unauthorized : CloseCode.Forbidden, closeReason(error.message));
        return false;
      }
    },
    async onSubscribe({ connectionParams, subscriptions, extra }, _id, params) {
      const { address, texts } = extra;
      if (Object.keys(subscriptions).length > limits.socketOperations) {
        return [
          operationRefusal(
            'TOO_MANY_OPERATIONS',
            `A socket carries at most ${limits.socketOperations} operations at a time.`,
          ),
        ];
      }
      try {
        return await extra.inbox.prepare(() =>
          prepare({ address, texts }, connectionParams?.authorization, params),
        );
      } catch (error) {
        // An error of one operation ends that operation; the socket and its other operations go on.
        if (error instanceof OperationFaults) return [...error.errors];
        if (error instanceof Unauthenticated) return [unauthenticatedError(error)];
        if (error instanceof DoorRefusal) return [doorError(error)];
        const outage = outageOf(error);
        logger[isAway(error) ? 'warn' : 'error']({ err: error }, 'an operation could not be prepared');
        return [
          new GraphQLError(outageSentence(outage ?? 'away'), {
            extensions: { code: 'UNAVAILABLE' },
          }),
        ];
      }
    },
    execute: (args) => run(args) as never,
    subscribe: (args) => run(args) as never,
    onError: (_context, _id, _params, errors) => errors.map((error) => publicError(error)),
    // The text is written here, once for all who get it and in the words of every other door; the protocol frames what stands for it.
    onNext({ extra }, id, _params, _args, result) {
      extra.written.set(openingOf(id), streamedText(result as ExecutionResult));
      return WRITTEN as never;
    },
  });
}

/** The parameters with the long texts in their variables. */
function withTexts(params: OperationParams, texts: ReadonlyMap<string, string>): OperationParams {
  return { ...params, variables: putBack(params.variables, texts) as OperationParams['variables'] };
}

function doorError(refusal: DoorRefusal): GraphQLError {
  const more = refusal instanceof TooMany ? { retryAfterSeconds: refusal.retryAfterSeconds } : {};
  return operationRefusal(refusal.code, refusal.message, more);
}

function serve(
  socket: WebSocket,
  connection: Duplex,
  stranger: Pick<Extra, 'address' | 'giveBack'>,
  protocol: ReturnType<typeof speakGraphql>,
  deps: WebSocketDoorDeps,
): void {
  const { limits, logger } = deps;
  const meter = new Meter({ burst: limits.messagesAtOnce, perSecond: limits.messagesPerSecond }, 1);
  const admits = () => {
    if (meter.take('') === 0) return true;
    cutOff(socket, CloseCode.TooManyInitialisationRequests, 'Too many messages; send them more slowly.');
    return false;
  };
  const inbox = new Inbox(socket, admits, (data, isBinary) => receive(data, isBinary, extra, deps, handled));
  const extra: Extra = {
    ...stranger,
    socket,
    inbox,
    session: null,
    texts: null,
    written: new Map(),
    ids: new OperationIds(),
  };
  let handle: (text: string) => Promise<void> = async () => {};
  function handled(text: string): void {
    handle(text).catch((error: unknown) => {
      logger.error({ err: error }, 'a message could not be handled');
      socket.close(CloseCode.InternalServerError, 'Internal server error');
    });
  }
  const send = frameSender(socket, connection, limits);
  const stopPing = keepAlive(socket, limits);
  watchIncoming(socket, connection, limits, {
    mostBytes: () => mostBytes(extra, limits),
    onTooLarge: () => refuseSize(extra, limits),
    onTooSlow: () => cutOff(socket, CloseCode.ConnectionInitialisationTimeout, 'A message came too slowly.'),
  });
  socket.on('error', (error) => logger.debug({ err: error }, 'a socket failed'));
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: async (text) => {
        const frame = extra.ids.outward(framed(extra, text));
        if (frame !== null) await send(frame);
      },
      close: (code, reason) => socket.close(code, reason === undefined ? undefined : closeReason(reason)),
      onMessage: (given) => {
        handle = given;
      },
    },
    extra,
  );
  socket.once('close', (code, reason) => {
    stopPing();
    extra.giveBack();
    void closed(code, String(reason)).catch(() => {});
  });
}

/** What may come in one message from whoever this is. */
function mostBytes({ session }: Extra, { bodyBytes, smallBodyBytes }: Limits): number {
  if (session === null) return INTRODUCTION_BYTES;
  return session.scopes.has('source:register') ? bodyBytes : Math.min(bodyBytes, smallBodyBytes);
}

function refuseSize(extra: Extra, limits: Limits): void {
  const most = mostBytes(extra, limits);
  if (extra.session !== null)
    cutOff(extra.socket, TOO_LARGE, `A message of this token has at most ${most} bytes.`);
  else
    cutOff(
      extra.socket,
      CloseCode.BadRequest,
      'Send connection_init with a token before a message of this size.',
    );
}

/** Hands a message on, or closes the socket. A large one is read in pieces and on a thread, and those behind it wait. */
function receive(
  data: Buffer,
  isBinary: boolean,
  extra: Extra,
  { limits, longTexts, logger }: WebSocketDoorDeps,
  handle: (text: string) => void,
): Promise<void> | undefined {
  const { socket } = extra;
  const refuse = (error: unknown) => {
    if (!(error instanceof DoorRefusal)) logger.error({ err: error }, 'a message could not be read');
    const isOurs = error instanceof DoorRefusal;
    const reason = isOurs ? closeReason(error.message) : 'Internal server error';
    socket.close(isOurs ? CloseCode.BadRequest : CloseCode.InternalServerError, reason);
  };
  const hand = (text: Buffer) => {
    const message = readMessage(parseScanned(text, 'The message'));
    if (typeof message === 'string') socket.close(CloseCode.BadRequest, closeReason(message));
    else handOn(message, text.toString('utf8'), extra, handle);
  };
  if (data.length > mostBytes(extra, limits)) {
    refuseSize(extra, limits);
    return undefined;
  }
  // The protocol's own envelope is two levels around a body.
  const scanner = new JsonScanner(
    { ...limits, jsonDepth: limits.jsonDepth + 2 },
    'The message',
    LONG_TEXT_BYTES,
  );
  const isLarge = data.length > limits.smallBodyBytes;
  try {
    if (isBinary) throw new DoorRefusal(400, 'BAD_REQUEST', 'Messages are JSON texts.');
    if (data.length > SCANNED_BYTES) return readLong();
    scanner.write(data);
    scanner.end();
    hand(data);
  } catch (error) {
    refuse(error);
  }
  return undefined;

  async function readLong(): Promise<void> {
    try {
      await scanInPieces(data, scanner);
      if (!isLarge) return hand(data);
      const { rest, texts } = await longTexts.take(data, scanner.longTexts);
      extra.texts = texts;
      hand(rest);
    } catch (error) {
      refuse(error);
    } finally {
      extra.texts = null;
    }
  }
}

/** Hands a message on under the name that its operation has inside. What has no id in the right form, the protocol refuses. */
function handOn(
  { type, id }: ClientMessage,
  text: string,
  { socket, ids }: Extra,
  handle: (text: string) => void,
): void {
  const isOperation = type === 'subscribe' || type === 'complete';
  if (!isOperation || typeof id !== 'string' || id === '') {
    handle(text);
    return;
  }
  const name = type === 'subscribe' ? ids.begin(id) : ids.end(id);
  if (name !== null) handle(withId(text, name));
  // An end without an operation crossed the server's own, and says nothing new.
  else if (type === 'subscribe')
    socket.close(CloseCode.SubscriberAlreadyExists, closeReason(`Subscriber for ${id} already exists`));
}

/** Bytes that are scanned in one turn of the event loop. */
const SCANNED_BYTES = 64 * 1024;

async function scanInPieces(data: Buffer, scanner: JsonScanner): Promise<void> {
  for (let at = 0; at < data.length; at += SCANNED_BYTES) {
    scanner.write(data.subarray(at, at + SCANNED_BYTES));
    await turn();
  }
  scanner.end();
}
