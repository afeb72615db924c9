import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { manifestDigest, manifestHeader } from '../document/manifest.ts';
import type { DocumentPlan } from '../document/types.ts';
import { approvalProblem, type LiveDecision } from '../law/approval.ts';
import { changedBaseProblem } from '../law/hindrances.ts';
import { AlreadyCut, NotApproved, PlanStale, problemAt } from '../law/refusals.ts';
import { type CutFacts, cutStatement, type PriorSignature } from '../law/statement.ts';
import { type EntryState, nextState, statesBefore } from '../law/states.ts';
import { TOOL_REVISION } from '../version.ts';
import { type CutInput, type CutLook, lookForCut } from './cut-look.ts';
import { type DocumentActions, effectOf, planActions, unitCounts } from './effect/actions.ts';
import { type Birth, type BornRows, bornRows } from './effect/births.ts';
import { actionSummary, type StoredBlock } from './effect/blocks.ts';
import { cutChangeSet } from './effect/change-set-row.ts';
import { planFor, refuseBroken } from './effect/plan.ts';
import { refuseConflict, refuseOther } from './envelope/conflict.ts';
import { type FoundEntry, foundEntry, refusalOfUnlocked } from './envelope/entry-lock.ts';
import { currentKey } from './envelope/key-registry.ts';
import { moveEntry } from './envelope/move.ts';
import { type EntryWork, movedRow, termsOf, workOf } from './envelope/reading.ts';
import { signStatement } from './envelope/sign.ts';
import type { Done, ExecTx } from './envelope/transaction.ts';
import { type ChangedRow, composeWrites, insertRows, updateRows } from './envelope/writes.ts';
import { digestNow, notYet } from './not-yet.ts';
import { refuseOpen } from './open-predecessors.ts';
import { AFFECTED_ROW, CHANGE_SET } from './tables/change-set.ts';
import { SIGNATURE } from './tables/signature.ts';
import { INFORMATION_UNIT, moveAnchors, UNIT_VERSION } from './tables/unit.ts';

export interface CutAnswer {
  readonly entryId: string;
  readonly changeSetId: string;
}

/**
 * CUT — apply an approved manifest to the ledger, once.
 *
 *     reviewed_approved ──cut──▶ cut_applied        lane DOT-991, role cutter_exec
 *
 * Locks    entry · signing key (shared) · document code; then looks
 * Reads    source · vocabulary · live units · live decision · blocks · dependencies · change sets · key
 * Writes   1 signature · 1 change_set · A affected_row · 1 history · U units and versions · anchors ·
 *          entry.status (CAS)
 * Refuses  IdempotencyConflict  the key was used for another cut, or by another principal
 *          NotFound             no such entry
 *          AlreadyCut           the entry, or this manifest, has its cut       G-CUT-ONCE
 *          IllegalTransition    the entry isn't approved
 *          NotApproved          no live approval for exactly this manifest     G-CUT-APPROVED
 *          DependencyOpen       a predecessor, or another cut of the document  G-CUT-DEPS
 *          CoverageBroken       the plan no longer holds
 *          PlanStale            the plan or the live units changed since the review
 *          LaneMismatch         the lane's key isn't valid
 * Replay   same key, entry, manifest and principal: the first change set, `replayed: true`
 * See      docs/reference/api.md, docs/reference/errors.md
 */
export async function cut(tx: ExecTx<'cut'>, input: CutInput): Promise<Done<CutAnswer>> {
  const { locked, look } = await lookForCut(tx, input);
  const answer = { entryId: input.entryId, changeSetId: tx.ids.change_set };
  if (look.first !== null) {
    refuseOther(tx.caller, look.first.by, null, look.first.entry_id);
    refuseConflict('cut something else', [
      ['entryId', look.first.entry_id, input.entryId],
      ['manifestDigest', look.first.manifest_version, input.manifestDigest],
    ]);
    return { value: answer, writes: null };
  }
  const entry = foundEntry(input.entryId, look);
  refuseSecondCut(input, look);
  if (locked.status === null)
    throw refusalOfUnlocked(input.entryId, entry.status, 'cut', statesBefore('cut', tx.lane));
  const ground = await refuseUnapproved(tx, input, look, { ...entry, status: locked.status }, locked.at);
  refuseOpen(look.open, look.unverified);
  const plan = await approvedPlan(tx, input, look, ground);
  const actions = freshActions(plan, look, input.entryId);
  currentKey(tx.key, look.key);
  return writeCut(tx, input, look, ground, plan, actions, locked.at);
}

