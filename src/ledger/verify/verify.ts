import { sql } from 'slonik';
import { refuseOutside } from '../../auth/narrowing.ts';
import { IllegalTransition, NotFound, SameParty } from '../../law/refusals.ts';
import { type EntryState, nextState, statesBefore } from '../../law/states.ts';
import { refuseConflict, refuseOther } from '../envelope/conflict.ts';
import { unlockable } from '../envelope/entry-lock.ts';
import { currentKey } from '../envelope/key-registry.ts';
import { movedRow } from '../envelope/reading.ts';
import type { Done, VerifyTx } from '../envelope/transaction.ts';
import { Writes } from '../envelope/writes.ts';
import { CHANGE_SET } from '../tables/change-set.ts';
import { ENTRY, moveStatus } from '../tables/entry.ts';
import { HISTORY } from '../tables/history.ts';
import { SIGNATURE } from '../tables/signature.ts';
import { insertInto } from '../tables/table.ts';
import { VERIFY_RESULT } from '../tables/verify-result.ts';
import { type Judgement, judge } from './verify-judge.ts';
import {
  type Finding,
  type JudgedChangeSet,
  lockForVerify,
  lookForVerify,
  type VerifyLook,
} from './verify-look.ts';
import {
  compensationOf,
  escalationOf,
  MAX_FINDINGS,
  moveHistory,
  resultOf,
  signatureOf,
} from './verify-rows.ts';

export interface VerifyInput {
  readonly idempotencyKey: string;
  readonly changeSetId: string;
}
export interface VerifyAnswer {
  readonly entryId: string;
  readonly verifyResultId: string;
  readonly findings: readonly Finding[];
}

/**
 * VERIFY — another lane's verdict on a cut, recomputed from the source and compared with the rows.
 *
 *     cut_applied ──verify:pass──▶ verified_complete ■        lane DOT-992, role cutter_verify
 *                 ──verify:fail──▶ verify_failed_escalated ■  + compensating change set + escalation entry
 *
 * Locks    entry · signing key (shared); then looks
 * Reads    change set · source bytes · manifest · decision · signature · keys · units, versions, affected rows
 * Writes   1 signature · 1 verify_result · 1 history · entry.status (CAS);
 *          of a failure, in this order: signature, compensating change set, escalation entry with its history, verify_result, status, history
 * Refuses  NotFound             no such change set
 *          IllegalTransition    it is a compensation, or was verified already
 *          SameParty            the verifier shares key, principal or person with the executor  G-VERIFY-SOD
 *          LaneMismatch         the lane's key isn't valid
 *          IdempotencyConflict  the key verified another change set, or another principal used it
 * Replay   same key, change set and principal: the first result, `replayed: true`
 * See      docs/reference/api.md, docs/reference/errors.md
 */
export async function verify(tx: VerifyTx, input: VerifyInput): Promise<Done<VerifyAnswer>> {
  const locked = await lockForVerify(tx, input.changeSetId);
  const look = await lookForVerify(tx, input.changeSetId);
  const entryId = look.change_set?.entry_id ?? null;
  refuseOutside(tx.caller, entryId === null ? [] : [entryId]);
  if (look.first !== null) {
    refuseOther(tx.caller, look.first.by);
    refuseConflict('verified another change set', [
      ['changeSetId', look.first.change_set_id, input.changeSetId],
    ]);
    return { value: answerOf(tx, look, look.first.findings), writes: null };
  }
  const changeSet = refuseUnjudgeable(input, look, locked.status);
  refuseParty(tx, look, changeSet);
  currentKey(tx.key, look.own_key);
  const judged = await judge(tx, look, changeSet);
  return write(tx, look, changeSet, judged, locked.at);
}

function answerOf(tx: VerifyTx, look: VerifyLook, findings: readonly Finding[]): VerifyAnswer {
  return { entryId: look.change_set?.entry_id ?? '', verifyResultId: tx.id('result'), findings };
}

function refuseUnjudgeable(input: VerifyInput, look: VerifyLook, locked: EntryState | null): JudgedChangeSet {
  const changeSet = look.change_set;
  const path = ['input', 'changeSetId'];
  if (changeSet === null) {
    const message = `There is no change set ${input.changeSetId}.`;
    throw new NotFound(message, [{ path, code: 'not-found', message }]);
  }
  if (changeSet.change_kind !== 'cut') {
    const message = `Change set ${input.changeSetId} is a ${changeSet.change_kind}; only cuts are verified.`;
    throw new IllegalTransition(message, [{ path, code: changeSet.change_kind, message }]);
  }
  if (locked === null || nextState(locked, 'verify:pass', 'DOT-992') === null) {
    throw unlockable(
      changeSet.entry_id ?? '',
      look.entry_status,
      'verify',
      statesBefore('verify:pass', 'DOT-992'),
    );
  }
  return changeSet;
}

/** G-VERIFY-SOD: neither key, nor principal, nor person is shared. An executor whom no registry knows is a finding of the verdict. */
function refuseParty(tx: VerifyTx, look: VerifyLook, changeSet: JudgedChangeSet): void {
  const executorKey = look.executor_key;
  const shared =
    changeSet.emitted_by === tx.caller.principalId
      ? 'principal'
      : changeSet.person_id === tx.caller.personId
        ? 'person'
        : executorKey !== null && executorKey.public_key === Buffer.from(tx.key.publicKey).toString('base64')
          ? 'key'
          : null;
  if (shared === null) return;
  const message = `The verifier shares its ${shared} with the executor of this cut; another person's principal must verify it.`;
  throw new SameParty(message, [{ path: ['input', 'changeSetId'], code: `same-${shared}`, message }]);
}

async function write(
  tx: VerifyTx,
  look: VerifyLook,
  changeSet: JudgedChangeSet,
  judged: Judgement,
  at: string,
): Promise<Done<VerifyAnswer>> {
  // From here it must succeed.
  const findings = judged.findings.slice(0, MAX_FINDINGS);
  const failed = judged.verdict === 'fail';
  const to: EntryState = failed ? 'verify_failed_escalated' : 'verified_complete';
  const entryId = changeSet.entry_id as string;
  const writes = new Writes(at);
  const escalation = failed ? escalationOf(tx, look, changeSet, findings) : null;
  const signature = writes.insert(SIGNATURE, [signatureOf(tx, changeSet, look, judged, at)]);
  const compensation = writes.insert(CHANGE_SET, failed ? [compensationOf(tx, changeSet, findings)] : []);
  const born = writes.insert(ENTRY, escalation === null ? [] : [escalation.entry]);
  const birth = escalation === null ? null : escalation.history;
  if (birth !== null) writes.record(HISTORY, [birth]);
  const result = writes.insert(VERIFY_RESULT, [
    resultOf(tx, changeSet, judged, escalation?.entry.entry_id ?? null),
  ]);
  writes.update(ENTRY, entryId, { status: to });
  const moved = moveHistory(tx, entryId, to, judged);
  writes.record(HISTORY, [moved]);
  const history = insertInto(HISTORY, birth === null ? [moved] : [birth, moved]);
  const row = await tx.connection.one(sql.prepared('verify.write', movedRow)`
    /* verify.write */ with signature as (${signature}), compensation as (${compensation}), escalation as (${born}),
      result as (${result}), moved as (${moveStatus(entryId, 'cut_applied', to)}), history as (${history})
    select (select count(*) from moved)::int as moved`);
  if (row.moved !== 1) throw new IllegalTransition('The entry moved while it was verified; read it again.');
  return { value: { entryId, verifyResultId: tx.id('result'), findings }, writes };
}
