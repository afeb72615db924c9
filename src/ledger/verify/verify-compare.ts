import { CANONICALIZATION } from '../../document/canonicalize.ts';
import type { VocabularyTerm } from '../../document/types.ts';
import type { UnitPlan } from '../effect/actions.ts';
import { affectedRows, newUnits, newVersions } from '../effect/births.ts';
import { alteredField, type StoredBlock } from '../effect/blocks.ts';
import { noteAxes } from './verify-axes.ts';
import { type Expected, expectedVersion, expectedVersionIds, type Note } from './verify-expected.ts';
import type { CutFinding, CutRows } from './verify-look.ts';

/** Compares the tables with what the cut must have written, column by column. Each difference is a finding. */
export function compareRows(
  expected: Expected,
  blocks: readonly StoredBlock[],
  rows: CutRows,
  vocabulary: readonly VocabularyTerm[],
  sourceDigest: string,
): CutFinding[] {
  const findings: CutFinding[] = [];
  const note: Note = (axis, unit, code, message) => findings.push({ axis, unit, code, message });
  compareBlocks(expected, blocks, note);
  compareUnits(expected, rows, note);
  compareVersions(expected, rows, note);
  compareAffected(expected, rows, note);
  noteStrangers(expected, rows, note);
  noteAxes(expected, blocks, rows, vocabulary, sourceDigest, note);
  return findings;
}

function compareBlocks(expected: Expected, blocks: readonly StoredBlock[], note: Note): void {
  const byLocalId = new Map(blocks.filter((b) => b.block_role === 'result').map((b) => [b.unit_local_id, b]));
  for (const record of expected.plan.records) {
    const block = byLocalId.get(record.localId);
    byLocalId.delete(record.localId);
    const place = record.address ?? record.localId;
    if (block === undefined)
      note('A', place, 'block-missing', `The manifest has no block for record ${record.localId}.`);
    else {
      const field = alteredField(block, record);
      if (field !== null)
        note(
          'A',
          place,
          'block-altered',
          `The manifest block of ${place} has another ${field} than the plan.`,
        );
    }
  }
  for (const block of byLocalId.values()) {
    note(
      'A',
      block.address,
      'block-added',
      `The manifest has a block ${block.unit_local_id} that the plan lacks.`,
    );
  }
}

/** The axis that a column belongs to; every other column belongs to the reconstruction (A). */
const AXIS: Readonly<Record<string, CutFinding['axis']>> = {
  canonical_address: 'C',
  doc_code: 'C',
  sort_order: 'C',
  parent_or_container_ref: 'C',
  unit_kind: 'B',
  section_type: 'B',
  section_code: 'B',
  lifecycle_status: 'B',
  review_state: 'B',
  conformance_status: 'B',
  identity_profile: 'B',
};
/** Columns of a unit that the affected row of its birth names; they keep their birth values. */
const BIRTH_COLUMNS = {
  canonical_address: 'canonical_address',
  unit_kind: 'unit_kind',
  section_type: 'section_type',
  section_code: 'section_code',
  sort_order: 'sort_order',
  parent_or_container_ref: 'parent_unit_id',
};
const PROVENANCE_AXIS: Readonly<Record<string, CutFinding['axis']>> = {
  kind: 'B',
  section_type: 'B',
  section_code: 'B',
  parent_address: 'C',
  parent_unit_id: 'C',
  sort_order: 'C',
};

