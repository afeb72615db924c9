import { z } from 'zod';
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
    base_version_seq: unit?.baseVersionSeq ?? null,
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
      version_seq: unit.versionSeq,
    },
    report_summary: null,
    decision_backlog_ref: keys.entryId,
  };
}

/** What CUT and VERIFY read back of a block. */
export const storedBlock = z.object({
  unit_local_id: z.string(),
  block_role: z.enum(['origin', 'result']),
  target_unit_id: z.string().nullable(),
  address: z.string().nullable(),
  summary: z.record(z.string(), z.unknown()),
});
export type StoredBlock = z.infer<typeof storedBlock>;
