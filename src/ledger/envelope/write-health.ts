/** Whether the database takes writes: reading goes on when a disk is full, so only a write shows it. */
import { type DatabasePool, sql } from 'slonik';
import type { Log } from '../../database/connection.ts';
import { type Outage, outageOf, outageSentence } from '../../database/outage.ts';

export interface WriteHealth {
  /** Learns how a writing transaction ended. */
  note(error: unknown): void;
  /** Why writes fail at the moment; null where they don't, as far as is known. */
  failing(): Promise<string | null>;
}

/** What only the database's operator can repair, so that it lasts until a write succeeds. */
const LASTING: ReadonlySet<Outage> = new Set(['full', 'failing', 'read-only']);
const TRIAL_BYTES = 65_536;

class Undone extends Error {}

/**
 * Remembers the last write that failed because the disk did. A server that isn't ready gets no calls, so while nobody
 * writes it tries by itself: it writes a record's part and rolls it back.
 */
export function watchWrites(pool: DatabasePool | null, log: Log): WriteHealth {
  let failed: Outage | null = null;
  const note = (error: unknown): void => {
    const outage = error === null ? null : outageOf(error);
    const lasting = outage !== null && LASTING.has(outage);
    if (lasting && failed === null)
      log.error(
        { err: error, outage, alarm: 'WRITES_FAIL' },
        'the database can not write; /ready says so until it can',
      );
    if (error === null && failed !== null) log.warn('the database writes again');
    if (lasting || error === null) failed = outage;
  };
  return {
    note,
    async failing() {
      if (failed !== null && pool !== null) note(await trialOf(pool));
      return failed === null ? null : outageSentence(failed);
    },
  };
}

/** What a write of some pages ends with; null where it succeeds. */
async function trialOf(pool: DatabasePool): Promise<unknown> {
  try {
    await pool.transaction(async (connection) => {
      await connection.query(sql.unsafe`/* ready.writes */
        insert into cutter_log.record_part (record_id, part, body)
        values (gen_random_uuid(), 0, repeat('x', ${TRIAL_BYTES}))`);
      throw new Undone();
    });
    return null;
  } catch (error) {
    return error instanceof Undone ? null : error;
  }
}
