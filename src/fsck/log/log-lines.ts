import { type BodyVerdict, type ReadRecord, readRecord } from '../../law/read-record.ts';
import { POSITIONED } from '../../law/record.ts';
import { Postponed, type Reporter } from '../finding.ts';
import type { LogLine } from './records.ts';

export const LOG = 'cutter_log.log';
export const PARTS = 'cutter_log.record_part';
export const ACTS = 'cutter_log.act';

/** How many faults of each kind are kept and reported one by one, and how many ids with them. More are counted. */
const MOST_KEPT = 10_000;
const MOST_IDS = 1_000_000;

/** What an unreliable body says: as much as it takes to name what was altered. */
interface SaidRecord {
  readonly recordId: string;
  readonly at: string;
  /** The rows that it names: table and id. */
  readonly rows: readonly string[];
  /** Whether all that it moved was moved by its own principal. */
  readonly isOfOne: boolean;
}

/** A line of the log whose body can't be relied on. */
export interface BrokenLine {
  readonly line: Omit<LogLine, 'body'>;
  /** What the body says all the same; null where nothing can be read. */
  readonly record: SaidRecord | null;
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

/** Faults of the log that are counted and not kept. */
export interface Counted {
  gaps: number;
  broken: number;
  beyond: number;
  ids: number;
}

/**
 * Checks each line of the log in order: no gap between positions, a body that gives the hash beside it, and the ids of
 * the body. What it keeps is bounded, however much of the log is ruined.
 */
export class LogLines {
  next = 0;
  pending = 0;
  /** Rows of the log and of its queue, and of their bodies, that were read. */
  seen = 0;
  parts = 0;
  readonly more: Counted = { gaps: 0, broken: 0, beyond: 0, ids: 0 };
  /** Positions that no row has. */
  readonly gaps: { readonly at: number; readonly between: readonly [string | null, string | null] }[] = [];
  readonly broken: BrokenLine[] = [];
  /** Rows before the first position, or at one that the head has not reached: where something was moved to. */
  readonly beyond: Pick<LogLine, 'position' | 'recordId'>[] = [];
  /** What the list of acts says otherwise than the records: to be reported once it is known which lines are altered. */
  readonly acts = new Postponed();
  readonly #findings: Reporter;
  readonly #head: number;
  readonly #events: LineEvents;
  #idsKept = 0;
  #idsReported = 0;
  /** The time of the newest record read. */
  lastAt: string | null = null;

  constructor(findings: Reporter, head: number, events: LineEvents) {
    this.#findings = findings;
    this.#head = head;
    this.#events = events;
  }

  line(line: LogLine): void {
    this.seen += 1;
    this.parts += line.parts.length;
    const verdict = this.#body(line);
    const at =
      verdict.verdict === 'ok' || verdict.verdict === 'hash_mismatch' ? (verdict.record?.at ?? null) : null;
    if (line.position === null) this.pending += 1;
    else this.#position(line, line.position, at);
    if (at !== null) this.lastAt = at;
    if (verdict.verdict === 'ok') {
      this.#ids(line, verdict.record);
      this.#act(line, verdict.record);
      this.#events.record(verdict.record, line, true);
    } else if (verdict.verdict === 'hash_mismatch' && verdict.record !== null)
      this.#events.record(verdict.record, line, false);
    else this.#events.blank();
  }

  #position(line: LogLine, position: number, at: string | null): void {
    if (position < 0 || (position >= this.#head && position > this.next)) {
      if (this.beyond.length < MOST_KEPT) this.beyond.push({ position, recordId: line.recordId });
      else this.more.beyond += 1;
      return;
    }
    // Without the primary key a position may be there twice. The check of unique values reports that.
    if (position < this.next) return;
    if (this.next < position) this.#events.blank();
    for (; this.next < position && this.gaps.length < MOST_KEPT; this.next += 1)
      this.gaps.push({ at: this.next, between: [this.lastAt, at] });
    this.more.gaps += position - this.next;
    this.next = position + 1;
  }

