import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { Forbidden } from '../law/refusals.ts';
import type { Session } from './session.ts';

/** A token that is narrowed to some entries reaches no other, and no verb that names none. */
export function refuseOutside(caller: Session, entryIds: readonly string[]): void {
  const reached = caller.entryIds;
  if (reached === null || (entryIds.length > 0 && entryIds.every((id) => reached.has(id)))) return;
  throw new Forbidden('This token is narrowed to other entries; use one that reaches this entry.');
}

/** A token that is narrowed to one manifest writes about that one alone. */
export function refuseOtherManifest(caller: Session, manifestDigest: string | null): void {
  if (caller.manifestDigest === null || caller.manifestDigest === manifestDigest) return;
  throw new Forbidden(
    `This token is for the manifest ${caller.manifestDigest} alone; use one that isn't narrowed to it.`,
  );
}

const reachedRow = z.object({ entry_id: z.string() });

/** The same for a change set. One that doesn't exist is refused in the same way, so that nobody learns which exist. */
export async function refuseOutsideChangeSet(
  connection: Pick<CommonQueryMethods, 'any'>,
  caller: Session,
  changeSetId: string,
): Promise<void> {
  if (caller.entryIds === null) return;
  const rows = await connection.any(sql.prepared('narrowing.change_set', reachedRow)`
    /* narrowing.change_set */ select c.decision_backlog_entry_id as entry_id from cutter_governance.cut_change_set c
    where c.change_set_id = ${changeSetId}::uuid and c.decision_backlog_entry_id is not null`);
  refuseOutside(
    caller,
    rows.map((row) => row.entry_id),
  );
}
