import { sql } from 'slonik';
import { z } from 'zod';
import { formatOfHeader, manifestHeader } from '../document/manifest.ts';
import { formatOf } from '../document/plan.ts';
import type { DocumentPlan } from '../document/types.ts';
import { approvalProblem, type LiveDecision, quorumProblems } from '../law/approval.ts';
import { withdrawnProblems } from '../law/carried-over.ts';
import { changedBaseProblem } from '../law/hindrances.ts';
import { partyOf } from '../law/parties.ts';
import { AlreadyCut, NotApproved, PlanStale, problemAt } from '../law/refusals.ts';
import type { SignedSanction } from '../law/sanction/sanction.ts';
import { type CutFacts, cutStatement, type PriorSignature } from '../law/statement.ts';
import { type EntryState, nextState, statesBefore } from '../law/states.ts';
import { TOOL_REVISION } from '../version.ts';
import { type CutInput, type CutLook, lookForCut } from './cut-look.ts';
import {
  baseOf,
  type DocumentActions,
  effectOf,
  manifestDigestOf,
  planActions,
  unitCounts,
} from './effect/actions.ts';
import { type Birth, type BornRows, bornRows } from './effect/births.ts';
import { blockPages, type StoredBlock } from './effect/block-pages.ts';
import { actionSummary } from './effect/blocks.ts';
import { cutChangeSet } from './effect/change-set-row.ts';
import { namedProfiles } from './effect/named-profiles.ts';
import { planFor, refuseBroken } from './effect/plan.ts';
import { refuseConflict, refuseOther } from './envelope/conflict.ts';
import { type FoundEntry, foundEntry, refusalOfUnlocked } from './envelope/entry-lock.ts';
import { currentKey, type ValidKey } from './envelope/key-registry.ts';
import { moveEntry } from './envelope/move.ts';
import { type EntryWork, movedRow, termsOf, workOf } from './envelope/reading.ts';
import { signStatement } from './envelope/sign.ts';
import { statementTimes } from './envelope/signer.ts';
import type { Done, ExecTx } from './envelope/transaction.ts';
import { WideWrites } from './envelope/wide-writes.ts';
import {
  type ChangedRow,
  composeWrites,
  insertRows,
  insertWide,
  updateRows,
  type Write,
} from './envelope/writes.ts';
import { digestNow, notYet } from './not-yet.ts';
import { refuseOpen } from './open-predecessors.ts';
import { refuseOtherSide } from './rules/sides.ts';
import { refuseUnsanctioned } from './sanction/refuse-unsanctioned.ts';
import { targetOf } from './sanction/sanction-sql.ts';
import { AFFECTED_ROW, CHANGE_SET } from './tables/change-set.ts';
import { CUT_APPROVAL } from './tables/cut-approval.ts';
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
 * Locks    entry · rules (shared) · approvals of the cut · signing key (shared) · document code; then looks
 * Reads    source · vocabulary · live units · live decision · blocks · dependencies · change sets · key ·
 *          approval of the cut
 * Writes   1 signature · 1 change_set · A affected_row · 1 history · U units and versions · anchors ·
 *          entry.status (CAS) · the approval's use
 * Refuses  IdempotencyConflict  the key was used for another cut, or by another principal
 *          NotFound             no such entry
 *          AlreadyCut           the entry, or this manifest, has its cut       G-CUT-ONCE
 *          IllegalTransition    the entry isn't approved
 *          SameParty            the rules keep the executor apart from another side
 *          NotApproved          no live approval for exactly this manifest, one that it carries over
 *                               was withdrawn, or its reviewers don't suffice  G-CUT-APPROVED
 *          DependencyOpen       a predecessor, or another cut of the document  G-CUT-DEPS
 *          CoverageBroken       the plan no longer holds
 *          PlanStale            the plan or the live units changed since the review
 *          NotSanctioned        in production: no live approval of exactly this    G-CUT-SOVEREIGN
 *          LaneMismatch         the lane's key isn't valid
 *          SignatureRefused     the caller signed with another's key, or something else than this cut
 *          Drifted              the database's shape was altered               G-CUT-DRIFT
 * Signs    the server with the lane's key that it holds, or the caller: `cutStatement` gives what to sign
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
  refuseOpen(input.entryId, look.open, look.unverified);
  const plan = await approvedPlan(tx, input, look, ground);
  const actions = await freshActions(tx, plan, look, input.entryId);
  const done: CutDone = { plan, actions, effectDigest: await effectOf(actions) };
  const sanction = liveSanction(tx, input, look, ground, done, locked.at);
  const key = currentKey(tx, look.key);
  return writeCut(tx, input, look, ground, done, { at: locked.at, key, sanction });
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
  const where = { path: ['input', 'entryId'], subject: { entryId: input.entryId } };
  refuseOtherSide('cut', partyOf(tx.caller), look.did, look.rules, where);
  const unapproved = approvalProblem(input.entryId, seenApproval(live), {
    manifestDigest: input.manifestDigest,
    at,
  });
  const problems =
    unapproved === null
      ? [
          ...quorumProblems(input.entryId, look.approvals, look.rules, at),
          ...withdrawnProblems(input.entryId, look.leaned, at),
        ]
      : [unapproved];
  if (live !== null && problems.length === 0)
    return { from: entry.status, approval: live, ...workOf(input.entryId, look) };
  const canBe = await isPlanNow(tx, input, look);
  const way = canBe
    ? 'This call can succeed once a reviewer approves exactly this manifest (again).'
    : 'It is not the plan of this entry now; call planCut(entryId), and cut what is approved.';
  throw new NotApproved(`${problems[0]?.message} ${way}`, problems, canBe);
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
  const { live_units: live, held } = look;
  const profiles = namedProfiles(look.profile);
  const format = formatOf(spec, profiles, formatOfHeader(look.blocks[0]?.summary['header']));
  const base = await baseOf(live, format);
  const vocabulary = termsOf(look.vocabulary);
  const plan = await planFor(tx, { source, spec, vocabulary, profiles, held, base, format });
  refuseBroken(plan);
  const header = manifestHeader(plan, { entryId: input.entryId, docCode: source.doc_code });
  const digest = await manifestDigestOf(header, plan);
  if (digest !== input.manifestDigest) {
    const { changed } = await changedSince(tx, await planActions(plan, live), look);
    if (changed !== undefined) throw changedBase(input.entryId, changed.address, false);
    throw stalePlan(`The plan is ${digest} now; plan and review again.`, input.entryId);
  }
  return plan;
}

