/**
 * The HTTP door: routes, who calls, what kind of body, how large; then yoga for queries and mutations, and the event
 * stream for subscriptions. Nothing a browser can send without asking first (a form, plain text) is accepted, and no
 * other origin is invited.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bearerToken, Unauthenticated } from '../auth/authenticate.ts';
import type { Session } from '../auth/session.ts';
import { outageOf } from '../database/outage.ts';
import type { Admission } from './admission.ts';
import { type BodyBound, readBody, refuseAnnouncedBody } from './body.ts';
import { resultText } from './errors.ts';
import { type Graphql, OperationFaults, type OperationParams, type Outcome } from './graphql.ts';
import type { Hosts } from './hosts.ts';
import { JsonScanner, parseScanned, readJson } from './json.ts';
import type { Limits } from './limits.ts';
import { LONG_TEXT_BYTES, type LongTexts } from './long-texts.ts';
import { answerRefusal, DoorRefusal, largeForNothing } from './refuse.ts';
import { serveEvents } from './streams/sse.ts';

export interface HttpDoorDeps {
  readonly graphql: Graphql;
  readonly admission: Admission;
  readonly longTexts: LongTexts;
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
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
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
      const isAnswer =
        error instanceof DoorRefusal || error instanceof Unauthenticated || outageOf(error) !== null;
      if (!isAnswer) deps.onDefect(error);
      answerRefusal(response, error);
    }
  }
  return {
    answer,
    /** Whether another event stream would be refused. */
    isFull: () => deps.open.streams >= deps.limits.sockets,
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
  if (welcomed(deps, request, response)) return;
  const { admission, graphql } = deps;
  const caller = { address: admission.addressOf(request), authorization: request.headers.authorization };
  const { body, isLarge } = await readParams(deps, request, url, caller);
  const leave = await admission.takeTurn(caller.authorization);
  try {
    if (response.destroyed) return;
    const session = await admission.identify(caller.address, caller.authorization);
    admission.countCall(session);
    if (isOperation(body)) {
      if (isLarge && !graphql.isRegistration(body)) throw largeForNothing(deps.limits);
      if (await answerSubscription(deps, { session, leave }, body, request, response)) return;
    }
    await graphql.yoga.handle(request, response, { session, body });
  } finally {
    leave();
  }
}

interface Caller {
  readonly address: string;
  readonly authorization: string | undefined;
}

interface ReadParams {
  readonly body: unknown;
  /** Whether more came than anybody but a registrar may send. */
  readonly isLarge: boolean;
}

async function readParams(
  deps: Door,
  request: IncomingMessage,
  url: URL,
  caller: Caller,
): Promise<ReadParams> {
  if (request.method !== 'POST' && request.method !== 'GET') {
    throw new DoorRefusal(405, 'METHOD_NOT_ALLOWED', 'GraphQL is asked by POST or GET.', {
      allow: 'POST, GET',
    });
  }
  deps.hosts.refuseForeignOrigin(request);
  if (request.method === 'POST') requireJson(request);
  bearerToken(caller.authorization);
  if (request.method === 'GET') return { body: paramsOfUrl(url, deps.limits), isLarge: false };
  return await readPosted(deps, request, caller);
}

/** How much may come follows the token. A small body needs no look-up of its own: a stranger may send as much. */
async function readPosted(deps: Door, request: IncomingMessage, caller: Caller): Promise<ReadParams> {
  const { admission, limits, longTexts } = deps;
  const announced = Number(request.headers['content-length']);
  const session =
    announced <= SMALL_BODY_BYTES ? null : await admission.identify(caller.address, caller.authorization);
  const bound = bodyBound(session, limits);
  refuseAnnouncedBody(request, bound);
  const mayBeLarge = bound.bytes > limits.smallBodyBytes && !(announced <= limits.smallBodyBytes);
  const giveBack = session !== null && mayBeLarge ? await admission.takeLargeBody(session) : () => {};
  try {
    const scanner = new JsonScanner(limits, 'The body', LONG_TEXT_BYTES);
    const bytes = await readBody(request, bound, limits, (piece) => scanner.write(piece));
    scanner.end();
    if (bytes.length <= limits.smallBodyBytes) return { body: parseScanned(bytes), isLarge: false };
    return { body: await longTexts.read(bytes, scanner.longTexts), isLarge: true };
  } finally {
    giveBack();
  }
}

function bodyBound(session: Session | null, { bodyBytes, smallBodyBytes }: Limits): BodyBound {
  if (bodyBytes <= smallBodyBytes || session?.scopes.has('source:register') === true)
    return { bytes: bodyBytes, message: `The body is larger than ${bodyBytes} bytes.` };
  const more = `A token with the scope source:register may send ${bodyBytes}, for registerSource alone.`;
  return { bytes: smallBodyBytes, message: `The body is larger than ${smallBodyBytes} bytes. ${more}` };
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
    else if (value !== '') params[name] = readJson(Buffer.from(value), limits, `"${name}"`);
  }
  return params;
}

function isOperation(body: unknown): body is OperationParams {
  return typeof body === 'object' && body !== null && 'query' in body && typeof body.query === 'string';
}

/** Takes subscriptions; anything else, and every fault that yoga will find again, is left to yoga. */
async function answerSubscription(
  deps: Door,
  { session, leave }: { readonly session: Session; readonly leave: () => void },
  params: OperationParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (!params.query.includes('subscription') || !areParams(params)) return false;
  const args = await deps.graphql.prepare({ session }, params).catch((faults: unknown) => {
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
  const giveBack = takeStream(deps, session);
  // A reader that goes frees its place at once, whatever the operation still waits for.
  response.once('close', giveBack);
  try {
    const subscription = deps.admission.hold(session.principalId, 'subscriptions');
    const outcome = await deps.graphql.run(args, subscription);
    leave();
    await answerStream(deps, response, outcome);
  } finally {
    giveBack();
  }
  return true;
}

/** Counts one more event stream of the caller; returns what gives the place back, once. */
function takeStream({ admission, open }: Door, { principalId }: Session): () => void {
  const leave = admission.hold(principalId, 'event streams');
  let isHeld = true;
  open.streams++;
  return () => {
    if (isHeld) open.streams--;
    isHeld = false;
    leave();
  };
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
