import { describeNoun, type Noun } from './noun.ts';
import type { EvidenceName, NounName } from './noun-name.ts';
import { type Relation, toOne } from './relation.ts';

const GOVERNANCE = 'cutter_governance';

/** What a row has beside what observers see: one noun for each, read by its row's own key. */
interface Hidden {
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: Parameters<typeof describeNoun>[0]['columns'];
  /** A query in the place of the table. */
  readonly view?: string;
}

const HIDDEN: Readonly<Record<EvidenceName, Hidden>> = {
  EntryEvidence: {
    table: 'decision_backlog_entry',
    key: ['entry_id'],
    columns: { idempotencyKey: 'text', payload: 'json' },
    view: `(select e.entry_id, e.payload ->> 'idempotency_key' as idempotency_key, e.payload
      from ${GOVERNANCE}.decision_backlog_entry e)`,
  },
  HistoryEvidence: {
    table: 'decision_backlog_history',
    key: ['history_id'],
    columns: { rationale: 'text', changeDiff: 'json' },
  },
  SweepEvidence: { table: 'decision_backlog_sweep_log', key: ['sweep_id'], columns: { rationale: 'text' } },
  ManifestEvidence: { table: 'manifest_envelope', key: ['envelope_id'], columns: { rationale: 'text' } },
  UnitBlockEvidence: {
    table: 'manifest_unit_block',
    key: ['envelope_id', 'unit_local_id'],
    columns: { sourceSpan: 'json', candidateEdges: 'json', payloadSummary: 'json', reportSummary: 'json' },
  },
  ReviewDecisionEvidence: {
    table: 'review_decision',
    key: ['review_decision_id'],
    columns: {
      rationale: 'text',
      findings: 'json',
      notBefore: 'text',
      reviewed: 'json',
      carriedOver: 'json',
      reviewerIdentity: 'text',
      independence: ['reviewer_independence_evidence', 'text'],
    },
    // A review writes its reasons with the plan that it judged.
    view: `(select d.review_decision_id, m.rationale, d.findings -> 'input' as findings,
      d.findings ->> 'not_before' as not_before, d.findings -> 'reviewed' as reviewed,
      d.findings -> 'carried_over' as carried_over, d.reviewer_identity, d.reviewer_independence_evidence
      from ${GOVERNANCE}.review_decision d join ${GOVERNANCE}.manifest_envelope m on m.envelope_id = d.manifest_id)`,
  },
  ChangeSetEvidence: {
    table: 'cut_change_set',
    key: ['change_set_id'],
    columns: {
      idempotencyKey: 'text',
      rollbackKey: 'text',
      rollbackReason: 'text',
      payloadSummary: 'json',
      scenarioRef: 'text',
    },
  },
  AffectedRowEvidence: {
    table: 'cut_change_set_affected_row',
    key: ['affected_row_id'],
    columns: { before: ['before_state_snapshot', 'json'], after: ['after_state_snapshot', 'json'] },
  },
  VerifyResultEvidence: {
    table: 'verify_result',
    key: ['verify_result_id'],
    columns: { findings: 'json', rationale: ['verdict_rationale', 'text'], scenarioRef: 'text' },
  },
  SignatureEvidence: {
    table: 'dot_pair_signature',
    key: ['signature_id'],
    columns: {
      payload: ['signature_payload', 'text'],
      envelope: ['payload_envelope', 'json'],
      payloadHash: 'digest',
      revocationReason: 'text',
      scenarioRef: 'text',
    },
  },
  AddressAliasEvidence: {
    table: 'canonical_address_alias',
    key: ['alias_id'],
    columns: { rationale: 'text', scenarioRef: 'text' },
  },
};

function describeHidden([name, { table, key, columns, view }]: [string, Hidden]): [string, Noun] {
  const noun = describeNoun({
    name: name as EvidenceName,
    hiddenOf: name.replace(/Evidence$/, '') as NounName,
    login: 'evidence',
    view: view ?? `${GOVERNANCE}.${table}`,
    columns,
    key,
    seat: { of: null, by: key[0]!, within: key },
    indexed: key,
    lasting: { but: [] },
  });
  return [name, noun];
}

export const EVIDENCE_NOUNS = Object.fromEntries(Object.entries(HIDDEN).map(describeHidden)) as Readonly<
  Record<EvidenceName, Noun>
>;

/** From a row to what observers don't see of it. */
export function toEvidence(of: EvidenceName): Relation {
  return toOne(of, ...HIDDEN[of].key.map((column) => [column, column] as const));
}
