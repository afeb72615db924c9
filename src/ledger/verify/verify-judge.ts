import { formatOfHeader, manifestHeader } from '../../document/manifest.ts';
import { formatOf } from '../../document/plan.ts';
import type { DocumentPlan } from '../../document/types.ts';
import { type ApprovalFault, approvalFaults, asOfThen, quorumProblems } from '../../law/approval.ts';
import { separationProblem, sharedParties } from '../../law/parties.ts';
import { canonicalJson, type PlainJson } from '../../proof/canonical.ts';
import { digestOf } from '../../proof/digest.ts';
import { baseOf, effectOf, manifestDigestOf, unitCounts } from '../effect/actions.ts';
import { type Birth, changedUnits } from '../effect/births.ts';
import { blockPages } from '../effect/block-pages.ts';
import { ApprovedActions } from '../effect/blocks.ts';
import { cutChangeSet } from '../effect/change-set-row.ts';
import { namedProfiles } from '../effect/named-profiles.ts';
import { planBytes } from '../effect/plan.ts';
import { isDatabaseFault } from '../envelope/constraints.ts';
import { phaseIds } from '../envelope/ids.ts';
import { payloadShape, type SourceMeta, termsOf } from '../envelope/reading.ts';
import type { VerifyTx } from '../envelope/transaction.ts';
import { noteAxes } from './verify-axes.ts';
import { BlockComparison, RowComparison } from './verify-compare.ts';
import { type Expected, expectRows } from './verify-expected.ts';
import { Findings } from './verify-findings.ts';
import { type CutFinding, type JudgedChangeSet, unitsBeforeCut, type VerifyLook } from './verify-look.ts';
import { CutPages } from './verify-pages.ts';
import { judgeExecutorSignature, type RecomputedFacts } from './verify-signature.ts';

export interface CutJudgement {
  readonly axes: { readonly a: 'pass' | 'fail'; readonly b: 'pass' | 'fail'; readonly c: 'pass' | 'fail' };
  readonly verdict: 'pass' | 'fail';
  readonly findings: readonly CutFinding[];
  readonly effectDigest: string;
  readonly checkedRows: number;
}

/**
 * The verdict on a cut: plan and digests are recomputed from the source's bytes and the approved manifest, and
 * compared with the rows as they are read back now. VERIFY believes neither the values nor the shapes that the cut
 * stored: what can't be read as what it should be is a finding like any other. Otherwise an altered row that stops the
 * verifier would stay for ever.
 */
