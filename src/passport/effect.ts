import { type PassportRows, passportText, type RecordBlock } from './format.ts';
import { type OpenedPlan, parentOf } from './plan.ts';
import { refuseUnless } from './refuse.ts';

type AffectedRow = PassportRows['affected'][number]['columns'];

/**
 * Refuses unless the affected rows are those of the plan: one for each unit that is born or gets a version, in source
 * order, and no other.
 */
export function holdEffect(plan: OpenedPlan, { changeSet, affected }: PassportRows): void {
  const { affected_row_count: stated, payload_summary: summary, effect_digest } = changeSet.columns;
  const where = 'rows.changeSet.columns';
  const changed = plan.records.filter(({ columns }) => isChange(columns.payload_summary.action));
  refuseUnless(
    changed.length === affected.length && stated === affected.length,
    'rows.affected',
    `The plan gives ${changed.length} units a version; the change set counts ${stated} affected rows, ` +
      `and ${affected.length} are shown.`,
  );
  refuseUnless(
    passportText(summary.counts) === passportText({ ...plan.counts }),
    `${where}.payload_summary.counts`,
    "The change set's counts aren't those of its plan.",
  );
  refuseUnless(
    effect_digest === plan.effectDigest,
    `${where}.effect_digest`,
    `The plan's effect has the digest ${plan.effectDigest}, and the change set says ${effect_digest}.`,
  );
  const units = unitIds(
    plan,
    affected.map(({ columns }) => columns),
    changed,
  );
  affected.forEach(({ columns }, at) => {
    const fault = rowFault(columns, changed[at] as RecordBlock, at, changeSet.columns.change_set_id, units);
    refuseUnless(
      fault === null,
      `rows.affected.${at}`,
      `Affected row ${at} (${columns.after_state_snapshot.canonical_address}) ${fault}.`,
    );
  });
}

const isChange = (action: string | null) => action === 'birth' || action === 'version';

/** The unit of each record, by its local id: the one that existed, or the one that is born here. */
function unitIds(
  plan: OpenedPlan,
  affected: readonly AffectedRow[],
  changed: readonly RecordBlock[],
): ReadonlyMap<string, string> {
  const units = new Map<string, string>();
  for (const { columns } of plan.records) {
    if (columns.target_unit_id !== null) units.set(columns.unit_local_id, columns.target_unit_id);
  }
  changed.forEach(({ columns }, at) => {
    if (!units.has(columns.unit_local_id))
      units.set(columns.unit_local_id, affected[at]?.after_state_snapshot.unit_id as string);
  });
  return units;
}

/** Where an affected row differs from the block that it carries out; null where it doesn't. */
function rowFault(
  row: AffectedRow,
  { columns }: RecordBlock,
  at: number,
  changeSetId: string,
  units: ReadonlyMap<string, string>,
): string | null {
  const { payload_summary: summary, unit_local_id: localId } = columns;
  const { before_state_snapshot: before, after_state_snapshot: after } = row;
  const parent = parentOf(columns);
  const facts: readonly (readonly [what: string, is: unknown, due: unknown])[] = [
    ['change set', row.change_set_id, changeSetId],
    ['ordinal', row.ordinal, at],
    ['kind of effect', row.effect_kind, summary.action === 'birth' ? 'insert' : 'update'],
    ['table', row.target_table, 'public.unit_version'],
    ['version', after.version_id, row.target_row_id],
    ['version anchor', after.version_anchor_ref, row.target_row_id],
    ['content anchor', after.content_anchor_ref, row.target_row_id],
    ['unit', after.unit_id, units.get(localId)],
    ['address', after.canonical_address, columns.proposed_canonical_address],
    ['unit kind', after.unit_kind, summary.kind],
    ['section type', after.section_type, summary.section_type],
    ['section code', after.section_code, summary.section_code],
    ['parent', after.parent_unit_id, parent === null ? null : units.get(parent)],
    ['order', after.sort_order, summary.sort_order],
    ['version number', after.version_seq, summary.version_seq],
    ['content hash', after.content_hash, summary.content_hash],
    ['unit before', before?.unit_id ?? null, columns.target_unit_id],
    ['version before', before?.version_id || null, summary.base_version_id],
    ['version number before', before?.version_seq ?? null, summary.base_version_seq],
    ['content hash before', before?.content_hash ?? null, summary.base_content_hash],
  ];
  const differs = facts.find(([, is, due]) => is !== due);
  return differs === undefined
    ? null
    : `has ${String(differs[1])} for its ${differs[0]}; the approved plan says ${String(differs[2])}`;
}
