import type { Session } from '../auth/session.ts';
import { Forbidden } from './refusals.ts';

/** A token that is narrowed to some entries reaches no other, and no verb that names none. */
export function refuseOutside(caller: Session, entryId: string | null): void {
  if (caller.entryIds === null || (entryId !== null && caller.entryIds.has(entryId))) return;
  throw new Forbidden('This token is narrowed to other entries; use one that reaches this entry.');
}
