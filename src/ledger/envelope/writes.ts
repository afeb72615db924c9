import type { FragmentSqlToken } from 'slonik';
import type { WrittenRow } from '../../law/record.ts';
import type { PlainJson } from '../../proof/canonical.ts';
import { HISTORY } from '../tables/history.ts';
import {
  type Columns,
  insertInto,
  type NewRow,
  recordedColumns,
  type Table,
  wholeRow,
} from '../tables/table.ts';

/** How many rows of one table a verb adds or moves. */
export interface RowCount {
  readonly table: string;
  readonly inserted: number;
  readonly updated: number;
}

/** Columns that a verb changes on a row that was there. */
export interface ChangedRow {
  readonly id: string;
  readonly columns: Readonly<Record<string, PlainJson>>;
}

interface Insert {
  readonly op: 'insert';
  readonly table: Table<Columns>;
  readonly rows: readonly NewRow<Columns>[];
  /** The rows as the transaction leaves them. */
  readonly settled: readonly NewRow<Columns>[];
}
interface Update {
  readonly op: 'update';
  readonly table: string;
  readonly statement: FragmentSqlToken;
  readonly changed: readonly ChangedRow[];
  readonly rowCount: number;
}
/** What a verb writes to one table with one statement. */
export type Write = Insert | Update;

/** Inserts rows. `settled`: how the transaction leaves them, where another statement of it changes them. */
export function insertRows<C extends Columns>(
  table: Table<C>,
  rows: readonly NewRow<C>[],
  settled: readonly NewRow<C>[] = rows,
): Write {
  return { op: 'insert', table, rows, settled } as unknown as Insert;
}

/**
 * Updates rows by this statement. `rowCount`: how many, where it changes rows of this transaction too. The record has
 * those as the transaction leaves them.
 */
export function updateRows(
  table: { readonly name: string },
  statement: FragmentSqlToken,
  changed: readonly ChangedRow[],
  rowCount: number = changed.length,
): Write {
  return { op: 'update', table: recordedName(table), statement, changed, rowCount };
}

/** What one transaction wrote. */
export interface Writes {
  /** The transaction's time, UTC text with microseconds. */
  readonly at: string;
  readonly rows: readonly WrittenRow[];
  /** The history rows as observers see them, for the head of the record. */
  readonly history: readonly Readonly<Record<string, PlainJson>>[];
  /** Rows as they will be stored, by table name without the governance schema. */
  readonly preview: ReadonlyMap<string, readonly Record<string, unknown>[]>;
  readonly updates: readonly (ChangedRow & { readonly table: string })[];
  readonly counts: readonly RowCount[];
}

/** What a verb writes, and each part's statement by the part's name. */
export interface Composed<N extends string> {
  readonly writes: Writes;
  readonly sent: Readonly<Record<N, FragmentSqlToken>>;
}

/**
 * Composes all that a verb writes, in the record's order, in one pass. A verb gives each row once; it becomes the SQL
 * that sends it, its place in the log's record, the count in the answer and the preview of a dry run, so that the four
 * can't differ.
 */
export function composeWrites<N extends string>(at: string, parts: Readonly<Record<N, Write>>): Composed<N> {
  const composing = new Composing(at);
  const sent = Object.entries<Write>(parts).map(([name, write]) => [name, composing.add(write)]);
  return { writes: composing.writes(), sent: Object.fromEntries(sent) };
}

class Composing {
  readonly #at: string;
  readonly #rows: WrittenRow[] = [];
  readonly #preview = new Map<string, Record<string, unknown>[]>();
  readonly #updates: (ChangedRow & { readonly table: string })[] = [];
  readonly #counts = new Map<string, RowCount>();

  constructor(at: string) {
    this.#at = at;
  }

  /** Notes one write; returns its statement. */
  add(write: Write): FragmentSqlToken {
    if (write.op === 'insert') return this.#insert(write);
    const { table, changed, rowCount, statement } = write;
    for (const { id, columns } of changed) {
      this.#updates.push({ table, id, columns });
      this.#rows.push({ table, id, columns, op: 'update' });
    }
    this.#count(table, 0, rowCount);
    return statement;
  }

  #insert({ table, rows, settled }: Insert): FragmentSqlToken {
    const name = recordedName(table);
    const shown = this.#preview.get(name) ?? [];
    for (const row of settled) {
      const whole = wholeRow(table, row, this.#at) as Record<string, unknown>;
      const id = table.key.map((column) => String(whole[column])).join('/');
      const columns = recordedColumns(table, whole);
      this.#rows.push({ table: name, id, op: 'insert', columns: recordableRow(columns) });
      shown.push(whole);
    }
    if (settled.length > 0) this.#preview.set(name, shown);
    this.#count(name, settled.length, 0);
    return insertInto(table, rows);
  }

  writes(): Writes {
    const history = (this.#preview.get(recordedName(HISTORY)) ?? []).map(
      ({ change_diff: _diff, rationale: _rationale, ...visible }) => recordableRow(visible),
    );
    return {
      at: this.#at,
      rows: this.#rows,
      history,
      preview: this.#preview,
      updates: this.#updates,
      counts: [...this.#counts.values()],
    };
  }

  #count(table: string, inserted: number, updated: number): void {
    if (inserted + updated === 0) return;
    const before = this.#counts.get(table) ?? { table, inserted: 0, updated: 0 };
    const [allInserted, allUpdated] = [before.inserted + inserted, before.updated + updated];
    this.#counts.set(table, { table, inserted: allInserted, updated: allUpdated });
  }
}

function recordedName(table: { readonly name: string }): string {
  return table.name.replace('cutter_governance.', '');
}

/** The record has bytes as base64; everything else is plain JSON already. */
function recordableRow(row: Readonly<Record<string, unknown>>): Record<string, PlainJson> {
  if (!Object.values(row).some(Buffer.isBuffer)) return row as Record<string, PlainJson>;
  const plain: Record<string, PlainJson> = {};
  for (const [name, value] of Object.entries(row)) {
    plain[name] = Buffer.isBuffer(value) ? value.toString('base64') : (value as PlainJson);
  }
  return plain;
}
