/** The server: GraphQL over HTTP, server-sent events and WebSocket on one port, GraphiQL, health. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Audit } from '../auth/audit.ts';
import type { Authenticator } from '../auth/authenticate.ts';
import { Forwarding } from '../doors/address.ts';
import { Admission } from '../doors/bounds/admission.ts';
import { buildGraphql, type GraphqlDeps } from '../doors/graphql.ts';
import { answerHealth, answerReady, type ReadinessChecks, readinessOf } from '../doors/health.ts';
import { type HostNames, Hosts, NO_NAMES } from '../doors/hosts.ts';
import { httpDoor } from '../doors/http.ts';
import { IDENTITY_PATH, identityDoor } from '../doors/identity.ts';
import { LongTexts } from '../doors/long-texts.ts';
import { consolePage } from '../doors/pages/console.ts';
import { graphiqlPage } from '../doors/pages/graphiql.ts';
import { landingPage } from '../doors/pages/landing.ts';
import { passportPage } from '../doors/pages/passport-page.ts';
import { webSocketAt } from '../doors/streams/upgrade.ts';
import { openWebSocketDoor } from '../doors/streams/websocket.ts';
import { GRAPHQL_PATH, pathUnder } from '../doors/web/paths.ts';
import type { Mode } from '../law/values.ts';

export interface ServerDeps extends Omit<GraphqlDeps, 'countCalls' | 'audit'> {
  /** Where refused calls and failed authentications are noted. */
  readonly auditor: Audit;
  readonly authenticate: Authenticator;
  readonly ready: ReadinessChecks;
  /** What the pages say of tokens; absent: a rehearsal. */
  readonly mode?: Mode;
  /** Whether GraphiQL's page is shown. */
  readonly graphiql: boolean;
  /** Of the key by which the server proves which ledger it is. */
  readonly serverSeed: Uint8Array;
  readonly host: string;
  /** Names beside this machine's own; absent: none. */
  readonly names?: HostNames;
  /** Proxies that are believed in what they say of callers; absent: none. */
  readonly proxies?: readonly string[];
  /** 0 takes a free one. */
  readonly port: number;
}

export interface CutterServer {
  readonly httpServer: Server;
  /** Resolves with GraphQL's URL; rejects with the system's error where the port is taken. */
  listen(): Promise<{ url: string }>;
  /** Ends streams and sockets, lets requests under way finish, and returns when the port is free. */
  close(): Promise<void>;
}

/** Builds the server; it does not listen yet. */
export function buildServer(deps: ServerDeps): CutterServer {
  const { limits, logger } = deps;
  const mode = deps.mode ?? 'rehearsal';
  const basePath = deps.basePath ?? null;
  const graphqlPath = pathUnder(basePath, GRAPHQL_PATH);
  const page = deps.graphiql ? graphiqlPage({ mode, endpoint: graphqlPath }) : null;
  const passports = passportPage();
  const people = consolePage();
  const hosts = new Hosts(deps.host, deps.names ?? NO_NAMES);
  const identity = identityDoor(deps.serverSeed, (deps.names ?? NO_NAMES).hosts);
  const forwarding = new Forwarding(deps.proxies ?? []);
  const { authenticate, auditor } = deps;
  const admission = new Admission({
    authenticate,
    limits,
    noteFailure: (failure) => auditor.noteFailure(failure),
  });
  const graphql = buildGraphql({
    ...deps,
    countCalls: (caller, calls) => admission.countCalls(caller, calls),
    audit: (call) => auditor.note(call),
  });
  const longTexts = new LongTexts(limits.smallBodyBytes);
  let closing = false;
  const look = readinessOf({
    ...deps.ready,
    sockets: () => (sockets.isFull() ? 'All sockets of this server are in use.' : null),
    streams: () => (door.isFull() ? 'All event streams of this server are in use.' : null),
  });

  const landing = landingPage({
    mode,
    basePath,
    hasGraphiql: page !== null,
    hasConsole: () => people.isThere(),
    hasPassport: () => passports.isThere(),
    ready: () => look(closing),
  });

  const door = httpDoor({
    graphql,
    admission,
    longTexts,
    limits,
    hosts,
    forwarding,
    basePath,
    async pages(request, response, url, { address }) {
      if (url.pathname === '/health') answerHealth(response);
      else if (url.pathname === '/ready') answerReady(response, await look(closing));
      else if (url.pathname === IDENTITY_PATH) {
        admission.countProof(address);
        identity(request, response, url);
      } else if (page?.wants(request, url)) await page.answer(request, response);
      else if (passports.wants(request, url)) passports.answer(request, response);
      else if (people.wants(url)) people.answer(request, response, url);
      else if (landing.wants(url)) await landing.answer(request, response, url);
      else return false;
      return true;
    },
    onDefect: (error) => logger.error({ err: error }, 'a request failed'),
  });

  const httpServer = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: 1_000,
      maxHeaderSize: 32 * 1024,
      // What isn't a WebSocket is answered as if nothing had been offered (RFC 9110 §7.8).
      shouldUpgradeCallback: webSocketAt(graphqlPath),
    },
    (request, response) => {
      // A closing server asks each client to come back on another connection.
      if (closing) response.setHeader('connection', 'close');
      cutLingering(request, response, limits.lingerMs);
      void door.answer(request, response);
    },
  );
  // A reader that takes nothing of its answer is let go, too; streams and sockets have clocks of their own.
  httpServer.setTimeout(limits.silentMs);
  const sockets = openWebSocketDoor(httpServer, {
    graphql,
    admission,
    longTexts,
    limits,
    hosts,
    forwarding,
    logger,
  });

  return {
    httpServer,
    listen: () => listenAt(httpServer, deps, graphqlPath),
    async close() {
      closing = true;
      const closed = new Promise<void>((resolve) => httpServer.close(() => resolve()));
      // Sockets first: a close message says that the reader should resume. A stream's end would say that it is whole.
      await sockets.close();
      graphql.endStreams();
      await drainConnections(httpServer, closed, limits.drainMs);
      await longTexts.close();
    },
  };
}

/** An answer may come before the whole body has; a client that goes on sending is cut off. */
function cutLingering(request: IncomingMessage, response: ServerResponse, lingerMs: number): void {
  response.once('finish', () => {
    if (request.complete) return;
    const impatience = setTimeout(() => {
      if (!request.complete) request.socket.destroy();
    }, lingerMs);
    request.once('close', () => clearTimeout(impatience));
  });
}

function listenAt(
  server: Server,
  { host, port }: Pick<ServerDeps, 'host' | 'port'>,
  graphqlPath: string,
): Promise<{ url: string }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      const { address, family, port: taken } = server.address() as AddressInfo;
      const name = family === 'IPv6' ? `[${address}]` : address;
      resolve({ url: `http://${name}:${taken}${graphqlPath}` });
    });
  });
}

/** Idle connections go at once, the others as their answers end; what is left after `drainMs` is cut off. */
async function drainConnections(server: Server, closed: Promise<void>, drainMs: number): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const impatience = setTimeout(() => server.closeAllConnections(), drainMs);
  server.closeIdleConnections();
  await closed;
  clearInterval(sweep);
  clearTimeout(impatience);
}
