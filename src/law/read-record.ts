import { digestOf } from '../proof/digest.ts';
import { type ParsedRecord, parseRecord } from './parse-record.ts';
import { isRecordedMove, type RecordedMove } from './recorded-move.ts';
import { KnownRows, type ScannedRecord, scanRecord } from './scan-record.ts';

/** A record whose moves have their form. */
export interface ReadRecord extends ScannedRecord {
  readonly history: readonly RecordedMove[];
}

/** What became of the body of a line of the log. */
export type BodyVerdict =
  | { readonly verdict: 'ok'; readonly record: ReadRecord }
  /** Not what was hashed; `record` is what it says all the same, where it can be read. */
  | { readonly verdict: 'hash_mismatch'; readonly record: ReadRecord | null; readonly hash: string }
  | { readonly verdict: 'unknown_format'; readonly format: string }
  | { readonly verdict: 'malformed' };

/**
 * Reads one body: its hash first, then what it says. A body that has its hash is read fast. One that was altered is
 * read as strictly as a stranger's. The result is valid as long as the bytes don't change.
 */
export function readRecord(body: Buffer, recordHash: string): BodyVerdict {
  const digest = digestOf(body);
  const scanned = digest === recordHash ? scanRecord(body) : null;
  if (scanned !== null && hasMoves(scanned)) return { verdict: 'ok', record: scanned };
  const parsed = parseRecord(body, digest);
  const record = parsed.verdict === 'ok' ? withMoves(parsed.record) : null;
  if (digest !== recordHash) return { verdict: 'hash_mismatch', record, hash: digest };
  if (record !== null) return { verdict: 'ok', record };
  if (parsed.verdict === 'unknown_format') return { verdict: 'unknown_format', format: parsed.format };
  return { verdict: 'malformed' };
}

/** Null where its moves have another form than a verb writes: the body was altered within. */
function withMoves(record: ParsedRecord): ReadRecord | null {
  const read = { ...record, rows: new KnownRows(record.rows) };
  return hasMoves(read) ? read : null;
}

function hasMoves(record: ScannedRecord): record is ReadRecord {
  return record.history.every(isRecordedMove);
}
