import { CANONICALIZATION } from '../../document/canonicalize.ts';
import type { ManifestFormat } from '../../document/types.ts';
import type { PlainJson } from '../../proof/canonical.ts';
import { eachByTurns } from '../../threads/turns.ts';
import type { PhaseIds } from '../envelope/ids.ts';
import { type Rows, rowsMade } from '../envelope/writes.ts';
import type { NewAffectedRow } from '../tables/change-set.ts';
import type { NewInformationUnit, NewUnitVersion } from '../tables/unit.ts';
import type { DocumentActions, UnitPlan } from './actions.ts';

/** What a cut's new rows derive from. Ids come from the idempotency key, so that a retry makes the same ones. */
export interface Birth {
  readonly ids: PhaseIds<'cut'>;
  readonly principalId: string;
  readonly changeSetId: string;
  readonly docCode: string;
  readonly sourceDigest: string;
  readonly mode: string;
  /** Of the approved manifest. */
  readonly format: ManifestFormat;
}

/** The unit of each address after the cut. */
export async function unitIds(birth: Birth, { actions }: DocumentActions): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  await eachByTurns(actions, ({ address, live, record }) =>
    ids.set(address, live?.unitId ?? birth.ids.each(`unit:${record.localId}`)),
  );
  return ids;
}

function versionId(birth: Birth, unit: UnitPlan): string {
  return birth.ids.each(`version:${unit.record.localId}`);
}

/** The units that the cut makes versions of, in source order. */
export const changedUnits = ({ actions }: DocumentActions): readonly UnitPlan[] =>
  actions.filter((unit) => unit.action !== 'unchanged');

/** The version of a born or re-versioned unit. */
export function newVersion(
  birth: Birth,
  unit: UnitPlan,
  ids: ReadonlyMap<string, string>,
  id = versionId(birth, unit),
): NewUnitVersion {
  return {
    id,
    unit_id: ids.get(unit.address) as string,
    version_seq: unit.versionSeq,
    title: unit.record.title,
    description: null,
    body: unit.record.text,
    content_hash: unit.record.contentHash,
    content_profile: { canonicalization: CANONICALIZATION, media_type: 'text/markdown' },
    lifecycle_status: 'draft',
    review_state: 'approved',
    provenance: provenanceOf(birth, unit, ids),
    editor: null,
    enacted_at: null,
    created_by: birth.principalId,
  };
}

/** What may differ between the versions of one unit, and where its text came from. */
function provenanceOf(birth: Birth, unit: UnitPlan, ids: ReadonlyMap<string, string>): PlainJson {
  const { record } = unit;
  return {
    change_set_id: birth.changeSetId,
    source_digest: birth.sourceDigest,
    local_id: record.localId,
    start: record.start,
    end: record.end,
    role: record.role,
    kind: record.kind,
    section_type: record.sectionType,
    section_code: record.sectionCode,
    ...(birth.format === 'cutter-manifest/1' ? {} : { label: [...record.label] }),
    parent_address: unit.parentAddress,
    parent_unit_id: parentId(unit, ids),
    sort_order: record.sortOrder,
    mode: birth.mode,
  };
}

function parentId(unit: UnitPlan, ids: ReadonlyMap<string, string>): string | null {
  return unit.parentAddress === null ? null : (ids.get(unit.parentAddress) ?? null);
}

/** A unit that is born, with null anchors as it is inserted. */
export function newUnit(birth: Birth, unit: UnitPlan, ids: ReadonlyMap<string, string>): NewInformationUnit {
  return {
    id: ids.get(unit.address) as string,
    canonical_address: unit.address,
    unit_kind: unit.record.kind,
    lifecycle_status: 'draft',
    content_anchor_ref: null,
    version_anchor_ref: null,
    owner_ref: birth.principalId,
    parent_or_container_ref: parentId(unit, ids),
    conformance_status: 'conformant',
    identity_profile: { address_of: birth.docCode, role: unit.record.role },
    doc_code: birth.docCode,
    section_type: unit.record.sectionType,
    section_code: unit.record.sectionCode,
    sort_order: unit.record.sortOrder ?? 0,
    created_by: birth.principalId,
    updated_by: birth.principalId,
    deleted_at: null,
  };
}

