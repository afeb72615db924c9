import { actionsFor, type CutActions, type KnownUnit, type PlannedAction } from '../../document/actions.ts';
import { effectDigest } from '../../document/effect.ts';
import type { PlanRecord } from '../../document/types.ts';
import { unitCountsOf } from '../../law/manifest-block.ts';
import type { UnitCounts } from '../../law/statement.ts';
import type { Digest } from '../../proof/digest.ts';
import type { LiveUnitRow } from './live-units.ts';

/** A unit of the ledger as the planning of a cut sees it. */
export interface LedgerUnit extends KnownUnit {
  readonly contentHash: string | null;
}
export type UnitPlan = PlannedAction<PlanRecord, LedgerUnit>;
export type DocumentActions = CutActions<LedgerUnit>;

/** What a cut of `records` does to each unit that the ledger has of the document. */
export function planActions(records: readonly PlanRecord[], live: readonly LiveUnitRow[]): DocumentActions {
  return actionsFor(records, new Map(live.map((row) => [row.address, ledgerUnit(row)])));
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

/** The digest of the whole effect: every unit of the manifest and every one that vanishes. */
export function effectOf(actions: DocumentActions): Digest {
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
  return effectDigest([...units, ...vanished]);
}
