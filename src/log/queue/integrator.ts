import type { Client } from 'pg';
import type { Log } from '../../database/connection.ts';
import { isRefusedRight } from '../../database/database-faults.ts';
import { type LoopState, startDedicatedLoop } from '../../database/dedicated-loop.ts';
import type { Custody } from '../../law/keys.ts';
import { ResumptionRefused, resumeLog } from '../setback/resume-log.ts';
import { Seen } from '../setback/seen.ts';
import { suspendLedger } from '../setback/suspension.ts';
import { type IntegratedBatch, lookAtQueue, moveBatch, type QueueLook } from './move.ts';

export interface Integrator {
  /** Says that something was committed: move it now instead of at the next poll. */
  nudge(): void;
  /** Calls the listener after each batch's durable commit; gives back how to stop listening. */
  onIntegrated(listener: (batch: IntegratedBatch) => void): () => void;
  /** `stopped`: the database refused the integrator's rights; it asks for them now and then. */
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
  /** What this process knows of how far the ledger had come. */
  readonly seen?: Seen;
  /** The keys that this process knows for a lane's own; for a lane that it doesn't serve, the registry decides. */
  readonly knownOf?: Custody['knownOf'];
  /**
   * What is committed within so long of a batch shares the next one: under load each batch would be of one record, at
   * its full price.
   */
  readonly restMs?: number;
}

/** Where this process remembers how far the log had come. */
const MEMORY = "a server's memory";

/**
 * Moves what is committed from `cutter_log.pending` into the log and gives each record the next dense position. Any
 * number of processes may run one: the head row's lock makes them take turns.
 */
export function startIntegrator(options: IntegratorOptions): Integrator {
  const { url, log, pollMs = 250, batch = 500, restMs = 5, seen = new Seen(), knownOf = () => [] } = options;
  const listeners = new Set<(batch: IntegratedBatch) => void>();
  let refused: string | null = null;

  function announce(integrated: IntegratedBatch): void {
    for (const listener of listeners) {
      try {
        listener(integrated);
      } catch (error) {
        log.error({ err: error }, 'log: a listener of the integrator threw');
      }
    }
  }

  /** A ledger that this process has seen further is suspended before anything of it moves. */
  async function isSuspended(client: Client, look: QueueLook): Promise<boolean> {
    if (look.suspended) return true;
    const beyond = seen.beyond(look);
    if (beyond === null) {
      seen.note({ incarnation: look.incarnation, size: look.next, root: null, where: MEMORY });
      return false;
    }
    if (!(await suspendLedger(client, look.incarnation, beyond))) return false;
    log.error(
      { position: look.next, seen: beyond.size, where: beyond.where, alarm: 'DATABASE_SET_BACK' },
      'log: the database was set back; nothing is published until both lanes accept where it resumes ("cutter resume")',
    );
    return true;
  }

  async function resume(client: Client): Promise<{ pollMs: number } | null> {
    try {
      const resumed = await resumeLog(client, knownOf);
      if (resumed === null) return { pollMs };
      log.warn({ position: resumed.firstPosition }, 'log: both lanes have accepted; the log goes on');
      announce(resumed);
      return null;
    } catch (error) {
      if (!(error instanceof ResumptionRefused)) throw error;
      await client.query('rollback');
      if (refused !== error.message)
        log.error({ err: error, alarm: 'RESUMPTION_REFUSED' }, 'log: what the lanes accepted is not taken');
      refused = error.message;
      return { pollMs };
    }
  }

  const loop = startDedicatedLoop({
    url,
    login: 'cutter_integrator',
    log,
    /** Moves batches until the queue is empty, then sleeps until a nudge or the poll. */
    async turn(client, nudged) {
      const look = await lookAtQueue(client);
      if (await isSuspended(client, look)) return await resume(client);
      const moved = look.waiting ? await moveBatch(client, batch, nudged) : null;
      if (moved === null) return { pollMs };
      seen.note({ incarnation: look.incarnation, size: moved.lastPosition + 1, root: null, where: MEMORY });
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
