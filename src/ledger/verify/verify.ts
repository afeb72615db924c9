import { sql } from 'slonik';
import { refuseOutside } from '../../auth/narrowing.ts';
import { partyOf } from '../../law/parties.ts';
import { IllegalTransition, NotFound, problemAt, SameParty } from '../../law/refusals.ts';
import { approverProblems } from '../../law/sanction/sanction.ts';
import { type EntryState, nextState, statesBefore } from '../../law/states.ts';
import { VERIFIER_LANE } from '../../law/values.ts';
import { refuseConflict, refuseOther } from '../envelope/conflict.ts';
import { refusalOfUnlocked } from '../envelope/entry-lock.ts';
import { currentKey, type ValidKey } from '../envelope/key-registry.ts';
import { bearEntries, moveEntry } from '../envelope/move.ts';
import { movedRow } from '../envelope/reading.ts';
import type { Done, VerifyTx } from '../envelope/transaction.ts';
import { composeWrites, insertRows } from '../envelope/writes.ts';
import { refuseOtherSide } from '../rules/sides.ts';
import { CHANGE_SET } from '../tables/change-set.ts';
import { SIGNATURE } from '../tables/signature.ts';
import { VERIFY_RESULT } from '../tables/verify-result.ts';
import { type CutJudgement, judgeCut } from './verify-judge.ts';
import {
  type CutFinding,
  type JudgedChangeSet,
  lockForVerify,
  lookForVerify,
  type VerifyLook,
} from './verify-look.ts';
import { compensationOf, escalationOf, MAX_FINDINGS, resultOf, signatureOf } from './verify-rows.ts';

export interface VerifyInput {
  readonly idempotencyKey: string;
  readonly changeSetId: string;
}
export interface VerifyAnswer {
  readonly entryId: string;
  readonly verifyResultId: string;
  readonly findings: readonly CutFinding[];
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
 *          of a failure, in this order: signature, compensating change set, escalation entry with its history,
 *          verify_result, status, history
 * Refuses  NotFound             no such change set
 *          IllegalTransition    it is a compensation, or was verified already
 *          SameParty            the rules keep the verifier apart from another side  G-VERIFY-SOD
 *          LaneMismatch         the lane's key isn't valid
 *          SignatureRefused     the caller signed with another's key, or another verdict than this
 *          Drifted              the database's shape was altered                    G-CUT-DRIFT
 *          IdempotencyConflict  the key verified another change set, or another principal used it
 * Signs    the server with the lane's key that it holds, or the caller: `verifyStatement` gives what to sign
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
    const { entry_id } = knownChangeSet(input, look);
    return { value: answerOf(tx, entry_id, look.first.findings), writes: null };
  }
  const ground = refuseUnjudgeable(input, look, locked.status);
  refuseParty(tx, look, ground.changeSet);
  const key = currentKey(tx, look.own_key);
  const judged = await judgeCut(tx, look, ground.changeSet);
  return writeVerdict(tx, look, ground, judged, { at: locked.at, key });
}

function answerOf(tx: VerifyTx, entryId: string, findings: readonly CutFinding[]): VerifyAnswer {
  return { entryId, verifyResultId: tx.ids.result, findings };
}

/** What a verification rests on once its refusals have passed: a cut, and the state of the entry that it belongs to. */
interface Ground {
  readonly changeSet: JudgedChangeSet;
  readonly from: EntryState;
}

/** The change set that the input names, with its entry. */
function knownChangeSet(input: VerifyInput, { change_set: found }: VerifyLook): JudgedChangeSet {
  const entryId = found?.entry_id ?? null;
  if (found !== null && entryId !== null) return { ...found, entry_id: entryId };
  const message =
    found === null
      ? `There is no change set ${input.changeSetId}.`
      : `Change set ${input.changeSetId} belongs to no entry, so it can't be verified.`;
  const subject = { changeSetId: input.changeSetId };
  throw new NotFound(message, [problemAt(['input', 'changeSetId'], 'not-found', message, subject)]);
}

