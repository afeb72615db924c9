import type { Client } from 'pg';
import type { Log } from '../../database/connection.ts';
import { isRefusedRight } from '../../database/database-faults.ts';
import { type LoopState, startDedicatedLoop } from '../../database/dedicated-loop.ts';
import type { Login } from '../../home/secrets.ts';
import type { LaneKey, PublicLaneKey } from '../../law/keys.ts';
import type { Lane } from '../../law/values.ts';
import { incarnationOf } from '../../proof/checkpoint.ts';
import type { Seen } from '../setback/seen.ts';
import { suspendLedger } from '../setback/suspension.ts';
import type { TreeFolder } from '../tree/tree-folder.ts';
import { TreeBroken } from '../tree/tree-nodes.ts';
import type { KnownHead } from './binding-heads.ts';
import { type CosignTurn, cosignHead } from './checkpoint-cosign.ts';
import { CosigningRefused, DatabaseSetBack } from './cosign-faults.ts';

const LOGIN_OF = { 'DOT-991': 'cutter_exec', 'DOT-992': 'cutter_verify' } as const satisfies Record<
  Lane,
  Login
>;

export interface Cosigner {
  /** Calls the listener when this lane has signed a head; gives back how to stop listening. */
  onSigned(listener: (size: number) => void): () => void;
  /** `stopped`: the ledger isn't the one that this lane signed. It signs nothing more before a person has looked. */
  state(): LoopState;
  close(): Promise<void>;
}

export interface CosignerOptions {
  /** The login of the lane. */
  readonly url: string;
  readonly lane: Lane;
  /** The keys that are held for the lane's heads at this moment: while one follows another, both. */
  readonly keys: () => readonly LaneKey[];
  /** All keys that this process knows for the lane's own, those of before among them. */
  readonly known: () => readonly PublicLaneKey[];
  readonly log: Log;
  /** The folder of this process: it says when there is something to sign. */
  readonly folder?: Pick<TreeFolder, 'onFolded'>;
  /** The heads that were kept outside the database: the newest of each incarnation, in their order. */
  readonly kept?: readonly KnownHead[];
  /** Learns how far this lane has signed. */
  readonly seen?: Seen;
  readonly pollMs?: number;
}

/**
 * Signs, for one lane, each head that the lanes are asked for; refuses, with an alarm and for good, where history
 * doesn't fit.
 */
export function startCosigner(options: CosignerOptions): Cosigner {
  const { url, lane, keys, known, log, folder, kept, pollMs = 500 } = options;
  const listeners = new Set<(size: number) => void>();
  let asked = 0;
  let memory: KnownHead | null = null;
  let waitsBecause: string | null = null;
  async function cosignOrSuspend(client: Client, remembered: readonly KnownHead[]): Promise<CosignTurn> {
    try {
      return await cosignHead(client, { lane, keys: keys(), known: known() }, remembered);
    } catch (error) {
      if (!(error instanceof DatabaseSetBack)) throw error;
      await client.query('rollback');
      if (await suspendLedger(client, error.incarnation, error.seen))
        log.error({ err: error, lane, alarm: 'DATABASE_SET_BACK' }, `log: ${error.message}`);
      return { outcome: 'waiting', reason: error.message };
    }
  }

  const loop = startDedicatedLoop({
    url,
    login: LOGIN_OF[lane],
    log,
    async turn(client) {
      const remembered = [...(kept ?? []), ...(memory === null ? [] : [memory])];
      const done = await cosignOrSuspend(client, remembered);
      if (done.outcome === 'waiting') {
        if (waitsBecause !== done.reason) log.info({ lane }, `log: nothing is signed. ${done.reason}`);
        waitsBecause = done.reason;
      } else {
        const { size } = done.head;
        memory = { ...done.head, where: `the memory of ${lane}'s process` };
        options.seen?.note({
          ...done.head,
          incarnation: incarnationOf(done.head.origin),
          where: memory.where,
        });
        asked = Math.max(asked, size);
        if (done.outcome === 'signed') for (const listener of listeners) listener(size);
      }
      return { pollMs };
    },
    faults: {
      ends: (error) =>
        error instanceof CosigningRefused || error instanceof TreeBroken || isRefusedRight(error),
      ended: {
        alarm: 'COSIGNING_REFUSED',
        lane,
        says: 'log: this lane signs no head any more, since the ledger is not the one that it signed',
      },
      failed: { alarm: 'COSIGNING_BLOCKED', says: 'log: signing a head failed and is tried again' },
      lost: 'log: a cosigner lost its connection',
    },
  });
  const stopHearing = folder?.onFolded(({ proposed }) => {
    if (proposed > asked) loop.ring();
    asked = Math.max(asked, proposed);
  });
  return {
    onSigned(listener) {
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
