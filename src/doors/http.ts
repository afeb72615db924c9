/**
 * The HTTP door: routes, who calls, what kind of body, how large; then yoga for queries and mutations, and the event
 * stream for subscriptions. Nothing a browser can send without asking first (a form, plain text) is accepted, and no
 * other origin is invited.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { Unauthenticated } from '../auth/authenticate.ts';
import type { Session } from '../auth/session.ts';
import { outageOf } from '../database/outage.ts';
import type { Forwarding } from './address.ts';
import type { Admission } from './bounds/admission.ts';
import type { Limits } from './bounds/limits.ts';
import { resultText } from './errors.ts';
import { type Graphql, OperationFaults, type Outcome } from './graphql.ts';
import type { Hosts } from './hosts.ts';
import type { LongTexts } from './long-texts.ts';
import type { DoorContext, OperationParams } from './operation.ts';
import { type Caller, readParams } from './read-params.ts';
import { answerRefusal, DoorRefusal, largeForNothing } from './refuse.ts';
import { serveEvents } from './streams/sse.ts';
import { sendAnswer } from './web/answer.ts';
import { clientOf, REQUEST_ID, requestIdOf, withinCall } from './web/call.ts';
import { welcomeOrigin } from './web/origins.ts';
import { GRAPHQL_PATH, pathUnder, pathWithin } from './web/paths.ts';

export interface HttpDoorDeps {
  readonly graphql: Graphql;
  readonly admission: Admission;
  readonly longTexts: LongTexts;
  readonly limits: Limits;
  readonly hosts: Hosts;
  readonly forwarding: Forwarding;
  /** Under which a proxy shows the server, `/ledger`; null where it is the whole site. */
  readonly basePath: string | null;
  /** Other paths, and GraphiQL's page; true where it has answered. The path is that within the base. */
  readonly pages: (
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    caller: Caller,
  ) => boolean | Promise<boolean>;
  readonly onDefect: (error: unknown) => void;
}

interface Door extends HttpDoorDeps {
  /** Event streams that are open now. */
  readonly open: { streams: number };
}

/** Nearly every request asks for it. */
const GRAPHQL_URL: Readonly<URL> = new URL(`http://cutter${GRAPHQL_PATH}`);

const PROBES: ReadonlySet<string> = new Set(['/health', '/ready']);

export function httpDoor(given: HttpDoorDeps) {
  const deps: Door = { ...given, open: { streams: 0 } };
  async function answerCall(request: IncomingMessage, response: ServerResponse, caller: Caller) {
    const url = requestUrl(request, deps.basePath);
    // A probe may use any host name: its answer is public.
    if (PROBES.has(url.pathname)) deps.hosts.refuseMalformed(request);
    else deps.hosts.refuseForeign(request, caller);
    if (welcomeOrigin(deps.hosts, request, response)) return;
    if (await deps.pages(request, response, url, caller)) return;
    if (url.pathname !== GRAPHQL_PATH) throw nothingThere(deps.basePath);
    await answerGraphql(deps, request, response, url, caller);
  }
  function refuseCall(response: ServerResponse, error: unknown): void {
    const isAnswer =
      error instanceof DoorRefusal || error instanceof Unauthenticated || outageOf(error) !== null;
    if (!isAnswer) deps.onDefect(error);
    answerRefusal(response, error);
  }
  return {
    async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const requestId = requestIdOf(request.headers);
      response.setHeader(REQUEST_ID, requestId);
      try {
        const caller = { ...deps.forwarding.of(request), authorization: request.headers.authorization };
        const client = clientOf(request.headers);
        await withinCall({ requestId, address: caller.address, client }, async () => {
          try {
            await answerCall(request, response, caller);
          } catch (error) {
            refuseCall(response, error);
          }
        });
      } catch (error) {
        refuseCall(response, error);
      }
    },
    /** Whether another event stream would be refused. */
    isFull: () => deps.open.streams >= deps.limits.sockets,
  };
}

function nothingThere(basePath: string | null): DoorRefusal {
  const where = pathUnder(basePath, GRAPHQL_PATH);
  return new DoorRefusal(404, 'NOT_FOUND', `There is nothing at this path. GraphQL is at ${where}.`);
}

