import { manifestDigest, manifestHeader } from '../document/manifest.ts';
import type { CutSpec, DocumentPlan } from '../document/types.ts';
import { digestOf } from '../proof/digest.ts';
import { derivedId } from '../proof/uuid.ts';
import { effectOf, unitCounts } from './actions.ts';
import { type Birth, memoized } from './births.ts';
import { approvedActions } from './blocks.ts';
import { planBytes } from './plan.ts';
import { termsOf } from './reading.ts';
import type { VerifyTx } from './transaction.ts';
import { compareRows, type Expected, expect, expectedVersionIds } from './verify-compare.ts';
import {
  type CutRows,
  type Finding,
  type JudgedChangeSet,
  rowsForVerify,
  type VerifyLook,
} from './verify-look.ts';
import { judgeExecutorSignature } from './verify-signature.ts';

export interface Judgement {
  readonly axes: { readonly a: 'pass' | 'fail'; readonly b: 'pass' | 'fail'; readonly c: 'pass' | 'fail' };
  readonly verdict: 'pass' | 'fail';
  readonly findings: readonly Finding[];
  readonly effectDigest: string;
  readonly checkedRows: number;
}

/**
 * The verdict on a cut: plan and digests are recomputed from the source's bytes and the approved manifest, and compared with the
 * rows as they are read back now. Nothing that the cut stored is taken at its word.
 */
export async function judge(tx: VerifyTx, look: VerifyLook, changeSet: JudgedChangeSet): Promise<Judgement> {
  const plan = replan(tx, look, changeSet);
  if ('finding' in plan) return judgement([plan.finding], changeSet.effect_digest, 0);
  const expected = expect(plan, approvedActions(plan, look.blocks), birthOf(look, changeSet));
  const docCode = look.source?.doc_code ?? '';
  const versions = expectedVersionIds(expected).filter((id) => id !== '');
  const rows = await rowsForVerify(
    tx,
    changeSet.change_set_id,
    docCode,
    [...expected.ids.values()],
    versions,
  );
  const effect = effectOf(expected.actions);
  const findings = [
    ...digestFindings(plan, look, changeSet, effect),
    ...judgeExecutorSignature(look.signature, look.executor_key, factsOf(expected, changeSet, effect)),
    ...compareRows(expected, look.blocks, rows, termsOf(look.vocabulary), look.source?.sha256 ?? ''),
    ...countFindings(changeSet, rows),
  ];
  return judgement(findings, effect, rowsRead(look, rows));
}

function replan(
  tx: VerifyTx,
  look: VerifyLook,
  changeSet: JudgedChangeSet,
): DocumentPlan | { finding: Finding } {
  const fault = (code: string, message: string) => ({
    finding: { axis: 'A' as const, unit: null, code, message },
  });
  const { source, content, payload } = look;
  if (source === null || content === null || payload === null)
    return fault('source-missing', 'The source of this cut is gone.');
  const header = look.blocks[0]?.summary['header'] as { sourceDigest?: unknown } | undefined;
  const digest = digestOf(content);
  if (digest !== source.sha256 || digest !== header?.sourceDigest) {
    return fault(
      'source-altered',
      `The source's bytes have digest ${digest}; the approved manifest is for ${String(header?.sourceDigest)}.`,
    );
  }
  const plan = planBytes(
    tx.plans,
    content,
    source.doc_code,
    payload.proposed_cut_spec as CutSpec,
    termsOf(look.vocabulary),
  );
  const problem = plan.problems[0];
  if (problem !== undefined)
    return fault('plan-broken', `The plan of ${changeSet.change_set_id} no longer holds: ${problem.message}`);
  return plan;
}

/** What the cut's rows derive from, as the verifier knows it: the cut's key and who made it. */
function birthOf(look: VerifyLook, changeSet: JudgedChangeSet): Birth {
  return {
    id: memoized((thing) => derivedId(`cut:${thing}:${changeSet.idempotency_key}`)),
    principalId: changeSet.emitted_by,
    changeSetId: changeSet.change_set_id,
    docCode: look.source?.doc_code ?? '',
    sourceDigest: look.source?.sha256 ?? '',
    mode: changeSet.mode,
  };
}

function factsOf(expected: Expected, changeSet: JudgedChangeSet, effectDigest: string) {
  return {
    changeSetId: changeSet.change_set_id,
    entryId: changeSet.entry_id ?? '',
    manifestId: changeSet.manifest_id,
    manifestDigest: changeSet.manifest_version,
    reviewDecisionId: changeSet.review_decision_id,
    effectDigest,
    counts: unitCounts(expected.plan.records.length, expected.actions),
    toolRevision: changeSet.executor_tool_revision,
    principalId: changeSet.emitted_by,
    personId: changeSet.person_id ?? '',
    preparedAt: changeSet.emitted_at,
  };
}

function digestFindings(
  plan: DocumentPlan,
  look: VerifyLook,
  changeSet: JudgedChangeSet,
  effect: string,
): Finding[] {
  const header = manifestHeader(plan, { entryId: changeSet.entry_id, docCode: look.source?.doc_code ?? '' });
  const digest = manifestDigest(header, plan.leafHashes);
  const findings: Finding[] = [];
  const note = (code: string, message: string) => findings.push({ axis: 'A', unit: null, code, message });
  if (digest !== changeSet.manifest_version)
    note(
      'manifest-digest',
      `The manifest's digest is ${digest}; the change set names ${changeSet.manifest_version}.`,
    );
  if (
    look.decision?.manifest_version !== changeSet.manifest_version ||
    look.decision.manifest_id !== changeSet.manifest_id
  ) {
    note('approval-other', "The review decision that the change set names isn't for this manifest.");
  }
  if (look.decision?.verdict !== 'approve')
    note(
      'approval-missing',
      `The review decision that the change set names is ${look.decision?.verdict ?? 'gone'}.`,
    );
  if (effect !== changeSet.effect_digest)
    note('effect-digest', `The effect's digest is ${effect}; the change set has ${changeSet.effect_digest}.`);
  return findings;
}

function countFindings(changeSet: JudgedChangeSet, rows: CutRows): Finding[] {
  if (rows.affected.length === changeSet.affected_row_count) return [];
  const message = `The change set counts ${changeSet.affected_row_count} affected rows; there are ${rows.affected.length}.`;
  return [{ axis: 'A', unit: null, code: 'affected-row-count', message }];
}

const rowsRead = (look: VerifyLook, rows: CutRows) =>
  look.blocks.length + rows.units.length + rows.versions.length + rows.affected.length + 3;

function judgement(findings: readonly Finding[], effectDigest: string, checkedRows: number): Judgement {
  const status = (axis: Finding['axis']) =>
    findings.some((finding) => finding.axis === axis) ? 'fail' : 'pass';
  const axes = { a: status('A'), b: status('B'), c: status('C') } as const;
  return { axes, verdict: findings.length === 0 ? 'pass' : 'fail', findings, effectDigest, checkedRows };
}
