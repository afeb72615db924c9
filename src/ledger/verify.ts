import { sql } from 'slonik';
import { CANONICALIZATION } from '../document/canonicalize.ts';
import { effectDigest } from '../document/effect.ts';
import type { PlainJson } from '../proof/canonical.ts';
import { derivedId } from '../proof/uuid.ts';
import { unlockable } from './entry-lock.ts';
import { currentKey } from './key-registry.ts';
import { refuseOutside } from './narrowing.ts';
import { iuRef, movedRow } from './reading.ts';
import { IdempotencyConflict, IllegalTransition, NotFound, SameParty } from './refusals.ts';
import { signStatement } from './sign.ts';
import { verifyStatement } from './statement.ts';
import { type EntryState, nextState, statesBefore } from './states.ts';
import { CHANGE_SET, type NewChangeSet } from './tables/change-set.ts';
import { ENTRY, moveStatus, type NewEntry } from './tables/entry.ts';
import { HISTORY, type NewHistory } from './tables/history.ts';
import { type NewSignature, SIGNATURE } from './tables/signature.ts';
import { insertInto } from './tables/table.ts';
import { type NewVerifyResult, VERIFY_RESULT } from './tables/verify-result.ts';
import { type Done, TOOL_REVISION, type VerifyTx } from './transaction.ts';
import { type Judgement, judge } from './verify-judge.ts';
import {
  type Finding,
  type JudgedChangeSet,
  lockForVerify,
  lookForVerify,
  type VerifyLook,
} from './verify-look.ts';
import { Writes } from './writes.ts';

export interface VerifyInput {
  readonly idempotencyKey: string;
  readonly changeSetId: string;
}
export interface VerifyAnswer {
  readonly entryId: string;
  readonly verifyResultId: string;
  readonly findings: readonly Finding[];
}

/** The findings that are kept; a verdict needs one, a reader a screenful. */
const MAX_FINDINGS = 200;

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
 *          IdempotencyConflict  the key verified another change set
 * Replay   same key and change set: the first result, `replayed: true`
 * Source   ledger specification §5, §7
 */
