import { type FragmentSqlToken, sql } from 'slonik';
import type { ManifestHeader } from '../document/manifest.ts';
import type { DocumentPlan, PlanRecord } from '../document/types.ts';
import type { PlainJson } from '../proof/canonical.ts';
import type { DocumentActions, StandingUnit, UnitPlan } from './actions.ts';
import type { NewUnitBlock } from './tables/manifest.ts';

interface BlockKeys {
  readonly envelopeId: string;
  readonly entryId: string;
}

/**
 * A manifest as rows: one block for each record in source order, the header in block 0, and the vanished units on top, which
 * stand outside the manifest digest.
 */
export function manifestBlocks(
  keys: BlockKeys,
  plan: DocumentPlan,
  header: ManifestHeader,
  actions: DocumentActions,
): NewUnitBlock[] {
  const planned = new Map(actions.actions.map((unit) => [unit.record.localId, unit]));
  const blocks = plan.records.map((record) =>
    recordBlock(keys, record, planned.get(record.localId) ?? null, header),
  );
  const vanished = actions.vanished.map((unit, index) =>
    vanishedBlock(keys, unit, plan.records.length + index, plan.byteLength),
  );
  return [...blocks, ...vanished];
}

function recordBlock(
  keys: BlockKeys,
  record: PlanRecord,
  unit: UnitPlan | null,
  header: ManifestHeader,
): NewUnitBlock {
  return {
    envelope_id: keys.envelopeId,
    unit_local_id: record.localId,
    block_role: 'result',
    source_span: { start: record.start, end: record.end },
    render_order: record.renderOrder,
    target_unit_id: unit?.live?.unitId ?? null,
    proposed_canonical_address: record.address,
    proposed_authority: null,
    candidate_edges: record.parentLocalId === null ? null : [{ kind: 'parent', to: record.parentLocalId }],
    payload_summary: {
      ...(record.renderOrder === 0 ? { header: header as unknown as PlainJson } : {}),
      ...recordSummary(record),
      ...actionSummary(unit),
      ...(record.role === 'excluded' ? { text: record.text } : {}),
    },
    report_summary: null,
    decision_backlog_ref: keys.entryId,
  };
}

function recordSummary(record: PlanRecord): Record<string, PlainJson> {
  return {
    role: record.role,
    kind: record.kind,
    section_type: record.sectionType,
    section_code: record.sectionCode,
    title: record.title,
    sort_order: record.sortOrder,
    excluded_because: record.excludedBecause,
    text_digest: record.textDigest,
    content_hash: record.contentHash,
  };
}

/** What the cut will do to the unit, and the version that this was decided against. */
export function actionSummary(unit: UnitPlan | null): Record<string, PlainJson> {
  return {
    action: unit?.action ?? null,
    base_version_id: unit?.live?.versionId ?? null,
    base_version_seq: unit?.live?.versionSeq ?? null,
    base_content_hash: unit?.live?.contentHash ?? null,
    version_seq: unit?.versionSeq ?? null,
  };
}

function vanishedBlock(keys: BlockKeys, unit: StandingUnit, renderOrder: number, end: number): NewUnitBlock {
  return {
    envelope_id: keys.envelopeId,
    unit_local_id: `vanished:${unit.unitId}`,
    block_role: 'origin',
    source_span: { start: end, end },
    render_order: renderOrder,
    target_unit_id: unit.unitId,
    proposed_canonical_address: unit.address,
    proposed_authority: null,
    candidate_edges: null,
    payload_summary: {
      action: 'vanished',
      base_version_id: unit.versionId,
      base_version_seq: unit.versionSeq,
      base_content_hash: unit.contentHash,
      version_seq: unit.versionSeq,
      parent_address: unit.parentAddress,
      sort_order: unit.sortOrder,
    },
    report_summary: null,
    decision_backlog_ref: keys.entryId,
  };
}

