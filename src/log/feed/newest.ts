import type { DatabasePool } from 'slonik';
import type { Log } from '../../database/connection.ts';
import { isAway } from '../../database/outage.ts';
import type { Wake } from '../../database/wake.ts';
import type { Checkpoint, Checkpoints } from '../checkpoint/checkpoint.ts';
import type { Beat } from './heartbeat.ts';
import type { HeldLog } from './held-log.ts';
import { type LogHead, readHead } from './history-page.ts';
import type { Ring } from './ring.ts';
import { shareReads, withDeadline } from './shared-read.ts';

/** The newest heads, read once for all who ask at the same time. */
export interface Newest {
  /** A head that was read after the call. */
  head(): Promise<LogHead>;
  /** The newest published head; null where there is none, or it can't be read. */
  checkpoint(): Promise<Checkpoint | null>;
  /** Both, for a heartbeat; null where the ledger can't be asked, or is of another incarnation than the ring. */
  beat(): Promise<Beat | null>;
}

interface NewestOptions {
  readonly observe: DatabasePool;
  readonly checkpoints: Pick<Checkpoints, 'latest'> | undefined;
  readonly ring: Ring;
  readonly held: HeldLog;
  /** Rung when a head shows that there is something to read. */
  readonly wake: Wake;
  readonly log: Log;
  readonly lostAfterMs: number;
}

export function createNewest(options: NewestOptions): Newest {
  const { observe, checkpoints, ring, held, wake, log, lostAfterMs } = options;
  const headOnce = shareReads(() => withDeadline(readHead(observe), lostAfterMs));
  const checkpointOnce = shareReads(async (): Promise<Checkpoint | null> => {
    try {
      return await withDeadline(checkpoints?.latest() ?? Promise.resolve(null), lostAfterMs);
    } catch (error) {
      log[isAway(error) ? 'info' : 'warn'](
        { err: error },
        'log: the feed could not read the newest checkpoint',
      );
      return null;
    }
  });

  async function freshHead(): Promise<LogHead> {
    const head = await headOnce();
    if (head.next !== ring.end || head.incarnation !== held.incarnation) wake.ring();
    return head;
  }

  return {
    head: freshHead,
    checkpoint: checkpointOnce,
    /** The checkpoint first: what it covers lies before the head that is read after it. */
    async beat() {
      const checkpoint = await checkpointOnce();
      const head = await freshHead().catch(() => null);
      return head === null || head.incarnation !== held.incarnation ? null : { next: head.next, checkpoint };
    },
  };
}
