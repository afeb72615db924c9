import { sql } from 'slonik';
import { z } from 'zod';
import { AlreadyCut, IllegalTransition, problemAt } from '../law/refusals.ts';
import { ENTRY_STATES, type EntryState, nextState, statesBefore, wasCut } from '../law/states.ts';
import { refuseConflict, refuseOther } from './envelope/conflict.ts';
import { lockEntryAndDocument, refusalOfUnlocked } from './envelope/entry-lock.ts';
import { moveEntry } from './envelope/move.ts';
import { movedRow } from './envelope/reading.ts';
import type { Done, ExecTx } from './envelope/transaction.ts';
import { composeWrites } from './envelope/writes.ts';

export interface AbandonInput {
  readonly idempotencyKey: string;
  readonly entryId: string;
  readonly rationale: string;
}

const lookRow = z.object({
  status: z.enum(ENTRY_STATES).nullable(),
  first: z.object({ by: z.string(), entry_id: z.string(), rationale: z.string().nullable() }).nullable(),
});

/**
 * ABANDON — ends an entry that won't be cut, or an escalation that was dealt with.
 *
 *     marked | review_pending | reviewed_deferred | reviewed_approved ──abandon──▶ abandoned ■
 *                                                                     lane DOT-991, role cutter_exec
 * Locks    entry · document code; then looks
 * Reads    the history row of this key
 * Writes   1 history (with the rationale) · entry.status (CAS)
 * Refuses  NotFound             no such entry
 *          AlreadyCut           it was cut; what is cut is never abandoned
 *          IllegalTransition    it has ended already
 *          IdempotencyConflict  the key abandoned another entry, or another principal used it
 * Replay   same key, content and principal: the entry, `replayed: true`
 * See      docs/reference/api.md, docs/reference/errors.md
 */
export async function abandon(
  tx: ExecTx<'abandon'>,
  input: AbandonInput,
): Promise<Done<{ entryId: string }>> {
  const locked = await lockEntryAndDocument(tx, input.entryId, 'abandon');
  const look = await tx.connection.one(sql.prepared('abandon.look', lookRow)`
    /* abandon.look */ select
      (select status from cutter_governance.decision_backlog_entry where entry_id = ${input.entryId}::uuid) as status,
      (select json_build_object('by', changed_by, 'entry_id', entry_id, 'rationale', rationale)
        from cutter_governance.decision_backlog_history where history_id = ${tx.ids.history}::uuid) as first`);
  const value = { entryId: input.entryId };
  if (look.first !== null) {
    refuseOther(tx.caller, look.first.by, null, look.first.entry_id);
    refuseConflict('abandoned something else', [
      ['entryId', look.first.entry_id, input.entryId],
      ['rationale', look.first.rationale, input.rationale],
    ]);
    return { value, writes: null };
  }
  const from = locked.status;
  if (from === null || nextState(from, 'abandon', tx.lane) === null)
    throw refusalOfState(input.entryId, look.status);

  const step = moveEntry(tx, {
    entryId: input.entryId,
    from,
    verb: 'abandon',
    historyId: tx.ids.history,
    rationale: input.rationale,
  });
  const { writes, sent } = composeWrites(locked.at, { ...step });
  const { moved } = await tx.connection.one(sql.prepared('abandon.write', movedRow)`
    /* abandon.write */ with moved as (${sent.moved}), history as (${sent.history})
    select (select count(*) from moved)::int as moved`);
  if (moved !== 1) throw new IllegalTransition('The entry moved while it was abandoned; read it again.');
  return { value, writes };
}

function refusalOfState(entryId: string, status: EntryState | null) {
  if (status !== null && wasCut(status)) {
    const message = `Entry ${entryId} was cut (${status}); what is cut is verified, never abandoned.`;
    return new AlreadyCut(message, [problemAt(['input', 'entryId'], status, message, { entryId })]);
  }
  return refusalOfUnlocked(entryId, status, 'abandon', statesBefore('abandon', 'DOT-991'));
}
