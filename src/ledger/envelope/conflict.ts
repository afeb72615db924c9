import type { Session } from '../../auth/session.ts';
import { IdempotencyConflict, type Problem, problemAt } from '../../law/refusals.ts';
import { canonicalJson, type PlainJson } from '../../proof/canonical.ts';

/** One field of a repeated call: what the key was first used with, and what it is used with now. */
export type Compared = readonly [field: string, was: unknown, is: unknown];

/** The longest value that a message repeats. */
const SHOWN = 100;

/**
 * Refuses a key that comes again with other content, naming each field that differs. `done` says what the first call
 * did, for the sentence "This idempotency key … ; use a new key."
 */
export function refuseConflict(
  done: string,
  fields: readonly Compared[],
  guard: ConstructorParameters<typeof IdempotencyConflict>[2] = null,
): void {
  const problems = fields.flatMap(([field, was, is]): Problem[] => {
    const first = canonicalJson((was ?? null) as PlainJson);
    if (first === canonicalJson((is ?? null) as PlainJson)) return [];
    const shown = first.length > SHOWN ? `another ${field}` : `${field} ${first}`;
    return [problemAt(['input', field], 'differs', `The key was first used with ${shown}.`)];
  });
  if (problems.length === 0) return;
  throw new IdempotencyConflict(
    `This idempotency key ${done}; use a new key, or repeat the first call unchanged.`,
    problems,
    guard,
  );
}

/**
 * Refuses a key that another principal used first: an answer belongs to its caller, and nothing of it is shown to
 * others. Nor is it shown to a token that doesn't reach the entry which it was about.
 */
export function refuseOther(
  { principalId, entryIds }: Pick<Session, 'principalId' | 'entryIds'>,
  first: string,
  guard: ConstructorParameters<typeof IdempotencyConflict>[2] = null,
  entryId: string | null = null,
): void {
  const isReached = entryId === null || entryIds === null || entryIds.has(entryId);
  if (first === principalId && isReached) return;
  const message =
    first === principalId
      ? 'This idempotency key was used for an entry that this token does not reach; choose another key.'
      : 'Another principal has used this idempotency key; choose one of your own.';
  throw new IdempotencyConflict(
    message,
    [problemAt(['input', 'idempotencyKey'], 'of-another', message)],
    guard,
  );
}
