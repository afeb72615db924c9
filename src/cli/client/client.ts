/** A typed client over fetch: one principal's token, operations made by codegen, faults as sentences. */
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
import { plainLine } from '../../text/plain.ts';
import { commandText } from '../terminal/command-text.ts';
import { ANSWER_BOUNDS, type AnswerBounds, readAnswer, UnfitAnswer } from './answer.ts';

/** An operation with the types of its result and variables; its text is `toString()`. */
export interface Operation<Result, Variables> extends DocumentTypeDecoration<Result, Variables> {
  toString(): string;
}

export interface Client {
  readonly url: string;
  /** Sends one operation; throws a ClientFault whose message is for people. */
  execute<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables): Promise<Result>;
}

/**
 * `unreachable` may pass; `unfit` is no answer of a ledger; `refused` is about the token; `failed` is what the
 * ledger says of itself.
 */
export type FaultKind = 'unreachable' | 'unfit' | 'refused' | 'failed';

/** What went wrong between the command and the ledger, in one sentence. */
export class ClientFault extends Error {
  override readonly name = 'ClientFault';
  readonly kind: FaultKind;

  constructor(message: string, kind: FaultKind = 'failed') {
    super(message);
    this.kind = kind;
  }
}

export interface ClientOptions {
  readonly url: string;
  readonly token: string;
  /** Whose token it is, for messages. */
  readonly who: string;
  readonly bounds?: AnswerBounds;
  /** Ends a call under way. */
  readonly signal?: AbortSignal;
}

export function openClient({ url, token, who, bounds = ANSWER_BOUNDS, signal }: ClientOptions): Client {
  const endpoint = endpointOf(url);
  return {
    url: endpoint,
    async execute<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables) {
      const text = operation.toString();
      const sending = { url: endpoint, token, bounds, signal };
      const answer = await sendOperation(sending, JSON.stringify({ query: text, variables }));
      const fault = faultIn(answer);
      if (fault !== null)
        throw faultOf({ ...fault, message: plainLine(fault.message, [token]) }, who, endpoint);
      // Loads the schema: a command that asks nothing doesn't need it.
      const { shapeFault } = await import('./answer-shape.ts');
      const data = (answer as { readonly data?: unknown } | null)?.data;
      const wrong = data == null ? 'it answered without data' : shapeFault(text, data);
      if (wrong !== null)
        throw new ClientFault(
          `This version can't speak to ${endpoint}: ${plainLine(wrong, [token])}.`,
          'unfit',
        );
      return data as Result;
    },
  };
}

/** GraphQL's address; a bare host means its usual path. Throws a ClientFault where it is none. */
export function endpointOf(url: string): string {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new ClientFault(`${url} is not a URL of the form http://host:4000.`);
  const endpoint = new URL(url);
  if (endpoint.pathname === '/') endpoint.pathname = '/graphql';
  return endpoint.href;
}

interface Sending {
  readonly url: string;
  readonly token: string;
  readonly bounds: AnswerBounds;
  readonly signal: AbortSignal | undefined;
}

async function sendOperation({ url, token, bounds, signal }: Sending, body: string): Promise<unknown> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${token}`,
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([
        AbortSignal.timeout(bounds.answerMs),
        ...(signal === undefined ? [] : [signal]),
      ]),
    });
    return await readAnswer(url, response, bounds);
  } catch (error) {
    if (error instanceof UnfitAnswer) throw new ClientFault(error.message, error.kind);
    if (error instanceof DOMException && error.name === 'TimeoutError')
      throw new ClientFault(
        `${url} didn't finish its answer within ${bounds.answerMs / 1000} seconds. ${UNKNOWN_WHETHER_SERVED}`,
        'unreachable',
      );
    throw unreachableFault(url, error);
  }
}

interface GraphqlFault {
  readonly message: string;
  readonly code: string | null;
}

/** The first error that an answer speaks of. */
export function faultIn(answer: unknown): GraphqlFault | null {
  const errors = (answer as { readonly errors?: unknown } | null)?.errors;
  if (!Array.isArray(errors) || errors.length === 0) return null;
  const { message, extensions } = (errors[0] ?? {}) as {
    message?: unknown;
    extensions?: { code?: unknown } | null;
  };
  return {
    message: typeof message === 'string' ? message : 'An error without a message.',
    code: typeof extensions?.code === 'string' ? extensions.code : null,
  };
}

const UNKNOWN_WHETHER_SERVED =
  'Whether the ledger served the call is unknown. Run the same command again: it finds out and continues.';

/** fetch wraps the system's error, and several attempts once more. */
export function unreachableFault(url: string, error: unknown): ClientFault {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EHOSTUNREACH') {
    return new ClientFault(
      `No ledger answers at ${url} (${code}). Start one with "${commandText('start')}", ` +
        'or name another with --url or CUTTER_URL.',
      'unreachable',
    );
  }
  return new ClientFault(
    `The connection to ${url} broke (${code ?? reasonOf(error)}). ${UNKNOWN_WHETHER_SERVED}`,
    'unreachable',
  );
}

/** The innermost message says most. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (!(error instanceof Error)) return undefined;
  return (error as NodeJS.ErrnoException).code ?? codeOf(error.cause);
}

export function faultOf({ message, code }: GraphqlFault, who: string, url: string): ClientFault {
  if (code === 'UNAUTHENTICATED') {
    return new ClientFault(
      `${url} refuses the ${who}'s token: ${message} Check that the tokens are those of this ledger.`,
      'refused',
    );
  }
  const kind = code === 'FORBIDDEN' ? 'refused' : code === 'UNAVAILABLE' ? 'unreachable' : 'failed';
  return new ClientFault(`The ledger at ${url} answered the ${who}: ${message}`, kind);
}
