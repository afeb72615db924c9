import { KEY_ACTS, keyRecordId } from '../../law/key-statement.ts';
import { AFFECTED_ROW } from '../../ledger/tables/change-set.ts';
import { KEY } from '../../ledger/tables/key.ts';
import { MANIFEST_ENVELOPE, MANIFEST_UNIT_BLOCK } from '../../ledger/tables/manifest.ts';
import { SIGNATURE } from '../../ledger/tables/signature.ts';
import type { FsckFindings, NewFinding } from '../finding.ts';
import { kindOfTable } from '../kinds.ts';
import type { BrokenLine } from '../log/log-lines.ts';
import { alteredNow, type Evidence, printOf, type Suspect, type Twin, type Vouched } from './suspects.ts';
import { uuidOf } from './words.ts';

/** What is known of the log when its rows are judged. */
export interface LogState {
  readonly head: number;
  /** Lines whose bodies can't be relied on. */
  readonly broken: readonly BrokenLine[];
  /** Whether there are more such lines, or empty positions, than were kept: any row may come from those. */
  readonly isUncounted: boolean;
  /** Times of records that are gone with their bodies. A row of such a time can't be judged, and is not blamed. */
  readonly blanks: readonly (readonly [from: string | null, until: string | null])[];
  /** The ids of the rows of records whose bodies can't be read any more. */
  readonly covered: ReadonlySet<string>;
  /** The times at which those rows were written. */
  readonly coveredTimes: ReadonlySet<string>;
}

const BLOCK = kindOfTable(MANIFEST_UNIT_BLOCK);
const AFFECTED = kindOfTable(AFFECTED_ROW);
const KEYS = kindOfTable(KEY);

/** Reports what happened to each suspect, once, and taints it. */
export function judgeSuspects(evidence: Evidence, log: LogState, findings: FsckFindings): void {
  const judge = new RowJudge(evidence, log, findings);
  const suspects = [...evidence.suspects.values()].sort(inLogOrder);
  for (const suspect of suspects) judge.asTwin(suspect);
  for (const suspect of suspects) judge.alone(suspect);
}

/** By table, in the order of the log; rows that the log doesn't know come last. So each report is the same. */
function inLogOrder(one: Suspect, other: Suspect): number {
  const order = ({ births }: Suspect) => births[0]?.order ?? Number.MAX_SAFE_INTEGER;
  return one.kind.index - other.kind.index || order(one) - order(other) || (one.place < other.place ? -1 : 1);
}

class RowJudge {
  readonly #evidence: Evidence;
  readonly #log: LogState;
  readonly #findings: FsckFindings;
  /** Places of rows that a finding was reported for. */
  readonly #judged = new Set<string>();

  constructor(evidence: Evidence, log: LogState, findings: FsckFindings) {
    this.#evidence = evidence;
    this.#log = log;
    this.#findings = findings;
  }

  /** A row that has another row's content: swapped, moved to another key, or doubled. */
  asTwin(suspect: Suspect): void {
    const { standing, births } = suspect;
    if (standing === null || this.#judged.has(suspect.place)) return;
    if (births.length > 0 && !hasOtherContent(suspect)) return;
    const twin = this.#evidence.twins.get(suspect.place)?.[0];
    if (twin === undefined) return;
    const other = this.#evidence.suspects.get(twin.place);
    this.#judged.add(suspect.place);
    if (births.length > 0 && other !== undefined && this.#looksLike(other, suspect)) {
      this.#judged.add(other.place);
      const message = `Rows ${standing.id} and ${twin.id} have each other's key.`;
      this.#blame(suspect, { verdict: 'swapped', column: null, otherKey: twin.id, message });
    } else if (births.length === 0 && other !== undefined && other.standing === null)
      this.#moved(suspect, other, twin);
    else {
      const message =
        `The content of row ${twin.id} (position ${twin.position ?? 'pending'}) is there again, ` +
        `under the key ${standing.id}.`;
      this.#blame(suspect, { verdict: 'replayed', column: null, otherKey: twin.id, message });
    }
  }

  #looksLike(row: Suspect, other: Suspect): boolean {
    return this.#evidence.twins.get(row.place)?.some(({ place }) => place === other.place) === true;
  }

