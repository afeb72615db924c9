import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';

/**
 * Answers that are executed field by field, without being read again. In some the caller may not read everything: each
 * forbidden value is an error in the place of the value, and execution reports it with its path. Profiles and words
 * have resolvers of their own.
 */
const partial = new WeakSet<object>();

const ANSWERS = Symbol('answers');
type Answering = Context & { readonly [ANSWERS]?: ReadonlyMap<string, unknown> };

export function markPartial(answer: object): void {
  partial.add(answer);
}

export function isPartial(answer: unknown): boolean {
  if (Array.isArray(answer)) return answer.some(isPartial);
  return typeof answer === 'object' && answer !== null && partial.has(answer);
}

/** The context with the answers of root fields by their response keys. */
export function withAnswers(context: unknown, answers: ReadonlyMap<string, unknown>): Context {
  return Object.create(context as object, { [ANSWERS]: { value: answers } }) as Context;
}

/** What a root field was answered before; undefined where it wasn't. */
export function answeredBefore(context: Context, { path }: GraphQLResolveInfo): unknown {
  return (context as Answering)[ANSWERS]?.get(String(path.key));
}
