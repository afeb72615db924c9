import { type FragmentSqlToken, sql } from 'slonik';
import type { ManifestHeader } from '../../document/manifest.ts';
import type { DocumentPlan, PlanRecord } from '../../document/types.ts';
import type { PlainJson } from '../../proof/canonical.ts';
import { normalizeUuid } from '../../proof/uuid.ts';
import type { NewUnitBlock } from '../tables/manifest.ts';
import type { DocumentActions, LedgerUnit, UnitPlan } from './actions.ts';

interface BlockKeys {
  readonly envelopeId: string;
  readonly entryId: string;
}

/**
 * A manifest as rows: one block for each record in source order, the header in block 0, and one for each vanished
 * unit, which the manifest digest doesn't cover.
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

function vanishedBlock(keys: BlockKeys, unit: LedgerUnit, renderOrder: number, end: number): NewUnitBlock {
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
  readonly start: unknown;
  readonly end: unknown;
  readonly render_order: number;
  readonly target_unit_id: string | null;
  readonly address: string | null;
  readonly parent: string | null;
  readonly summary: Readonly<Record<string, unknown>>;
}

/** All blocks of a manifest in order, as one JSON array of `storedBlock`s. */
export function storedBlocks(manifestId: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`(
    select coalesce(json_agg(json_build_object('unit_local_id', b.unit_local_id, 'block_role', b.block_role,
      'start', b.source_span->'start', 'end', b.source_span->'end', 'render_order', b.render_order,
      'target_unit_id', b.target_unit_id, 'address', b.proposed_canonical_address,
      'parent', b.candidate_edges->0->>'to',
      'summary', case when jsonb_typeof(b.payload_summary) = 'object' then b.payload_summary else '{}' end)
      order by b.render_order), '[]')
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
    ...untouchedFields(block),
  ];
  return fields.find(([, was, is]) => (was ?? null) !== (is ?? null))?.[0] ?? null;
}

/** A birth starts from nothing, and an excluded stretch does nothing. */
function untouchedFields(block: StoredBlock): [string, unknown, unknown][] {
  const { action, base_version_id, base_version_seq, base_content_hash } = block.summary;
  if (action === 'version' || action === 'unchanged') return [];
  const born = block.address !== null;
  return [
    ['action', action, born ? 'birth' : null],
    ['target_unit_id', block.target_unit_id, null],
    ['base_version', base_version_id ?? base_version_seq ?? base_content_hash, null],
  ];
}

/**
 * The actions that a reviewer approved, put back on the records of the plan. Null where a block is missing or names
 * no action.
 */
export function approvedActions(plan: DocumentPlan, blocks: readonly StoredBlock[]): DocumentActions {
  const byLocalId = new Map(blocks.map((block) => [block.unit_local_id, block]));
  const addresses = new Map(plan.records.map((record) => [record.localId, record.address]));
  const actions = plan.records
    .filter((record) => record.address !== null)
    .map((record): UnitPlan => {
      const address = record.address as string;
      const block = byLocalId.get(record.localId);
      const parentAddress =
        record.parentLocalId === null ? null : (addresses.get(record.parentLocalId) ?? null);
      const live = block === undefined ? null : baseOf(block, address);
      return {
        record,
        address,
        parentAddress,
        action: live === null ? 'birth' : block?.summary['action'] === 'unchanged' ? 'unchanged' : 'version',
        baseVersionSeq: live?.versionSeq ?? null,
        versionSeq: whole(block?.summary['version_seq'], 1),
        live,
      };
    });
  const vanished = blocks
    .filter((block) => block.block_role === 'origin' && block.address !== null)
    .map((block) => baseOf(block, block.address as string));
  return { actions, vanished: vanished.filter((unit) => unit !== null) };
}

const whole = (value: unknown, otherwise: number) =>
  Number.isSafeInteger(value) ? (value as number) : otherwise;
const text = (value: unknown) => (typeof value === 'string' ? value : null);

/**
 * The version that a block was decided against; null for a birth. What was altered into another shape counts as
 * absent.
 */
function baseOf(block: StoredBlock, address: string): LedgerUnit | null {
  const summary = block.summary;
  const baseId = text(summary['base_version_id']);
  if (block.target_unit_id === null || text(summary['action']) === 'birth') return null;
  return {
    address,
    unitId: block.target_unit_id,
    versionId: baseId === null ? null : normalizeUuid(baseId),
    versionSeq: whole(summary['base_version_seq'], 0),
    highestSeq: whole(summary['base_version_seq'], 0),
    textDigest: null,
    contentHash: text(summary['base_content_hash']),
    kind: text(summary['kind']),
    sectionType: text(summary['section_type']),
    sectionCode: text(summary['section_code']),
    parentAddress: text(summary['parent_address']),
    sortOrder: whole(summary['sort_order'], 0),
    title: text(summary['title']),
    void: false,
  };
}
