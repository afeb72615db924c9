import type { LaneKey } from '../keys.ts';
import type { Lane } from '../values.ts';
import { CosigningRefused, cosign, type KnownHead } from './checkpoint-cosign.ts';
import { type DedicatedConnection, type Log, openDedicated } from './connection.ts';
import { isLostConnection, isRefusedRight } from './database-faults.ts';
import type { TreeFolder } from './tree-folder.ts';
import { TreeBroken } from './tree-nodes.ts';
import { backoffMs, createWake, restUnless } from './wake.ts';

const LOGIN_OF = { 'DOT-991': 'cutter_exec', 'DOT-992': 'cutter_verify' } as const satisfies Record<
  Lane,
  string
>;
const CLOSE_MS = 5000;

export interface Cosigner {
  /** Tells that this lane has signed a head; gives back how to stop listening. */
  onSigned(listener: (size: number) => void): () => void;
  /** `stopped`: the ledger isn't the one that this lane signed. It signs nothing more before a person has looked. */
  state(): 'running' | 'reconnecting' | 'stopped';
  close(): Promise<void>;
}

export interface CosignerOptions {
  /** The login of the lane. */
  readonly url: string;
  /** The lane's key for heads. */
  readonly key: LaneKey;
  readonly log: Log;
  /** The folder of this process: it says when there is something to sign. */
  readonly folder?: Pick<TreeFolder, 'onFolded'>;
  /** The newest head that was kept outside the database, if any was. */
  readonly kept?: KnownHead | null;
  readonly pollMs?: number;
}

/** Signs, for one lane, each head that the lanes are asked for; refuses, with an alarm and for good, where history doesn't fit. */
export function startCosigner({ url, key, log, folder, kept, pollMs = 500 }: CosignerOptions): Cosigner {
  const listeners = new Set<(size: number) => void>();
  const wake = createWake();
  const closing = new AbortController();
  let state: ReturnType<Cosigner['state']> = 'reconnecting';
  let connection: DedicatedConnection | null = null;
  let asked = 0;
  let memory: KnownHead | null = null;
  let told: string | null = null;

  async function drop(): Promise<void> {
    const lost = connection;
    connection = null;
    await lost?.close();
  }

  async function turn(): Promise<void> {
    connection ??= await openDedicated(url, LOGIN_OF[key.lane], () => wake.ring());
    const remembered = [memory, kept ?? null].filter((head) => head !== null);
    const done = await cosign(connection.client, key, remembered);
    state = 'running';
    if (done.outcome === 'waiting') {
      if (told !== done.reason) log.info({ lane: key.lane }, `log: nothing is signed. ${done.reason}`);
      told = done.reason;
    } else {
      const { size, root } = done.head;
      memory = { size, root, where: `the memory of ${key.lane}'s process` };
      asked = Math.max(asked, size);
      if (done.outcome === 'signed') for (const listener of listeners) listener(size);
    }
    await wake.sleep(pollMs);
  }

  async function run(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; ) {
      try {
        await turn();
        failures = 0;
      } catch (error) {
        if (error instanceof CosigningRefused || error instanceof TreeBroken || isRefusedRight(error)) {
          log.error(
            { err: error, lane: key.lane, alarm: 'COSIGNING_REFUSED' },
            'log: this lane signs no head any more, since the ledger is not the one that it signed',
          );
          state = 'stopped';
          break;
        }
        state = 'reconnecting';
        if (!closing.signal.aborted) {
          if (isLostConnection(error)) log.info({ err: error }, 'log: a cosigner lost its connection');
          else
            log.error(
              { err: error, alarm: 'COSIGNING_BLOCKED' },
              'log: signing a head failed and is tried again',
            );
        }
        await drop();
        await restUnless(closing.signal, backoffMs(failures));
        failures += 1;
      }
    }
    await drop();
  }

  const stopHearing = folder?.onFolded(({ proposed }) => {
    if (proposed > asked) wake.ring();
    asked = Math.max(asked, proposed);
  });
  const ended = run();
  return {
    onSigned(listener) {
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
