/**
 * The HTTP door: routes, who calls, what kind of body, how large; then yoga for queries and mutations, and the event
 * stream for subscriptions. Nothing a browser can send without asking first (a form, plain text) is accepted, and no
 * other origin is invited.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Authenticator, bearerToken, Unauthenticated } from '../auth/authenticate.ts';
import { isAway } from '../ledger/constraints.ts';
import { readBody, refuseAnnouncedBody } from './body.ts';
import { resultText } from './errors.ts';
import { type Graphql, OperationFaults, type OperationParams, type Outcome } from './graphql.ts';
import type { Hosts } from './hosts.ts';
import { readJson } from './json.ts';
import type { Limits } from './limits.ts';
import { answerRefusal, DoorRefusal } from './refuse.ts';
import { serveEvents } from './sse.ts';

export interface HttpDoorDeps {
  readonly graphql: Graphql;
  readonly authenticate: Authenticator;
  readonly limits: Limits;
  readonly hosts: Hosts;
  /** Other paths, and GraphiQL's page; true where it has answered. */
  readonly pages: (
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
  ) => boolean | Promise<boolean>;
  readonly onDefect: (error: unknown) => void;
}

interface Door extends HttpDoorDeps {
  /** Event streams that are open now. */
  readonly open: { streams: number };
}

export const GRAPHQL_PATH = '/graphql';

const PROBES: ReadonlySet<string> = new Set(['/health', '/ready']);

/** A body up to this size is read before the token is looked up, so that a small call costs one look-up. */
const SMALL_BODY_BYTES = 64 * 1024;

export function httpDoor(given: HttpDoorDeps) {
  const deps: Door = { ...given, open: { streams: 0 } };
  return async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = requestUrl(request);
      // Probes name whatever they like; what they are told is for everybody.
      if (PROBES.has(url.pathname)) deps.hosts.refuseMalformed(request);
      else deps.hosts.refuseForeign(request);
      if (await deps.pages(request, response, url)) return;
      if (url.pathname !== GRAPHQL_PATH) {
        throw new DoorRefusal(404, 'NOT_FOUND', `Nothing is here; GraphQL is at ${GRAPHQL_PATH}.`);
      }
      await answerGraphql(deps, request, response, url);
    } catch (error) {
      const isAnswer = error instanceof DoorRefusal || error instanceof Unauthenticated || isAway(error);
      if (!isAnswer) deps.onDefect(error);
      answerRefusal(response, error);
    }
  };
}

function requestUrl(request: IncomingMessage): URL {
  const path = request.url ?? '/';
  // Only the path and the query matter; a fixed base keeps a strange Host header out of it.
  if (!path.startsWith('/') || !URL.canParse(path, 'http://cutter')) {
    throw new DoorRefusal(400, 'BAD_REQUEST', 'The request must name a path, for example /graphql.');
  }
  return new URL(`http://cutter${path}`);
}

async function answerGraphql(
  deps: Door,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const authorization = request.headers.authorization;
  if (welcomed(deps, request, response)) return;
  let body: unknown;
  if (request.method === 'POST') {
    deps.hosts.refuseForeignOrigin(request);
    requireJson(request);
    bearerToken(authorization);
    refuseAnnouncedBody(request, deps.limits.bodyBytes);
    // A stranger doesn't get to send megabytes; and a slow sender is judged again when all has arrived.
    if (!(Number(request.headers['content-length']) <= SMALL_BODY_BYTES))
      await deps.authenticate(authorization);
    body = readJson(await readBody(request, deps.limits.bodyBytes, deps.limits), deps.limits.jsonDepth);
  } else if (request.method === 'GET') {
    deps.hosts.refuseForeignOrigin(request);
    bearerToken(authorization);
    body = paramsOfUrl(url, deps.limits);
  } else {
    throw new DoorRefusal(405, 'METHOD_NOT_ALLOWED', 'GraphQL is asked by POST or GET.', {
      allow: 'POST, GET',
    });
  }
  const session = await deps.authenticate(authorization);
  if (isOperation(body) && (await answerSubscription(deps, { session }, body, request, response))) return;
  await deps.graphql.yoga.handle(request, response, { session, body });
}

/** Tells a browser that a page of an invited origin may read the answer; true where that was all it asked. */
function welcomed({ hosts }: Door, request: IncomingMessage, response: ServerResponse): boolean {
  const origin = hosts.invited(request);
  if (origin === null) return false;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-expose-headers', 'retry-after');
  response.setHeader('vary', 'origin');
  if (request.method !== 'OPTIONS') return false;
  response.writeHead(204, {
    'access-control-allow-methods': 'POST, GET',
    'access-control-allow-headers': 'authorization, content-type, accept',
    'access-control-max-age': '600',
  });
  response.end();
  return true;
}

function requireJson(request: IncomingMessage): void {
  const type = request.headers['content-type'] ?? '';
  const [media = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (media === 'application/json' && (charset === undefined || /^charset="?utf-?8"?$/.test(charset))) return;
  throw new DoorRefusal(
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    'Send the operation as application/json in UTF-8; forms, multipart and plain text are not accepted.',
  );
}

function paramsOfUrl(url: URL, limits: Limits): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const [name, value] of url.searchParams) {
    const isJson = name === 'variables' || name === 'extensions';
    if (!isJson) params[name] = value;
    else if (value !== '') params[name] = readJson(Buffer.from(value), limits.jsonDepth, `"${name}"`);
  }
  return params;
}

function isOperation(body: unknown): body is OperationParams {
  return typeof body === 'object' && body !== null && 'query' in body && typeof body.query === 'string';
}

/** Takes subscriptions; anything else, and every fault that yoga will find again, is left to yoga. */
async function answerSubscription(
  deps: Door,
  door: { session: Awaited<ReturnType<Authenticator>> },
  params: OperationParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (!params.query.includes('subscription') || !areParams(params)) return false;
  const args = await deps.graphql.prepare(door, params).catch((faults: unknown) => {
    if (faults instanceof OperationFaults) return null;
    throw faults;
  });
  if (args === null || !deps.graphql.isSubscription(args)) return false;
  if (!/text\/event-stream|\*\/\*|text\/\*/.test(request.headers.accept ?? '*/*')) {
    throw new DoorRefusal(
      406,
      'NOT_ACCEPTABLE',
      'A subscription is answered as text/event-stream; ask for it in Accept.',
    );
  }
  if (deps.open.streams >= deps.limits.sockets) {
    throw new DoorRefusal(503, 'TOO_MANY_STREAMS', 'Too many event streams are open; try again later.');
  }
  deps.open.streams++;
  try {
    await answerStream(deps, response, await deps.graphql.run(args));
  } finally {
    deps.open.streams--;
  }
  return true;
}

/** A subscription that could not begin is an answer like any other. */
async function answerStream({ limits }: Door, response: ServerResponse, outcome: Outcome): Promise<void> {
  if (Symbol.asyncIterator in outcome) return await serveEvents(response, outcome, limits);
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(resultText(outcome));
}

function areParams({ variables, operationName }: OperationParams): boolean {
  const named = operationName === undefined || operationName === null || typeof operationName === 'string';
  return (
    named &&
    (variables === undefined ||
      variables === null ||
      (typeof variables === 'object' && !Array.isArray(variables)))
  );
}