/** What is asked for; the path is that within the base. */
function requestUrl(request: IncomingMessage, basePath: string | null): Readonly<URL> {
  const path = request.url ?? '/';
  if (basePath === null && path === GRAPHQL_PATH) return GRAPHQL_URL;
  // Only the path and the query matter; a fixed base keeps a strange Host header out of it.
  if (!path.startsWith('/') || !URL.canParse(path, 'http://cutter')) {
    throw new DoorRefusal(400, 'BAD_REQUEST', 'The request must name a path, for example /graphql.');
  }
  const url = new URL(`http://cutter${path}`);
  const within = pathWithin(basePath, url.pathname);
  if (within === null) throw nothingThere(basePath);
  url.pathname = within;
  return url;
}

async function answerGraphql(
  deps: Door,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  caller: Caller,
): Promise<void> {
  const { admission, graphql } = deps;
  const { body: given, isLarge } = await readParams(deps, request, url, caller);
  const leave = await admission.takeTurn(caller.authorization);
  try {
    if (response.destroyed) return;
    const plain = isLarge ? null : graphql.plainRead(request, given);
    const session = await admission.identify(caller.address, caller.authorization, plain !== null);
    admission.countCall(session);
    const { body, fault } = documentOf(graphql, given);
    const isGone = () => response.destroyed;
    const door = { session, isGone, body, fault };
    if (plain !== null)
      return sendAnswer(request, response, await graphql.answer(request, response, door, plain));
    if (fault === null && isOperation(body)) {
      if (isLarge && !graphql.isRegistration(body)) throw largeForNothing(deps.limits);
      if (await answerSubscription(deps, { session, isGone, leave }, body, request, response)) return;
    }
    sendAnswer(request, response, await graphql.answer(request, response, door));
  } finally {
    leave();
  }
}

/** The body with the text that it names, or why it has none. */
function documentOf(graphql: Graphql, body: unknown): { body: unknown; fault: GraphQLError | null } {
  try {
    return { body: graphql.withDocument(body), fault: null };
  } catch (fault) {
    if (fault instanceof GraphQLError) return { body, fault };
    throw fault;
  }
}

function isOperation(body: unknown): body is OperationParams {
  return typeof body === 'object' && body !== null && 'query' in body && typeof body.query === 'string';
}

/** Takes subscriptions; anything else, and every fault that yoga will find again, is left to yoga. */
async function answerSubscription(
  deps: Door,
  { session, isGone, leave }: Pick<DoorContext, 'session' | 'isGone'> & { readonly leave: () => void },
  params: OperationParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (!params.query.includes('subscription') || !areParams(params)) return false;
  const args = await deps.graphql.prepare({ session, isGone }, params).catch((faults: unknown) => {
    if (faults instanceof OperationFaults) return null;
    throw faults;
  });
  if (args === null || !deps.graphql.isSubscription(args)) return false;
  if (!/text\/event-stream|\*\/\*|text\/\*/.test(request.headers.accept ?? '*/*')) {
    throw new DoorRefusal(
      406,
      'NOT_ACCEPTABLE',
      'A subscription is answered as text/event-stream. Name that type in the Accept header.',
    );
  }
  if (deps.open.streams >= deps.limits.sockets) {
    throw new DoorRefusal(503, 'TOO_MANY_STREAMS', 'Too many event streams are open. Try again later.');
  }
  const giveBack = takeStream(deps, session);
  // A reader that goes frees its place at once, whatever the operation still waits for.
  response.once('close', giveBack);
  try {
    const subscription = deps.admission.hold(session.principalId, 'subscriptions');
    const outcome = await deps.graphql.run(args, subscription);
    leave();
    await answerStream(deps, request, response, outcome);
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
async function answerStream(
  { limits }: Door,
  request: IncomingMessage,
  response: ServerResponse,
  outcome: Outcome,
): Promise<void> {
  if (Symbol.asyncIterator in outcome) return await serveEvents(response, outcome, limits);
  const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  sendAnswer(request, response, { status: 200, headers, text: resultText(outcome) });
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
