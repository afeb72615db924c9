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

/** Rows that are made when they are asked for. An array is one, too. */
export interface Rows<R> {
  readonly length: number;
  slice(from: number, until: number): readonly R[];
}

/** Rows of which no more are held than are asked for. */
export function rowsMade<R>(length: number, make: (index: number) => R): Rows<R> {
  return {
    length,
    slice: (from, until) =>
      Array.from({ length: Math.max(0, Math.min(until, length) - from) }, (_, at) => make(from + at)),
  };
}

/** The rows of one statement. What has more goes in chunks (wide-writes.ts). */
const MOST_AT_ONCE = 2_000;

interface Insert {
  readonly op: 'insert';
  readonly table: Table<Columns>;
  readonly rows: Rows<NewRow<Columns>>;
  /** A row as the transaction leaves it. */
  readonly settle: (row: NewRow<Columns>) => NewRow<Columns>;
  /** Whether its verb sends many rows in chunks. */
  readonly inChunks: boolean;
}
interface Update {
  readonly op: 'update';
  readonly table: string;
  readonly statement: FragmentSqlToken;
  readonly changed: readonly ChangedRow[];
  readonly rowCount: number;
}
/** Columns that follow from what is inserted. The record has what they follow from. */
interface Derive {
  readonly op: 'derive';
  readonly table: string;
  readonly statement: FragmentSqlToken;
}
/** What a verb writes to one table with one statement. */
export type Write = Insert | Update | Derive;

/** Inserts rows. */
export function insertRows<C extends Columns>(table: Table<C>, rows: readonly NewRow<C>[]): Write {
  return { op: 'insert', table, rows, settle: (row: NewRow<C>) => row, inChunks: false } as unknown as Insert;
}

/**
 * Inserts rows of which a large document has more than one statement takes: the verb sends the part by `WideWrites`.
 * `settle`: how the transaction leaves a row, where another statement of it changes it.
 */
export function insertWide<C extends Columns>(
  table: Table<C>,
  rows: Rows<NewRow<C>>,
  settle: (row: NewRow<C>) => NewRow<C> = (row) => row,
): Write {
  return { op: 'insert', table, rows, settle, inChunks: true } as unknown as Insert;
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

/** Updates what one row says of the present, as it follows from another row of this transaction. */
export function deriveRow(table: { readonly name: string }, statement: FragmentSqlToken): Write {
  return { op: 'derive', table: recordedName(table), statement };
}

/** What one transaction wrote. */
export interface Writes {
  /** The transaction's time, UTC text with microseconds. */
  readonly at: string;
  /** In the record's order, without those that go in chunks. */
  readonly rows: readonly WrittenRow[];
  /** What goes in chunks, each with its place: how many of `rows` the record has before it. */
  readonly wide: readonly WidePart[];
  /** The history rows as observers see them, for the head of the record. */
  readonly history: readonly Readonly<Record<string, PlainJson>>[];
  /** Rows as they will be stored, by table name without the governance schema. */
  readonly preview: Map<string, Record<string, unknown>[]>;
  readonly updates: readonly (ChangedRow & { readonly table: string })[];
  readonly counts: readonly RowCount[];
}

/** A part with more rows than one statement takes. */
export interface WidePart {
  readonly name: string;
  readonly insert: Insert;
  readonly before: number;
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
  const sent = Object.entries<Write>(parts).map(([name, write]) => [name, composing.add(name, write)]);
  return { writes: composing.writes(), sent: Object.fromEntries(sent) };
}

class Composing {
  readonly #at: string;
  readonly #rows: WrittenRow[] = [];
  readonly #wide: WidePart[] = [];
  readonly #preview = new Map<string, Record<string, unknown>[]>();
  readonly #updates: (ChangedRow & { readonly table: string })[] = [];
  readonly #counts = new Map<string, RowCount>();

  constructor(at: string) {
    this.#at = at;
  }

  /** Notes one write; returns its statement, which inserts nothing where the rows go in chunks. */
  add(name: string, write: Write): FragmentSqlToken {
    if (write.op === 'insert') return this.#insert(name, write);
    if (write.op === 'derive') {
      this.#count(write.table, 0, 1);
      return write.statement;
    }
    const { table, changed, rowCount, statement } = write;
    for (const { id, columns } of changed) {
      this.#updates.push({ table, id, columns });
      this.#rows.push({ table, id, columns, op: 'update' });
    }
    this.#count(table, 0, rowCount);
    return statement;
  }

  #insert(part: string, insert: Insert): FragmentSqlToken {
    const { table, rows, settle, inChunks } = insert;
    const name = recordedName(table);
    this.#count(name, rows.length, 0);
    if (inChunks && rows.length > MOST_AT_ONCE) {
      this.#wide.push({ name: part, insert, before: this.#rows.length });
      return insertInto(table, []);
    }
    const all = rows.slice(0, rows.length);
    const shown = this.#preview.get(name) ?? [];
    for (const row of all) {
      const whole = wholeRow(table, settle(row), this.#at) as Record<string, unknown>;
      this.#rows.push(insertedRow(table, whole));
      shown.push(whole);
    }
    if (all.length > 0) this.#preview.set(name, shown);
    return insertInto(table, all);
  }

  writes(): Writes {
    const history = (this.#preview.get(recordedName(HISTORY)) ?? []).map(
      ({ change_diff: _diff, rationale: _rationale, ...visible }) => recordableRow(visible),
    );
    return {
      at: this.#at,
      rows: this.#rows,
      wide: this.#wide,
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

/** A whole row as the record has it. */
export function insertedRow(table: Table<Columns>, whole: Readonly<Record<string, unknown>>): WrittenRow {
  const id = table.key.map((column) => String(whole[column])).join('/');
  const columns = recordableRow(recordedColumns(table, whole));
  return { table: recordedName(table), id, op: 'insert', columns };
}

export function recordedName(table: { readonly name: string }): string {
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
