/**
 * What a cut does to each unit of its manifest, compared with the live units: it is born, gets a new version, or stays
 * as it is; and which live units the manifest no longer has.
 */
import type { PlanRecord } from './types.ts';

export type UnitAction = 'birth' | 'version' | 'unchanged' | 'vanished';

/** A unit that exists, by its current version; where every cut that made it was compensated, by the newest void one. */
export interface KnownUnit {
  readonly address: string;
  readonly unitId: string;
  /** The current version: the highest that isn't void; of a void unit its highest. Null where it has none at all. */
  readonly versionId: string | null;
  readonly versionSeq: number;
  /** The highest of all its versions, void ones too. */
  readonly highestSeq: number;
  /** SHA-256 of the exact bytes of its body; null where there is no version, as are kind and section type. */
  readonly textDigest: string | null;
  readonly kind: string | null;
  readonly sectionType: string | null;
  readonly sectionCode: string | null;
  readonly parentAddress: string | null;
  readonly sortOrder: number;
  readonly title: string | null;
  /** No current version: only compensated cuts made it. */
  readonly void: boolean;
  /** The newest applied cut that names this unit lists it as vanished. */
  readonly vanished?: boolean;
}

/** What happens to the unit of one record. */
export interface PlannedAction<R extends PlanRecord = PlanRecord, L extends KnownUnit = KnownUnit> {
  readonly record: R;
  readonly address: string;
  readonly parentAddress: string | null;
  readonly action: 'birth' | 'version' | 'unchanged';
  /** The current version the plan was made against; null for a birth and for a void unit. */
  readonly baseVersionSeq: number | null;
  /** The version the unit has after the cut. */
  readonly versionSeq: number;
  readonly live: L | null;
}

export interface CutActions<L extends KnownUnit = KnownUnit> {
  /** One for each unit and container, in source order. */
  readonly actions: readonly PlannedAction<PlanRecord, L>[];
  /** Live units that no record has, ordered by the bytes of their addresses. */
  readonly vanished: readonly L[];
}

/** Compares a plan's records with the units of the same document, keyed by address. */
export function actionsFor<L extends KnownUnit>(
  records: readonly PlanRecord[],
  live: ReadonlyMap<string, L>,
): CutActions<L> {
  const addresses = new Map(records.map((record) => [record.localId, record.address]));
  const actions: PlannedAction<PlanRecord, L>[] = [];
  const planned = new Set<string>();
  for (const record of records) {
    if (record.address === null) continue;
    const parentAddress =
      record.parentLocalId === null ? null : (addresses.get(record.parentLocalId) ?? null);
    const known = live.get(record.address) ?? null;
    planned.add(record.address);
    const decided = decideAction(record, parentAddress, known);
    actions.push({ record, address: record.address, parentAddress, ...decided, live: known });
  }
  const vanished = [...live.values()].filter((unit) => isLive(unit) && !planned.has(unit.address));
  return { actions, vanished: vanished.sort((a, b) => byBytes(a.address, b.address)) };
}

const isLive = (unit: KnownUnit): boolean => !unit.void && unit.vanished !== true;

function decideAction(record: PlanRecord, parentAddress: string | null, live: KnownUnit | null) {
  if (live === null) return { action: 'birth', baseVersionSeq: null, versionSeq: 1 } as const;
  const baseVersionSeq = live.void ? null : live.versionSeq;
  if (isLive(live) && isSame(record, parentAddress, live)) {
    return { action: 'unchanged', baseVersionSeq, versionSeq: live.versionSeq } as const;
  }
  return { action: 'version', baseVersionSeq, versionSeq: live.highestSeq + 1 } as const;
}

/** Byte for byte, and in everything that may differ between versions; an equal content hash isn't enough. */
function isSame(record: PlanRecord, parentAddress: string | null, live: KnownUnit): boolean {
  return (
    record.textDigest === live.textDigest &&
    record.kind === live.kind &&
    record.sectionType === live.sectionType &&
    record.sectionCode === live.sectionCode &&
    parentAddress === live.parentAddress &&
    record.sortOrder === live.sortOrder &&
    record.title === live.title
  );
}

/** The order of addresses: by their bytes, as the database sorts them. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