  #body(line: LogLine): BodyVerdict {
    const dense = line.parts.every((part, index) => part === index);
    const verdict: BodyVerdict =
      line.parts.length === 0 ? { verdict: 'malformed' } : readRecord(line.body, line.recordHash);
    if (verdict.verdict === 'ok' && dense) return verdict;
    this.#keep(line, verdict);
    return verdict;
  }

  #keep({ body: _body, ...line }: LogLine, verdict: BodyVerdict): void {
    if (this.broken.length >= MOST_KEPT || this.#idsKept >= MOST_IDS) {
      this.more.broken += 1;
      return;
    }
    const mismatch = verdict.verdict === 'hash_mismatch' ? verdict : null;
    const record = verdict.verdict === 'ok' ? verdict.record : (mismatch?.record ?? null);
    const said = record === null ? null : saidBy(record);
    this.#idsKept += line.rowIds.length + (said?.rows.length ?? 0);
    this.broken.push({
      line,
      record: said,
      hash: mismatch?.hash ?? null,
      verdict: line.parts.length === 0 ? 'missing' : verdict.verdict === 'ok' ? 'malformed' : verdict.verdict,
    });
  }

  #act({ position, act }: LogLine, record: ReadRecord): void {
    if (position === null || act === null) return;
    const [id = '', at = '', principal = '', ...verb] = act.split(' ');
    const found = [id, at, principal, verb.join(' ')];
    const wrong = ACT_COLUMNS.findIndex(([, said], column) => said(record) !== found[column]);
    if (wrong < 0) return;
    if (this.#idsReported === MOST_KEPT) {
      this.more.ids += 1;
      return;
    }
    this.#idsReported += 1;
    const [column, said] = ACT_COLUMNS[wrong]!;
    // A line that was moved has the act of another.
    this.acts.derive([[LOG, String(position)]], {
      verdict: 'edited',
      table: ACTS,
      key: String(position),
      column,
      after: position,
      before: null,
      message: `The list of acts says "${found[wrong]}" in ${column}, and the record says "${said(record)}".`,
    });
  }

  #ids(line: LogLine, record: ReadRecord): void {
    const due = positionedIds(record);
    const misnamed = record.recordId !== line.recordId;
    const misplaced = due.length !== line.rowIds.length || due.some((id, index) => id !== line.rowIds[index]);
    if (!misnamed && !misplaced) return;
    if (this.#idsReported === MOST_KEPT) {
      this.more.ids += 1;
      return;
    }
    this.#idsReported += 1;
    const key = line.position === null ? line.recordId : String(line.position);
    const table = line.position === null ? 'cutter_log.pending' : LOG;
    const place = { table, key, after: line.position, before: null } as const;
    if (misnamed)
      this.#findings.add({
        ...place,
        verdict: 'edited',
        column: 'record_id',
        message: `The body is that of record ${record.recordId}, not of ${line.recordId}.`,
      });
    if (misplaced)
      this.#findings.add({
        ...place,
        verdict: 'edited',
        column: 'row_ids',
        message: `The row ids beside record ${line.recordId} aren't those of its body.`,
      });
  }
}

/** The principal of a record that names none. */
const NOBODY = 'nobody';

/** Members of the list of acts, in its order, with what a record says in each. */
const ACT_COLUMNS: readonly (readonly [column: string, said: (record: ReadRecord) => string])[] = [
  ['record_id', ({ recordId }) => recordId],
  ['at', ({ at }) => at],
  ['principal_id', ({ principalId }) => principalId ?? NOBODY],
  ['operation', ({ verb }) => verb],
];

/** What can be kept when the bytes of the record are gone. */
const saidBy = ({ recordId, at, rows, history, principalId }: ReadRecord): SaidRecord => ({
  recordId,
  at,
  rows: rows.of(() => true).map(({ table, id }) => `${table} ${id}`),
  isOfOne: history.every(({ changed_by }) => changed_by === principalId),
});

/** The ids that a record's rows draw their position by, in record order. */
function positionedIds(record: ReadRecord): string[] {
  return record.rows.of(({ op, table }) => op === 'insert' && POSITIONED.has(table)).map(({ id }) => id);
}
