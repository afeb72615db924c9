import { CANONICALIZATION } from '../../document/canonicalize.ts';
import type { PlanRecord } from '../../document/types.ts';
import { eachByTurns } from '../../threads/turns.ts';
import type { UnitPlan } from '../effect/actions.ts';
import { affectedRow, changedUnits, newUnit, newVersion } from '../effect/births.ts';
import type { StoredBlock } from '../effect/block-pages.ts';
import { alteredField } from '../effect/blocks.ts';
import { type Expected, expectedVersion } from './verify-expected.ts';
import type { Findings, Note } from './verify-findings.ts';
import type { CutFinding } from './verify-look.ts';
import type { StoredAffected, StoredBirth, StoredUnit, StoredVersion } from './verify-pages.ts';

type StoredRow = Readonly<Record<string, unknown>>;

/** Compares the stored manifest with the plan, block by block. */
export class BlockComparison {
  /** The texts of set aside records that were read back otherwise than they are planned; null where one is gone. */
  readonly otherTexts = new Map<number, unknown>();
  /** How many blocks there were. */
  count = 0;
  readonly #records: readonly PlanRecord[];
  readonly #format: Expected['plan']['format'];
  readonly #findings: Findings;
  readonly #at: ReadonlyMap<string, number>;
  readonly #seen: Uint8Array;
  readonly #texts: Uint8Array;

  constructor({ records, format }: Expected['plan'], findings: Findings) {
    this.#records = records;
    this.#format = format;
    this.#findings = findings;
    this.#at = new Map(records.map((record, at) => [record.localId, at]));
    this.#seen = new Uint8Array(records.length);
    this.#texts = new Uint8Array(records.length);
  }

  /** The record that a block is of; null where the plan has none. */
  recordOf(block: StoredBlock): PlanRecord | null {
    return this.#records[this.#at.get(block.unit_local_id) ?? -1] ?? null;
  }

  add(block: StoredBlock): void {
    this.count += 1;
    const at = this.#at.get(block.unit_local_id);
    const record = at === undefined ? undefined : this.#records[at];
    if (at !== undefined && record !== undefined && record.address === null) {
      this.#texts[at] = 1;
      if (block.summary['text'] !== record.text) this.otherTexts.set(at, block.summary['text']);
    }
    if (block.block_role !== 'result') return;
    if (at === undefined || record === undefined) {
      const message = `The manifest has a block ${block.unit_local_id} that the plan lacks.`;
      this.#findings.noteOf('block', this.#records.length + this.count)(
        'A',
        block.address,
        'block-added',
        message,
      );
      return;
    }
    this.#seen[at] = 1;
    const field = alteredField(block, record, this.#format);
    if (field === null) return;
    const place = record.address ?? record.localId;
    const message = `The manifest block of ${place} has another ${field} than the plan.`;
    this.#findings.noteOf('block', at)('A', place, 'block-altered', message);
  }

