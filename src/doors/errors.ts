/**
 * What clients see of an error: GraphQL's own as it is, a defect as one sentence, and nothing that is meant for
 * HTTP alone.
 */
import { type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import { isAway, isDamage, type Outage, outageOf, outageSentence } from '../database/outage.ts';
import { withShortQuotes } from './quotes.ts';
import { DEFECT } from './refuse.ts';
import { requestIdNow } from './web/call.ts';

/**
 * GraphQL's own errors pass, and a database that is away is reported as that. Anything else that was thrown is a
 * defect, which is logged and not shown.
 */
export function maskError(logger: Logger) {
  return function mask(error: unknown): GraphQLError {
    if (!(error instanceof GraphQLError)) return masked(error, 'an operation');
    const cause = error.originalError ?? error.cause;
    if (cause === undefined || cause === null) return withCode(error);
    if (!(cause instanceof GraphQLError)) return masked(cause, 'a resolver', error);
    const origin = mask(cause);
    // Thrown by a resolver on purpose: `error` is the same with its place in the answer.
    return origin === cause ? error : defectError(error);
  };

  function masked(cause: unknown, who: string, at?: GraphQLError): GraphQLError {
    const outage = outageOf(cause);
    const details = { err: cause, ...(at === undefined ? {} : { path: at.path }) };
    if (outage !== null) {
      logger[isAway(cause) ? 'warn' : 'error']({ ...details, outage }, `${who} found no database`);
      return unavailableError(outage, at);
    }
    logger.error({ ...details, ...(isDamage(cause) ? { alarm: 'DATABASE_DAMAGED' } : {}) }, `${who} failed`);
    return defectError(at);
  }
}

const BAD_USER_INPUT = 'BAD_USER_INPUT';

/** GraphQL's own errors about a variable or a request have no code. */
function withCode(error: GraphQLError): GraphQLError {
  if (error.extensions['code'] === undefined) error.extensions['code'] = BAD_USER_INPUT;
  return error;
}

/** The same error with its quotes cut; the others pass as they are. */
export function withoutLongQuotes(error: GraphQLError): GraphQLError {
  const message = withShortQuotes(error.message);
  if (message === error.message) return error;
  const { nodes, source, positions, path, originalError, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, path, originalError, extensions });
}

function unavailableError(outage: Outage, at?: GraphQLError): GraphQLError {
  return new GraphQLError(outageSentence(outage), {
    nodes: at?.nodes,
    path: at?.path,
    extensions: {
      code: 'UNAVAILABLE',
      ...requestIdNow(),
      http: { status: 503, headers: { 'retry-after': '1' } },
    },
  });
}

function defectError(at?: GraphQLError): GraphQLError {
  return new GraphQLError(DEFECT, {
    nodes: at?.nodes,
    path: at?.path,
    extensions: { code: 'INTERNAL_SERVER_ERROR', ...requestIdNow(), unexpected: true },
  });
}

/** An error as clients see it: without what is meant for HTTP alone. */
export function publicError(error: GraphQLError): GraphQLFormattedError {
  const { message, locations, path, extensions = {} } = error.toJSON();
  const { http: _http, unexpected: _unexpected, ...shown } = extensions as Record<string, unknown>;
  return {
    message: withShortQuotes(message),
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
    extensions: { ...shown, code: shown['code'] ?? BAD_USER_INPUT },
  };
}

const streamed = new WeakMap<ExecutionResult, string>();

/** A result of a stream as text, written once however many subscribers get it. */
export function streamedText(result: ExecutionResult): string {
  const text = streamed.get(result) ?? resultText(result);
  streamed.set(result, text);
  return text;
}

/** A result as text; a plan that wrote the text itself hands it over as `stringify`. */
export function resultText(
  result: ExecutionResult & { stringify?: (result: ExecutionResult) => string },
): string {
  const { errors, stringify, ...rest } = result;
  const shown = errors === undefined ? rest : { errors: errors.map(publicError), ...rest };
  return (stringify ?? JSON.stringify)(shown);
}
