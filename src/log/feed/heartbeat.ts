import { restUnless } from '../../database/wake.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';

/** What a heartbeat says, read once for all subscribers that wait. */
export interface Beat {
  /** Where the log ended, read after the checkpoint: a subscriber that has come so far has all that it covers. */
  readonly next: number;
  readonly checkpoint: Checkpoint | null;
}

/** A subscriber that may have waited for long. */
export interface Waiting {
  /**
   * Whether it has waited for its next message since this time (ms) or earlier. One whose reader has paused doesn't
   * wait.
   */
  hasWaitedSince(time: number): boolean;
  /** Lets it send one heartbeat; a later call before that changes nothing. */
  beat(beat: Beat): void;
}

export interface HeartbeatOptions {
  readonly heartbeatMs: number;
  readonly followers: ReadonlySet<Waiting>;
  /** Null where the ledger could not be asked: then no heartbeat is sent. */
  readonly read: () => Promise<Beat | null>;
  readonly closing: AbortSignal;
}

/** How often a silent stream is looked at within one heartbeat's time. */
const LOOKS = 4;

/** One timer for all subscribers, and one question to the database for all that are due. */
export async function beatAlways({ heartbeatMs, followers, read, closing }: HeartbeatOptions): Promise<void> {
  while (!closing.aborted) {
    await restUnless(closing, heartbeatMs / LOOKS);
    const since = Date.now() - heartbeatMs;
    const due = [...followers].filter((follower) => follower.hasWaitedSince(since));
    if (due.length === 0 || closing.aborted) continue;
    const beat = await read();
    if (beat !== null) for (const follower of due) follower.beat(beat);
  }
}
