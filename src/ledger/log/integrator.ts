import { type DedicatedConnection, type Log, openDedicated } from './connection.ts';
import { isLostConnection, isRefusedRight } from './database-faults.ts';
import { type IntegratedBatch, moveBatch } from './move.ts';
import { backoffMs, createWake, restUnless } from './wake.ts';

const LOGIN = 'cutter_integrator';
/** How long a close waits for a server that may have gone silent in mid-batch. */
const CLOSE_MS = 5000;

export interface Integrator {
  /** Says that something was committed: move it now instead of at the next poll. */
  nudge(): void;
  /** Tells of each batch after its durable commit; gives back how to stop listening. */
  onIntegrated(listener: (batch: IntegratedBatch) => void): () => void;
  /** `stopped`: the database refused the integrator's rights; it won't try again by itself. */
  state(): 'running' | 'reconnecting' | 'stopped';
  /** Ends after the batch under way. */
  close(): Promise<void>;
}

export interface IntegratorOptions {
  /** The login cutter_integrator. */
  readonly url: string;
  readonly log: Log;
  readonly pollMs?: number;
  readonly batch?: number;
}

/**
 * Moves what is committed from `cutter_log.pending` into the log and gives each record the next dense position. Any
 * number of processes may run one: the head row's lock makes them take turns.
 */
export function startIntegrator({ url, log, pollMs = 250, batch = 500 }: IntegratorOptions): Integrator {
  const listeners = new Set<(batch: IntegratedBatch) => void>();
  const wake = createWake();
  const closing = new AbortController();
  let state: ReturnType<Integrator['state']> = 'reconnecting';
  let connection: DedicatedConnection | null = null;

  function announce(integrated: IntegratedBatch): void {
    for (const listener of listeners) {
      try {
        listener(integrated);
      } catch (error) {
        log.error({ err: error }, 'log: a listener of the integrator threw');
      }
    }
  }

  async function drop(): Promise<void> {
    const lost = connection;
    connection = null;
    await lost?.close();
  }

  function report(error: unknown): void {
    if (closing.signal.aborted) return;
    // The feed of this process tells of an outage, once.
    if (isLostConnection(error)) log.info({ err: error }, 'log: the integrator lost its connection');
    else log.error({ err: error, alarm: 'INTEGRATOR_BLOCKED' }, 'log: a batch failed and is tried again');
  }

  /** One turn: move batches until the queue is empty, then sleep until a nudge or the poll. */
  async function turn(nudged: boolean): Promise<boolean> {
    connection ??= await openDedicated(url, LOGIN, () => wake.ring());
    const moved = await moveBatch(connection.client, batch, nudged);
    state = 'running';
    if (moved === null) return wake.sleep(pollMs);
    for (const recordId of moved.dropped) {
      log.error(
        { recordId, alarm: 'DUPLICATE_RECORD' },
        'log: dropped a pending record that is in the log already',
      );
    }
    if (moved.recordIds.length > 0) announce(moved);
    return moved.taken === batch ? true : wake.sleep(pollMs);
  }

  async function run(): Promise<void> {
    let nudged = true;
    for (let failures = 0; !closing.signal.aborted; ) {
      try {
        nudged = await turn(nudged);
        failures = 0;
      } catch (error) {
        if (isRefusedRight(error)) {
          log.error(
            { err: error, alarm: 'INTEGRATOR_REFUSED' },
            'log: the integrator stops, its rights were refused',
          );
          state = 'stopped';
          break;
        }
        state = 'reconnecting';
        report(error);
        await drop();
        await restUnless(closing.signal, backoffMs(failures));
        failures += 1;
        nudged = true;
      }
    }
    await drop();
  }

  const ended = run();
  return {
    nudge: () => wake.ring(),
    onIntegrated(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    state: () => state,
    async close() {
      closing.abort();
      wake.ring();
      const force = setTimeout(() => void drop(), CLOSE_MS);
      await ended;
      clearTimeout(force);
    },
  };
}
