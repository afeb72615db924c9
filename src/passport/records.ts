import { type ParsedRecord, parseRecord } from '../law/parse-record.ts';
import { PHASES } from '../law/phase-rows.ts';
import type { WrittenRow } from '../law/record.ts';
import { alteredColumns } from '../law/recorded-row.ts';
import type { Lane } from '../law/values.ts';
import type { TreeHead } from '../proof/checkpoint.ts';
import { digestOf, sha256 } from '../proof/digest.ts';
import { leafHash, verifyInclusion } from '../proof/merkle.ts';
import { type Passport, type PassportRecord, passportText } from './format.ts';
import { refuseUnless } from './refuse.ts';

type Phase = Exclude<keyof Passport['records'], 'keys' | 'rules'>;

/** The phases of a document in their order. The law says what the record of each is. */
export const PASSPORT_PHASES: readonly Phase[] = ['source', 'mark', 'review', 'cut', 'verify'];

/** A record that is proved to be at its position. */
export interface ProvedRecord extends ParsedRecord {
  readonly position: number;
  /** Where it is in the passport. */
  readonly where: string;
}
/** That of a phase, which a caller wrote in a lane. */
export interface PhaseRecord extends ProvedRecord {
  readonly lane: Lane;
  readonly principalId: string;
  readonly personId: string;
}
export type PhaseRecords = Readonly<Record<Phase, PhaseRecord>>;

/** Proves that the records of the five phases are in the log of the checkpoint, in the order of the phases. */
export function openPhases({ records }: Passport, head: TreeHead): PhaseRecords {
  const proved = PASSPORT_PHASES.map((phase): [Phase, PhaseRecord] => {
    const where = `records.${phase}`;
    const record = openRecord(records[phase], where, head);
    const { verb, lane } = PHASES[phase];
    refuseUnless(
      record.verb === verb,
      `${where}.body`,
      `The record at position ${record.position} is of the verb ${record.verb}, where ${verb} belongs.`,
    );
    refuseUnless(
      record.lane === lane && isOfCaller(record),
      `${where}.body`,
      `The record at position ${record.position} was written by lane ${record.lane}; ${verb} belongs to ${lane}.`,
    );
    return [phase, record];
  });
  proved.reduce(([, before], next) => {
    const [phase, after] = next;
    refuseUnless(
      before.position < after.position,
      `records.${phase}.position`,
      `${PHASES[phase].verb} is at position ${after.position}, ` +
        `which is not after ${before.verb} at ${before.position}.`,
    );
    return next;
  });
  return Object.fromEntries(proved) as Record<Phase, PhaseRecord>;
}

function isOfCaller(record: ProvedRecord): record is PhaseRecord {
  return record.lane !== null && record.principalId !== null && record.personId !== null;
}

/** Recomputes a record's hash and the way from its leaf to the root. */
export function openRecord(
  { position, body, path }: PassportRecord,
  where: string,
  head: TreeHead,
): ProvedRecord {
  const at = Number(position);
  const bytes = Buffer.from(passportText(body), 'utf8');
  const proved = verifyInclusion({
    leafHash: leafHash(sha256(bytes)),
    index: at,
    size: head.size,
    proof: path.map((hash) => Buffer.from(hash, 'base64')),
    root: head.root,
  });
  refuseUnless(
    proved,
    where,
    `The record isn't the one at position ${position} of the log under the checkpoint of ${head.size} positions: ` +
      "its way doesn't lead to the root.",
  );
  const read = parseRecord(bytes, digestOf(bytes));
  refuseUnless(
    read.verdict === 'ok',
    `${where}.body`,
    `The record at position ${position} is of no form that is known here.`,
  );
  return { ...read.record, position: at, where };
}

/** A row as the passport shows it. */
type ShownRow = Omit<WrittenRow, 'columns'> & { readonly columns: object };

/** The rows that a record inserted. Each is compared once with one that is shown. */
export class RowsOfRecord {
  readonly #record: ProvedRecord;
  readonly #waiting: Map<string, ParsedRecord['rows'][number]>;

  constructor(record: ProvedRecord) {
    this.#record = record;
    const inserted = record.rows.filter(({ op }) => op === 'insert');
    this.#waiting = new Map(inserted.map((row) => [`${row.table} ${row.id}`, row]));
  }

  /** Refuses unless the record vouches for this row, whole. */
  vouch(row: ShownRow, where: string): void {
    const altered = alteredColumns(this.#take(row, where), row as WrittenRow);
    if (altered !== null && altered.length === 0) return;
    refuseUnless(false, placeOf(where, altered), this.#alteredText(row, altered));
  }

  /**
   * The same for a row that is shown without one of its columns, by the fingerprints of the others. Those are short, so
   * they name a difference and don't prove that there is none.
   */
  resemble(row: ShownRow, without: string, where: string): void {
    const recorded = this.#take(row, where);
    const due = recorded.columns.filter((column) => column !== without);
    refuseUnless(
      passportText(Object.keys(row.columns).sort()) === passportText(due),
      where,
      `The row ${row.id} of ${row.table} has other columns than the one ` +
        `that was written at position ${this.#record.position}.`,
    );
    const altered =
      alteredColumns(recorded, row as WrittenRow)?.filter((column) => column !== without) ?? null;
    refuseUnless(altered?.length === 0, placeOf(where, altered), this.#alteredText(row, altered));
  }

  /** Refuses if the record inserted more rows into a table than were shown. */
  exhaust(table: string, where: string): void {
    const left = [...this.#waiting.values()].filter((row) => row.table === table);
    refuseUnless(
      left.length === 0,
      where,
      `Row ${left[0]?.id} of ${table}, written at position ${this.#record.position}, is missing from the passport.`,
    );
  }

  #take(row: ShownRow, where: string): ParsedRecord['rows'][number] {
    const name = `${row.table} ${row.id}`;
    const recorded = this.#waiting.get(name);
    refuseUnless(
      recorded !== undefined,
      where,
      `The record at position ${this.#record.position} wrote no row ${row.id} of ${row.table}, or it is shown twice.`,
    );
    this.#waiting.delete(name);
    return recorded;
  }

  #alteredText({ id, table }: ShownRow, altered: readonly string[] | null): string {
    const at = `was written at position ${this.#record.position}`;
    if (altered === null || altered.length === 0) return `Row ${id} of ${table} isn't the one that ${at}.`;
    return altered.length === 1
      ? `Column ${altered[0]} of row ${id} of ${table} isn't what ${at}.`
      : `Columns ${altered.join(', ')} of row ${id} of ${table} aren't what ${at}.`;
  }
}

const placeOf = (where: string, altered: readonly string[] | null) =>
  altered?.length === 1 ? `${where}.columns.${altered[0]}` : where;