export async function verify(tx: VerifyTx, input: VerifyInput): Promise<Done<VerifyAnswer>> {
  const locked = await lockForVerify(tx, input.changeSetId);
  const look = await lookForVerify(tx, input.changeSetId);
  refuseOutside(tx.caller, look.change_set?.entry_id ?? null);
  if (look.first !== null) {
    refuseOther(look.first, input);
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

function refuseOther(first: NonNullable<VerifyLook['first']>, input: VerifyInput): void {
  if (first.change_set_id === input.changeSetId) return;
  const message = `The key verified change set ${first.change_set_id}.`;
  throw new IdempotencyConflict('This idempotency key verified another change set; use a new key.', [
    { path: ['input', 'changeSetId'], code: 'differs', message },
  ]);
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

function signatureOf(
  tx: VerifyTx,
  changeSet: JudgedChangeSet,
  look: VerifyLook,
  judged: Judgement,
  at: string,
): NewSignature {
  const statement = verifyStatement({
    verifyResultId: tx.id('result'),
    changeSetId: changeSet.change_set_id,
    entryId: changeSet.entry_id ?? '',
    manifestId: changeSet.manifest_id,
    manifestDigest: changeSet.manifest_version,
    reviewDecisionId: changeSet.review_decision_id,
    effectDigest: judged.effectDigest,
    verdict: judged.verdict,
    axes: judged.axes,
    checkedRows: judged.checkedRows,
    priorSignature: {
      signatureId: changeSet.executor_signature_id,
      payloadHash: look.signature?.payload_hash ?? '',
    },
    toolRevision: TOOL_REVISION,
    principalId: tx.caller.principalId,
    personId: tx.caller.personId,
    preparedAt: at,
  });
  const order = {
    lane: tx.lane,
    signatureId: tx.id('signature'),
    statement,
    toolRevision: TOOL_REVISION,
    priorSignatureId: changeSet.executor_signature_id,
    referenceId: tx.id('result'),
    dryRun: tx.dryRun,
  };
  return signStatement(order, tx.key);
}

function compensationOf(
  tx: VerifyTx,
  changeSet: JudgedChangeSet,
  findings: readonly Finding[],
): NewChangeSet {
  const key = `compensate:${changeSet.change_set_id}`;
  return {
    change_set_id: tx.id('compensation'),
    rollback_key: key,
    idempotency_key: key,
    manifest_id: changeSet.manifest_id,
    manifest_version: changeSet.manifest_version,
    review_decision_id: changeSet.review_decision_id,
    decision_backlog_entry_id: changeSet.entry_id,
    executor_signature_id: changeSet.executor_signature_id,
    verifier_signature_id: null,
    executor_tool_revision: changeSet.executor_tool_revision,
    verifier_tool_revision: TOOL_REVISION,
    tool_revision_match: changeSet.executor_tool_revision === TOOL_REVISION,
    state: 'applied',
    risk_class: changeSet.risk_class,
    payload_summary: { compensates: changeSet.change_set_id },
    emitted_by: tx.caller.principalId,
    rollback_initiated_by: tx.caller.principalId,
    rollback_reason: findings[0]?.message ?? null,
    scenario_ref: changeSet.scenario_ref,
    change_kind: 'compensation',
    compensates_change_set_id: changeSet.change_set_id,
    affected_row_count: 0,
    effect_digest: effectDigest([]),
  };
}

/** The specification of the failed cut, for whoever looks into it; null where it can't be read any more. */
function specOf(look: VerifyLook): PlainJson {
  const payload = look.payload as { proposed_cut_spec?: PlainJson } | null;
  return payload?.proposed_cut_spec ?? null;
}

function escalationOf(
  tx: VerifyTx,
  look: VerifyLook,
  changeSet: JudgedChangeSet,
  findings: readonly Finding[],
): { entry: NewEntry; history: NewHistory } {
  const key = `escalate:${tx.id('result')}`;
  const entry: NewEntry = {
    entry_id: derivedId(key),
    kind: 'escalation',
    status: 'marked',
    payload: {
      idempotency_key: key,
      signal_source: `verify:fail ${changeSet.change_set_id}`,
      iu_ref: iuRef(look.source?.source_id ?? ''),
      proposed_cut_spec: specOf(look),
    },
    scenario_ref: changeSet.scenario_ref,
  };
  const history: NewHistory = {
    history_id: tx.id('escalation_history'),
    entry_id: entry.entry_id,
    entry_version_before: null,
    entry_version_after: 'marked',
    change_kind: 'mark',
    change_diff: { from: null, to: 'marked' },
    changed_by: tx.caller.principalId,
    rationale: findings[0]?.message ?? null,
  };
  return { entry, history };
}

function resultOf(
  tx: VerifyTx,
  changeSet: JudgedChangeSet,
  judged: Judgement,
  escalation: string | null,
): NewVerifyResult {
  const { axes, findings } = judged;
  const problems = findings
    .slice(0, MAX_FINDINGS)
    .map(({ axis, unit, code, message }) => ({ axis, unit, code, message }));
  return {
    verify_result_id: tx.id('result'),
    change_set_id: changeSet.change_set_id,
    manifest_id: changeSet.manifest_id,
    manifest_version: changeSet.manifest_version,
    review_decision_id: changeSet.review_decision_id,
    executor_signature_id: changeSet.executor_signature_id,
    verifier_signature_id: tx.id('signature'),
    executor_tool_revision: changeSet.executor_tool_revision,
    verifier_tool_revision: TOOL_REVISION,
    tool_revision_match: changeSet.executor_tool_revision === TOOL_REVISION,
    verify_kind: 'post_cut',
    axis_1_status: axes.a,
    axis_2_status: axes.b === 'fail' || axes.c === 'fail' ? 'fail' : 'pass',
    verdict: judged.verdict,
    state: 'final',
    canonicalization_rule_used: CANONICALIZATION,
    rollback_change_set_id_triggered: escalation === null ? null : tx.id('compensation'),
    escalation_ref: escalation,
    prior_verify_result_id: null,
    findings: { axes, total: findings.length, problems },
    verdict_rationale: findings[0]?.message ?? null,
    scenario_ref: changeSet.scenario_ref,
    verified_by: tx.caller.principalId,
    effect_digest: judged.effectDigest,
    checked_row_count: judged.checkedRows,
  };
}

function moveHistory(tx: VerifyTx, entryId: string, to: EntryState, judged: Judgement): NewHistory {
  return {
    history_id: tx.id('history'),
    entry_id: entryId,
    entry_version_before: 'cut_applied',
    entry_version_after: to,
    change_kind: `verify:${judged.verdict}`,
    change_diff: { from: 'cut_applied', to },
    changed_by: tx.caller.principalId,
    rationale: judged.findings[0]?.message ?? null,
  };
}
