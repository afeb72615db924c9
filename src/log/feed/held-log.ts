import type { Log } from '../../database/connection.ts';
import type { Followers } from './followers.ts';
import type { LogHead } from './history-page.ts';
import type { LogReplay } from './replay.ts';
import { RESETS } from './resets.ts';
import type { Ring } from './ring.ts';

/**
 * What the feed holds of the log. Each head that its reader reads moves it:
 *
 *     ┌────────┐  first   ┌───────────┐  head suspended  ┌───────────┐
 *     │ unread ├─────────▶│ following ├─────────────────▶│ suspended │
 *     └────────┘          │           │◀─────────────────┤           │
 *                         └──┬────▲───┘     resumed      └──┬────▲───┘
 *                            └────┘                         └────┘
 *                  onward, far-ahead, replaced    onward, far-ahead, replaced
 *
 *     change     the head that was read              ring goes on from       streams                   log
 *     ─────────  ──────────────────────────────────  ──────────────────────  ────────────────────────  ────────────
 *     first      the first one                       the head                look again                ─
 *     onward     goes on from the ring               where it is             ─                         ─
 *     far-ahead  more records on than the ring has   the head less its size  look again, read the gap  ─
 *                room for                                                    from the database
 *     replaced   of another incarnation, or before   the head                end: INCARNATION_CHANGED  LOG_REPLACED
 *                the ring's end
 *     resumed    of another incarnation that is not  the head                end: INCARNATION_CHANGED  a warning
 *                suspended, after one that was
 *
 * A suspended head ends all streams as well, whatever it changes. The first head may be suspended too.
 */
export type HeadChange = 'first' | 'onward' | 'far-ahead' | 'replaced' | 'resumed';

/** What the head that was read before said; null: none was read. */
type HeldHead = Pick<LogHead, 'incarnation' | 'suspended'> | null;

/** What a head changes for a feed with a ring that ends at `end` and has room for `capacity` records. */
export function headChange(held: HeldHead, head: LogHead, end: number, capacity: number): HeadChange {
  if (held === null) return 'first';
  const isOther = held.incarnation !== head.incarnation;
  if (isOther && held.suspended && !head.suspended) return 'resumed';
  if (isOther || head.next < end) return 'replaced';
  return head.next - end > capacity ? 'far-ahead' : 'onward';
}

export interface HeldLog {
  /** The incarnation that the ring is of; null before the first head. */
  readonly incarnation: string | null;
  /** Takes a head as the truth from now on. */
  adopt(head: LogHead): void;
}

interface HeldLogOptions {
  readonly ring: Ring;
  readonly ringCapacity: number;
  readonly replay: LogReplay;
  readonly followers: Followers;
  readonly log: Log;
}

export function createHeldLog({ ring, ringCapacity, replay, followers, log }: HeldLogOptions): HeldLog {
  let held: HeldHead = null;

  function restartAt(next: number): void {
    ring.restart(next);
    followers.wakeAll();
  }

  function endOld(): void {
    replay.clear();
    followers.endAll(RESETS.incarnation);
  }

  return {
    get incarnation() {
      return held?.incarnation ?? null;
    },
    adopt(head) {
      const known = held?.incarnation ?? null;
      const change = headChange(held, head, ring.end, ringCapacity);
      held = head;
      if (head.suspended) followers.endAll(RESETS.suspended);
      switch (change) {
        case 'onward':
          return;
        case 'first':
          return restartAt(head.next);
        case 'far-ahead':
          return restartAt(head.next - ringCapacity);
        case 'resumed':
          log.warn(
            'log: the database that was set back goes on under another incarnation; streams start again',
          );
          endOld();
          return restartAt(head.next);
        case 'replaced':
          log.error(
            { known, head, end: ring.end, alarm: 'LOG_REPLACED' },
            'log: the log was replaced, or is shorter than before',
          );
          endOld();
          return restartAt(head.next);
      }
    },
  };
}
