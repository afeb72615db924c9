/** What a door answers when it refuses something: a status, a code for programs, a sentence for people. */
import type { ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { Unauthenticated } from '../auth/authenticate.ts';
import { outageOf, outageSentence } from '../database/outage.ts';
import type { Limits } from './bounds/limits.ts';
import { requestIdNow } from './web/call.ts';

/** Thrown inside a door, before GraphQL is reached. */
export class DoorRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'DoorRefusal';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** What a caller gets in place of a defect. The defect itself goes to the log. */
export const DEFECT =
  'Something went wrong inside the ledger. You may repeat the call with the same idempotency key.';

/** An operation that is refused as a GraphQL error, because it arrived as a document. */
export function operationRefusal(
  code: string,
  message: string,
  more: Record<string, unknown> = {},
): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...more, http: { status: 400, spec: true } } });
}

/** An operation that asks for more than one caller may. */
export function tooLarge(limit: keyof Limits, allowed: number, message: string): GraphQLError {
  return operationRefusal('OPERATION_TOO_LARGE', message, { limit, allowed });
}

/** A large body that isn't a document's. */
export function largeForNothing({ smallBodyBytes }: Limits): DoorRefusal {
  return new DoorRefusal(
    413,
    'BODY_TOO_LARGE',
    `Only registerSource may come in a body larger than ${smallBodyBytes} bytes.`,
  );
}

/** The same caller's fault as an error of one operation, for doors that are open already. */
export function unauthenticatedError(error: Unauthenticated): GraphQLError {
  return new GraphQLError(error.message, { extensions: { code: 'UNAUTHENTICATED', reason: error.reason } });
}

/** Answers in GraphQL's shape, so that every client can read it. */
export function answerRefusal(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { status, headers, body } = describedError(error);
  const text = JSON.stringify({ errors: [body] });
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(text);
}

function describedError(error: unknown) {
  if (error instanceof Unauthenticated) {
    return {
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="cutter"' },
      body: { message: error.message, extensions: { code: 'UNAUTHENTICATED', reason: error.reason } },
    };
  }
  if (error instanceof DoorRefusal) {
    return {
      status: error.status,
      headers: error.headers,
      body: { message: error.message, extensions: { code: error.code } },
    };
  }
  const outage = outageOf(error);
  if (outage !== null) {
    return {
      status: 503,
      headers: { 'retry-after': '1' },
      body: { message: outageSentence(outage), extensions: { code: 'UNAVAILABLE', ...requestIdNow() } },
    };
  }
  return {
    status: 500,
    headers: {},
    body: { message: DEFECT, extensions: { code: 'INTERNAL_SERVER_ERROR', ...requestIdNow() } },
  };
}