function refuseUnjudgeable(input: VerifyInput, look: VerifyLook, locked: EntryState | null): Ground {
  const changeSet = knownChangeSet(input, look);
  if (changeSet.change_kind !== 'cut') {
    const message = `Change set ${input.changeSetId} is a ${changeSet.change_kind}; only cuts are verified.`;
    throw new IllegalTransition(message, [
      problemAt(['input', 'changeSetId'], changeSet.change_kind, message, {
        changeSetId: changeSet.change_set_id,
      }),
    ]);
  }
  if (locked === null || nextState(locked, 'verify:pass', VERIFIER_LANE) === null) {
    throw refusalOfUnlocked(
      changeSet.entry_id,
      look.entry_status,
      'verify',
      statesBefore('verify:pass', VERIFIER_LANE),
    );
  }
  return { changeSet, from: locked };
}

/**
 * G-VERIFY-SOD: the verifier is on no other side of the entry, by key, principal or person. An executor whom no
 * registry knows is a finding of the verdict.
 */
function refuseParty(tx: VerifyTx, look: VerifyLook, changeSet: JudgedChangeSet): void {
  const key = look.executor_key === null ? null : Buffer.from(look.executor_key.public_key, 'base64');
  const caller = { ...partyOf(tx.caller), key: ownKey(tx, look) };
  const executor = { principal: changeSet.emitted_by, person: changeSet.person_id, key };
  refuseOtherSide('verified', caller, { ...look.did, cut: executor }, look.rules, {
    path: ['input', 'changeSetId'],
    subject: { changeSetId: changeSet.change_set_id },
  });
  if (look.approver === null) return;
  const [problem] = approverProblems(changeSet.entry_id, look.approver, { verified: caller });
  if (problem !== undefined) throw new SameParty(problem.message, [problem]);
}

/** The verifier's public key: what this server holds or, where the caller signs, what the registry has for it. */
function ownKey({ signer }: VerifyTx, { own_key: registered }: VerifyLook): Uint8Array | null {
  if (signer.by === 'server') return signer.key.publicKey;
  return registered === null ? null : Buffer.from(registered.public_key, 'base64');
}

async function writeVerdict(
  tx: VerifyTx,
  look: VerifyLook,
  { changeSet, from }: Ground,
  judged: CutJudgement,
  when: { readonly at: string; readonly key: ValidKey },
): Promise<Done<VerifyAnswer>> {
  const signature = signatureOf(tx, changeSet, look, judged, when);
  // From here it must succeed.
  const findings = judged.findings.slice(0, MAX_FINDINGS);
  const failed = judged.verdict === 'fail';
  const entryId = changeSet.entry_id;
  const escalation = failed ? escalationOf(tx, look, changeSet, findings) : null;
  const born = bearEntries(tx, escalation === null ? [] : [escalation]);
  const step = moveEntry(tx, {
    entryId,
    from,
    verb: `verify:${judged.verdict}`,
    historyId: tx.ids.history,
    rationale: judged.findings[0]?.message ?? null,
  });
  const { writes, sent } = composeWrites(when.at, {
    signature: insertRows(SIGNATURE, [signature]),
    compensation: insertRows(CHANGE_SET, failed ? [compensationOf(tx, changeSet, findings)] : []),
    escalation: born.entries,
    escalated: born.history,
    result: insertRows(VERIFY_RESULT, [resultOf(tx, changeSet, judged, escalation?.entryId ?? null)]),
    ...step,
  });
  const row = await tx.connection.one(sql.prepared('verify.write', movedRow)`
    /* verify.write */ with signature as (${sent.signature}), compensation as (${sent.compensation}),
      escalation as (${sent.escalation}), escalated as (${sent.escalated}), result as (${sent.result}),
      moved as (${sent.moved}), history as (${sent.history})
    select (select count(*) from moved)::int as moved`);
  if (row.moved !== 1) throw new IllegalTransition('The entry moved while it was verified; read it again.');
  return { value: { entryId, verifyResultId: tx.ids.result, findings }, writes };
}
