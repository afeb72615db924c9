import type { ObjectRef } from '@pothos/core';
import { AUTHORITY, type Verb } from '../auth/authority.ts';
import type { RefusalName } from '../law/refusals.ts';
import { builder } from '../schema/builder.ts';
import { REFUSAL_TYPES, RefusalAnswer } from '../schema/refusals.ts';

type Types = typeof builder.$inferSchemaTypes;

/** `<Verb>Outcome`: the success of a verb and the refusals that the authority table lists for it. */
export function outcomeOf<T extends object>(verb: Verb, success: ObjectRef<Types, T, T>) {
  const name = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Outcome`;
  return outcomeUnion<T>(
    name,
    `What ${verb} answers: its success, or one of its refusals.`,
    success,
    AUTHORITY[verb].refusals,
  );
}

/** `<Verb>StatementOutcome`: what a verb would sign, or the refusals of the verb. */
export function statementOutcomeOf<T extends object>(verb: Verb, success: ObjectRef<Types, T, T>) {
  const field = `${verb}Statement`;
  return outcomeUnion<T>(
    `${field.charAt(0).toUpperCase()}${field.slice(1)}Outcome`,
    `What ${field} answers: what to sign, or a refusal of ${verb}.`,
    success,
    AUTHORITY[verb].refusals,
  );
}

/**
 * A union of a success type and refusals. A refusal is thrown where it is found, and the guard of the field returns
 * it.
 */
export function outcomeUnion<T extends object>(
  name: string,
  description: string,
  success: ObjectRef<Types, T, T>,
  refusals: readonly RefusalName[],
) {
  return builder.unionType(name, {
    description,
    types: [success, ...refusals.map((refusal) => REFUSAL_TYPES[refusal])],
    resolveType: (value) => (value instanceof RefusalAnswer ? value.name : success.name),
  });
}