/** What the cut does now; it must be what the reviewer saw, against the same versions. */
async function freshActions(
  tx: ExecTx,
  plan: DocumentPlan,
  look: CutLook,
  entryId: string,
): Promise<DocumentActions> {
  const actions = await planActions(plan, look.live_units);
  const { changed, isComplete } = await changedSince(tx, actions, look);
  if (changed === undefined && isComplete) return actions;
  throw changedBase(entryId, changed?.address ?? null, true);
}

/** The first block of the approved manifest that the cut would treat otherwise now; whether the two have as many. */
async function changedSince(tx: ExecTx, { actions, vanished }: DocumentActions, look: CutLook) {
  const planned = new Map(actions.map((unit) => [unit.record.localId, unit]));
  const gone = new Map(vanished.map((unit) => [`vanished:${unit.unitId}`, `vanished ${unit.versionSeq}`]));
  const fingerprintOf = (localId: string) => {
    const unit = planned.get(localId);
    return unit === undefined
      ? gone.get(localId)
      : actionFingerprint(actionSummary(unit), unit.live?.unitId ?? null);
  };
  let count = 0;
  const manifestId = look.approval?.manifest_id;
  if (manifestId !== undefined)
    for await (const page of blockPages(tx.connection, manifestId, look.blocks)) {
      const approved = page.filter((block) => block.summary['role'] !== 'excluded');
      count += approved.length;
      const changed = approved.find(
        (block) => fingerprintOf(block.unit_local_id) !== approvedFingerprint(block),
      );
      if (changed !== undefined) return { changed, isComplete: false };
    }
  return { changed: undefined, isComplete: count === planned.size + gone.size };
}

