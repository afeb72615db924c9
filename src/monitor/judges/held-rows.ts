import { z } from 'zod';
import { type ParsedRecord, parseRecord } from '../../law/parse-record.ts';
import { StreamRefused } from './stream-refused.ts';

/** A move as the stream tells of it. */
export const streamedRow = z.object({
  historyId: z.string(),
  entryId: z.string(),
  entryVersionBefore: z.string().nullable(),
  entryVersionAfter: z.string(),
  changeKind: z.string(),
  changedBy: z.string(),
  changedAt: z.string(),
});
export type StreamedRow = z.infer<typeof streamedRow>;

/** The names under which a record holds the same. */
const MEMBERS = {
  historyId: 'history_id',
  entryId: 'entry_id',
  entryVersionBefore: 'entry_version_before',
  entryVersionAfter: 'entry_version_after',
  changeKind: 'change_kind',
  changedBy: 'changed_by',
  changedAt: 'changed_at',
} as const satisfies Record<keyof StreamedRow, string>;

/** The record of this hash, with exactly these rows; throws StreamRefused. The hash is what the tree vouches for, so the rows are too. */
export function heldRecord(
  body: string | null,
  { position, recordHash, rows }: { position: number; recordHash: string; rows: readonly StreamedRow[] },
): ParsedRecord {
  if (body === null)
    throw new StreamRefused(
      'other-record',
      `The ledger gives no body for the record at position ${position}.`,
    );
  const read = parseRecord(Buffer.from(body), recordHash);
  if (read.verdict === 'hash_mismatch')
    throw new StreamRefused(
      'other-record',
      `The body given for position ${position} has the hash ${read.hash}; ${recordHash} came with the stream.`,
    );
  if (read.verdict !== 'ok')
    throw new StreamRefused(
      'other-record',
      `The record at position ${position} is of no form that is known here.`,
    );
  requireRows(read.record, rows, position);
  return read.record;
}

/** Throws StreamRefused where the stream shows other rows of a record than it holds. */
export function requireRows({ history }: ParsedRecord, rows: readonly StreamedRow[], position: number): void {
  if (rows.length !== history.length)
    throw new StreamRefused(
      'other-rows',
      `The stream shows ${rows.length} rows of the record at position ${position}, which holds ${history.length}.`,
    );
  history.forEach((held, at) => {
    const row = rows[at] as StreamedRow;
    for (const [name, member] of Object.entries(MEMBERS) as [keyof StreamedRow, string][]) {
      const recorded = (held as Readonly<Record<string, unknown>> | null)?.[member] ?? null;
      if (row[name] === recorded) continue;
      throw new StreamRefused(
        'other-rows',
        `Row ${at} of the record at position ${position} came with another ${name} than the record holds.`,
      );
    }
  });
}
