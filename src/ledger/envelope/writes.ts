import type { FragmentSqlToken } from 'slonik';
import type { WrittenRow } from '../../law/record.ts';
import type { PlainJson } from '../../proof/canonical.ts';
import { HISTORY } from '../tables/history.ts';
import { type Columns, insertInto, type NewRow, type Table, wholeRow } from '../tables/table.ts';

/** How many rows of one table a verb adds or moves. */
export interface RowCount {
  readonly table: string;
  readonly inserted: number;
  readonly updated: number;
}

function recordedName(table: { readonly name: string }): string {
  return table.name.replace('cutter_governance.', '');
}

/**
 * What one transaction writes. A verb gives each row once; it becomes the SQL that sends it, its place in the log's
 * record, the count in the answer and the preview of a dry run, so that the four can't differ.
 */
export class Writes {
  /** The transaction's time, UTC text with microseconds. */
  readonly at: string;
  readonly rows: WrittenRow[] = [];
  /** Rows as they will be stored, by table name without the governance schema. */
  readonly preview = new Map<string, Record<string, unknown>[]>();
  /** Columns that the verb changes on rows that were there: table, id and the new values. */
  readonly updates: {
    readonly table: string;
    readonly id: string;
    readonly columns: Record<string, PlainJson>;
  }[] = [];
  readonly #counts = new Map<string, { inserted: number; updated: number }>();

  constructor(at: string) {
    this.at = at;
  }

  /** Sends `rows` to `table`; returns the insert statement. */
  insert<C extends Columns>(table: Table<C>, rows: readonly NewRow<C>[]): FragmentSqlToken {
    this.record(table, rows);
    return insertInto(table, rows);
  }

  /** Records rows whose statement is composed elsewhere (the final state of units whose anchors move after birth). */
  record<C extends Columns>(table: Table<C>, rows: readonly NewRow<C>[]): void {
    const name = recordedName(table);
    const shown = this.preview.get(name) ?? [];
    for (const row of rows) {
      const whole = wholeRow(table, row, this.at) as Record<string, unknown>;
      const id = table.key.map((column) => String(whole[column])).join('/');
      this.rows.push({ table: name, id, op: 'insert', columns: recordableRow(whole) });
      shown.push(whole);
    }
    if (rows.length > 0) this.preview.set(name, shown);
    this.#count(name, rows.length, 0);
  }

  /** Records an update that another statement makes. */
  update(table: { readonly name: string }, id: string, columns: Record<string, PlainJson>): void {
    const update = { table: recordedName(table), id, columns };
    this.updates.push(update);
    this.rows.push({ ...update, op: 'update' });
    this.#count(update.table, 0, 1);
  }

  /** Counts updates that the record has no line for: it has their rows as the transaction leaves them. */
  settle(table: { readonly name: string }, updates: number): void {
    this.#count(recordedName(table), 0, updates);
  }

  /** The history rows of this transaction, for the head of the record. */
  history(): readonly Record<string, PlainJson>[] {
    const rows = this.preview.get(recordedName(HISTORY)) ?? [];
    return rows.map(({ change_diff: _diff, rationale: _rationale, ...visible }) => recordableRow(visible));
  }

  counts(): readonly RowCount[] {
    return [...this.#counts].map(([table, count]) => ({ table, ...count }));
  }

  #count(table: string, inserted: number, updated: number): void {
    const count = this.#counts.get(table) ?? { inserted: 0, updated: 0 };
    count.inserted += inserted;
    count.updated += updated;
    if (count.inserted + count.updated > 0) this.#counts.set(table, count);
  }
}

/** The record has bytes as base64; everything else is plain JSON already. */
function recordableRow(row: Record<string, unknown>): Record<string, PlainJson> {
  if (!Object.values(row).some(Buffer.isBuffer)) return row as Record<string, PlainJson>;
  const plain: Record<string, PlainJson> = {};
  for (const [name, value] of Object.entries(row)) {
    plain[name] = Buffer.isBuffer(value) ? value.toString('base64') : (value as PlainJson);
  }
  return plain;
}
