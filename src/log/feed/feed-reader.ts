import type { DatabasePool } from 'slonik';
import type { Log } from '../../database/connection.ts';
import { backoffMs, restUnless, type Wake } from '../../database/wake.ts';
import type { Followers } from './followers.ts';
import type { HeldLog } from './held-log.ts';
import { LogBroken, readHead, readHistoryPage } from './history-page.ts';
import type { OutageReport } from './outage-report.ts';
import type { PositionWaits } from './position-waits.ts';
import { RESETS } from './resets.ts';
import type { Ring } from './ring.ts';
import { withDeadline } from './shared-read.ts';

/** The one reader of the log in this process. */
export interface FeedReader {
  /** When it last heard from the database (ms). */
  readonly readAt: number;
  /** Fills the ring until the feed closes. */
  readAlways(): Promise<void>;
}

interface FeedReaderOptions {
  readonly observe: DatabasePool;
  readonly ring: Ring;
  readonly held: HeldLog;
  readonly followers: Followers;
  readonly positions: PositionWaits;
  readonly outage: OutageReport;
  /** Rung when there may be something to read. */
  readonly wake: Wake;
  readonly closing: AbortSignal;
  readonly log: Log;
  readonly pollMs: number;
  readonly lostAfterMs: number;
}

export function createFeedReader(options: FeedReaderOptions): FeedReader {
  const { observe, ring, held, followers, positions, outage, wake, closing, log } = options;
  const { pollMs, lostAfterMs } = options;
  let readAt = Date.now();

  /** Reads what is new and wakes those who wait for it; true if there is more. */
  async function readOnce(): Promise<boolean> {
    if (held.incarnation === null) held.adopt(await withDeadline(readHead(observe), lostAfterMs));
    const from = ring.end;
    const { head, events } = await withDeadline(readHistoryPage(observe, from), lostAfterMs);
    readAt = Date.now();
    held.adopt(head);
    if (ring.end === from && events.length > 0) {
      ring.append(events);
      followers.wakeAll();
    }
    await positions.readAwaited(ring.end - 1);
    return ring.end < head.next;
  }

  function reportFailure(error: unknown): void {
    if (error instanceof LogBroken) {
      log.error({ err: error, alarm: 'LOG_BROKEN' }, 'log: the log has a hole');
      followers.endAll(RESETS.broken);
    } else if (!closing.aborted) outage.report(error, 'log: the feed could not read');
  }

  return {
    get readAt() {
      return readAt;
    },
    async readAlways() {
      for (let failures = 0; !closing.aborted; ) {
        try {
          const more = await readOnce();
          failures = 0;
          outage.end();
          if (!more && !(await wake.sleep(pollMs))) positions.askNext();
        } catch (error) {
          reportFailure(error);
          await restUnless(closing, Math.min(pollMs, backoffMs(failures)));
          failures += 1;
        }
      }
    },
  };
}
