import type { ManifestHeader } from '../../document/manifest.ts';
import type { DocumentPlan, ManifestFormat, PlanRecord } from '../../document/types.ts';
import type { PlainJson } from '../../proof/canonical.ts';
import { normalizeUuid } from '../../proof/uuid.ts';
import { eachByTurns } from '../../threads/turns.ts';
import { type Rows, rowsMade } from '../envelope/writes.ts';
import type { NewUnitBlock } from '../tables/manifest.ts';
import type { DocumentActions, LedgerUnit, UnitPlan } from './actions.ts';
import type { StoredBlock } from './block-pages.ts';
import type { EarlierApproval } from './carried-over.ts';

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
  approvals: ReadonlyMap<string, Pick<EarlierApproval, 'decisionId'>> = new Map(),
): Rows<NewUnitBlock> {
  const { records, byteLength } = plan;
  const planned = new Map(actions.actions.map((unit) => [unit.record.localId, unit]));
  return rowsMade(records.length + actions.vanished.length, (at) => {
    const record = records[at];
    if (record === undefined)
      return vanishedBlock(keys, actions.vanished[at - records.length] as LedgerUnit, at, byteLength);
    const { localId } = record;
    return recordBlock(keys, record, planned.get(localId) ?? null, header, approvals.get(localId));
  });
}

function recordBlock(
  keys: BlockKeys,
  record: PlanRecord,
  unit: UnitPlan | null,
  header: ManifestHeader,
  approval: Pick<EarlierApproval, 'decisionId'> | undefined,
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
      ...recordSummary(record, header.format),
      ...actionSummary(unit),
      ...(record.role === 'excluded' ? { text: record.text } : {}),
      // The decision of the reviewer who looked at it, where the reviewer of this manifest relied on that.
      ...(approval === undefined ? {} : { approved_by: approval.decisionId }),
    },
    report_summary: null,
    decision_backlog_ref: keys.entryId,
  };
}

function recordSummary(record: PlanRecord, format: ManifestFormat): Record<string, PlainJson> {
  return {
    ...(format === 'cutter-manifest/1' ? {} : { label: [...record.label] }),
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

/** Whether a stored block still says what the record says; the name of the first field that differs, or null. */
export function alteredField(block: StoredBlock, record: PlanRecord, format: ManifestFormat): string | null {
  const summary = block.summary;
  const fields: [string, unknown, unknown][] = [
    ['unit_local_id', block.unit_local_id, record.localId],
    ['source_span.start', block.start, record.start],
    ['source_span.end', block.end, record.end],
    ['render_order', block.render_order, record.renderOrder],
    ['proposed_canonical_address', block.address, record.address],
    ['candidate_edges', block.parent, record.parentLocalId],
    ...Object.entries(recordSummary(record, format)).map(([name, value]): [string, unknown, unknown] => [
      name,
      comparable(summary[name]),
      comparable(value),
    ]),
    ...(record.role === 'excluded'
      ? [['text', summary['text'], record.text] as [string, unknown, unknown]]
      : []),
    ...untouchedFields(block),
  ];
  return fields.find(([, was, is]) => (was ?? null) !== (is ?? null))?.[0] ?? null;
}

const comparable = (value: unknown): unknown => (Array.isArray(value) ? JSON.stringify(value) : value);

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

/** What a reviewer approved for the unit of one record. */
interface ApprovedAction {
  readonly live: LedgerUnit | null;
  readonly isUnchanged: boolean;
  readonly versionSeq: number;
}

/**
 * The actions that a reviewer approved, put back on the records of the plan, block by block. What a block doesn't say,
 * or a missing one, is a birth.
 */
export class ApprovedActions {
  /** By the local id of the record, where it isn't a birth of version 1. */
  readonly #approved = new Map<string, ApprovedAction>();
  readonly #vanished: LedgerUnit[] = [];

  /** @param address that of the record of this local id; null where there is none */
  add(block: StoredBlock, address: string | null): void {
    if (address !== null) {
      const live = baseOf(block, address);
      const versionSeq = whole(block.summary['version_seq'], 1);
      if (live !== null || versionSeq !== 1)
        this.#approved.set(block.unit_local_id, {
          live,
          isUnchanged: block.summary['action'] === 'unchanged',
          versionSeq,
        });
    }
    if (block.block_role !== 'origin' || block.address === null) return;
    const gone = baseOf(block, block.address);
    if (gone !== null) this.#vanished.push(gone);
  }

  async of(plan: DocumentPlan): Promise<DocumentActions> {
    const addresses = new Map(plan.records.map((record) => [record.localId, record.address]));
    const actions: UnitPlan[] = [];
    await eachByTurns(plan.records, (record) => {
      if (record.address === null) return;
      const { live, isUnchanged, versionSeq } = this.#approved.get(record.localId) ?? BIRTH;
      const parentAddress =
        record.parentLocalId === null ? null : (addresses.get(record.parentLocalId) ?? null);
      actions.push({
        record,
        address: record.address,
        parentAddress,
        action: live === null ? 'birth' : isUnchanged ? 'unchanged' : 'version',
        baseVersionSeq: live?.versionSeq ?? null,
        versionSeq,
        live,
      });
    });
    return { actions, vanished: this.#vanished };
  }
}

const BIRTH: ApprovedAction = { live: null, isUnchanged: false, versionSeq: 1 };

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
