/**
 * What a cut does to each unit of its manifest, compared with the live units: it is born, gets a new version, or stays
 * as it is; and which live units the manifest no longer has.
 */
import type { ManifestFormat, PlanRecord } from './types.ts';

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
  /** How it is cited; null where the cut that made it didn't say. */
  readonly label?: readonly string[] | null;
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

/**
 * Compares a plan's records with the units of the same document, keyed by address. It takes record by record: who plans
 * a large document lets others have their turns.
 */
export class ActionPlanning<L extends KnownUnit> {
  readonly #live: ReadonlyMap<string, L>;
  readonly #format: ManifestFormat;
  readonly #addresses: ReadonlyMap<string, string | null>;
  readonly #actions: PlannedAction<PlanRecord, L>[] = [];
  readonly #planned = new Set<string>();

  constructor(records: readonly PlanRecord[], live: ReadonlyMap<string, L>, format: ManifestFormat) {
    this.#live = live;
    this.#format = format;
    this.#addresses = new Map(records.map((record) => [record.localId, record.address]));
  }

  add(record: PlanRecord): void {
    const { address, parentLocalId } = record;
    if (address === null) return;
    const parentAddress = parentLocalId === null ? null : (this.#addresses.get(parentLocalId) ?? null);
    const live = this.#live.get(address) ?? null;
    this.#planned.add(address);
    const decided = decideAction(record, parentAddress, live, this.#format);
    this.#actions.push({ record, address, parentAddress, ...decided, live });
  }

  end(): CutActions<L> {
    const gone = [...this.#live.values()].filter((unit) => isLive(unit) && !this.#planned.has(unit.address));
    return { actions: this.#actions, vanished: gone.sort((a, b) => byBytes(a.address, b.address)) };
  }
}

const isLive = (unit: KnownUnit): boolean => !unit.void && unit.vanished !== true;

function decideAction(
  record: PlanRecord,
  parentAddress: string | null,
  live: KnownUnit | null,
  format: ManifestFormat,
) {
  if (live === null) return { action: 'birth', baseVersionSeq: null, versionSeq: 1 } as const;
  const baseVersionSeq = live.void ? null : live.versionSeq;
  if (isLive(live) && isSame(record, parentAddress, live, format)) {
    return { action: 'unchanged', baseVersionSeq, versionSeq: live.versionSeq } as const;
  }
  return { action: 'version', baseVersionSeq, versionSeq: live.highestSeq + 1 } as const;
}

/**
 * Byte for byte, and in everything that may differ between versions; an equal content hash isn't enough. Order makes no
 * version. In manifests of the first format it did, and how a unit is cited was no part of it.
 */
function isSame(
  record: PlanRecord,
  parentAddress: string | null,
  live: KnownUnit,
  format: ManifestFormat,
): boolean {
  const isPlaced =
    format === 'cutter-manifest/1'
      ? record.sortOrder === live.sortOrder
      : live.label == null || isSameLabel(record.label, live.label);
  return (
    isPlaced &&
    record.textDigest === live.textDigest &&
    record.kind === live.kind &&
    record.sectionType === live.sectionType &&
    record.sectionCode === live.sectionCode &&
    parentAddress === live.parentAddress &&
    record.title === live.title
  );
}

const isSameLabel = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((part, at) => part === b[at]);

/** The order of addresses: by their bytes, as the database sorts them. Only surrogates have another place in UTF-16. */
export function byBytes(a: string, b: string): number {
  const common = Math.min(a.length, b.length);
  for (let at = 0; at < common; at += 1) {
    const [one, other] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (one === other) continue;
    return isSurrogate(one) === isSurrogate(other)
      ? one - other
      : afterSurrogates(one) - afterSurrogates(other);
  }
  return a.length - b.length;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xe000;
/** A character of two units comes after all of one. */
const afterSurrogates = (unit: number): number => (isSurrogate(unit) ? unit + 0x10000 : unit);
