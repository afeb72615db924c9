import { CANONICALIZATION } from '../../document/canonicalize.ts';
import { effectDigest } from '../../document/effect.ts';
import { escalationSignal } from '../../law/escalation.ts';
import { verifyStatement } from '../../law/statement.ts';
import { RISK_CLASSES, type RiskClass } from '../../law/values.ts';
import type { PlainJson } from '../../proof/canonical.ts';
import { derivedId } from '../../proof/uuid.ts';
import { TOOL_REVISION } from '../../version.ts';
import type { ValidKey } from '../envelope/key-registry.ts';
import type { NewBorn } from '../envelope/move.ts';
import { iuRef } from '../envelope/reading.ts';
import { signStatement } from '../envelope/sign.ts';
import { statementTimes } from '../envelope/signer.ts';
import type { VerifyTx } from '../envelope/transaction.ts';
import type { NewChangeSet } from '../tables/change-set.ts';
import type { NewSignature } from '../tables/signature.ts';
import type { NewVerifyResult } from '../tables/verify-result.ts';
import type { CutJudgement } from './verify-judge.ts';
import type { CutFinding, JudgedChangeSet, VerifyLook } from './verify-look.ts';

/** The most findings that are stored: a verdict needs one, a reader a screenful. */
export const MAX_FINDINGS = 200;

/**
 * The hash of the executor's payload. Without the executor's signature no result can be stored: a foreign key holds
 * it.
 */
function priorHashOf({ signature }: VerifyLook): string {
  if (signature === null) throw new Error('The database lost the executor signature of a cut.');
  return signature.payload_hash;
}

export function signatureOf(
  tx: VerifyTx,
  changeSet: JudgedChangeSet,
  look: VerifyLook,
  judged: CutJudgement,
  { at, key }: { readonly at: string; readonly key: ValidKey },
): NewSignature {
  const statement = verifyStatement({
    verifyResultId: tx.ids.result,
    changeSetId: changeSet.change_set_id,
    entryId: changeSet.entry_id,
    manifestId: changeSet.manifest_id,
    manifestDigest: changeSet.manifest_version,
    reviewDecisionId: changeSet.review_decision_id,
    effectDigest: judged.effectDigest,
    verdict: judged.verdict,
    axes: judged.axes,
    checkedRows: judged.checkedRows,
    priorSignature: {
      signatureId: changeSet.executor_signature_id,
      payloadHash: priorHashOf(look),
    },
    toolRevision: TOOL_REVISION,
    principalId: tx.caller.principalId,
    personId: tx.caller.personId,
    ...statementTimes(tx.signer, at),
  });
  const order = {
    lane: tx.lane,
    signatureId: tx.ids.signature,
    statement,
    toolRevision: TOOL_REVISION,
    priorSignatureId: changeSet.executor_signature_id,
    referenceId: tx.ids.result,
    dryRun: tx.dryRun,
  };
  return signStatement(order, tx.signer, key);
}

/** The class of the cut that is compensated; the higher one where its own was altered into something else. */
function riskClassOf({ risk_class: stored }: JudgedChangeSet): RiskClass {
  return RISK_CLASSES.find((known) => known === stored) ?? 'high';
}

export function compensationOf(
  tx: VerifyTx,
  changeSet: JudgedChangeSet,
  findings: readonly CutFinding[],
): NewChangeSet {
  const key = `compensate:${changeSet.change_set_id}`;
  return {
    change_set_id: tx.ids.compensation,
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
    risk_class: riskClassOf(changeSet),
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

/** The specification of the failed cut, for the person who looks into it; null where it can't be read any more. */
function specOf(look: VerifyLook): PlainJson {
  const payload = look.payload as { proposed_cut_spec?: PlainJson } | null;
  return payload?.proposed_cut_spec ?? null;
}

export function escalationOf(
  tx: VerifyTx,
  look: VerifyLook,
  changeSet: JudgedChangeSet,
  findings: readonly CutFinding[],
): NewBorn {
  const key = `escalate:${tx.ids.result}`;
  return {
    entryId: derivedId(key),
    kind: 'escalation',
    payload: {
      idempotency_key: key,
      signal_source: escalationSignal(changeSet.change_set_id),
      iu_ref: look.source === null ? null : iuRef(look.source.source_id),
      proposed_cut_spec: specOf(look),
    },
    scenario_ref: changeSet.scenario_ref,
    verb: 'mark',
    historyId: tx.ids.escalation_history,
    rationale: findings[0]?.message ?? null,
  };
}

export function resultOf(
  tx: VerifyTx,
  changeSet: JudgedChangeSet,
  judged: CutJudgement,
  escalation: string | null,
): NewVerifyResult {
  const { axes, findings } = judged;
  const problems = findings
    .slice(0, MAX_FINDINGS)
    .map(({ axis, unit, code, message }) => ({ axis, unit, code, message }));
  return {
    verify_result_id: tx.ids.result,
    change_set_id: changeSet.change_set_id,
    manifest_id: changeSet.manifest_id,
    manifest_version: changeSet.manifest_version,
    review_decision_id: changeSet.review_decision_id,
    executor_signature_id: changeSet.executor_signature_id,
    verifier_signature_id: tx.ids.signature,
    executor_tool_revision: changeSet.executor_tool_revision,
    verifier_tool_revision: TOOL_REVISION,
    tool_revision_match: changeSet.executor_tool_revision === TOOL_REVISION,
    verify_kind: 'post_cut',
    axis_1_status: axes.a,
    axis_2_status: axes.b === 'fail' || axes.c === 'fail' ? 'fail' : 'pass',
    verdict: judged.verdict,
    state: 'final',
    canonicalization_rule_used: CANONICALIZATION,
    rollback_change_set_id_triggered: escalation === null ? null : tx.ids.compensation,
    escalation_ref: escalation,
    prior_verify_result_id: changeSet.prior_result,
    findings: { axes, total: findings.length, problems },
    verdict_rationale: findings[0]?.message ?? null,
    scenario_ref: changeSet.scenario_ref,
    verified_by: tx.caller.principalId,
    effect_digest: judged.effectDigest,
    checked_row_count: judged.checkedRows,
  };
}
