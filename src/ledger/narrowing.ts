import type { Session } from '../auth/session.ts';
import { Forbidden } from './refusals.ts';

/** A token that is narrowed to some entries reaches no other, and no verb that names none. */
export function refuseOutside(caller: Session, entryIds: readonly string[]): void {
  const reached = caller.entryIds;
  if (reached === null || (entryIds.length > 0 && entryIds.every((id) => reached.has(id)))) return;
  throw new Forbidden('This token is narrowed to other entries; use one that reaches this entry.');
}
