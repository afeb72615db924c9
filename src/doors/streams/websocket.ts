/**
 * The WebSocket door: graphql-transport-ws on the same path. The door checks a socket by its origin, a connection
 * by its token, and each operation by that token again. A frame is sent when those before it have left, apart from
 * a few small ones. A socket is ended when its reader neither reads nor answers a ping.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Forwarding } from '../address.ts';
import type { Admission } from '../bounds/admission.ts';
import type { Limits } from '../bounds/limits.ts';
import { Meter } from '../bounds/meter.ts';
import type { Graphql } from '../graphql.ts';
import type { Hosts } from '../hosts.ts';
import { watchIncoming } from '../incoming.ts';
import type { LongTexts } from '../long-texts.ts';
import { closeReason } from '../messages.ts';
import { DoorRefusal } from '../refuse.ts';
import { clientOf, REQUEST_ID, requestIdOf, withinCall } from '../web/call.ts';
import type { SocketState } from './connection.ts';
import { Inbox } from './inbox.ts';
import { OperationIds } from './operation-ids.ts';
import { speakGraphql } from './protocol.ts';
import { mostBytes, receiveMessage, refuseMessageSize } from './receive.ts';
import { cutOff, frameSender, keepAlive, sayGoodbye } from './socket.ts';
import { answerUpgrade, refuseUpgrade } from './upgrade.ts';
import { frameWithText } from './written-frames.ts';

export interface WebSocketDoorDeps {
  readonly graphql: Graphql;
  readonly admission: Admission;
  readonly longTexts: LongTexts;
  readonly limits: Limits;
  readonly hosts: Hosts;
  readonly forwarding: Forwarding;
  readonly logger: Logger;
}

export interface WebSocketDoor {
  /** Whether another socket would be refused. */
  isFull(): boolean;
  /** Says goodbye (1001) to every socket and refuses new ones; sockets that don't answer are cut off. */
  close(): Promise<void>;
}

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
  const named = new WeakMap<IncomingMessage, string>();
  let closing = false;

  server.on('upgrade', (request: IncomingMessage, connection: Duplex, head: Buffer) => {
    connection.on('error', () => connection.destroy());
    const requestId = requestIdOf(request.headers);
    let address: string;
    let giveBack: () => void;
    try {
      const forwarded = deps.forwarding.of(request);
      ({ address } = forwarded);
      refuseUpgrade(request, forwarded, { closing, open: sockets.clients.size }, deps);
      giveBack = deps.admission.hold(address, 'sockets without a token');
    } catch (error) {
      if (!(error instanceof DoorRefusal)) throw error;
      answerUpgrade(connection, error, requestId);
      return;
    }
    connection.once('close', giveBack);
    named.set(request, requestId);
    sockets.handleUpgrade(request, connection, head, (socket) =>
      serveSocket(
        socket,
        connection,
        { address, giveBack, requestId, client: clientOf(request.headers) },
        protocol,
        deps,
      ),
    );
  });
  sockets.on('headers', (lines, request) => lines.push(`${REQUEST_ID}: ${named.get(request)}`));

  return {
    isFull: () => sockets.clients.size >= deps.limits.sockets,
    async close() {
      closing = true;
      const gone = [...sockets.clients].map((socket) => sayGoodbye(socket));
      await Promise.all(gone);
      sockets.close();
    },
  };
}

function serveSocket(
  socket: WebSocket,
  connection: Duplex,
  stranger: Pick<SocketState, 'address' | 'giveBack' | 'requestId' | 'client'>,
  protocol: ReturnType<typeof speakGraphql>,
  deps: WebSocketDoorDeps,
): void {
  const { limits, logger } = deps;
  const { requestId, address, client } = stranger;
  const call = { requestId, address, client };
  const meter = new Meter({ burst: limits.messagesAtOnce, perSecond: limits.messagesPerSecond }, 1);
  const admits = () => {
    if (meter.take('') === 0) return true;
    cutOff(socket, CloseCode.TooManyInitialisationRequests, 'Too many messages. Send them more slowly.');
    return false;
  };
  const inbox = new Inbox(socket, admits, (data, isBinary) =>
    receiveMessage(data, isBinary, extra, deps, handled),
  );
  const extra: SocketState = {
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
    withinCall(call, () => handle(text)).catch((error: unknown) => {
      logger.error({ err: error }, 'a message could not be handled');
      socket.close(CloseCode.InternalServerError, 'Internal server error');
    });
  }
  const send = frameSender(socket, connection, limits);
  const stopPing = keepAlive(socket, limits);
  watchIncoming(socket, connection, limits, {
    mostBytes: () => mostBytes(extra, limits),
    onTooLarge: () => refuseMessageSize(extra, limits),
    onTooSlow: () => cutOff(socket, CloseCode.ConnectionInitialisationTimeout, 'A message came too slowly.'),
  });
  socket.on('error', (error) => logger.debug({ err: error }, 'a socket failed'));
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: async (text) => {
        const frame = extra.ids.outward(frameWithText(extra, text));
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
