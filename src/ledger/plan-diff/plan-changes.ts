import { pairsOf } from '../../document/diff/pairs.ts';
import { movedAmong } from '../../document/moved.ts';
import type { PlanRecord } from '../../document/types.ts';
import type { DocumentActions, LedgerUnit, UnitPlan } from '../effect/actions.ts';
import type { PlanView } from '../plan-cut.ts';

/** What a plan does to a unit, in the words of who reviews it. */
export const PLAN_CHANGES = [
  'added',
  'removed',
  'moved',
  'renumbered',
  'reworded',
  'reclassified',
  'format_only',
  'unchanged',
  'excluded',
] as const;
export type PlanChangeName = (typeof PLAN_CHANGES)[number];

/** One unit of a plan, one that it no longer has, or a stretch that it sets aside. */
export interface PlanChange {
  readonly change: PlanChangeName;
  /** Null of an excluded stretch. */
  readonly address: string | null;
  /** The address that the unit has now; null of one that is added, and of an excluded stretch. */
  readonly addressBefore: string | null;
  readonly parentAddress: string | null;
  readonly parentAddressBefore: string | null;
  /** Whether it is under another parent, or in another order among those that it was with. */
  readonly isMoved: boolean;
  /** How many records hold it. */
  readonly depth: number;
  /** Null of a removed one. */
  readonly record: PlanRecord | null;
  /** Of a renumbered one how alike the texts are, from 0.6 to 1; else null. */
  readonly similarity: number | null;
  /** The unit as it is now; null of an added one. */
  readonly unit: LedgerUnit | null;
}

/** Every record in the order of the plan; behind them what is removed. */
export function changesOf({ plan, actions }: Pick<PlanView, 'plan' | 'actions'>): readonly PlanChange[] {
  const planned = new Map(actions.actions.map((unit) => [unit.record.localId, unit]));
  const moved = movedUnits(actions);
  const depths = new Map<string, number>();
  const records = plan.records.map((record): PlanChange => {
    const depth = record.parentLocalId === null ? 0 : (depths.get(record.parentLocalId) ?? 0) + 1;
    depths.set(record.localId, depth);
    const unit = planned.get(record.localId) ?? null;
    return unit === null ? excludedChange(record, depth) : unitChange(unit, depth, moved);
  });
  return [...records, ...actions.vanished.map(removedChange)];
}

const isLive = (unit: LedgerUnit | null): unit is LedgerUnit =>
  unit !== null && !unit.void && unit.vanished !== true;

function movedUnits({ actions }: DocumentActions): ReadonlySet<string> {
  const stood = actions.filter(
    ({ live, parentAddress }) => isLive(live) && live.parentAddress === parentAddress,
  );
  const moved = movedAmong(
    stood.map(({ parentAddress, live }) => ({
      parent: parentAddress,
      before: live?.order ?? live?.sortOrder ?? 0,
    })),
  );
  return new Set([...moved].flatMap((index) => stood[index]?.address ?? []));
}

function unitChange(planned: UnitPlan, depth: number, moved: ReadonlySet<string>): PlanChange {
  const { record, address, parentAddress, live } = planned;
  const unit = isLive(live) ? live : null;
  const isMoved = unit !== null && (unit.parentAddress !== parentAddress || moved.has(address));
  return {
    change: unit === null ? 'added' : changeFrom(unit, record, isMoved),
    address,
    addressBefore: unit?.address ?? null,
    parentAddress,
    parentAddressBefore: unit?.parentAddress ?? null,
    isMoved,
    depth,
    similarity: null,
    record,
    unit,
  };
}

/** What differs most: the words, what the unit is and how it is cited, its place, and the form of its words. */
function changeFrom(unit: LedgerUnit, record: PlanRecord, isMoved: boolean): PlanChangeName {
  if (unit.contentHash !== record.contentHash) return 'reworded';
  if (!isSameKind(unit, record)) return 'reclassified';
  if (isMoved) return 'moved';
  return unit.textDigest === record.textDigest ? 'unchanged' : 'format_only';
}

/** A cut of the first format said nothing of how a unit is cited. A name in another normal form is the same name. */
function isSameKind(unit: LedgerUnit, record: PlanRecord): boolean {
  const nameOf = (name: string | null) => name?.normalize('NFC') ?? null;
  return (
    unit.kind === record.kind &&
    unit.sectionType === record.sectionType &&
    nameOf(unit.sectionCode) === nameOf(record.sectionCode) &&
    nameOf(unit.title) === nameOf(record.title) &&
    (unit.label == null || unit.label.map(nameOf).join('\0') === record.label.map(nameOf).join('\0'))
  );
}

function excludedChange(record: PlanRecord, depth: number): PlanChange {
  return { ...NOWHERE, change: 'excluded', depth, record };
}

function removedChange(unit: LedgerUnit): PlanChange {
  const { address, parentAddress } = unit;
  return {
    ...NOWHERE,
    change: 'removed',
    address,
    addressBefore: address,
    parentAddressBefore: parentAddress,
    unit,
  };
}

/** What is removed and added, of which some may be one text under another number. */
export const unpairedUnits = (changes: readonly PlanChange[]): readonly LedgerUnit[] =>
  changes.some(({ change }) => change === 'added')
    ? changes.flatMap(({ change, unit }) => (change === 'removed' && unit !== null ? [unit] : []))
    : [];

/** The same, where a removed and an added unit of the same or a like text are one renumbered unit. */
export function withRenumbered(
  changes: readonly PlanChange[],
  bodyOf: (unit: LedgerUnit) => string | undefined,
): readonly PlanChange[] {
  const added = changes.flatMap((change) => {
    const { address, parentAddress, record } = change;
    if (change.change !== 'added' || address === null || record === null) return [];
    const code = record.sectionCode ?? record.label.at(-1) ?? null;
    return [{ change, address, parentAddress, text: record.text, code }];
  });
  const removed = unpairedUnits(changes).flatMap((unit) => {
    const text = bodyOf(unit);
    const code = unit.sectionCode ?? unit.label?.at(-1) ?? null;
    const { address, parentAddress } = unit;
    return text === undefined ? [] : [{ unit, address, parentAddress, text, code }];
  });
  const pairs = pairsOf(added, removed);
  const pairOf = new Map(pairs.map((pair) => [pair.added.change, pair]));
  const gone = new Set(pairs.map((pair) => pair.removed.unit));
  return changes
    .filter(({ change, unit }) => change !== 'removed' || unit === null || !gone.has(unit))
    .map((change) => {
      const pair = pairOf.get(change);
      if (pair === undefined) return change;
      const { unit, address: addressBefore, parentAddress: parentAddressBefore } = pair.removed;
      const { similarity } = pair;
      return { ...change, change: 'renumbered', addressBefore, parentAddressBefore, similarity, unit };
    });
}

const NOWHERE = {
  address: null,
  addressBefore: null,
  parentAddress: null,
  parentAddressBefore: null,
  isMoved: false,
  depth: 0,
  similarity: null,
  record: null,
  unit: null,
} as const;
