/**
 * The WebSocket door: graphql-transport-ws on the same path. A socket is let in by its origin, a connection by its token,
 * and each operation by that token again. A frame is sent when those before it have left, but for a few small ones; a socket whose reader neither
 * reads nor answers a ping is ended.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Authenticator, Unauthenticated } from '../auth/authenticate.ts';
import { isAway, outageOf, outageSentence } from '../ledger/outage.ts';
import { publicError, streamedText } from './errors.ts';
import { type Graphql, OperationFaults } from './graphql.ts';
import { GRAPHQL_PATH } from './http.ts';
import { inspectJson } from './json.ts';
import type { Limits } from './limits.ts';
import { operationRefusal, unauthenticatedError } from './refuse.ts';
import { frameSender, goodbye, keepAlive } from './socket.ts';

export interface WebSocketDoorDeps {
  readonly graphql: Graphql;
  readonly authenticate: Authenticator;
  readonly limits: Limits;
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
  /** Whether a token has opened the connection. */
  admitted: boolean;
  /** Results as text, by how the frame of their operation opens. */
  readonly written: Map<string, string>;
}

/** A stranger has a token to say and no more. */
const INTRODUCTION_BYTES = 16 * 1024;

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
    const refusal = closing
      ? '503 Service Unavailable'
      : upgradeRefusal(request, sockets.clients.size, deps.limits);
    connection.on('error', () => connection.destroy());
    if (refusal !== null) {
      connection.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, connection, head, (socket) => serve(socket, connection, protocol, deps));
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

/** Browsers name the page's origin; a page of another host has no business here. Programs name none. */
function upgradeRefusal(request: IncomingMessage, open: number, limits: Limits): string | null {
  if ((request.url ?? '').split('?')[0] !== GRAPHQL_PATH) return '404 Not Found';
  const { origin, host } = request.headers;
  if (origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host))
    return '403 Forbidden';
  if (open >= limits.sockets) return '503 Service Unavailable';
  return null;
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
        await authenticate(connectionParams?.authorization);
        extra.admitted = true;
        return true;
      } catch (error) {
        const outage = outageOf(error);
        if (outage !== null) {
          // Not 4500, after which clients don't come again by themselves.
          extra.socket.close(TRY_AGAIN_LATER, outageSentence(outage).slice(0, 120));
          return false;
        }
        if (!(error instanceof Unauthenticated)) throw error;
        // 4401: say who you are. 4403: we know what you said, and it doesn't open.
        const unsaid = error.reason === 'missing' || error.reason === 'malformed';
        extra.socket.close(
          unsaid ? CloseCode.Unauthorized : CloseCode.Forbidden,
          error.message.slice(0, 120),
        );
        return false;
      }
    },
    async onSubscribe({ connectionParams, subscriptions }, _id, params) {
      if (Object.keys(subscriptions).length > limits.socketOperations) {
        return [
          operationRefusal(
            'TOO_MANY_OPERATIONS',
            `A socket carries at most ${limits.socketOperations} operations at a time.`,
          ),
        ];
      }
      try {
        const session = await authenticate(connectionParams?.authorization);
        return await graphql.prepare({ session }, params);
      } catch (error) {
        // An error of one operation ends that operation; the socket and its other operations go on.
        if (error instanceof OperationFaults) return [...error.errors];
        if (error instanceof Unauthenticated) return [unauthenticatedError(error)];
        const outage = outageOf(error);
        logger[isAway(error) ? 'warn' : 'error']({ err: error }, 'an operation could not be prepared');
        return [
          new GraphQLError(outageSentence(outage ?? 'away'), {
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
  const extra: Extra = { socket, admitted: false, written: new Map() };
  const send = frameSender(socket, connection, limits);
  const stopPing = keepAlive(socket, limits);
  socket.on('error', (error) => logger.debug({ err: error }, 'a socket failed'));
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (text) => send(framed(extra, text)),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (handle) =>
        socket.on('message', (data: Buffer, isBinary) => {
          void receive(extra, data, isBinary, limits, handle).catch((error: unknown) => {
            logger.error({ err: error }, 'a message could not be handled');
            socket.close(CloseCode.InternalServerError, 'Internal server error');
          });
        }),
    },
    extra,
  );
  socket.once('close', (code, reason) => {
    stopPing();
    void closed(code, String(reason)).catch(() => {});
  });
}

async function receive(
  { socket, admitted }: Extra,
  data: Buffer,
  isBinary: boolean,
  { jsonDepth }: Limits,
  handle: (text: string) => Promise<void>,
): Promise<void> {
  try {
    if (isBinary) throw new Error('Messages are JSON texts.');
    if (!admitted && data.length > INTRODUCTION_BYTES)
      throw new Error('Say who you are before sending so much.');
    // The protocol's own envelope is two levels around a body.
    inspectJson(data, jsonDepth + 2, 'The message');
  } catch (error) {
    socket.close(CloseCode.BadRequest, (error as Error).message.slice(0, 120));
    return;
  }
  await handle(data.toString('utf8'));
}
