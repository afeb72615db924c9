import { randomBytes } from 'node:crypto';
import type { DatabasePool } from 'slonik';
import type { Log } from '../../database/connection.ts';
import { isAway } from '../../database/outage.ts';
import { backoffMs, createWake, restUnless } from '../../database/wake.ts';
import type { Checkpoint, Checkpoints } from '../checkpoint/checkpoint.ts';
import type { Integrator } from '../queue/integrator.ts';
import type { Seen } from '../setback/seen.ts';
import { encodeCursor } from './cursor.ts';
import { type FollowedToken, type Follower, follow, type SubscribeOptions } from './follower.ts';
import { type Beat, beatAlways } from './heartbeat.ts';
import type { HistoryMessage, Reset } from './history-message.ts';
import { type Head, LogBroken, readHead, readHistoryPage, readPositions } from './history-page.ts';
import { startListener } from './listener.ts';
import { createPositions } from './positions.ts';
import { createReplay } from './replay.ts';
import { RESETS } from './resets.ts';
import { createRing } from './ring.ts';

/** The integrated log as one process sees it: one reader, any number of subscribers. */
export interface HistoryFeed {
  /** Where the log ends now, and the cursor of that place. */
  head(): Promise<{ incarnation: string; nextPosition: string; cursor: string }>;
  /** The position of a record once it is integrated; null if that takes longer than the bound, or the signal fires. */
  waitForPosition(recordId: string, signal?: AbortSignal): Promise<string | null>;
  /** Ready, replayed events, CaughtUp, live events, heartbeats between them; or Reset and the end. */
  subscribe(options: SubscribeOptions): AsyncIterableIterator<HistoryMessage>;
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
  /** What this process knows of how far the ledger had come: cursors that it issued say more, at times, than the database. */
  readonly seen?: Seen;
  /** What this ledger's cursors are marked by; absent: something that no other process knows. */
  readonly cursorKey?: Uint8Array;
  /** Published heads, told to whoever has caught up. */
  readonly checkpoints?: Pick<Checkpoints, 'latest'>;
  /** Which of these tokens no longer stand, no longer hold `ledger:observe`, or are narrowed otherwise now. */
  readonly authorityEnded: (tokens: readonly FollowedToken[]) => Promise<ReadonlySet<FollowedToken>>;
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

/** How long a wait for a position trusts this process's integrator before it asks the database. */
const LOOK_UP_MS = 25;

/** Starts the one reader of the log in this process. */
export function startFeed(options: FeedOptions): HistoryFeed {
  const { observe, listenUrl, integrator, authorityEnded, log } = options;
  const { pollMs = 1000, authorityMs = 500, lostAfterMs = 10_000, positionWaitMs = 10_000 } = options;
  const { heartbeatMs = 15_000, ringCapacity = 4096, unlessSilent = (work) => work() } = options;
  const cursorKey = options.cursorKey ?? randomBytes(32);
  const ring = createRing(ringCapacity, ringCapacity * 4);
  const replay = createReplay(observe);
  const positions = createPositions();
  const followers = new Set<Follower>();
  const wake = createWake();
  const closing = new AbortController();
  const outage = outageTeller(log);
  let incarnation: string | null = null;
  /** The head before was suspended: what follows a suspension is expected. */
  let wasSuspended = false;
  let announced = -1;
  let lookUp = false;
  let seenAt = Date.now();
  let judgedAt = Date.now();

  const headOnce = coalesced(() => withDeadline(readHead(observe), lostAfterMs));
  const checkpointOnce = coalesced(async (): Promise<Checkpoint | null> => {
    try {
      return await withDeadline(options.checkpoints?.latest() ?? Promise.resolve(null), lostAfterMs);
    } catch (error) {
      log[isAway(error) ? 'info' : 'warn'](
        { err: error },
        'log: the feed could not read the newest checkpoint',
      );
      return null;
    }
  });
  async function freshHead(): Promise<Head> {
    const head = await headOnce();
    if (head.next !== ring.end || head.incarnation !== incarnation) wake.ring();
    return head;
  }

  /** The checkpoint first: what it covers lies before the head that is read after it. */
  async function readBeat(): Promise<Beat | null> {
    const checkpoint = await checkpointOnce();
    const head = await freshHead().catch(() => null);
    return head === null || head.incarnation !== incarnation ? null : { next: head.next, checkpoint };
  }

  function endAll(reset: Reset): void {
    for (const follower of [...followers]) follower.end(reset);
  }

  function wakeAll(): void {
    for (const follower of followers) follower.wake();
  }

  /** Takes a head as the ring's new truth where it can't be a continuation of what the ring holds. */
  function adopt(head: Head): void {
    const known = incarnation;
    const turnedBack = head.next < ring.end;
    const isResumed = wasSuspended && known !== head.incarnation && !head.suspended;
    wasSuspended = head.suspended;
    if (head.suspended) endAll(RESETS.suspended);
    const tooFar = head.next - ring.end > ringCapacity;
    if (known === head.incarnation && !turnedBack && !tooFar) return;
    incarnation = head.incarnation;
    if (known !== null && (known !== head.incarnation || turnedBack)) {
      if (isResumed)
        log.warn('log: the database that was set back goes on under another incarnation; streams begin anew');
      else
        log.error(
          { known, head, end: ring.end, alarm: 'LOG_REPLACED' },
          'log: the log is another or went back',
        );
      replay.clear();
      endAll(RESETS.incarnation);
    }
    ring.restart(known === head.incarnation && tooFar ? head.next - ringCapacity : head.next);
    wakeAll();
  }

  /** Reads what is new and wakes whoever waits; true if there is more. */
  async function readOnce(): Promise<boolean> {
    if (incarnation === null) adopt(await withDeadline(readHead(observe), lostAfterMs));
    const from = ring.end;
    const { head, events } = await withDeadline(readHistoryPage(observe, from), lostAfterMs);
    seenAt = Date.now();
    adopt(head);
    if (ring.end === from && events.length > 0) {
      ring.append(events);
      wakeAll();
    }
    await lookUpPositions(ring.end - 1 > announced);
    return ring.end < head.next;
  }

  async function lookUpPositions(integratedElsewhere: boolean): Promise<void> {
    const awaited = positions.awaited();
    if (awaited.length === 0 || !(lookUp || integratedElsewhere)) return;
    lookUp = false;
    for (const [recordId, position] of await readPositions(observe, awaited))
      positions.settle(recordId, position);
  }

  async function readAlways(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; ) {
      try {
        const more = await readOnce();
        failures = 0;
        outage.ended();
        if (!more && !(await wake.sleep(pollMs))) lookUp = true;
      } catch (error) {
        if (error instanceof LogBroken) {
          log.error({ err: error, alarm: 'LOG_BROKEN' }, 'log: the log has a hole');
          endAll(RESETS.broken);
        } else if (!closing.signal.aborted) outage.tell(error, 'log: the feed could not read');
        await restUnless(closing.signal, Math.min(pollMs, backoffMs(failures)));
        failures += 1;
      }
    }
  }