  /** The row is all there, under another key: its key was edited. */
  #moved({ kind, standing, place }: Suspect, other: Suspect, twin: Twin): void {
    this.#judged.add(other.place);
    const { row } = other.births[0] as Vouched;
    for (const column of kind.key) {
      if (row.fingerprints[row.columns.indexOf(column)] === printOf(standing?.values.get(column))) continue;
      const message = `Column ${column} of row ${twin.id} was altered: the row is under ${standing?.id} now.`;
      this.#blame(other, { verdict: 'edited', column, otherKey: standing?.id ?? place, message });
    }
  }

  alone(suspect: Suspect): void {
    if (this.#judged.has(suspect.place)) return;
    if (suspect.births.length > 1) this.#doubled(suspect);
    else if (suspect.copies > 1) this.#copied(suspect);
    else if (suspect.standing === null) this.#missing(suspect);
    else if (suspect.births.length === 0) this.#stranger(suspect);
    else this.#altered(suspect);
  }

  #doubled({ kind, births }: Suspect): void {
    const [first, again] = births as [Vouched, Vouched];
    this.#findings.add({
      verdict: 'replayed',
      table: 'cutter_log.log',
      key: String(again.position ?? 'pending'),
      column: null,
      after: first.position,
      before: this.#log.head,
      message: `The birth of row ${first.row.id} of ${kind.table} is recorded twice.`,
    });
  }

  #copied(suspect: Suspect): void {
    const message = `The key ${suspect.standing?.id} is there ${suspect.copies} times.`;
    this.#blame(suspect, { verdict: 'inserted', column: null, message });
  }

  #missing(suspect: Suspect): void {
    const birth = suspect.births[0];
    if (birth === undefined || !birth.reliable) return;
    const newest = birth.order > (this.#evidence.newestStanding.get(suspect.kind.index) ?? -1);
    const gone = `Row ${birth.row.id}, written at position ${birth.position ?? 'pending'}, is gone`;
    const message = newest ? `${gone}, and so is every newer row of its table.` : `${gone}.`;
    this.#blame(suspect, { verdict: newest ? 'truncated' : 'deleted', column: null, message });
  }

  #stranger(suspect: Suspect): void {
    if (isCovered(suspect, this.#log)) return;
    const message = `No record accounts for row ${suspect.standing?.id}.`;
    this.#blame(suspect, { verdict: 'inserted', column: null, message });
  }

  #altered(suspect: Suspect): void {
    const { births, updates, kind } = suspect;
    if (![...births, ...updates].every(({ reliable }) => reliable)) return;
    const altered = alteredNow(suspect);
    const from = movedSignature(suspect, altered ?? [], this.#evidence);
    if (altered === null) {
      const message = 'The row was altered in a column that no fingerprint names.';
      this.#blame(suspect, { verdict: 'edited', column: null, message });
    } else if (from !== null) {
      const message = `The row has the signature that was made for ${from}.`;
      this.#blame(suspect, {
        verdict: 'signature-moved',
        column: 'payload_envelope',
        otherKey: from,
        message,
      });
    } else {
      // A later move may be in a record that can't be read.
      const { blanks, broken, isUncounted } = this.#log;
      const blank = isUncounted || blanks.length > 0 || broken.some(({ record }) => record === null);
      for (const column of altered.filter((name) => !blank || kind.atBirth[name] === undefined)) {
        const after = writtenAt(suspect, column);
        const message = `Column ${column} isn't what was written at position ${after ?? 'pending'}.`;
        this.#blame(suspect, { verdict: 'edited', column, message }, after);
      }
    }
  }

  #blame(
    suspect: Suspect,
    finding: Pick<NewFinding, 'verdict' | 'column' | 'message' | 'otherKey'>,
    after = suspect.births[0]?.position ?? null,
  ): void {
    const birth = suspect.births[0];
    const key = birth?.row.id ?? suspect.standing?.id ?? suspect.place;
    this.#findings.add({ ...finding, table: suspect.kind.table, key, after, before: this.#log.head });
    // A cut is judged by its rows. What follows for it from this row is no finding of its own.
    if (birth !== undefined) this.#findings.taint('record', String(birth.position));
    for (const id of [birth?.row.id, suspect.standing?.id]) {
      if (id !== undefined && suspect.kind === BLOCK)
        this.#findings.taint(MANIFEST_ENVELOPE.name, id.split('/')[0] as string);
    }
    const owner =
      standingValue(suspect, 'change_set_id') ?? standingValue(suspect, 'provenance')?.['change_set_id'];
    if (suspect.kind !== BLOCK && owner !== undefined) this.#findings.taint('parts of', String(owner));
  }
}

const hasOtherContent = (suspect: Suspect) =>
  alteredNow(suspect)?.some((column) => suspect.kind.atBirth[column] === undefined) === true;

// biome-ignore lint/suspicious/noExplicitAny: any JSON may be there
function standingValue({ standing }: Suspect, column: string): any {
  return JSON.parse(standing?.values.get(column) ?? 'null') ?? undefined;
}

/** Whether a record whose body is gone may have written the row. */
function isCovered(suspect: Suspect, log: LogState): boolean {
  const { kind, place } = suspect;
  if (log.isUncounted || log.covered.has(uuidOf(place))) return true;
  if (kind === KEYS) {
    const { standing } = suspect;
    const begun = standing === null ? [] : KEY_ACTS.map((act) => keyRecordId(act, standing.id));
    if (log.broken.some(({ line }) => begun.includes(line.recordId))) return true;
  }
  if (kind === BLOCK && log.covered.has(standingValue(suspect, 'envelope_id'))) return true;
  if (kind === AFFECTED)
    return log.covered.has(standingValue(suspect, 'change_set_id')) || log.blanks.length > 0;
  const at = kind.time === null ? undefined : (standingValue(suspect, kind.time) as string | undefined);
  if (at === undefined) return false;
  return (
    log.coveredTimes.has(at) ||
    log.blanks.some(([from, until]) => (from === null || from <= at) && (until === null || at <= until))
  );
}

/** The position of the record that last wrote a column. */
function writtenAt({ births, updates }: Suspect, column: string): number | null {
  const update = updates.findLast(({ row }) => row.columns.includes(column));
  return update?.position ?? births[0]?.position ?? null;
}

/** The row that a signature was made for, where it is on another one now. */
function movedSignature(suspect: Suspect, altered: readonly string[], evidence: Evidence): string | null {
  if (suspect.kind.table !== SIGNATURE.name || !altered.includes('payload_envelope')) return null;
  return evidence.envelopes.get(printOf(suspect.standing?.values.get('payload_envelope'))) ?? null;
}
