import { type DedicatedConnection, type Log, openDedicated } from './connection.ts';
import { isLostConnection, isRefusedRight } from './database-faults.ts';
import type { Integrator } from './integrator.ts';
import { type Folded, foldBatch } from './tree-fold.ts';
import { TreeBroken } from './tree-nodes.ts';
import { backoffMs, createWake, restUnless } from './wake.ts';

const LOGIN = 'cutter_integrator';
const CLOSE_MS = 5000;

export interface TreeFolder {
  /** Tells of each fold after its durable commit; gives back how to stop listening. */
  onFolded(listener: (folded: Folded) => void): () => void;
  /** `stopped`: the log or the tree was altered, or the rights were refused; it won't try again by itself. */
  state(): 'running' | 'reconnecting' | 'stopped';
  /** Ends after the batch under way. */
  close(): Promise<void>;
}

export interface TreeFolderOptions {
  /** The login cutter_integrator. */
  readonly url: string;
  readonly log: Log;
  /** The integrator of this process: it says when the log has grown. */
  readonly integrator?: Pick<Integrator, 'onIntegrated'>;
  readonly pollMs?: number;
  /** Leaves of one batch. */
  readonly batch?: number;
  /** The least time between two folds: under load many records share one. */
  readonly restMs?: number;
  /** The least time between two sizes that the lanes are asked to sign. */
  readonly proposeMs?: number;
}

/**
 * Folds the log into its tree, behind the integrator and never in its way. Any number of processes may run one: the tree
 * head's lock lets one fold at a time, and when its process dies the next poll of another goes on where it committed.
 */
export function startTreeFolder(options: TreeFolderOptions): TreeFolder {
  const { url, log, integrator, pollMs = 500, batch = 2048, restMs = 100, proposeMs = 1000 } = options;
  const listeners = new Set<(folded: Folded) => void>();
  const wake = createWake();
  const closing = new AbortController();
  let state: ReturnType<TreeFolder['state']> = 'reconnecting';
  let connection: DedicatedConnection | null = null;

  async function drop(): Promise<void> {
    const lost = connection;
    connection = null;
    await lost?.close();
  }

  async function turn(): Promise<void> {
    connection ??= await openDedicated(url, LOGIN, () => wake.ring());
    const folded = await foldBatch(connection.client, batch, proposeMs);
    state = 'running';
    if (folded !== null) for (const listener of listeners) listener(folded);
    if (folded?.leaves === batch) return;
    if (folded !== null) await restUnless(closing.signal, restMs);
    const unproposed = folded !== null && folded.proposed < folded.size;
    await wake.sleep(unproposed ? Math.min(pollMs, proposeMs) : pollMs);
  }

  async function run(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; ) {
      try {
        await turn();
        failures = 0;
      } catch (error) {
        if (mustStop(error)) {
          log.error({ err: error, alarm: 'TREE_BROKEN' }, 'log: the tree is not folded any further');
          state = 'stopped';
          break;
        }
        state = 'reconnecting';
        if (!closing.signal.aborted) {
          if (isLostConnection(error)) log.info({ err: error }, 'log: the folder lost its connection');
          else log.error({ err: error, alarm: 'TREE_BLOCKED' }, 'log: a fold failed and is tried again');
        }
        await drop();
        await restUnless(closing.signal, backoffMs(failures));
        failures += 1;
      }
    }
    await drop();
  }

  const stopHearing = integrator?.onIntegrated(() => wake.ring());
  const ended = run();
  return {
    onFolded(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    state: () => state,
    async close() {
      closing.abort();
      stopHearing?.();
      wake.ring();
      const force = setTimeout(() => void drop(), CLOSE_MS);
      await ended;
      clearTimeout(force);
    },
  };
}

/** A node that is there already is as bad as one that is missing: both say that somebody else wrote the tree. */
function mustStop(error: unknown): boolean {
  return (
    error instanceof TreeBroken || isRefusedRight(error) || (error as { code?: unknown }).code === '23505'
  );
}