export async function judgeCut(
  tx: VerifyTx,
  look: VerifyLook,
  changeSet: JudgedChangeSet,
): Promise<CutJudgement> {
  try {
    return await judgeWhole(tx, look, changeSet);
  } catch (error) {
    if (isDatabaseFault(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `What this cut left can't be read as a cut: ${reason}.`;
    return judgementOf([{ axis: 'A', unit: null, code: 'unreadable', message }], changeSet.effect_digest, 0);
  }
}

async function judgeWhole(tx: VerifyTx, look: VerifyLook, changeSet: JudgedChangeSet): Promise<CutJudgement> {
  const made = await replanCut(tx, look, changeSet.change_set_id);
  if ('finding' in made) return judgementOf([made.finding], changeSet.effect_digest, 0);
  const { plan, source } = made;
  const findings = new Findings();
  const blocks = new BlockComparison(plan, findings);
  const approved = await readBlocks(tx, look, changeSet, blocks);
  const expected = await expectRows(plan, await approved.of(plan), birthOf(plan, source, changeSet));
  const rows = await readRows(tx, changeSet, expected, findings);
  const facts = await factsOf(expected, source, changeSet);
  const noteOfCut = findings.noteOf('cut');
  for (const { axis, unit, code, message } of [
    ...approvalFindings(made, look, changeSet, facts.manifestDigest),
    ...judgeExecutorSignature(look.signature, look.executor_key, facts),
    ...changeSetFindings(expected, look, changeSet, facts, rows.affectedRows),
  ])
    noteOfCut(axis, unit, code, message);
  await noteAxes(expected, { blocks, rows }, termsOf(look.vocabulary), source.sha256, findings);
  return judgementOf(findings.inOrder(), facts.effectDigest, blocks.count + rows.count + 3);
}

/** Compares all blocks with the plan; gives back what they say was approved. */
async function readBlocks(
  tx: VerifyTx,
  look: VerifyLook,
  changeSet: JudgedChangeSet,
  compared: BlockComparison,
): Promise<ApprovedActions> {
  const approved = new ApprovedActions();
  for await (const page of blockPages(tx.connection, changeSet.manifest_id, look.blocks)) {
    for (const block of page) {
      compared.add(block);
      approved.add(block, compared.recordOf(block)?.address ?? null);
    }
  }
  compared.end();
  return approved;
}

/** Compares all rows of the cut, and those of its document that nothing accounts for. */
async function readRows(
  tx: VerifyTx,
  changeSet: JudgedChangeSet,
  expected: Expected,
  findings: Findings,
): Promise<RowComparison> {
  const compared = await RowComparison.of(expected, findings);
  const judged = { changeSetId: changeSet.change_set_id, docCode: expected.birth.docCode };
  const pages = await CutPages.open(tx, judged);
  for await (const page of pages.affected()) for (const row of page) compared.affected(row);
  for await (const page of pages.births()) for (const row of page) compared.birth(row);
  for await (const page of pages.units()) for (const row of page) compared.unit(row);
  for await (const page of pages.unitsById(compared.unitsDue())) for (const row of page) compared.unit(row);
  for await (const page of pages.versionsById(compared.versionsDue()))
    for (const row of page) compared.version(row, null);
  for (const row of pages.strangers) compared.version(row, null);
  compared.end();
  return compared;
}

/** The plan, made again, and the source that it is of. */
interface Replanned {
  readonly plan: DocumentPlan;
  readonly source: SourceMeta;
}

async function replanCut(
  tx: VerifyTx,
  look: VerifyLook,
  changeSetId: string,
): Promise<Replanned | { finding: CutFinding }> {
  const fault = (code: string, message: string) => ({
    finding: { axis: 'A' as const, unit: null, code, message },
  });
  const { source, content } = look;
  const payload = payloadShape.safeParse(look.payload);
  if (!payload.success) return fault('entry-unreadable', "The entry's payload can't be read as one.");
  if (source === null || content === null) return fault('source-missing', 'The source of this cut is gone.');
  const header = look.blocks[0]?.summary['header'] as { sourceDigest?: unknown } | undefined;
  const digest = digestOf(content);
  if (digest !== source.sha256 || digest !== header?.sourceDigest) {
    const approved = String(header?.sourceDigest);
    return fault(
      'source-altered',
      `The source's bytes have digest ${digest}; the approved manifest is for ${approved}.`,
    );
  }
  const spec = payload.data.proposed_cut_spec;
  if (spec === null) return fault('entry-unreadable', "The entry's cut specification can't be read as one.");
  const profiles = namedProfiles(look.profile);
  const format = formatOf(spec, profiles, formatOfHeader(header));
  const before = format === 'cutter-manifest/1' ? [] : await unitsBeforeCut(tx, changeSetId, source.doc_code);
  const vocabulary = termsOf(look.vocabulary);
  const base = await baseOf(before, format);
  const plan = await planBytes(tx.plans, content, source.doc_code, {
    spec,
    vocabulary,
    profiles,
    base,
    format,
  });
  const problem = plan.problems[0];
  return problem === undefined
    ? { plan, source }
    : fault('plan-broken', `The plan no longer holds: ${problem.message}`);
}

/** What the cut's rows derive from, as the verifier knows it: the cut's key and who made it. */
function birthOf(plan: DocumentPlan, source: SourceMeta, changeSet: JudgedChangeSet): Birth {
  return {
    ids: phaseIds('cut', changeSet.idempotency_key),
    principalId: changeSet.emitted_by,
    changeSetId: changeSet.change_set_id,
    docCode: source.doc_code,
    sourceDigest: source.sha256,
    mode: changeSet.mode,
    format: plan.format,
  };
}

async function factsOf(
  expected: Expected,
  source: SourceMeta,
  changeSet: JudgedChangeSet,
): Promise<RecomputedFacts> {
  const { plan, actions } = expected;
  return {
    changeSetId: changeSet.change_set_id,
    entryId: changeSet.entry_id,
    manifestId: changeSet.manifest_id,
    manifestDigest: await manifestDigestOf(headerOf({ plan, source }, changeSet), plan),
    reviewDecisionId: changeSet.review_decision_id,
    effectDigest: await effectOf(actions),
    counts: unitCounts(plan.records.length, actions),
    toolRevision: changeSet.executor_tool_revision,
    principalId: changeSet.emitted_by,
    personId: changeSet.person_id,
    preparedAt: changeSet.emitted_at,
  };
}

function headerOf({ plan, source }: Replanned, changeSet: JudgedChangeSet) {
  return manifestHeader(plan, { entryId: changeSet.entry_id, docCode: source.doc_code });
}

/** The manifest and its approval, as they were when the cut was made. */
function approvalFindings(
  { plan, source }: Replanned,
  look: VerifyLook,
  changeSet: JudgedChangeSet,
  digest: string,
): CutFinding[] {
  const header = headerOf({ plan, source }, changeSet);
  const { decision, envelope } = look;
  const findings: CutFinding[] = [];
  const note = (code: string, message: string) => findings.push({ axis: 'A', unit: null, code, message });
  if (digest !== changeSet.manifest_version)
    note(
      'manifest-digest',
      `The manifest's digest is ${digest}; the change set names ${changeSet.manifest_version}.`,
    );
  const stored = look.blocks[0]?.summary['header'];
  if (canonicalJson(header) !== canonicalJson((stored ?? null) as PlainJson))
    note('manifest-header', "The header that is stored with the manifest isn't that of the plan.");
  const unapproved = decisionFindings(decision, changeSet);
  findings.push(...unapproved, ...rulesFindings(look, changeSet, unapproved.length === 0));
  const due = { operation_kind: 'first_cut', status: 'under_review', source_doc_ref: changeSet.entry_id };
  if (envelope === null || canonicalJson(envelope) !== canonicalJson(due))
    note('envelope-altered', "The manifest envelope isn't the one that was reviewed for this entry.");
  if (changeSet.person_id === null)
    note('executor-unknown', `The change set says that ${changeSet.emitted_by} cut, whom no registry knows.`);
  return findings;
}

/**
 * The cut by the rules that it names: who cut is on no other side, and enough persons had approved. That it names the
 * rules of its position is for those who read the log.
 */
function rulesFindings(look: VerifyLook, changeSet: JudgedChangeSet, isApproved: boolean): CutFinding[] {
  const { version, rules } = look.cut_rules;
  const executor = { principal: changeSet.emitted_by, person: changeSet.person_id };
  const shared = sharedParties('cut', executor, look.did, rules);
  const given = isApproved ? asOfThen(look.approvals) : [];
  return [
    ...shared.map((one) => separationProblem(one, version, [], {})),
    ...quorumProblems(changeSet.entry_id, given, look.cut_rules, changeSet.emitted_at),
  ].map(({ code }) => {
    const message =
      code === 'approvals-lacking'
        ? `Too few had approved this manifest for a cut by the rules of version ${version}.`
        : `Who cut is on another side of the entry (${code}), which the rules of version ${version} forbid.`;
    return { axis: 'A', unit: null, code, message };
  });
}

const APPROVAL_FINDINGS: Readonly<Partial<Record<ApprovalFault, readonly [code: string, message: string]>>> =
  {
    'other-manifest': [
      'approval-other',
      "The review decision that the change set names isn't for this manifest.",
    ],
    partial: ['approval-partial', 'The approval is for a part of the manifest, not for the whole.'],
    superseded: ['approval-superseded', 'The approval is stamped as superseded, which a cut rules out.'],
    expired: ['approval-expired', 'The approval had expired when the cut was made.'],
    early: ['approval-early', 'The approval was not in force yet when the cut was made.'],
  };

/**
 * The decision that the change set names, by the law of approvals. Whether it came before the cut is for those who
 * read the log.
 */
function decisionFindings(decision: VerifyLook['decision'], changeSet: JudgedChangeSet): CutFinding[] {
  const cut = {
    manifestId: changeSet.manifest_id,
    manifestDigest: changeSet.manifest_version,
    at: changeSet.emitted_at,
  };
  const seen =
    decision === null
      ? null
      : {
          verdict: decision.verdict,
          manifestId: decision.manifest_id,
          manifestDigest: decision.manifest_version,
          unitLocalId: decision.unit_local_id,
          isSuperseded: decision.superseded,
          expiresAt: decision.expires_at,
          notBefore: decision.not_before,
        };
  const verdict = `The review decision that the change set names is ${decision?.verdict ?? 'gone'}.`;
  return approvalFaults(seen, cut).map((fault) => {
    const [code, message] = APPROVAL_FINDINGS[fault] ?? ['approval-missing', verdict];
    return { axis: 'A', unit: null, code, message };
  });
}

/** The change set itself, column by column. */
function changeSetFindings(
  expected: Expected,
  look: VerifyLook,
  changeSet: JudgedChangeSet,
  facts: RecomputedFacts,
  affectedRows: number,
): CutFinding[] {
  const earlier = changeSet.earlier_cuts;
  const made = cutChangeSet(facts, {
    idempotencyKey: changeSet.idempotency_key,
    signatureId: expected.birth.ids.signature,
    riskClass: 'standard',
    scenarioRef: look.entry_scenario_ref,
    docCode: expected.birth.docCode,
    sourceDigest: expected.birth.sourceDigest,
    cutSeq: (Number.isSafeInteger(earlier) ? (earlier as number) : 0) + 1,
    affectedRows: changedUnits(expected.actions).length,
    rules: look.cut_rules.version,
  });
  // The decision's own class, whatever it is; none where the decision is gone.
  const due = { ...made, risk_class: look.decision?.risk_class ?? null };
  const findings: CutFinding[] = [];
  for (const [column, value] of Object.entries(due)) {
    if (canonicalJson((changeSet.row[column] ?? null) as PlainJson) === canonicalJson(value)) continue;
    const message = `The change set's column ${column} isn't what the approved manifest gives.`;
    findings.push({ axis: 'A', unit: null, code: `${column}-differs`, message });
  }
  if (affectedRows !== due.affected_row_count) {
    const message = `The cut has ${due.affected_row_count} affected rows; there are ${affectedRows}.`;
    findings.push({ axis: 'A', unit: null, code: 'affected-row-count', message });
  }
  return findings;
}

function judgementOf(
  findings: readonly CutFinding[],
  effectDigest: string,
  checkedRows: number,
): CutJudgement {
  const status = (axis: CutFinding['axis']) =>
    findings.some((finding) => finding.axis === axis) ? 'fail' : 'pass';
  const axes = { a: status('A'), b: status('B'), c: status('C') } as const;
  return { axes, verdict: findings.length === 0 ? 'pass' : 'fail', findings, effectDigest, checkedRows };
}
