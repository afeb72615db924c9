import type { CutFacts } from '../../law/statement.ts';
import type { RiskClass } from '../../law/values.ts';
import type { NewChangeSet } from '../tables/change-set.ts';

/** What a cut's change set holds beside the facts that are signed. */
export interface CutCircumstances {
  readonly idempotencyKey: string;
  readonly signatureId: string;
  readonly riskClass: RiskClass;
  readonly scenarioRef: string | null;
  readonly docCode: string;
  readonly sourceDigest: string;
  /** Counts the document's cuts, from 1, void ones too. */
  readonly cutSeq: number;
  readonly affectedRows: number;
  /** The version of the rules that it was judged by; 0 for those of origin, which it doesn't name. */
  readonly rules: number;
}

/** The change set of a cut; the same function writes it and, for the verifier, says what it must be. */
export function cutChangeSet(
  facts: Omit<CutFacts, 'personId' | 'priorSignature'>,
  more: CutCircumstances,
): NewChangeSet {
  return {
    change_set_id: facts.changeSetId,
    rollback_key: `rollback:${more.idempotencyKey}`,
    idempotency_key: more.idempotencyKey,
    manifest_id: facts.manifestId,
    manifest_version: facts.manifestDigest,
    review_decision_id: facts.reviewDecisionId,
    decision_backlog_entry_id: facts.entryId,
    executor_signature_id: more.signatureId,
    verifier_signature_id: null,
    executor_tool_revision: facts.toolRevision,
    verifier_tool_revision: 'pending',
    tool_revision_match: null,
    state: 'applied',
    risk_class: more.riskClass,
    payload_summary: {
      doc_code: more.docCode,
      source_digest: more.sourceDigest,
      cut_seq: more.cutSeq,
      counts: { ...facts.counts },
      ...(more.rules === 0 ? {} : { rules: more.rules }),
    },
    emitted_by: facts.principalId,
    rollback_initiated_by: null,
    rollback_reason: null,
    scenario_ref: more.scenarioRef,
    change_kind: 'cut',
    compensates_change_set_id: null,
    affected_row_count: more.affectedRows,
    effect_digest: facts.effectDigest,
  };
}
