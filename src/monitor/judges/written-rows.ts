import type { ParsedRecord } from '../../law/parse-record.ts';
import { TABLES_OF_MOVES } from '../../law/phase-rows.ts';
import { fingerprintOf } from '../../law/record.ts';
import type { RecordedRow } from '../../law/recorded-row.ts';
import { canonicalJson, type PlainJson } from '../../proof/canonical.ts';

export type Values = Readonly<Record<string, PlainJson>>;

/** A row that was taken, null where there was none, and whether it holds the required values. */
export interface TakenRow {
  readonly row: RecordedRow | null;
  readonly id: string | null;
  readonly fits: boolean;
}

/**
 * The rows that a record inserted, each taken once by the move that it belongs to. Passports and the full check judge
 * rows of other tables. A record shows the key of a row and the fingerprint of each column: enough to compare it with a
 * known value, and nothing else.
 */
export class WrittenRows {
  readonly #waiting = new Map<string, Map<string, RecordedRow>>();

  constructor({ rows }: ParsedRecord) {
    for (const row of rows) {
      if (row.op !== 'insert' || !TABLES_OF_MOVES.has(row.table)) continue;
      const table = this.#waiting.get(row.table) ?? new Map<string, RecordedRow>();
      this.#waiting.set(row.table, table.set(row.id, row));
    }
  }

  /** The row that holds these values, or else one of the table that doesn't. Each row is taken once. */
  take(table: string, values: Values, id?: string): TakenRow {
    const waiting = this.#waiting.get(table) ?? new Map<string, RecordedRow>();
    const known = id === undefined ? undefined : waiting.get(id);
    const candidates = id === undefined ? [...waiting.values()] : known === undefined ? [] : [known];
    const fitting = candidates.find((row) => holdsValues(row, values));
    const row = fitting ?? candidates[0] ?? null;
    if (row !== null) waiting.delete(row.id);
    return { row, id: row?.id ?? null, fits: fitting !== undefined };
  }

  get left(): readonly RecordedRow[] {
    return [...this.#waiting.values()].flatMap((rows) => [...rows.values()]);
  }
}

/** The fingerprint of a row's column; null where the row has no such column. */
export function fingerprintIn({ columns, fingerprints }: RecordedRow, column: string): string | null {
  return fingerprints[columns.indexOf(column)] ?? null;
}

function holdsValues(row: RecordedRow, values: Values): boolean {
  return Object.entries(values).every(
    ([column, value]) => fingerprintIn(row, column) === fingerprintOf(canonicalJson(value)),
  );
}