function refuseSecondCut(input: CutInput, look: CutLook): void {
  const first = look.cuts.find((c) => c.entry === input.entryId || !c.compensated);
  if (first === undefined) return;
  const message =
    first.entry === input.entryId
      ? `Entry ${input.entryId} was cut by change set ${first.id}; a retry or an amendment is a new entry.`
      : `This manifest was cut by change set ${first.id} for entry ${first.entry}.`;
  throw new AlreadyCut(message, [
    problemAt(['input', 'entryId'], 'already-cut', message, {
      entryId: first.entry,
      changeSetId: first.id,
    }),
  ]);
}

/** What a cut rests on once its refusals have passed. */
interface CutGround extends EntryWork {
  readonly from: EntryState;
  readonly approval: Approval;
}
type Approval = NonNullable<CutLook['approval']>;

async function refuseUnapproved(
  tx: ExecTx,
  input: CutInput,
  look: CutLook,
  entry: FoundEntry,
  at: string,
): Promise<CutGround> {
  const live = look.approval;
  if (nextState(entry.status, 'cut', tx.lane) === null) {
    const found = { entryId: input.entryId, ...entry, notBefore: live?.not_before ?? null };
    const holds = entry.kind === 'cut_request' && (await isPlanNow(tx, input, look));
    throw notYet(found, 'cut', statesBefore('cut', tx.lane), holds);
  }
  const problem = approvalProblem(input.entryId, seenApproval(live), {
    manifestDigest: input.manifestDigest,
    at,
  });
  if (live !== null && problem === null)
    return { from: entry.status, approval: live, ...workOf(input.entryId, look) };
  const canBe = await isPlanNow(tx, input, look);
  const way = canBe
    ? 'This call can succeed once a reviewer approves exactly this manifest (again).'
    : 'It is not the plan of this entry now; call planCut(entryId), and cut what is approved.';
  throw new NotApproved(`${problem?.message} ${way}`, problem === null ? [] : [problem], canBe);
}

function seenApproval(live: Approval | null): LiveDecision | null {
  if (live === null) return null;
  return {
    id: live.id,
    verdict: live.verdict,
    manifestDigest: live.manifest_version,
    unitLocalId: live.unit_local_id,
    expiresAt: live.expires_at,
    notBefore: live.not_before,
  };
}

/** Whether a reviewer could approve this digest now. */
async function isPlanNow(tx: ExecTx, input: CutInput, look: CutLook): Promise<boolean> {
  return (await digestNow(tx, input.entryId, look)) === input.manifestDigest;
}

/** The plan, made again from the source's bytes; it must be the one that was approved. */
async function approvedPlan(
  tx: ExecTx,
  input: CutInput,
  look: CutLook,
  { source, spec }: CutGround,
): Promise<DocumentPlan> {
  const plan = await planFor(tx, { source, spec, vocabulary: termsOf(look.vocabulary), held: look.held });
  refuseBroken(plan);
  const header = manifestHeader(plan, { entryId: input.entryId, docCode: source.doc_code });
  const digest = manifestDigest(header, plan.leafHashes);
  if (digest !== input.manifestDigest)
    throw stalePlan(`The plan is ${digest} now; plan and review again.`, input.entryId);
  return plan;
}

/** What the cut does now; it must be what the reviewer saw, against the same versions. */
function freshActions(plan: DocumentPlan, look: CutLook, entryId: string): DocumentActions {
  const actions = planActions(plan.records, look.live_units);
  const planned = new Map<string, string>(
    actions.actions.map((unit) => [
      unit.record.localId,
      actionFingerprint(actionSummary(unit), unit.live?.unitId ?? null),
    ]),
  );
  for (const unit of actions.vanished) planned.set(`vanished:${unit.unitId}`, `vanished ${unit.versionSeq}`);
  const approved = look.blocks.filter((block) => block.summary['role'] !== 'excluded');
  const changed = approved.find((block) => planned.get(block.unit_local_id) !== approvedFingerprint(block));
  if (changed === undefined && approved.length === planned.size) return actions;
  throw changedBase(entryId, changed?.address ?? null);
}

function actionFingerprint(summary: Record<string, unknown>, unitId: string | null): string {
  const { action, base_version_id: id, base_version_seq: base, version_seq: seq } = summary;
  return [action, unitId, id, base, seq].join(' ');
}

function approvedFingerprint(block: StoredBlock): string {
  if (block.block_role === 'origin') return `vanished ${block.summary['version_seq']}`;
  return actionFingerprint(block.summary, block.target_unit_id);
}

function changedBase(entryId: string, address: string | null): PlanStale {
  const problem = changedBaseProblem(entryId, address);
  return new PlanStale(problem.message, [problem], true);
}

function stalePlan(message: string, entryId: string): PlanStale {
  return new PlanStale(message, [
    problemAt(['input', 'manifestDigest'], 'base-changed', message, { entryId }),
  ]);
}

