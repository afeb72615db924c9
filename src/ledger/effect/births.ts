import { CANONICALIZATION } from '../../document/canonicalize.ts';
import type { PlainJson } from '../../proof/canonical.ts';
import type { PhaseIds } from '../envelope/ids.ts';
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
}

/** The unit of each address after the cut. */
export function unitIds(birth: Birth, actions: DocumentActions): Map<string, string> {
  return new Map(
    actions.actions.map((unit) => [
      unit.address,
      unit.live?.unitId ?? birth.ids.each(`unit:${unit.record.localId}`),
    ]),
  );
}

function versionId(birth: Birth, unit: UnitPlan): string {
  return birth.ids.each(`version:${unit.record.localId}`);
}

const changed = (actions: DocumentActions) => actions.actions.filter((unit) => unit.action !== 'unchanged');

/** One version for each born or re-versioned unit, in source order. */
export function newVersions(
  birth: Birth,
  actions: DocumentActions,
  ids: ReadonlyMap<string, string>,
): NewUnitVersion[] {
  return changed(actions).map((unit) => ({
    id: versionId(birth, unit),
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
  }));
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
    parent_address: unit.parentAddress,
    parent_unit_id: parentId(unit, ids),
    sort_order: record.sortOrder,
    mode: birth.mode,
  };
}

function parentId(unit: UnitPlan, ids: ReadonlyMap<string, string>): string | null {
  return unit.parentAddress === null ? null : (ids.get(unit.parentAddress) ?? null);
}

/** The units that are born, with null anchors as they are inserted. */
export function newUnits(
  birth: Birth,
  actions: DocumentActions,
  ids: ReadonlyMap<string, string>,
): NewInformationUnit[] {
  return actions.actions
    .filter((unit) => unit.action === 'birth')
    .map((unit) => ({
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
    }));
}

/** What a cut writes of the document's units. */
export interface BornRows {
  readonly units: readonly NewInformationUnit[];
  /** The units as the transaction leaves them: born with null anchors, their anchors moved once. */
  readonly settled: readonly NewInformationUnit[];
  readonly versions: readonly NewUnitVersion[];
  readonly affected: readonly NewAffectedRow[];
}

export function bornRows(birth: Birth, actions: DocumentActions): BornRows {
  const ids = unitIds(birth, actions);
  const units = newUnits(birth, actions, ids);
  const versions = newVersions(birth, actions, ids);
  const versionOf = new Map(versions.map((version) => [version.unit_id, version.id]));
  const settled = units.map((unit) => {
    const version = versionOf.get(unit.id) as string;
    return { ...unit, content_anchor_ref: version, version_anchor_ref: version };
  });
  return { units, settled, versions, affected: affectedRows(birth, actions, ids) };
}

/** One affected row for each version; the body is bound by its hash. */
export function affectedRows(
  birth: Birth,
  actions: DocumentActions,
  ids: ReadonlyMap<string, string>,
): NewAffectedRow[] {
  return changed(actions).map((unit, ordinal) => ({
    affected_row_id: birth.ids.each(`affected:${unit.record.localId}`),
    change_set_id: birth.changeSetId,
    ordinal,
    effect_kind: unit.action === 'birth' ? 'insert' : 'update',
    target_table: 'public.unit_version',
    target_row_id: versionId(birth, unit),
    before_state_snapshot: beforeState(unit),
    after_state_snapshot: afterState(birth, unit, ids),
  }));
}

function beforeState(unit: UnitPlan): PlainJson {
  if (unit.live === null) return null;
  const { unitId, versionId: id, versionSeq, contentHash } = unit.live;
  return { unit_id: unitId, version_id: id, version_seq: versionSeq, content_hash: contentHash };
}

/** The state of a unit after the cut: ids, address, kind, parent, order, version, content hash and anchors. */
function afterState(birth: Birth, unit: UnitPlan, ids: ReadonlyMap<string, string>): PlainJson {
  const id = versionId(birth, unit);
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
