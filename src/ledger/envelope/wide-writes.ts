import type { DatabaseTransactionConnection } from 'slonik';
import { type BuiltRecord, RecordBuilder, type RecordInput } from '../../law/record.ts';
import { partsStatement } from '../../log/queue/pending.ts';
import { nextTurn } from '../../threads/turns.ts';
import { type Columns, insertChunk, type NewRow, wholeRow } from '../tables/table.ts';
import { planByKeys } from './plan-by-keys.ts';
import { insertedRow, recordedName, type WidePart, type Writes } from './writes.ts';

/** Rows, and characters of their texts, of one chunk: each side of the connection is done with it in some 20 ms. */
const CHUNK_ROWS = 500;
const CHUNK_CHARS = 512 * 1024;

/** What every record of a transaction says of the call. */
export type RecordHead = Omit<RecordInput, 'at' | 'history' | 'rows' | 'statements'>;

interface Sender {
  readonly connection: Pick<DatabaseTransactionConnection, 'query'>;
  readonly dryRun: boolean;
  readonly recordHead: RecordHead;
}

/** A record whose first parts are in the database already. */
export interface HandedRecord extends BuiltRecord {
  /** The place of the first of `parts`. */
  readonly firstPart: number;
}

/**
 * Sends the parts of a write that are too many for one statement, in chunks, each in a turn of the event loop of its
 * own. The record is made meanwhile: the rows of a chunk are made once, sent, digested, and forgotten. A write without
 * such parts takes no statement here.
 */
export class WideWrites {
  readonly #sender: Sender;
  readonly #writes: Writes;
  /** The record, from the first chunk on. */
  #begun: RecordBuilder | null = null;
  /** How many of the rows that go without chunks the record has. */
  #recorded = 0;
  #parts = 0;
  #isPlannedByKeys = false;

  constructor(sender: Sender, writes: Writes) {
    this.#sender = sender;
    this.#writes = writes;
  }

  get #builder(): RecordBuilder {
    const { at, history } = this.#writes;
    this.#begun ??= new RecordBuilder({ ...this.#sender.recordHead, at, history });
    return this.#begun;
  }

  /** Sends the rows of this part, where they go in chunks. Parts come in the record's order. */
  async send(name: string): Promise<void> {
    const part = this.#writes.wide.find((one) => one.name === name);
    if (part === undefined) return;
    await this.planByKeys();
    this.#recordUntil(part.before);
    const { rows } = part.insert;
    for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
      for (const chunk of chunksOf(rows.slice(from, from + CHUNK_ROWS))) await this.#sendChunk(part, chunk);
    }
  }

  /** @see planByKeys; once for a transaction */
  async planByKeys(): Promise<void> {
    if (this.#isPlannedByKeys) return;
    this.#isPlannedByKeys = true;
    await planByKeys(this.#sender.connection);
  }

  /** Ends the record, once all its parts are sent. */
  finish(): HandedRecord {
    this.#recordUntil(this.#writes.rows.length);
    return { ...this.#builder.finish(), firstPart: this.#parts };
  }

  async #sendChunk({ insert: { table, settle } }: WidePart, rows: readonly NewRow<Columns>[]): Promise<void> {
    const { connection, dryRun } = this.#sender;
    const recorded = async () => {
      await nextTurn();
      const whole = rows.map((row) => wholeRow(table, settle(row), this.#writes.at));
      if (dryRun) this.#show(recordedName(table), whole);
      else this.#builder.add(whole.map((row) => insertedRow(table, row)));
    };
    await Promise.all([connection.query(insertChunk(table, rows)), recorded()]);
    const parts = this.#builder.takeParts();
    if (parts.length === 0) return;
    await connection.query(partsStatement(this.#sender.recordHead.recordId, this.#parts, parts));
    this.#parts += parts.length;
  }

  /** A dry run shows what would be written. */
  #show(name: string, rows: readonly Record<string, unknown>[]): void {
    const shown = this.#writes.preview.get(name) ?? [];
    for (const row of rows) shown.push(row);
    this.#writes.preview.set(name, shown);
  }

  #recordUntil(end: number): void {
    this.#builder.add(this.#writes.rows.slice(this.#recorded, end));
    this.#recorded = end;
  }
}

/** Splits rows whose texts are long. */
function* chunksOf(rows: readonly NewRow<Columns>[]): Generator<readonly NewRow<Columns>[], void> {
  let chunk: NewRow<Columns>[] = [];
  let chars = 0;
  for (const row of rows) {
    chunk.push(row);
    for (const value of Object.values(row)) if (typeof value === 'string') chars += value.length;
    if (chars < CHUNK_CHARS) continue;
    yield chunk;
    chunk = [];
    chars = 0;
  }
  if (chunk.length > 0) yield chunk;
}