  /** Names what is missing, once all blocks were added. */
  end(): void {
    for (const [at, record] of this.#records.entries()) {
      if (record.address === null && this.#texts[at] === 0) this.otherTexts.set(at, null);
      if (this.#seen[at] === 1) continue;
      const place = record.address ?? record.localId;
      const message = `The manifest has no block for record ${record.localId}.`;
      this.#findings.noteOf('block', at)('A', place, 'block-missing', message);
    }
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

/** What a version says of its unit, as it was read back. */
type Provenance = Readonly<Record<string, unknown>>;

/**
 * Compares units, versions and affected rows with what the cut must have written, column by column, as they are read.
 * Of a row that is as it must be nothing is kept.
 */
export class RowComparison {
  /** How many rows there were, and how many affected rows among them. */
  count = 0;
  affectedRows = 0;
  /** By the place of the unit among those of the manifest: read back otherwise than due; null where it is gone. */
  readonly otherBodies = new Map<number, string | null>();
  readonly otherProvenance = new Map<number, Provenance | null>();
  readonly #expected: Expected;
  readonly #findings: Findings;
  readonly #units: readonly UnitPlan[];
  readonly #changed: readonly UnitPlan[];
  readonly #unitAt = new Map<string, number>();
  readonly #versionAt = new Map<string, number>();
  readonly #seenUnits: Uint8Array;
  readonly #seenVersions: Uint8Array;
  readonly #seenAffected: Uint8Array;
  /** Affected rows that aren't in their places. */
  readonly #misplaced: StoredAffected[] = [];
  readonly #births = new Map<string, StoredRow>();
  readonly #notedVersions = new Set<string>();

  static async of(expected: Expected, findings: Findings): Promise<RowComparison> {
    const compared = new RowComparison(expected, findings);
    await eachByTurns(compared.#units, (unit, at) => {
      compared.#unitAt.set(expected.ids.get(unit.address) as string, at);
      const id = expectedVersion(expected, unit);
      if (id !== null) compared.#versionAt.set(id, at);
    });
    return compared;
  }

  private constructor(expected: Expected, findings: Findings) {
    this.#expected = expected;
    this.#findings = findings;
    this.#units = expected.actions.actions;
    this.#changed = changedUnits(expected.actions);
    this.#seenUnits = new Uint8Array(this.#units.length);
    this.#seenVersions = new Uint8Array(this.#units.length);
    this.#seenAffected = new Uint8Array(this.#changed.length);
  }

  affected(row: StoredAffected): void {
    this.count += 1;
    this.affectedRows += 1;
    const unit = this.#changed[row.ordinal];
    if (unit === undefined || !this.#isAffected(row, unit, row.ordinal)) this.#misplaced.push(row);
    const { effect_kind: effect, after_state_snapshot: state } = row.row;
    if (effect === 'insert') this.#noteBirth(state as StoredRow | null);
  }

  birth({ state }: StoredBirth): void {
    this.#noteBirth(state);
  }

  /** Compares the row with the one that is due, if it is that. */
  #isAffected(row: StoredAffected, unit: UnitPlan, place: number): boolean {
    const due = affectedRow(this.#expected.birth, unit, place, this.#expected.ids);
    if (due.affected_row_id !== row.affected_row_id) return false;
    this.#seenAffected[place] = 1;
    compareColumns(unit.address, 'Affected row', row.row, due, this.#findings.noteOf('affected', place));
    return true;
  }

  /** Of a unit that is due as a birth nobody asks. */
  #noteBirth(state: StoredRow | null): void {
    const id = state?.['unit_id'];
    if (typeof id !== 'string' || this.#births.has(id)) return;
    const at = this.#unitAt.get(id);
    if (at === undefined || this.#units[at]?.action !== 'birth') this.#births.set(id, state as StoredRow);
  }

  /** Once all births are known. */
  unit(stored: StoredUnit): void {
    const at = this.#unitAt.get(stored.id);
    this.count += 1;
    if (at === undefined) this.#noteStrangeUnit(stored);
    else this.#compareUnit(stored, at, this.#units[at] as UnitPlan);
    for (const version of stored.versions) this.version(version, stored.canonical_address);
  }

  #noteStrangeUnit({ id, canonical_address: address }: StoredUnit): void {
    if (this.#births.has(id)) return;
    this.#findings.noteOf('stranger')('C', address, 'unit-added', `Unit ${address} was added by no cut.`);
  }

  #compareUnit(stored: StoredUnit, at: number, unit: UnitPlan): void {
    const { birth, ids } = this.#expected;
    this.#seenUnits[at] = 1;
    const note = this.#findings.noteOf('unit', at);
    if (unit.action === 'birth')
      compareColumns(unit.address, 'Unit', stored.row, newUnit(birth, unit, ids), note, ANCHORS);
    else this.#compareWithBirth(unit.address, stored, note);
    const version = expectedVersion(this.#expected, unit);
    if (unit.action === 'unchanged' || ANCHORS.every((anchor) => stored.row[anchor] === version)) return;
    const message = `Unit ${unit.address} doesn't point at the version that the cut made.`;
    note('A', unit.address, 'anchor-differs', message);
  }

  /** An older unit keeps its birth values; the version has what may differ between versions. */
  #compareWithBirth(address: string, stored: StoredUnit, note: Note): void {
    const birth = this.#births.get(stored.id);
    for (const [column, state] of Object.entries(BIRTH_COLUMNS)) {
      if (birth !== undefined && isSameJson(stored.row[column], birth[state])) continue;
      const message = `Unit ${address}: column ${column} isn't what it was at birth.`;
      note(AXIS[column] ?? 'C', address, `${column}-differs`, message);
    }
  }

  /** @param place the address of its unit, where that is known */
  version(stored: StoredVersion, place: string | null): void {
    const at = this.#versionAt.get(stored.id);
    if (at !== undefined) {
      if (stored.row === null || stored.row === undefined || this.#seenVersions[at] === 1) return;
      this.count += 1;
      this.#compareVersion(stored, stored.row, at, this.#units[at] as UnitPlan);
    } else if (stored.accounted !== true && !this.#notedVersions.has(stored.id)) {
      this.count += 1;
      this.#notedVersions.add(stored.id);
      const message = `Version ${stored.version_seq} of ${place ?? stored.unit_id} was added by no cut.`;
      this.#findings.noteOf('stranger', 1)('A', place, 'version-added', message);
    }
  }

  #compareVersion(stored: StoredVersion, row: StoredRow, at: number, unit: UnitPlan): void {
    this.#seenVersions[at] = 1;
    const { birth, ids } = this.#expected;
    const isMade = unit.action !== 'unchanged';
    const { provenance, ...due } = isMade
      ? newVersion(birth, unit, ids, stored.id)
      : unchangedVersion(this.#expected, unit, row);
    const note = this.#findings.noteOf('version', at);
    compareColumns(unit.address, `Version ${unit.versionSeq}`, row, due, note);
    const was = row['provenance'];
    compareProvenance(unit, was, provenance as Provenance, isMade, note);
    if (row['body'] !== unit.record.text) this.otherBodies.set(at, row['body'] as string);
    if (!hasPlace(was, unit))
      this.otherProvenance.set(at, typeof was === 'object' ? (was as Provenance) : null);
  }

  /** Units that are due and weren't among those of the document. */
  unitsDue(): readonly string[] {
    return [...this.#unitAt].flatMap(([id, at]) => (this.#seenUnits[at] === 1 ? [] : id));
  }

  /** Versions that are due and weren't read whole. */
  versionsDue(): readonly string[] {
    return [...this.#versionAt].flatMap(([id, at]) => (this.#seenVersions[at] === 1 ? [] : id));
  }

  /** Names what is missing, once all rows were read. */
  end(): void {
    this.#endAffected();
    for (const [at, unit] of this.#units.entries()) {
      const { address, versionSeq } = unit;
      if (this.#seenUnits[at] === 0) {
        const note = this.#findings.noteOf('unit', at);
        const message = `Unit ${address} is gone: the text of its record can't be given back.`;
        note('A', address, 'unit-missing', message);
        note('C', address, 'unit-missing', `Unit ${address} is gone.`);
      }
      if (this.#seenVersions[at] === 1) continue;
      this.otherBodies.set(at, null);
      this.otherProvenance.set(at, null);
      const message = `Version ${versionSeq} of ${address} is gone.`;
      this.#findings.noteOf('version', at)('A', address, 'version-missing', message);
    }
  }

  #endAffected(): void {
    const { birth } = this.#expected;
    const misplaced = new Map(this.#misplaced.map((row) => [row.affected_row_id, row]));
    for (const [place, unit] of this.#changed.entries()) {
      if (this.#seenAffected[place] === 1) continue;
      const id = birth.ids.each(`affected:${unit.record.localId}`);
      const row = misplaced.get(id);
      misplaced.delete(id);
      if (row !== undefined && this.#isAffected(row, unit, place)) continue;
      const message = `The change set has no affected row for ${unit.address}.`;
      this.#findings.noteOf('affected', place)('A', unit.address, 'affected-row-missing', message);
    }
    for (const id of misplaced.keys()) {
      const message = `Affected row ${id} belongs to no unit of the manifest.`;
      this.#findings.noteOf('affected', this.#changed.length)('A', null, 'affected-row-added', message);
    }
  }
}

/** Whether a version says of its unit's kind and place what the plan says. */
function hasPlace(was: unknown, { record, parentAddress }: UnitPlan): boolean {
  if (typeof was !== 'object' || was === null) return false;
  const { kind, section_type, parent_address, sort_order } = was as Provenance;
  return (
    kind === record.kind &&
    section_type === record.sectionType &&
    (parent_address ?? null) === parentAddress &&
    (sort_order ?? null) === record.sortOrder
  );
}

/**
 * What makes a version `unchanged`: its text and all that may differ between versions. The rest is that of an older
 * cut.
 */
function unchangedVersion(expected: Expected, unit: UnitPlan, stored: StoredRow) {
  const { record } = unit;
  const was = stored['provenance'] as { readonly label?: unknown } | null;
  // A cut of the first format said nothing of how a unit is cited, and made a version where its order changed.
  const isFirst = expected.plan.format === 'cutter-manifest/1';
  const placed = isFirst
    ? { sort_order: record.sortOrder }
    : was?.label == null
      ? {}
      : { label: record.label };
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
      ...placed,
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