/** What a cut writes of the document's units. The rows are made when they are asked for. */
export interface BornRows {
  /** The units that are born, with null anchors. */
  readonly units: Rows<NewInformationUnit>;
  /** A unit as the transaction leaves it: its anchors were moved once. */
  readonly settle: (unit: NewInformationUnit) => NewInformationUnit;
  readonly versions: Rows<NewUnitVersion>;
  readonly affected: Rows<NewAffectedRow>;
  /** Each version with its unit, in the order of `versions`. */
  readonly anchors: readonly {
    readonly unitId: string;
    readonly versionId: string;
    readonly born: boolean;
  }[];
}

export async function bornRows(birth: Birth, actions: DocumentActions): Promise<BornRows> {
  const ids = await unitIds(birth, actions);
  const changed = changedUnits(actions);
  const births = changed.filter((unit) => unit.action === 'birth');
  const anchors: BornRows['anchors'][number][] = [];
  const versionOf = new Map<string, string>();
  await eachByTurns(changed, (unit) => {
    const [unitId, version] = [ids.get(unit.address) as string, versionId(birth, unit)];
    anchors.push({ unitId, versionId: version, born: unit.action === 'birth' });
    versionOf.set(unitId, version);
  });
  const idOf = (at: number) => anchors[at]?.versionId;
  return {
    units: rowsMade(births.length, (at) => newUnit(birth, births[at] as UnitPlan, ids)),
    settle: (unit) => {
      const version = versionOf.get(unit.id) as string;
      return { ...unit, content_anchor_ref: version, version_anchor_ref: version };
    },
    versions: rowsMade(changed.length, (at) => newVersion(birth, changed[at] as UnitPlan, ids, idOf(at))),
    affected: rowsMade(changed.length, (at) =>
      affectedRow(birth, changed[at] as UnitPlan, at, ids, idOf(at)),
    ),
    anchors,
  };
}

/** The affected row of a version; the body is bound by its hash. */
export function affectedRow(
  birth: Birth,
  unit: UnitPlan,
  ordinal: number,
  ids: ReadonlyMap<string, string>,
  id = versionId(birth, unit),
): NewAffectedRow {
  return {
    affected_row_id: birth.ids.each(`affected:${unit.record.localId}`),
    change_set_id: birth.changeSetId,
    ordinal,
    effect_kind: unit.action === 'birth' ? 'insert' : 'update',
    target_table: 'public.unit_version',
    target_row_id: id,
    before_state_snapshot: beforeState(unit),
    after_state_snapshot: afterState(unit, ids, id),
  };
}

function beforeState(unit: UnitPlan): PlainJson {
  if (unit.live === null) return null;
  const { unitId, versionId: id, versionSeq, contentHash } = unit.live;
  return { unit_id: unitId, version_id: id, version_seq: versionSeq, content_hash: contentHash };
}

/** The state of a unit after the cut: ids, address, kind, parent, order, version, content hash and anchors. */
function afterState(unit: UnitPlan, ids: ReadonlyMap<string, string>, id: string): PlainJson {
  return {
    unit_id: ids.get(unit.address) as string,
    version_id: id,
    canonical_address: unit.address,
    unit_kind: unit.record.kind,
    section_type: unit.record.sectionType,
    section_code: unit.record.sectionCode,
    parent_unit_id: parentId(unit, ids),
    sort_order: unit.record.sortOrder,
    version_seq: unit.versionSeq,
    content_hash: unit.record.contentHash,
    version_anchor_ref: id,
    content_anchor_ref: id,
  };
}