function actionFingerprint(summary: Record<string, unknown>, unitId: string | null): string {
  const { action, base_version_id: id, base_version_seq: base, version_seq: seq } = summary;
  return [action, unitId, id, base, seq].join(' ');
}

function approvedFingerprint(block: StoredBlock): string {
  if (block.block_role === 'origin') return `vanished ${block.summary['version_seq']}`;
  return actionFingerprint(block.summary, block.target_unit_id);
}

/** @param canBeApproved whether a reviewer can approve the same digest again, so that the same call can succeed */
function changedBase(entryId: string, address: string | null, canBeApproved: boolean): PlanStale {
  const problem = changedBaseProblem(entryId, address);
  return new PlanStale(problem.message, [problem], canBeApproved);
}

function stalePlan(message: string, entryId: string): PlanStale {
  return new PlanStale(message, [
    problemAt(['input', 'manifestDigest'], 'base-changed', message, { entryId }),
  ]);
}

/** What the cut does. */
interface CutDone {
  readonly plan: DocumentPlan;
  readonly actions: DocumentActions;
  readonly effectDigest: string;
}

/** The approval of exactly this cut, which production needs; a rehearsal has none. */
function liveSanction(
  tx: ExecTx,
  { entryId, manifestDigest }: CutInput,
  look: CutLook,
  ground: CutGround,
  { plan, actions, effectDigest }: CutDone,
  at: string,
): SignedSanction | null {
  if (tx.caller.mode !== 'production') return null;
  const pins = {
    manifestDigest,
    sourceDigest: plan.sourceDigest,
    unitCount: actions.actions.length,
    effectDigest,
    target: targetOf(look.incarnation, ground.source.doc_code),
    vocabularyDigest: plan.vocabularyDigest,
    ...tx.program(),
  };
  const cutNow = { entryId, at, pins, executor: partyOf(tx.caller), did: look.did };
  return refuseUnsanctioned(look.sanction, cutNow);
}

async function writeCut(
  tx: ExecTx<'cut'>,
  input: CutInput,
  look: CutLook,
  ground: CutGround,
  done: CutDone,
  {
    at,
    key,
    sanction,
  }: { readonly at: string; readonly key: ValidKey; readonly sanction: SignedSanction | null },
): Promise<Done<CutAnswer>> {
  const birth = birthOf(tx, ground, done.plan);
  const born = await bornRows(birth, done.actions);
  const facts = factsOf(tx, input, look, ground, done, at);
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
    tx.signer,
    key,
  );
  // From here it must succeed.
  const changeSet = cutChangeSet(facts, {
    idempotencyKey: input.idempotencyKey,
    signatureId: tx.ids.signature,
    riskClass: ground.approval.risk_class,
    scenarioRef: look.scenario_ref,
    docCode: birth.docCode,
    sourceDigest: birth.sourceDigest,
    cutSeq: (look.prior?.cutSeq ?? 0) + 1,
    affectedRows: born.affected.length,
    rules: look.rules.version,
  });
  const anchors = moveAnchors(born.anchors.length > MOST_ANCHORS ? [] : born.anchors);
  const step = moveEntry(tx, {
    entryId: input.entryId,
    from: ground.from,
    verb: 'cut',
    historyId: tx.ids.history,
    rationale: null,
  });
  const { writes, sent } = composeWrites(at, {
    units: insertWide(INFORMATION_UNIT, born.units, born.settle),
    versions: insertWide(UNIT_VERSION, born.versions),
    anchors: updateRows(INFORMATION_UNIT, anchors, movedUnits(born), born.anchors.length),
    signature: insertRows(SIGNATURE, [signature]),
    changeSet: insertRows(CHANGE_SET, [changeSet]),
    affected: insertWide(AFFECTED_ROW, born.affected),
    used: useOfSanction(sanction, facts.changeSetId),
    ...step,
  });
  const wide = new WideWrites(tx, writes);
  await wide.send('units');
  await wide.send('versions');
  await tx.connection.query(sql.prepared('cut.birth', z.object({}))`
    /* cut.birth */ with units as (${sent.units})
    ${sent.versions}`);
  const ahead = await moveAhead(tx, wide, born);
  const { moved } = await tx.connection.one(sql.prepared('cut.write', movedRow)`
    /* cut.write */ with moved as (${sent.moved}), anchors as (${sent.anchors}),
      signature as (${sent.signature}), change_set as (${sent.changeSet}), affected as (${sent.affected}),
      history as (${sent.history}), used as (${sent.used})
    select ((select count(*) from moved) + (select count(*) from anchors)
      + (select count(*) from used))::int as moved`);
  if (ahead + moved !== 1 + born.anchors.length + (sanction === null ? 0 : 1))
    throw stalePlan('The entry or a unit moved while it was cut; plan and review again.', input.entryId);
  await wide.send('affected');
  return { value: { entryId: input.entryId, changeSetId: facts.changeSetId }, writes, wide };
}

