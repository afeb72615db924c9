import type { CosignedHead } from './checkpoint.ts';
import type { PassportRows } from './format.ts';
import type { OpenedPlan } from './plan.ts';
import type { PhaseRecord, PhaseRecords } from './records.ts';
import type { Deed, Said } from './said.ts';
import type { StatementKeys } from './signatures.ts';

export function saidBy(
  rows: PassportRows,
  records: PhaseRecords,
  plan: OpenedPlan,
  signers: StatementKeys,
  head: CosignedHead,
): Said {
  const { name, version } = plan.header.profile;
  const modes = Object.values(records).map(({ mode }) => mode);
  return {
    origin: head.origin,
    mode: modes.includes('rehearsal') ? 'rehearsal' : 'production',
    changeSetId: rows.changeSet.columns.change_set_id,
    entryId: rows.entry.columns.entry_id,
    document: {
      docCode: plan.header.docCode,
      title: rows.source.columns.title,
      sourceDigest: plan.header.sourceDigest,
      byteLength: plan.header.byteLength,
    },
    plan: {
      manifestDigest: plan.manifestDigest,
      profile: name === null ? null : version === null ? name : `${name}@${version}`,
      counts: plan.counts,
      effectDigest: plan.effectDigest,
    },
    registered: deedOf(records.source),
    marked: deedOf(records.mark),
    approved: {
      ...deedOf(records.review),
      decisionId: rows.decision.columns.review_decision_id,
      expiresAt: rows.decision.columns.expires_at,
    },
    cut: { ...deedOf(records.cut), keyId: signers.executor.keyId },
    verified: {
      ...deedOf(records.verify),
      keyId: signers.verifier.keyId,
      verdict: rows.result.columns.verdict,
      rationale: rows.result.columns.verdict_rationale,
      compensatedBy: rows.compensation?.columns.change_set_id ?? null,
    },
    checkpoint: { size: head.size, root: Buffer.from(head.root).toString('base64') },
  };
}

const deedOf = ({ position, at, principalId, personId }: PhaseRecord): Deed => ({
  position,
  at,
  principalId,
  personId,
});
