import type { UnitAction } from '../document/actions.ts';
import type { UnitEffect } from '../document/effect.ts';
import type { ManifestRecord } from '../document/manifest.ts';
import type { PlanRecord } from '../document/types.ts';
import type { UnitCounts } from './statement.ts';

/*
 * What the blocks of a manifest say, for those who have nothing else: the full check reads them from the database, a
 * passport shows them. The plan's record, the effect of the cut on one unit, and the counts follow from them by one
 * rule.
 */

/** What a block's `payload_summary` says of a record, under the names that it has there. */
export interface RecordSummary extends Pick<PlanRecord, 'role' | 'kind' | 'title'> {
  readonly section_type: string;
  readonly section_code: string | null;
  /** Blocks of the first format have none. */
  readonly label?: readonly string[] | undefined;
  readonly sort_order: number | null;
  readonly excluded_because: string | null;
  readonly text_digest: string;
  readonly content_hash: string;
}

/** What it says of the unit: of one that vanishes, its last version and its place. */
export interface ActionSummary {
  readonly action: UnitAction | null;
  readonly version_seq: number | null;
  readonly sort_order: number | null;
  readonly content_hash?: string | undefined;
  readonly base_content_hash?: string | null | undefined;
  readonly parent_address?: string | null | undefined;
}

interface BlockPlace {
  readonly localId: string;
  readonly start: number;
  readonly end: number;
  readonly renderOrder: number;
  readonly address: string | null;
  /** The local id of the record that holds this one. */
  readonly parent: string | null;
}

/**
 * The record that a block was made of: what the manifest's digest covers. Absent members of old blocks count as null.
 */
export function recordOfBlock(place: BlockPlace, summary: RecordSummary): ManifestRecord {
  return {
    localId: place.localId,
    role: summary.role,
    start: place.start,
    end: place.end,
    renderOrder: place.renderOrder,
    sortOrder: summary.sort_order ?? null,
    kind: summary.kind,
    sectionType: summary.section_type,
    sectionCode: summary.section_code ?? null,
    ...(summary.label === undefined ? {} : { label: summary.label }),
    title: summary.title ?? null,
    address: place.address,
    parentLocalId: place.parent,
    excludedBecause: summary.excluded_because ?? null,
    textDigest: summary.text_digest as PlanRecord['textDigest'],
    contentHash: summary.content_hash as PlanRecord['contentHash'],
  };
}

/**
 * What the cut does to the unit of a block; null where the block is no unit. `addresses` are those of the records by
 * their local ids.
 */
export function effectOfBlock(
  { address, parent }: Pick<BlockPlace, 'address' | 'parent'>,
  summary: ActionSummary,
  addresses: ReadonlyMap<string, string | null>,
): UnitEffect | null {
  const { action, version_seq: versionSeq } = summary;
  if (address === null || (action ?? null) === null) return null;
  const vanished = action === 'vanished';
  const parentAddress = parent === null ? null : (addresses.get(parent) ?? null);
  return {
    address,
    action: action as UnitAction,
    versionSeq: versionSeq as number,
    contentHash: (vanished ? summary.base_content_hash : summary.content_hash) as string,
    parentAddress: vanished ? (summary.parent_address ?? null) : parentAddress,
    sortOrder: summary.sort_order ?? 0,
  };
}

/** How many records a manifest has, and what its cut does to how many units. */
export function unitCountsOf(records: number, actions: readonly UnitAction[]): UnitCounts {
  const count = (action: UnitAction) => actions.filter((one) => one === action).length;
  return {
    records,
    birth: count('birth'),
    version: count('version'),
    unchanged: count('unchanged'),
    vanished: count('vanished'),
  };
}