/** Marks the approval as used; it is used once. */
function useOfSanction(sanction: SignedSanction | null, changeSetId: string): Write {
  const ids = sanction === null ? [] : [sanction.id];
  return updateRows(
    CUT_APPROVAL,
    sql.fragment`update cutter_auth.cut_approval set used_by_change_set_id = ${changeSetId}::uuid
      where approval_id = any(${sql.array(ids, 'uuid')}) and used_by_change_set_id is null and revoked_at is null
      returning 1`,
    ids.map((id) => ({ id, columns: { used_by_change_set_id: changeSetId } })),
  );
}

function birthOf(tx: ExecTx<'cut'>, { source }: CutGround, { format }: DocumentPlan): Birth {
  return {
    ids: tx.ids,
    principalId: tx.caller.principalId,
    changeSetId: tx.ids.change_set,
    docCode: source.doc_code,
    sourceDigest: source.sha256,
    mode: tx.caller.mode,
    format,
  };
}

/** Anchors that one statement moves; of more, all are moved ahead of the cut's own statement. */
const MOST_ANCHORS = 2_000;

/** The units that were there, as they are afterwards. The record has one that is born as the transaction leaves it. */
function movedUnits({ anchors }: BornRows): ChangedRow[] {
  return anchors
    .filter(({ born }) => !born)
    .map(({ unitId, versionId }) => ({
      id: unitId,
      columns: { version_anchor_ref: versionId, content_anchor_ref: versionId },
    }));
}

/** Moves the anchors of a large document, some at a time; gives back how many moved. */
async function moveAhead(tx: ExecTx<'cut'>, wide: WideWrites, { anchors }: BornRows): Promise<number> {
  if (anchors.length <= MOST_ANCHORS) return 0;
  await wide.planByKeys();
  let moved = 0;
  for (let from = 0; from < anchors.length; from += MOST_ANCHORS) {
    const { rowCount } = await tx.connection.query(sql.prepared('cut.anchors', z.unknown())`
      /* cut.anchors */ ${moveAnchors(anchors.slice(from, from + MOST_ANCHORS))}`);
    moved += rowCount;
  }
  return moved;
}

function factsOf(
  tx: ExecTx<'cut'>,
  input: CutInput,
  look: CutLook,
  { approval }: CutGround,
  { plan, actions, effectDigest }: CutDone,
  at: string,
): CutFacts & { priorSignature: PriorSignature | null } {
  return {
    changeSetId: tx.ids.change_set,
    entryId: input.entryId,
    manifestId: approval.manifest_id,
    manifestDigest: input.manifestDigest,
    reviewDecisionId: approval.id,
    effectDigest,
    counts: unitCounts(plan.records.length, actions),
    priorSignature:
      look.prior === null
        ? null
        : { signatureId: look.prior.signatureId, payloadHash: look.prior.payloadHash },
    toolRevision: TOOL_REVISION,
    principalId: tx.caller.principalId,
    personId: tx.caller.personId,
    ...statementTimes(tx.signer, at),
  };
}
