import { sql } from 'slonik';
import { z } from 'zod';
import { IllegalTransition, NotFound, problemAt } from '../../law/refusals.ts';
import { timeText } from '../../text/time-sql.ts';
import { refuseConflict, refuseOther } from '../envelope/conflict.ts';
import { AT } from '../envelope/reading.ts';
import type { PartyDone, PartyTx } from '../envelope/transaction.ts';
import { composeWrites, updateRows } from '../envelope/writes.ts';
import { CUT_APPROVAL } from '../tables/cut-approval.ts';
import { lockSanction } from './sanction-sql.ts';

export interface RevokeCutApprovalInput {
  readonly idempotencyKey: string;
  readonly approvalId: string;
  readonly reason: string | null;
}

export interface RevokeCutApprovalAnswer {
  readonly approvalId: string;
  readonly entryId: string;
}

const lockRow = z.object({ at: z.string() });
const found = z.object({
  approvalId: z.string(),
  entryId: z.string(),
  usedBy: z.string().nullable(),
  revokedAt: z.string().nullable(),
  revokedBy: z.string().nullable(),
  reason: z.string().nullable(),
});
const lookRow = z.object({ named: found.nullable(), first: found.nullable() });

/**
 * REVOKE CUT APPROVAL — end an approval of a cut that wasn't used.
 *
 *     no state moves        no lane, role cutter_registrar
 *
 * Locks    the revocation of this key · the approvals of the entry
 * Reads    the approval · the one that this key revoked
 * Writes   cut_approval.revocation_id, revoked_by, revoked_at and revocation_reason, once
 * Refuses  IdempotencyConflict  the key revoked another approval, or another principal used it
 *          NotFound             no such approval
 *          IllegalTransition    a cut has used it
 * Replay   it is revoked already: nothing is written, `replayed: true`
 * See      docs/reference/api.md, docs/how-to/production.md
 */
export async function revokeCutApproval(
  tx: PartyTx<'revokeCutApproval'>,
  { approvalId, reason }: RevokeCutApprovalInput,
): Promise<PartyDone<RevokeCutApprovalAnswer>> {
  const { at } = await tx.connection.one(sql.prepared('revokeCutApproval.lock', lockRow)`
    /* revokeCutApproval.lock */ with own as materialized (select ${lockSanction(tx.ids.revocation)} as taken),
      entry as materialized (
        select ${lockSanction(sql.fragment`a.entry_id`)} as taken
        from own cross join cutter_auth.cut_approval a where a.approval_id = ${approvalId}::uuid)
    select ${AT} as at, (select count(*) from own) + (select count(*) from entry) as taken`);
  const { named, first } = await lookForRevocation(tx, approvalId);
  if (first !== null) {
    refuseOther(tx.caller, first.revokedBy ?? tx.caller.principalId, null, first.entryId);
    refuseConflict('revoked something else', [
      ['approvalId', first.approvalId, approvalId],
      ['reason', first.reason, reason],
    ]);
    return { value: { approvalId, entryId: first.entryId }, writes: null, parties: [] };
  }
  if (named === null) {
    const message = `There is no approval ${approvalId} of a cut. Entry.cutApproval shows the one of an entry.`;
    throw new NotFound(message, [problemAt(['input', 'approvalId'], 'not-found', message)]);
  }
  const value = { approvalId, entryId: named.entryId };
  // Another key did it: its record is not this key's.
  if (named.revokedAt !== null) return { value, writes: null, parties: [], recordId: null };
  if (named.usedBy !== null) {
    const message = `Approval ${approvalId} was used by change set ${named.usedBy}; there is nothing left to revoke.`;
    const subject = { entryId: named.entryId, changeSetId: named.usedBy };
    throw new IllegalTransition(message, [
      problemAt(['input', 'approvalId'], 'sanction-used', message, subject),
    ]);
  }

  // From here it must succeed.
  const by = { revocation_id: tx.ids.revocation, revoked_by: tx.caller.principalId };
  const { writes, sent } = composeWrites(at, {
    revoked: updateRows(
      CUT_APPROVAL,
      sql.fragment`update cutter_auth.cut_approval set revocation_id = ${by.revocation_id}::uuid,
        revoked_by = ${by.revoked_by}, revoked_at = transaction_timestamp(), revocation_reason = ${reason}
        where approval_id = ${approvalId}::uuid and revoked_at is null and used_by_change_set_id is null
        returning 1`,
      [{ id: approvalId, columns: { ...by, revoked_at: at, revocation_reason: reason } }],
    ),
  });
  await tx.connection.one(sql.prepared('revokeCutApproval.write', z.object({ revoked: z.literal(1) }))`
    /* revokeCutApproval.write */ with revoked as (${sent.revoked})
    select count(*)::int as revoked from revoked`);
  return { value, writes, parties: [] };
}

async function lookForRevocation(
  { connection, ids }: PartyTx<'revokeCutApproval'>,
  approvalId: string,
): Promise<z.infer<typeof lookRow>> {
  const members = sql.fragment`json_build_object('approvalId', a.approval_id, 'entryId', a.entry_id,
    'usedBy', a.used_by_change_set_id, 'revokedAt', ${timeText(sql.fragment`a.revoked_at`)},
    'revokedBy', a.revoked_by, 'reason', a.revocation_reason)`;
  return await connection.one(sql.prepared('revokeCutApproval.look', lookRow)`
    /* revokeCutApproval.look */ select
      (select ${members} from cutter_auth.cut_approval a where a.approval_id = ${approvalId}::uuid) as named,
      (select ${members} from cutter_auth.cut_approval a where a.revocation_id = ${ids.revocation}::uuid) as first`);
}
