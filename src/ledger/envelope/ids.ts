import type { Verb } from '../../auth/authority.ts';
import { derivedId } from '../../proof/uuid.ts';

/**
 * The ids of a call derive from its idempotency key, so that every attempt and every replay makes the same ones. The
 * parts are joined by NUL, which no key, address or local id may hold: no two things of two calls can ever share an
 * id, and none can take that of an entry, whose id derives from its key alone.
 */
export function idOf(verb: Verb, thing: string, idempotencyKey: string): string {
  return derivedId(`${verb}\0${thing}\0${idempotencyKey}`);
}

/** The id of the record in which a verb with this key is (or would be) logged. */
export function recordIdOf(verb: Verb, idempotencyKey: string): string {
  return idOf(verb, 'record', idempotencyKey);
}
