import { z } from 'zod';
import type { KeyInForce } from '../law/resume-statement.ts';
import type { MonitorFindings } from './findings.ts';
import type { MonitorOptions } from './followed-ledger.ts';
import { requireRows, streamedRow } from './judges/held-rows.ts';
import { openBody } from './judges/record-judge.ts';
import { StreamRefused } from './judges/stream-refused.ts';
import type { MonitorParts } from './monitor-parts.ts';
import type { UnreadRecord } from './saved-monitor.ts';

/** Records asked for in one request. */
const BATCH = 20;

const event = z.object({ recordHash: z.string(), rows: z.array(streamedRow) });

type ReaderParts = Pick<MonitorParts, 'entries' | 'keys' | 'passports' | 'resumptions' | 'unread'>;

/** Reads the bodies of the records whose messages have arrived, and has each judged. */
export class RecordReader {
  readonly #options: MonitorOptions;
  readonly #parts: ReaderParts;
  readonly #findings: MonitorFindings;

  constructor(options: MonitorOptions, parts: ReaderParts, findings: MonitorFindings) {
    this.#options = options;
    this.#parts = parts;
    this.#findings = findings;
  }

  /** The message of the record at this position arrived. */
  async expect(message: unknown, position: number): Promise<void> {
    const read = event.safeParse(message);
    if (!read.success)
      throw new StreamRefused(
        'malformed',
        `The record at position ${position} came with rows of another form.`,
      );
    this.#parts.unread.push({ position, ...read.data });
    if (this.#parts.unread.length >= BATCH) await this.readAll();
  }

  async readAll(): Promise<void> {
    const { unread } = this.#parts;
    while (unread.length > 0) {
      const page = unread.slice(0, BATCH);
      const bodies = await this.#options.answers.bodies(page.map(({ position }) => position));
      for (const [at, expected] of page.entries()) this.#judge(expected, bodies[at] ?? null);
      unread.splice(0, page.length);
    }
  }

  #judge({ position, recordHash, rows }: UnreadRecord, body: string | null): void {
    const { entries, keys, passports, resumptions } = this.#parts;
    const { record, finding } = openBody(body, recordHash, position, this.#options.now());
    if (finding !== null) this.#findings.add(finding);
    if (record === null) {
      entries.blank();
      return;
    }
    requireRows(record, rows, position);
    const judged = entries.take(record, position);
    passports.expect(judged.cuts);
    const inForce: KeyInForce = (keyId, lane) => keys.inForce(keyId, lane, position);
    this.#findings.add(
      ...keys.take(record, position),
      ...resumptions.take(record, position, inForce),
      ...judged.findings,
    );
  }
}
