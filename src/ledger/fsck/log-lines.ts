import { POSITIONED } from '../log/record.ts';
import type { Teller } from './finding.ts';
import { KnownRows } from './record-rows.ts';
import { type BodyVerdict, type LogLine, type ReadRecord, readBody } from './records.ts';

export const LOG = 'cutter_log.log';
export const PARTS = 'cutter_log.record_part';

/** A line of the log whose body can't be relied on. */
export interface BrokenLine {
  readonly line: Omit<LogLine, 'body'>;
  /** What the body says all the same; null where it says nothing. */
  readonly record: ReadRecord | null;
  /** The body's own hash, where it can be read. */
  readonly hash: string | null;
  readonly verdict: Exclude<BodyVerdict['verdict'], 'ok'> | 'missing';
}

export interface LineEvents {
  /** A record that can be read, reliable or not. */
  record(record: ReadRecord, line: LogLine, reliable: boolean): void;
  /** A record that can't be read, or isn't there. */
  blank(): void;
}

/** Looks at each line of the log in its order: positions without gap, bodies that give their hash, ids that are the body's. */
export class LogLines {
  next = 0;
  pending = 0;
  /** Positions that no row has. */
  readonly gaps: { readonly at: number; readonly between: readonly [string | null, string | null] }[] = [];
  readonly broken: BrokenLine[] = [];
  /** Rows at positions that the head has not reached: where something was moved to. */
  readonly beyond: Pick<LogLine, 'position' | 'recordId'>[] = [];
  readonly #findings: Teller;
  readonly #head: number;
  readonly #events: LineEvents;
  /** The time of the newest record read. */
  lastAt: string | null = null;

  constructor(findings: Teller, head: number, events: LineEvents) {
    this.#findings = findings;
    this.#head = head;
    this.#events = events;
  }

  line(line: LogLine): void {
    const verdict = this.#body(line);
    const at =
      verdict.verdict === 'ok' || verdict.verdict === 'hash_mismatch' ? (verdict.record?.at ?? null) : null;
    if (line.position === null) this.pending += 1;
    else this.#position(line, line.position, at);
    if (at !== null) this.lastAt = at;
    if (verdict.verdict === 'ok') {
      this.#ids(line, verdict.record);
      this.#events.record(verdict.record, line, true);
    } else if (verdict.verdict === 'hash_mismatch' && verdict.record !== null)
      this.#events.record(verdict.record, line, false);
    else this.#events.blank();
  }

  #position(line: LogLine, position: number, at: string | null): void {
    if (position >= this.#head && position > this.next) {
      this.beyond.push({ position, recordId: line.recordId });
      return;
    }
    for (; this.next < position; this.next += 1) {
      this.#events.blank();
      if (this.gaps.length < 10_000) this.gaps.push({ at: this.next, between: [this.lastAt, at] });
    }
    this.next = position + 1;
  }

  #body(line: LogLine): BodyVerdict {
    const dense = line.parts.every((part, index) => part === index);
    const verdict: BodyVerdict = line.parts.length === 0 ? { verdict: 'malformed' } : readBody(line);
    if (verdict.verdict === 'ok' && dense) return verdict;
    const { body: _body, ...rest } = line;
    const mismatch = verdict.verdict === 'hash_mismatch' ? verdict : null;
    this.broken.push({
      line: rest,
      record: verdict.verdict === 'ok' ? kept(verdict.record) : (mismatch?.record ?? null),
      hash: mismatch?.hash ?? null,
      verdict: line.parts.length === 0 ? 'missing' : verdict.verdict === 'ok' ? 'malformed' : verdict.verdict,
    });
    return verdict;
  }

  #ids(line: LogLine, record: ReadRecord): void {
    const due = positionedIds(record);
    const key = line.position === null ? line.recordId : String(line.position);
    const table = line.position === null ? 'cutter_log.pending' : LOG;
    const place = { table, key, after: line.position, before: null } as const;
    if (record.recordId !== line.recordId)
      this.#findings.add({
        ...place,
        verdict: 'edited',
        column: 'record_id',
        message: `The body is that of record ${record.recordId}, not of ${line.recordId}.`,
      });
    if (due.length !== line.rowIds.length || due.some((id, index) => id !== line.rowIds[index]))
      this.#findings.add({
        ...place,
        verdict: 'edited',
        column: 'row_ids',
        message: `The row ids beside record ${line.recordId} aren't those of its body.`,
      });
  }
}

/** A record that outlives the bytes that it was read from. */
const kept = (record: ReadRecord): ReadRecord => ({
  ...record,
  rows: new KnownRows(record.rows.of(() => true)),
});

/** The ids that a record's rows draw their position by, in record order. */
function positionedIds(record: ReadRecord): string[] {
  return record.rows.of(({ op, table }) => op === 'insert' && POSITIONED.has(table)).map(({ id }) => id);
}
