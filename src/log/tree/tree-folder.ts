import type { Log } from '../../database/connection.ts';
import { isRefusedRight } from '../../database/database-faults.ts';
import { type LoopState, startDedicatedLoop } from '../../database/dedicated-loop.ts';
import type { Integrator } from '../queue/integrator.ts';
import { type FoldedBatch, foldBatch } from './tree-fold.ts';
import { TreeBroken } from './tree-nodes.ts';

export interface TreeFolder {
  /** Calls the listener after each fold's durable commit; gives back how to stop listening. */
  onFolded(listener: (folded: FoldedBatch) => void): () => void;
  /** `stopped`: the log or the tree was altered, or the rights were refused; it won't try again by itself. */
  state(): LoopState;
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
 * Folds the log into its tree, behind the integrator and never in its way. Any number of processes may run one: the
 * tree head's lock lets one fold at a time, and when its process dies the next poll of another goes on where it
 * committed.
 */
export function startTreeFolder(options: TreeFolderOptions): TreeFolder {
  const { url, log, integrator, pollMs = 500, batch = 2048, restMs = 100, proposeMs = 1000 } = options;
  const listeners = new Set<(folded: FoldedBatch) => void>();
  const loop = startDedicatedLoop({
    url,
    login: 'cutter_integrator',
    log,
    async turn(client) {
      const folded = await foldBatch(client, batch, proposeMs);
      if (folded === null) return { pollMs };
      for (const listener of listeners) listener(folded);
      if (folded.leaves === batch) return null;
      const unproposed = folded.proposed < folded.size;
      return { restMs, pollMs: unproposed ? Math.min(pollMs, proposeMs) : pollMs };
    },
    faults: {
      ends: mustStop,
      ended: { alarm: 'TREE_BROKEN', says: 'log: the tree is not folded any further' },
      failed: { alarm: 'TREE_BLOCKED', says: 'log: a fold failed and is tried again' },
      lost: 'log: the folder lost its connection',
    },
  });
  const stopHearing = integrator?.onIntegrated(() => loop.ring());
  return {
    onFolded(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    state: () => loop.state(),
    async close() {
      stopHearing?.();
      await loop.close();
    },
  };
}

/** A node that is there already is as bad as one that is missing: both say that somebody else wrote the tree. */
function mustStop(error: unknown): boolean {
  return (
    error instanceof TreeBroken || isRefusedRight(error) || (error as { code?: unknown }).code === '23505'
  );
}
