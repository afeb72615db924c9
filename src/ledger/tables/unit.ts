import { type FragmentSqlToken, sql } from 'slonik';
import { CONFORMANCE_STATUSES, UNIT_LIFECYCLE_STATUSES, UNIT_REVIEW_STATES } from '../../law/values.ts';
import { defineTable, type NewRow, oneOf } from './table.ts';

/** public.information_unit: an address, born once. Anchors are null at birth and set in the same transaction. */
export const INFORMATION_UNIT = defineTable('public.information_unit', ['id'], {
  id: 'uuid',
  canonical_address: 'text',
  unit_kind: 'text',
  lifecycle_status: oneOf(UNIT_LIFECYCLE_STATUSES),
  content_anchor_ref: 'text?',
  version_anchor_ref: 'uuid?',
  owner_ref: 'text',
  parent_or_container_ref: 'uuid?',
  conformance_status: oneOf(CONFORMANCE_STATUSES),
  identity_profile: 'jsonb',
  doc_code: 'text',
  section_type: 'text',
  section_code: 'text?',
  sort_order: 'int',
  created_at: 'now',
  updated_at: 'now',
  created_by: 'text',
  updated_by: 'text',
  deleted_at: 'timestamptz?',
});
export type NewInformationUnit = NewRow<typeof INFORMATION_UNIT.columns>;

/**
 * public.unit_version: the exact text of a unit at one cut. `provenance` has what may differ between versions.
 */
export const UNIT_VERSION = defineTable('public.unit_version', ['id'], {
  id: 'uuid',
  unit_id: 'uuid',
  version_seq: 'int',
  title: 'text?',
  description: 'text?',
  body: 'text',
  content_hash: 'text',
  content_profile: 'jsonb',
  lifecycle_status: oneOf(UNIT_LIFECYCLE_STATUSES),
  review_state: oneOf(UNIT_REVIEW_STATES),
  provenance: 'jsonb',
  editor: 'text?',
  enacted_at: 'timestamptz?',
  created_at: 'now',
  created_by: 'text',
  updated_at: 'now',
});
export type NewUnitVersion = NewRow<typeof UNIT_VERSION.columns>;

/** Points units at their newest version. The caller checks that one row came back for each. */
export function moveAnchors(
  anchors: readonly { readonly unitId: string; readonly versionId: string }[],
): FragmentSqlToken {
  const unitIds = anchors.map(({ unitId }) => unitId);
  const versionIds = anchors.map(({ versionId }) => versionId);
  return sql.fragment`
    update public.information_unit i set version_anchor_ref = a.version_id, content_anchor_ref = a.version_id::text
    from unnest(${sql.array(unitIds, 'uuid')}, ${sql.array(versionIds, 'uuid')}) as a(unit_id, version_id)
    where i.id = a.unit_id returning 1`;
}
