import { z } from 'zod';
import type { ParsedRecord } from '../../law/parse-record.ts';
import { nameOfWord } from '../../text/words.ts';
import { StreamRefused } from './stream-refused.ts';

/** A move as the stream sends it. */
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

/** What the stream names as the enums of the API do. */
const WORDS: ReadonlySet<string> = new Set(['entryVersionBefore', 'entryVersionAfter', 'changeKind']);

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
      if (row[name] === (WORDS.has(name) && typeof recorded === 'string' ? nameOfWord(recorded) : recorded))
        continue;
      throw new StreamRefused(
        'other-rows',
        `Row ${at} of the record at position ${position} came with another ${name} than the record holds.`,
      );
    }
  });
}
