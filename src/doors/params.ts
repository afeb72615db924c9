/** The parameters of an operation, as GraphQL over HTTP names them. */
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { DoorContext } from './operation.ts';
import { operationRefusal } from './refuse.ts';

const NAMES = ['query', 'documentId', 'variables', 'operationName', 'extensions'];

/** Says what is wrong with a body before yoga does. */
export function paramsOfForm(): Plugin<DoorContext> {
  return {
    onParams({ params, context }) {
      const { fault } = context as unknown as DoorContext;
      if (fault != null) throw fault;
      refuseBadParams(params);
    },
  };
}

/** Refuses what isn't of the form of an operation. */
function refuseBadParams(given: unknown): void {
  if (!isObject(given)) throw badRequest('Send a JSON object with "query".');
  const params = given as Record<string, unknown>;
  const unknown = Object.keys(params).find((name) => !NAMES.includes(name) && params[name] != null);
  if (unknown !== undefined)
    throw badRequest(`"${unknown}" is no parameter of an operation; there are ${NAMES.join(', ')}.`);
  const { query, operationName } = params;
  if (query === undefined || query === null)
    throw operationRefusal('BAD_REQUEST', 'Send the operation\'s text in "query".');
  if (typeof query !== 'string') throw badRequest('"query" must be a string.');
  if (operationName != null && typeof operationName !== 'string')
    throw badRequest('"operationName" must be a string.');
  for (const name of ['variables', 'extensions'])
    if (params[name] != null && !isObject(params[name])) throw badRequest(`"${name}" must be an object.`);
}

/** Answered with 400, whatever type of answer was asked for. */
function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