/** What CUT and VERIFY read back of a block. */
export interface StoredBlock {
  readonly unit_local_id: string;
  readonly block_role: 'origin' | 'result';
  readonly start: number;
  readonly end: number;
  readonly render_order: number;
  readonly target_unit_id: string | null;
  readonly address: string | null;
  readonly parent: string | null;
  readonly summary: Readonly<Record<string, unknown>>;
}

/** All blocks of a manifest in order, as one JSON array of `storedBlock`s. */
export function storedBlocks(manifestId: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`(select coalesce(json_agg(json_build_object('unit_local_id', b.unit_local_id, 'block_role', b.block_role,
      'start', (b.source_span->>'start')::int, 'end', (b.source_span->>'end')::int, 'render_order', b.render_order,
      'target_unit_id', b.target_unit_id, 'address', b.proposed_canonical_address,
      'parent', b.candidate_edges->0->>'to', 'summary', b.payload_summary) order by b.render_order), '[]')
    from cutter_governance.manifest_unit_block b where b.envelope_id = ${manifestId})`;
}

/** Whether a stored block still says what the record says; the name of the first field that differs, or null. */
export function alteredField(block: StoredBlock, record: PlanRecord): string | null {
  const summary = block.summary;
  const fields: [string, unknown, unknown][] = [
    ['unit_local_id', block.unit_local_id, record.localId],
    ['source_span.start', block.start, record.start],
    ['source_span.end', block.end, record.end],
    ['render_order', block.render_order, record.renderOrder],
    ['proposed_canonical_address', block.address, record.address],
    ['candidate_edges', block.parent, record.parentLocalId],
    ...Object.entries(recordSummary(record)).map(([name, value]): [string, unknown, unknown] => [
      name,
      summary[name],
      value,
    ]),
    ...(record.role === 'excluded'
      ? [['text', summary['text'], record.text] as [string, unknown, unknown]]
      : []),
  ];
  return fields.find(([, was, is]) => (was ?? null) !== (is ?? null))?.[0] ?? null;
}

/** The actions that a reviewer approved, put back on the records of the plan. Null where a block is missing or names no action. */
export function approvedActions(plan: DocumentPlan, blocks: readonly StoredBlock[]): DocumentActions {
  const byLocalId = new Map(blocks.map((block) => [block.unit_local_id, block]));
  const addresses = new Map(plan.records.map((record) => [record.localId, record.address]));
  const actions = plan.records
    .filter((record) => record.address !== null)
    .map((record): UnitPlan => {
      const block = byLocalId.get(record.localId);
      const parentAddress =
        record.parentLocalId === null ? null : (addresses.get(record.parentLocalId) ?? null);
      const live = block === undefined ? null : standingOf(block);
      return {
        record,
        address: record.address as string,
        parentAddress,
        action: (block?.summary['action'] ?? 'birth') as UnitPlan['action'],
        baseVersionSeq: live?.versionSeq ?? null,
        versionSeq: (block?.summary['version_seq'] ?? 1) as number,
        live,
      };
    });
  const vanished = blocks.filter((block) => block.block_role === 'origin').map((block) => standingOf(block));
  return { actions, vanished: vanished.filter((unit) => unit !== null) };
}

/** The version that a block was decided against; null for a birth. */
function standingOf(block: StoredBlock): StandingUnit | null {
  const summary = block.summary as Record<string, never>;
  if (block.target_unit_id === null) return null;
  return {
    address: block.address ?? '',
    unitId: block.target_unit_id,
    versionId: summary['base_version_id'] ?? '',
    versionSeq: summary['base_version_seq'] ?? 0,
    highestSeq: summary['base_version_seq'] ?? 0,
    textDigest: '',
    contentHash: summary['base_content_hash'] ?? '',
    kind: summary['kind'] ?? '',
    sectionType: summary['section_type'] ?? '',
    sectionCode: summary['section_code'] ?? null,
    parentAddress: summary['parent_address'] ?? null,
    sortOrder: summary['sort_order'] ?? 0,
    title: summary['title'] ?? null,
    void: false,
  };
}
