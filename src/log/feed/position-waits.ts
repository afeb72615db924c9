import type { DatabasePool } from 'slonik';
import { isAway } from '../../database/outage.ts';
import type { Wake } from '../../database/wake.ts';
import type { Integrator } from '../queue/integrator.ts';
import { readPositions } from './history-page.ts';
import { createPositions } from './positions.ts';

/** How long a wait for a position trusts this process's integrator before it asks the database. */
const LOOK_UP_MS = 25;

/** Waits for the positions of records: the integrator of this process says them, or the database is asked. */
export interface PositionWaits {
  /** The position of a record once it is integrated; null if the wait ends before. */
  wait(recordId: string, signal?: AbortSignal): Promise<string | null>;
  /** Whether this process's integrator has announced this position. */
  isAnnounced(position: number): boolean;
  /** Has the next `readAwaited` ask the database. */
  askNext(): void;
  /**
   * Asks the database for the awaited positions, where it was asked to or others integrate; `last`: the newest one
   * read.
   */
  readAwaited(last: number): Promise<void>;
  close(): void;
}

interface PositionWaitsOptions {
  readonly observe: DatabasePool;
  readonly integrator: Integrator | undefined;
  /** Rung to have the feed's reader look. */
  readonly wake: Wake;
  readonly positionWaitMs: number;
  /** Ends a wait when the database is silent: nothing is integrated then. */
  readonly unlessSilent: <T>(work: () => Promise<T>) => Promise<T>;
}

export function createPositionWaits(options: PositionWaitsOptions): PositionWaits {
  const { observe, integrator, wake, positionWaitMs, unlessSilent } = options;
  const positions = createPositions();
  let announced = -1;
  let isAsked = false;

  const stopListening = integrator?.onIntegrated((batch) => {
    batch.recordIds.forEach((recordId, at) => {
      positions.settle(recordId, String(batch.firstPosition + at));
    });
    announced = batch.lastPosition;
    wake.ring();
  });

  return {
    async wait(recordId, signal) {
      integrator?.nudge();
      const asking = setTimeout(() => {
        isAsked = true;
        wake.ring();
      }, LOOK_UP_MS);
      try {
        return await unlessSilent(() => positions.wait(recordId, positionWaitMs, signal));
      } catch (error) {
        if (isAway(error)) return null;
        throw error;
      } finally {
        clearTimeout(asking);
      }
    },
    isAnnounced: (position) => position <= announced,
    askNext() {
      isAsked = true;
    },
    async readAwaited(last) {
      const awaited = positions.awaited();
      if (awaited.length === 0 || !(isAsked || last > announced)) return;
      isAsked = false;
      for (const [recordId, position] of await readPositions(observe, awaited))
        positions.settle(recordId, position);
    },
    close() {
      stopListening?.();
      positions.close();
    },
  };
}
