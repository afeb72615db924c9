import {
  ActionPlanning,
  type CutActions,
  type KnownUnit,
  type PlannedAction,
} from '../../document/actions.ts';
import { type Base, type BaseUnit, baseOfUnits, NO_BASE } from '../../document/address/base.ts';
import { effectDigestByTurns } from '../../document/effect.ts';
import { type ManifestHeader, manifestDigestByTurns } from '../../document/manifest.ts';
import type { DocumentPlan, ManifestFormat, PlanRecord } from '../../document/types.ts';
import { unitCountsOf } from '../../law/manifest-block.ts';
import type { UnitCounts } from '../../law/statement.ts';
import type { Digest } from '../../proof/digest.ts';
import { eachByTurns, nextTurn } from '../../threads/turns.ts';
import type { LiveUnitRow } from './live-units.ts';

/** A unit of the ledger as the planning of a cut sees it. */
export interface LedgerUnit extends KnownUnit {
  readonly contentHash: string | null;
  /** Place in the newest cut that counts; null where that doesn't name it, or where a block is all that is known. */
  readonly order?: number | null;
}
export type UnitPlan = PlannedAction<PlanRecord, LedgerUnit>;
export type DocumentActions = CutActions<LedgerUnit>;

/** What a cut of `records` does to each unit that the ledger has of the document. */
export async function planActions(
  { records, format }: { readonly records: readonly PlanRecord[]; readonly format: ManifestFormat },
  live: readonly LiveUnitRow[],
): Promise<DocumentActions> {
  const known = new Map<string, LedgerUnit>();
  await eachByTurns(live, (row) => known.set(row.address, ledgerUnit(row)));
  const planning = new ActionPlanning(records, known, format);
  await eachByTurns(records, (record) => planning.add(record));
  return planning.end();
}

/** What a plan is made against; manifests of the first format were made against nothing. */
export function baseOf(live: readonly LiveUnitRow[], format: ManifestFormat): Promise<Base> {
  if (format === 'cutter-manifest/1' || live.length === 0) return Promise.resolve(NO_BASE);
  // A unit without a version was left behind by no cut.
  const units = live.filter((row) => row.version_id !== null).map(baseUnit);
  return baseOfUnits(units, nextTurn);
}

function baseUnit(row: LiveUnitRow): BaseUnit {
  return {
    address: row.address,
    trimmedDigest: row.trimmed_sha256 === null ? null : `sha256:${row.trimmed_sha256}`,
    contentHash: row.content_hash,
    title: row.title,
    label: row.label,
    sectionCode: row.provenance?.section_code ?? null,
    parentAddress: row.provenance?.parent_address ?? null,
    order: row.void ? null : row.render_order,
    void: row.void,
  };
}

function ledgerUnit(row: LiveUnitRow): LedgerUnit {
  const was = row.provenance;
  return {
    address: row.address,
    unitId: row.unit_id,
    versionId: row.version_id,
    versionSeq: row.version_seq,
    highestSeq: row.highest_seq,
    textDigest: row.body_sha256 === null ? null : `sha256:${row.body_sha256}`,
    contentHash: row.content_hash,
    kind: was?.kind ?? null,
    sectionType: was?.section_type ?? null,
    sectionCode: was?.section_code ?? null,
    label: row.label,
    order: row.render_order,
    parentAddress: was?.parent_address ?? null,
    sortOrder: was?.sort_order ?? 0,
    title: row.title,
    void: row.void,
    vanished: !row.named,
  };
}

/** How many records there are, and what happens to how many units. */
export function unitCounts(records: number, { actions, vanished }: DocumentActions): UnitCounts {
  return unitCountsOf(records, [
    ...actions.map(({ action }) => action),
    ...vanished.map(() => 'vanished' as const),
  ]);
}

/** The digest of a plan's manifest, in turns of the event loop. */
export function manifestDigestOf(header: ManifestHeader, plan: DocumentPlan): Promise<Digest> {
  return manifestDigestByTurns(header, plan.leafHashes, nextTurn);
}

/** The digest of the whole effect: every unit of the manifest and every one that vanishes. */
export async function effectOf(actions: DocumentActions): Promise<Digest> {
  const units = actions.actions.map(({ record, action, address, parentAddress, versionSeq }) => ({
    address,
    action,
    versionSeq,
    contentHash: record.contentHash,
    parentAddress,
    sortOrder: record.sortOrder ?? 0,
  }));
  const vanished = actions.vanished.map((unit) => ({
    address: unit.address,
    action: 'vanished' as const,
    versionSeq: unit.versionSeq,
    contentHash: unit.contentHash,
    parentAddress: unit.parentAddress,
    sortOrder: unit.sortOrder,
  }));
  return effectDigestByTurns([...units, ...vanished], nextTurn);
}
