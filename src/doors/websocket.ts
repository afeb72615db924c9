/**
 * The WebSocket door: graphql-transport-ws on the same path. A socket is let in by its origin, a connection by its token,
 * and each operation by that token again. A frame is sent when those before it have left, but for a few small ones; a socket whose reader neither
 * reads nor answers a ping is ended.
 */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Authenticator, Unauthenticated } from '../auth/authenticate.ts';
import { isAway } from '../ledger/constraints.ts';
import { publicError, streamedText } from './errors.ts';
import { type Graphql, OperationFaults } from './graphql.ts';
import type { Hosts } from './hosts.ts';
import { GRAPHQL_PATH } from './http.ts';
import { Inbox } from './inbox.ts';
import { watchIncoming } from './incoming.ts';
import { readJson } from './json.ts';
import type { Limits } from './limits.ts';
import { closeReason, messageFault } from './messages.ts';
import { DoorRefusal, operationRefusal, UNAVAILABLE, unauthenticatedError } from './refuse.ts';
import { cutOff, frameSender, goodbye, keepAlive } from './socket.ts';

export interface WebSocketDoorDeps {
  readonly graphql: Graphql;
  readonly authenticate: Authenticator;
  readonly limits: Limits;
  readonly hosts: Hosts;
  readonly logger: Logger;
}

export interface WebSocketDoor {
  /** Says goodbye (1001) to every socket and refuses new ones; sockets that don't answer are cut off. */
  close(): Promise<void>;
}

interface Extra {
  readonly socket: WebSocket;
  readonly inbox: Inbox;
  /** Whether a token has opened the connection. */
  admitted: boolean;
  /** Results as text, by how the frame of their operation opens. */
  readonly written: Map<string, string>;
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
    try {
      refuseUpgrade(request, { closing, open: sockets.clients.size }, deps);
    } catch (error) {
      if (!(error instanceof DoorRefusal)) throw error;
      answerUpgrade(connection, error);
      return;
    }
    sockets.handleUpgrade(request, connection, head, (socket) => serve(socket, connection, protocol, deps));
  });

  return {
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

/** The protocol of graphql-ws, with one question to the token for the connection and one for each operation. */
function speakGraphql({ graphql, authenticate, limits, logger }: WebSocketDoorDeps) {
  return makeServer<{ authorization?: unknown }, Extra>({
    connectionInitWaitTimeout: limits.socketInitMs,
    async onConnect({ connectionParams, extra }) {
      try {
        await extra.inbox.prepare(() => authenticate(connectionParams?.authorization));
        extra.admitted = true;
        return true;
      } catch (error) {
        if (isAway(error)) {
          // Not 4500, after which clients don't come again by themselves.
          extra.socket.close(TRY_AGAIN_LATER, UNAVAILABLE);
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
      if (Object.keys(subscriptions).length > limits.socketOperations) {
        return [
          operationRefusal(
            'TOO_MANY_OPERATIONS',
            `A socket carries at most ${limits.socketOperations} operations at a time.`,
          ),
        ];
      }
      try {
        return await extra.inbox.prepare(async () => {
          const session = await authenticate(connectionParams?.authorization);
          return await graphql.prepare({ session }, params);
        });
      } catch (error) {
        // An error of one operation ends that operation; the socket and its other operations go on.
        if (error instanceof OperationFaults) return [...error.errors];
        if (error instanceof Unauthenticated) return [unauthenticatedError(error)];
        logger[isAway(error) ? 'warn' : 'error']({ err: error }, 'an operation could not be prepared');
        return [
          new GraphQLError('The ledger could not be asked who calls; try again.', {
            extensions: { code: 'UNAVAILABLE' },
          }),
        ];
      }
    },
    execute: (args) => graphql.run(args) as never,
    subscribe: (args) => graphql.run(args) as never,
    onError: (_context, _id, _params, errors) => errors.map((error) => publicError(error)),
    // The text is written here, once for all who get it and in the words of every other door; the protocol frames what stands for it.
    onNext({ extra }, id, _params, _args, result) {
      extra.written.set(openingOf(id), streamedText(result as ExecutionResult));
      return WRITTEN as never;
    },
  });
}

function serve(
  socket: WebSocket,
  connection: Duplex,
  protocol: ReturnType<typeof speakGraphql>,
  deps: WebSocketDoorDeps,
): void {
  const { limits, logger } = deps;
  const inbox = new Inbox(socket, (data, isBinary) => {
    void receive(extra, data, isBinary, limits, (text) => handle(text)).catch((error: unknown) => {
      logger.error({ err: error }, 'a message could not be handled');
      socket.close(CloseCode.InternalServerError, 'Internal server error');
    });
  });
  const extra: Extra = { socket, inbox, admitted: false, written: new Map() };
  let handle: (text: string) => Promise<void> = async () => {};
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
      send: (text) => send(framed(extra, text)),
      close: (code, reason) => socket.close(code, reason === undefined ? undefined : closeReason(reason)),
      onMessage: (given) => {
        handle = given;
      },
    },
    extra,
  );
  socket.once('close', (code, reason) => {
    stopPing();
    void closed(code, String(reason)).catch(() => {});
  });
}

/** What may come in one message from whoever this is. */
function mostBytes({ admitted }: Extra, { bodyBytes }: Limits): number {
  return admitted ? bodyBytes : INTRODUCTION_BYTES;
}

function refuseSize(extra: Extra, limits: Limits): void {
  if (extra.admitted) {
    cutOff(extra.socket, TOO_LARGE, `A message has at most ${mostBytes(extra, limits)} bytes.`);
  } else cutOff(extra.socket, CloseCode.BadRequest, 'Say who you are before sending so much.');
}

async function receive(
  extra: Extra,
  data: Buffer,
  isBinary: boolean,
  limits: Limits,
  handle: (text: string) => Promise<void>,
): Promise<void> {
  if (data.length > mostBytes(extra, limits)) return refuseSize(extra, limits);
  const fault = isBinary ? 'Messages are JSON texts.' : faultOf(data, limits);
  if (fault !== null) {
    extra.socket.close(CloseCode.BadRequest, closeReason(fault));
    return;
  }
  await handle(data.toString('utf8'));
}

function faultOf(data: Buffer, { jsonDepth }: Limits): string | null {
  try {
    // The protocol's own envelope is two levels around a body.
    return messageFault(readJson(data, jsonDepth + 2, 'The message'));
  } catch (error) {
    if (error instanceof DoorRefusal) return error.message;
    throw error;
  }
}
