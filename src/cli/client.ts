/** A typed client over fetch: one principal's token, operations made by codegen, faults as sentences. */
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';

/** An operation with the types of its result and variables; its text is `toString()`. */
export interface Operation<Result, Variables> extends DocumentTypeDecoration<Result, Variables> {
  toString(): string;
}

export interface Client {
  readonly url: string;
  /** Sends one operation; throws a ClientFault whose message is for people. */
  execute<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables): Promise<Result>;
}

/** What went wrong between the command and the ledger, in one sentence. */
export class ClientFault extends Error {
  override readonly name = 'ClientFault';
}

export interface ClientOptions {
  readonly url: string;
  readonly token: string;
  /** Whose token it is, for messages. */
  readonly who: string;
}

interface GraphqlAnswer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

export function openClient({ url, token, who }: ClientOptions): Client {
  const endpoint = endpointOf(url);
  return {
    url: endpoint,
    async execute<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables) {
      const body = JSON.stringify({ query: operation.toString(), variables });
      const { status, answer } = await send(endpoint, token, body);
      if (answer?.errors?.[0] !== undefined) throw faultOf(answer.errors[0], who, endpoint);
      if (answer?.data == null) throw new ClientFault(`${endpoint} is no ledger: it answered ${status}.`);
      return answer.data as Result;
    },
  };
}

/** GraphQL's address; a bare host stands for its usual path. */
export function endpointOf(url: string): string {
  const endpoint = new URL(url);
  if (endpoint.pathname === '/') endpoint.pathname = '/graphql';
  return endpoint.href;
}

async function send(
  url: string,
  token: string,
  body: string,
): Promise<{ status: number; answer: GraphqlAnswer | null }> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${token}`,
      },
      body,
    });
    text = await response.text();
  } catch (error) {
    throw unreachable(url, error);
  }
  try {
    return { status: response.status, answer: JSON.parse(text) as GraphqlAnswer };
  } catch {
    return { status: response.status, answer: null };
  }
}

/** fetch wraps the system's error, and several attempts once more. */
function unreachable(url: string, error: unknown): ClientFault {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EHOSTUNREACH') {
    return new ClientFault(
      `No ledger answers at ${url} (${code}). Start one with "npm start" (or "cutter start"), or name another by --url or CUTTER_URL.`,
    );
  }
  return new ClientFault(
    `The connection to ${url} broke (${code ?? reasonOf(error)}). Whether the call was served is unknown; the same command again finds out and goes on.`,
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

function faultOf(error: NonNullable<GraphqlAnswer['errors']>[number], who: string, url: string): ClientFault {
  const code = error.extensions?.code;
  if (code === 'UNAUTHENTICATED') {
    return new ClientFault(
      `The ${who}'s token doesn't open ${url}: ${error.message} Are the tokens those of this ledger?`,
    );
  }
  return new ClientFault(`The ledger at ${url} answered the ${who}: ${error.message}`);
}