  /** Ends the streams of tokens that ended: one question for all, and none while nobody is there. */
  async function judgeOnce(): Promise<void> {
    const tokens = new Map<string, FollowedToken>();
    for (const { token } of followers) if (token !== null) tokens.set(token.key, token);
    const ended =
      tokens.size === 0 ? null : await withDeadline(authorityEnded([...tokens.values()]), lostAfterMs);
    judgedAt = Date.now();
    if (ended === null || ended.size === 0) return;
    const keys = new Set([...ended].map(({ key }) => key));
    for (const follower of [...followers])
      if (follower.token !== null && keys.has(follower.token.key)) follower.end(RESETS.authority);
  }

  async function judgeAlways(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        await judgeOnce();
      } catch (error) {
        outage.tell(error, 'log: the feed could not ask which tokens still stand');
      }
      const longestSilence = Date.now() - Math.min(seenAt, judgedAt);
      if (longestSilence > lostAfterMs) endAll(RESETS.lost);
      await restUnless(closing.signal, authorityMs);
    }
  }

  const stopHearing = integrator?.onIntegrated((batch) => {
    batch.recordIds.forEach((recordId, at) => {
      positions.settle(recordId, String(batch.firstPosition + at));
    });
    announced = batch.lastPosition;
    wake.ring();
  });
  const listener = startListener(listenUrl, log, (position) => {
    // What this process integrated it has been told already.
    if (position === null || position > announced) wake.ring();
  });
  const beating = beatAlways({ heartbeatMs, followers, read: readBeat, closing: closing.signal });
  const loops = [readAlways(), judgeAlways(), beating];

  return {
    async head() {
      const head = await freshHead();
      return {
        incarnation: head.incarnation,
        nextPosition: String(head.next),
        cursor: encodeCursor(head, cursorKey),
      };
    },
    async waitForPosition(recordId, signal) {
      integrator?.nudge();
      const asks = setTimeout(() => {
        lookUp = true;
        wake.ring();
      }, LOOK_UP_MS);
      try {
        return await unlessSilent(() => positions.wait(recordId, positionWaitMs, signal));
      } catch (error) {
        if (isAway(error)) return null;
        throw error;
      } finally {
        clearTimeout(asks);
      }
    },
    subscribe: (wanted) =>
      follow(
        {
          ring,
          replay,
          freshHead,
          checkpoint: checkpointOnce,
          incarnation: () => incarnation,
          join: (follower) => {
            followers.add(follower);
            if (closing.signal.aborted) follower.end(RESETS.closing);
          },
          leave: (follower) => followers.delete(follower),
          wasBeyond: ({ incarnation: of, next }) => {
            options.seen?.note({ incarnation: of, size: next, root: null, where: 'a cursor of this ledger' });
            log.error(
              { position: next, alarm: 'DATABASE_SET_BACK' },
              'log: a client has a cursor of this ledger from beyond its head: the database was set back',
            );
            integrator?.nudge();
          },
          cursorKey,
          heartbeatMs,
          lostAfterMs,
        },
        wanted,
      ),
    get subscribers() {
      return followers.size;
    },
    async close() {
      closing.abort();
      stopHearing?.();
      endAll(RESETS.closing);
      positions.close();
      wake.ring();
      await Promise.all([...loops, listener.close()]);
    },
  };
}

/** Says once that the database is away, and once that it is back; each failed attempt is a detail. */
function outageTeller(log: Log): { tell(error: unknown, what: string): void; ended(): void } {
  let away = false;
  return {
    tell(error, what) {
      if (!isAway(error)) {
        log.warn({ err: error }, what);
        return;
      }
      log.info({ err: error }, what);
      if (!away) log.warn('PostgreSQL is away; it is asked again until it answers');
      away = true;
    },
    ended() {
      if (away) log.warn('PostgreSQL is back');
      away = false;
    },
  };
}

/** Calls that come while one runs share the next one: each gets an answer that was read after it asked. */
function coalesced<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | null = null;
  return () => {
    next ??= running.then(() => {
      next = null;
      const answer = read();
      running = answer.catch(() => null);
      return answer;
    });
    return next;
  };
}

async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
