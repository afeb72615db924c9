import { type ParsedRecord, parseRecord } from '../../law/parse-record.ts';
import type { MonitorFinding } from './finding.ts';

/** A clock may be a little fast. */
const CLOCK_MS = 600_000;

/** A record as the log's tree vouches for it, or why it can't be read. */
export type OpenedRecord =
  | { readonly record: ParsedRecord; readonly finding: MonitorFinding | null }
  | { readonly record: null; readonly finding: MonitorFinding };

/** Reads the body that a server gives for a position, by the hash folded there. `now` is the reader's own clock. */
export function openBody(
  body: string | null,
  recordHash: string,
  position: number,
  now: number,
): OpenedRecord {
  const refused = (verdict: MonitorFinding['verdict'], message: string) => ({
    record: null,
    finding: { verdict, position, entryId: null, message },
  });
  if (body === null)
    return refused('record-withheld', `The server gives no record at position ${position} of its log.`);
  const read = parseRecord(Buffer.from(body, 'utf8'), recordHash);
  switch (read.verdict) {
    case 'ok':
      return { record: read.record, finding: datedWrong(read.record, position, now) };
    case 'hash_mismatch':
      return refused(
        'record-altered',
        `The body given for position ${position} has the hash ${read.hash}; the log has ${recordHash} there.`,
      );
    case 'unknown_format':
      return refused(
        'record-unknown',
        `The record at position ${position} is of the format ${read.format}, which this version doesn't know.`,
      );
    case 'malformed':
      return refused(
        'record-unknown',
        `The record at position ${position} is of no known form: ${firstLine(read.reason)}`,
      );
  }
}

function datedWrong({ at, verb }: ParsedRecord, position: number, now: number): MonitorFinding | null {
  const time = Date.parse(at);
  if (!Number.isNaN(time) && time <= now + CLOCK_MS) return null;
  const message = `The ${verb} at position ${position} is dated ${at}, which is no time that has passed.`;
  return { verdict: 'dated-wrong', position, entryId: null, message };
}

const firstLine = (text: string) => text.split('\n')[0] as string;