async function writeCut(
  tx: ExecTx<'cut'>,
  input: CutInput,
  look: CutLook,
  ground: CutGround,
  plan: DocumentPlan,
  actions: DocumentActions,
  at: string,
): Promise<Done<CutAnswer>> {
  // From here it must succeed.
  const birth = birthOf(tx, ground);
  const born = bornRows(birth, actions);
  const facts = factsOf(tx, input, look, ground, plan, actions, at);
  const signature = signStatement(
    {
      lane: tx.lane,
      signatureId: tx.ids.signature,
      statement: cutStatement(facts),
      toolRevision: TOOL_REVISION,
      priorSignatureId: facts.priorSignature?.signatureId ?? null,
      referenceId: facts.changeSetId,
      dryRun: tx.dryRun,
    },
    tx.key,
  );
  const changeSet = cutChangeSet(facts, {
    idempotencyKey: input.idempotencyKey,
    signatureId: tx.ids.signature,
    riskClass: ground.approval.risk_class,
    scenarioRef: look.scenario_ref,
    docCode: birth.docCode,
    sourceDigest: birth.sourceDigest,
    cutSeq: (look.prior?.cutSeq ?? 0) + 1,
    affectedRows: born.affected.length,
  });
  const anchors = anchorsOf(born);
  const step = moveEntry(tx, {
    entryId: input.entryId,
    from: ground.from,
    verb: 'cut',
    historyId: tx.ids.history,
    rationale: null,
  });
  const { writes, sent } = composeWrites(at, {
    units: insertRows(INFORMATION_UNIT, born.units, born.settled),
    versions: insertRows(UNIT_VERSION, born.versions),
    anchors: updateRows(INFORMATION_UNIT, anchors.statement, anchors.moved, born.versions.length),
    signature: insertRows(SIGNATURE, [signature]),
    changeSet: insertRows(CHANGE_SET, [changeSet]),
    affected: insertRows(AFFECTED_ROW, born.affected),
    ...step,
  });
  await tx.connection.query(sql.prepared('cut.birth', z.object({}))`
    /* cut.birth */ with units as (${sent.units})
    ${sent.versions}`);
  const { moved } = await tx.connection.one(sql.prepared('cut.write', movedRow)`
    /* cut.write */ with moved as (${sent.moved}), anchors as (${sent.anchors}),
      signature as (${sent.signature}), change_set as (${sent.changeSet}), affected as (${sent.affected}),
      history as (${sent.history})
    select ((select count(*) from moved) + (select count(*) from anchors))::int as moved`);
  if (moved !== 1 + born.versions.length)
    throw stalePlan('The entry or a unit moved while it was cut; plan and review again.', input.entryId);
  return { value: { entryId: input.entryId, changeSetId: facts.changeSetId }, writes };
}

function birthOf(tx: ExecTx<'cut'>, { source }: CutGround): Birth {
  return {
    ids: tx.ids,
    principalId: tx.caller.principalId,
    changeSetId: tx.ids.change_set,
    docCode: source.doc_code,
    sourceDigest: source.sha256,
    mode: tx.caller.mode,
  };
}

/** Points each unit at its new version. The record has a unit that is born as the transaction leaves it. */
function anchorsOf({ units, versions }: BornRows): {
  readonly statement: FragmentSqlToken;
  readonly moved: ChangedRow[];
} {
  const statement = moveAnchors(
    versions.map((version) => version.unit_id),
    versions.map((version) => version.id),
  );
  const born = new Set(units.map((unit) => unit.id));
  const moved = versions
    .filter((version) => !born.has(version.unit_id))
    .map(({ id, unit_id }) => ({
      id: unit_id,
      columns: { version_anchor_ref: id, content_anchor_ref: id },
    }));
  return { statement, moved };
}

function factsOf(
  tx: ExecTx<'cut'>,
  input: CutInput,
  look: CutLook,
  { approval }: CutGround,
  plan: DocumentPlan,
  actions: DocumentActions,
  at: string,
): CutFacts & { priorSignature: PriorSignature | null } {
  return {
    changeSetId: tx.ids.change_set,
    entryId: input.entryId,
    manifestId: approval.manifest_id,
    manifestDigest: input.manifestDigest,
    reviewDecisionId: approval.id,
    effectDigest: effectOf(actions),
    counts: unitCounts(plan.records.length, actions),
    priorSignature:
      look.prior === null
        ? null
        : { signatureId: look.prior.signatureId, payloadHash: look.prior.payloadHash },
    toolRevision: TOOL_REVISION,
    principalId: tx.caller.principalId,
    personId: tx.caller.personId,
    preparedAt: at,
  };
}