/** Whether two JSON values are the same, whatever the order of members; absent is null. */
function isSameJson(a: unknown, b: unknown): boolean {
  if ((a ?? null) === (b ?? null)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return (
    keys.length === others.length &&
    keys.every((key) => Object.hasOwn(right, key) && isSameJson(left[key], right[key]))
  );
}

/** Every column that the cut must have written, against the row as it was read; `except` is compared elsewhere. */
function compareColumns(
  place: string | null,
  what: string,
  row: Readonly<Record<string, unknown>>,
  due: object,
  note: Note,
  except: readonly string[] = [],
): void {
  for (const [column, value] of Object.entries(due)) {
    if (except.includes(column) || isSameJson(row[column], value)) continue;
    const of = place === null ? '' : ` of ${place}`;
    note(
      AXIS[column] ?? 'A',
      place,
      `${column}-differs`,
      `${what}${of}: column ${column} isn't what the approved manifest gives.`,
    );
  }
}

const ANCHORS = ['version_anchor_ref', 'content_anchor_ref'];

function compareUnits(expected: Expected, rows: CutRows, note: Note): void {
  const found = new Map(rows.units.map((unit) => [unit.id, unit]));
  const born = new Map(
    newUnits(expected.birth, expected.actions, expected.ids).map((unit) => [unit.id, unit]),
  );
  for (const unit of expected.actions.actions) {
    const id = expected.ids.get(unit.address);
    const stored = id === undefined ? undefined : found.get(id);
    if (stored === undefined) {
      note(
        'A',
        unit.address,
        'unit-missing',
        `Unit ${unit.address} is gone: the text of its record can't be given back.`,
      );
      note('C', unit.address, 'unit-missing', `Unit ${unit.address} is gone.`);
      continue;
    }
    const birth = born.get(stored.id);
    if (birth !== undefined) compareColumns(unit.address, 'Unit', stored.row, birth, note, ANCHORS);
    else compareWithBirth(unit.address, stored, note);
    const version = expectedVersion(expected, unit);
    if (unit.action === 'unchanged' || ANCHORS.every((anchor) => stored.row[anchor] === version)) continue;
    note(
      'A',
      unit.address,
      'anchor-differs',
      `Unit ${unit.address} doesn't point at the version that the cut made.`,
    );
  }
}

/** An older unit keeps its birth values; the version has what may differ between versions. */
function compareWithBirth(address: string, stored: CutRows['units'][number], note: Note): void {
  for (const [column, state] of Object.entries(BIRTH_COLUMNS)) {
    if (stored.birth !== null && isSameJson(stored.row[column], stored.birth[state])) continue;
    note(
      AXIS[column] ?? 'C',
      address,
      `${column}-differs`,
      `Unit ${address}: column ${column} isn't what it was at birth.`,
    );
  }
}

function compareVersions(expected: Expected, rows: CutRows, note: Note): void {
  const found = new Map(rows.versions.map((version) => [version.id, version]));
  const made = new Map(
    newVersions(expected.birth, expected.actions, expected.ids).map((version) => [version.id, version]),
  );
  for (const unit of expected.actions.actions) {
    const id = expectedVersion(expected, unit);
    const stored = id === null ? undefined : found.get(id);
    if (id === null || stored === undefined) {
      note('A', unit.address, 'version-missing', `Version ${unit.versionSeq} of ${unit.address} is gone.`);
      continue;
    }
    const { provenance, ...due } = made.get(id) ?? unchangedVersion(expected, unit);
    compareColumns(
      unit.address,
      `Version ${unit.versionSeq}`,
      { ...stored.row, body: stored.body },
      due,
      note,
    );
    compareProvenance(
      unit,
      stored.row['provenance'],
      provenance as Readonly<Record<string, unknown>>,
      made.has(id),
      note,
    );
  }
}

/**
 * What makes a version `unchanged`: its text and all that may differ between versions. The rest is that of an older
 * cut.
 */
function unchangedVersion(expected: Expected, unit: UnitPlan) {
  const { record } = unit;
  return {
    unit_id: expected.ids.get(unit.address),
    version_seq: unit.versionSeq,
    title: record.title,
    body: record.text,
    content_hash: record.contentHash,
    content_profile: { canonicalization: CANONICALIZATION, media_type: 'text/markdown' },
    lifecycle_status: 'draft',
    review_state: 'approved',
    provenance: {
      kind: record.kind,
      section_type: record.sectionType,
      section_code: record.sectionCode,
      parent_address: unit.parentAddress,
      sort_order: record.sortOrder,
    },
  };
}

function compareProvenance(
  unit: UnitPlan,
  stored: unknown,
  due: Readonly<Record<string, unknown>>,
  whole: boolean,
  note: Note,
): void {
  const was = typeof stored === 'object' && stored !== null ? (stored as Record<string, unknown>) : {};
  for (const field of new Set([...(whole ? Object.keys(was) : []), ...Object.keys(due)])) {
    if (isSameJson(was[field], due[field])) continue;
    const place = `Version ${unit.versionSeq} of ${unit.address}`;
    const message = `${place}: provenance.${field} isn't what the approved manifest gives.`;
    note(PROVENANCE_AXIS[field] ?? 'A', unit.address, `provenance-${field}-differs`, message);
  }
}

function compareAffected(expected: Expected, rows: CutRows, note: Note): void {
  const due = affectedRows(expected.birth, expected.actions, expected.ids);
  const found = new Map(rows.affected.map((row) => [row.affected_row_id, row]));
  for (const row of due) {
    const place = String((row.after_state_snapshot as Record<string, unknown>)['canonical_address']);
    const is = found.get(row.affected_row_id);
    found.delete(row.affected_row_id);
    if (is === undefined)
      note('A', place, 'affected-row-missing', `The change set has no affected row for ${place}.`);
    else compareColumns(place, 'Affected row', is.row, row, note);
  }
  for (const row of found.values()) {
    note(
      'A',
      null,
      'affected-row-added',
      `Affected row ${row.affected_row_id} belongs to no unit of the manifest.`,
    );
  }
}

/** Units and versions of the document that no change set accounts for. */
function noteStrangers(expected: Expected, rows: CutRows, note: Note): void {
  const due = new Set(expected.ids.values());
  for (const unit of rows.units) {
    if (due.has(unit.id) || unit.birth !== null) continue;
    note('C', unit.canonical_address, 'unit-added', `Unit ${unit.canonical_address} was added by no cut.`);
  }
  const versions = new Set(expectedVersionIds(expected));
  const addressOf = new Map(rows.units.map((unit) => [unit.id, unit.canonical_address]));
  for (const version of rows.versions) {
    if (versions.has(version.id)) continue;
    const place = addressOf.get(version.unit_id) ?? null;
    note(
      'A',
      place,
      'version-added',
      `Version ${version.version_seq} of ${place ?? version.unit_id} was added by no cut.`,
    );
  }
}
