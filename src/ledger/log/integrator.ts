import type { Log } from './connection.ts';
import { isRefusedRight } from './database-faults.ts';
import { type LoopState, startDedicatedLoop } from './dedicated-loop.ts';
import { type IntegratedBatch, moveBatch } from './move.ts';

export interface Integrator {
  /** Says that something was committed: move it now instead of at the next poll. */
  nudge(): void;
  /** Tells of each batch after its durable commit; gives back how to stop listening. */
  onIntegrated(listener: (batch: IntegratedBatch) => void): () => void;
  /** `stopped`: the database refused the integrator's rights; it won't try again by itself. */
  state(): LoopState;
  /** Ends after the batch under way. */
  close(): Promise<void>;
}

export interface IntegratorOptions {
  /** The login cutter_integrator. */
  readonly url: string;
  readonly log: Log;
  readonly pollMs?: number;
  readonly batch?: number;
  /** What is committed within so long of a batch shares the next one: under load each batch would be of one record, at its full price. */
  readonly restMs?: number;
}

/**
 * Moves what is committed from `cutter_log.pending` into the log and gives each record the next dense position. Any
 * number of processes may run one: the head row's lock makes them take turns.
 */
export function startIntegrator(options: IntegratorOptions): Integrator {
  const { url, log, pollMs = 250, batch = 500, restMs = 5 } = options;
  const listeners = new Set<(batch: IntegratedBatch) => void>();

  function announce(integrated: IntegratedBatch): void {
    for (const listener of listeners) {
      try {
        listener(integrated);
      } catch (error) {
        log.error({ err: error }, 'log: a listener of the integrator threw');
      }
    }
  }

  const loop = startDedicatedLoop({
    url,
    login: 'cutter_integrator',
    log,
    /** Moves batches until the queue is empty, then sleeps until a nudge or the poll. */
    async turn(client, nudged) {
      const moved = await moveBatch(client, batch, nudged);
      if (moved === null) return { pollMs };
      for (const recordId of moved.dropped) {
        log.error(
          { recordId, alarm: 'DUPLICATE_RECORD' },
          'log: dropped a pending record that is in the log already',
        );
      }
      if (moved.recordIds.length > 0) announce(moved);
      return moved.taken === batch ? null : { restMs, pollMs };
    },
    faults: {
      ends: isRefusedRight,
      ended: {
        alarm: 'INTEGRATOR_REFUSED',
        says: 'log: the integrator stops, its rights were refused',
      },
      failed: { alarm: 'INTEGRATOR_BLOCKED', says: 'log: a batch failed and is tried again' },
      lost: 'log: the integrator lost its connection',
    },
  });
  return {
    nudge: () => loop.ring(),
    onIntegrated(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    state: () => loop.state(),
    close: () => loop.close(),
  };
}
