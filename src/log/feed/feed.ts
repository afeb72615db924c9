import { randomBytes } from 'node:crypto';
import type { DatabasePool } from 'slonik';
import type { Log } from '../../database/connection.ts';
import { createWake } from '../../database/wake.ts';
import type { Checkpoints } from '../checkpoint/checkpoint.ts';
import type { Integrator } from '../queue/integrator.ts';
import type { Seen } from '../setback/seen.ts';
import { type AuthorityEnded, watchAuthority } from './authority-watch.ts';
import { encodePlace, type LogPlace } from './cursor.ts';
import { createFeedReader } from './feed-reader.ts';
import { followLog } from './follower.ts';
import { createFollowers } from './followers.ts';
import { beatAlways } from './heartbeat.ts';
import { createHeldLog } from './held-log.ts';
import type { HistoryMessage, StreamMessage } from './history-message.ts';
import { createHistoryTellers } from './history-teller.ts';
import { startListener } from './listener.ts';
import { createNewest } from './newest.ts';
import { createOutageReport } from './outage-report.ts';
import { createPositionWaits } from './position-waits.ts';
import { createReplay } from './replay.ts';
import { RESETS } from './resets.ts';
import { createRing } from './ring.ts';
import type { FollowerSource, StreamOptions, SubscribeOptions } from './subscription.ts';
import type { Teller } from './teller.ts';

/** The integrated log as one process sees it: one reader, any number of subscribers. */
export interface HistoryFeed {
  /** Where the log ends now, and the cursor of that place. */
  head(): Promise<{ incarnation: string; nextPosition: string; cursor: string }>;
  /** The position of a record once it is integrated; null if that takes longer than the bound, or the signal fires. */
  waitForPosition(recordId: string, signal?: AbortSignal): Promise<string | null>;
  /** Ready, replayed events, CaughtUp, live events, heartbeats between them; or Reset and the end. */
  subscribe(options: SubscribeOptions): AsyncIterableIterator<HistoryMessage>;
  /** The same, in the words of this teller. */
  follow<Said>(options: StreamOptions, teller: Teller<Said>): AsyncIterableIterator<Said | StreamMessage>;
  /** Subscribers now. */
  readonly subscribers: number;
  close(): Promise<void>;
}

export interface FeedOptions {
  /** Pool of cutter_observe. */
  readonly observe: DatabasePool;
  /** The same login, for a connection that listens. */
  readonly listenUrl: string;
  /** The integrator of this process, where it runs one: it wakes the feed without a round trip. */
  readonly integrator?: Integrator;
  /** How far this process has seen the ledger. After a restore, a cursor that it issued says more than the database. */
  readonly seen?: Seen;
  /** The key of this ledger's cursors; absent: one that no other process knows. */
  readonly cursorKey?: Uint8Array;
  /** Published heads, sent to subscribers that have caught up. */
  readonly checkpoints?: Pick<Checkpoints, 'latest'>;
  readonly authorityEnded: AuthorityEnded;
  readonly log: Log;
  readonly pollMs?: number;
  readonly authorityMs?: number;
  readonly lostAfterMs?: number;
  /** The longest silence of a stream. */
  readonly heartbeatMs?: number;
  readonly positionWaitMs?: number;
  /** Ends a wait when the database is silent: nothing is integrated then. */
  readonly unlessSilent?: <T>(work: () => Promise<T>) => Promise<T>;
  /** Records held for subscribers that keep up. */
  readonly ringCapacity?: number;
}

/**
 * Starts the one reader of the log in this process. `held-log.ts` draws what the feed holds, `follower.ts` what one
 * subscriber is sent.
 *
 *     integrator ──┐                          ┌─▶ position-waits ─▶ waitForPosition
 *     listener ────┼─▶ wake ─▶ feed-reader ───┤
 *     poll ────────┘                          └─▶ held-log, ring ─▶ follower (one a subscriber) ─▶ subscribe
 *                                                                       ▲
 *                                       heartbeat, authority-watch ─────┘
 */
export function startFeed(options: FeedOptions): HistoryFeed {
  const { observe, listenUrl, integrator, authorityEnded, log } = options;
  const { pollMs = 1000, authorityMs = 500, lostAfterMs = 10_000, positionWaitMs = 10_000 } = options;
  const { heartbeatMs = 15_000, ringCapacity = 4096, unlessSilent = (work) => work() } = options;
  const cursorKey = options.cursorKey ?? randomBytes(32);
  const controller = new AbortController();
  const closing = controller.signal;
  const wake = createWake();
  const outage = createOutageReport(log);
  const ring = createRing(ringCapacity, ringCapacity * 4);
  const replay = createReplay(observe);
  const followers = createFollowers();
  const historyTellers = createHistoryTellers();
  const held = createHeldLog({ ring, ringCapacity, replay, followers, log });
  const positions = createPositionWaits({ observe, integrator, wake, positionWaitMs, unlessSilent });
  const { checkpoints } = options;
  const newest = createNewest({ observe, checkpoints, ring, held, wake, log, lostAfterMs });
  const reading = { observe, ring, held, followers, positions, outage, wake, closing, log };
  const reader = createFeedReader({ ...reading, pollMs, lostAfterMs });
  const readAt = () => reader.readAt;
  const listener = startListener(listenUrl, log, (position) => {
    // This process has already announced what it integrated itself.
    if (position === null || !positions.isAnnounced(position)) wake.ring();
  });
  const loops = [
    reader.readAlways(),
    watchAuthority({ followers, authorityEnded, readAt, outage, closing, authorityMs, lostAfterMs }),
    beatAlways({ heartbeatMs, followers: followers.all, read: newest.beat, closing }),
  ];

  /** A client has a cursor of this ledger from beyond its head. */
  function noteSetBack({ incarnation, next }: LogPlace): void {
    options.seen?.note({ incarnation, size: next, root: null, where: 'a cursor of this ledger' });
    log.error(
      { position: next, alarm: 'DATABASE_SET_BACK' },
      'log: a client has a cursor of this ledger from beyond its head: the database was set back',
    );
    integrator?.nudge();
  }

  const source: FollowerSource = {
    ring,
    replay,
    freshHead: newest.head,
    checkpoint: newest.checkpoint,
    incarnation: () => held.incarnation,
    join(follower) {
      followers.join(follower);
      if (closing.aborted) follower.end(RESETS.closing);
    },
    leave: followers.leave,
    wasBeyond: noteSetBack,
    cursorKey,
    heartbeatMs,
    lostAfterMs,
  };

  return {
    async head() {
      const head = await newest.head();
      const { incarnation, next } = head;
      return { incarnation, nextPosition: String(next), cursor: encodePlace(head, cursorKey) };
    },
    waitForPosition: positions.wait,
    subscribe: (wanted) => followLog(source, wanted, historyTellers(wanted)),
    follow: (wanted, teller) => followLog(source, wanted, teller),
    get subscribers() {
      return followers.all.size;
    },
    async close() {
      controller.abort();
      followers.endAll(RESETS.closing);
      positions.close();
      wake.ring();
      await Promise.all([...loops, listener.close()]);
    },
  };
}
