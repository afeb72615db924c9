import type { Log } from '../../database/connection.ts';
import { isAway } from '../../database/outage.ts';
import { createWake, restUnless } from '../../database/wake.ts';
import type { Tree } from '../tree/tree.ts';
import type { Checkpoint, Checkpoints } from './checkpoint.ts';
import type { Cosigner } from './checkpoint-cosigner.ts';
import type { WitnessKeeping } from './witness-cosignatures.ts';
import { submitHead, type WitnessAnswer } from './witness-exchange.ts';
import type { Witness } from './witness-list.ts';

export interface WitnessesOptions {
  readonly witnesses: readonly Witness[];
  readonly checkpoints: Pick<Checkpoints, 'latest'>;
  readonly tree: Pick<Tree, 'consistencyProof'>;
  readonly keeping: WitnessKeeping;
  /** The cosigners of this process: they say when a head may have become complete. */
  readonly cosigners: readonly Pick<Cosigner, 'onSigned'>[];
  readonly log: Log;
  readonly pollMs?: number;
  /** The least time between two heads for one witness: what is published in between, it need not see. */
  readonly restMs?: number;
  /** The wait after the first failure; it doubles up to five minutes. */
  readonly retryMs?: number;
  /** How long a witness has for its whole answer. */
  readonly patienceMs?: number;
}

export interface Witnesses {
  /** Ends the requests under way. */
  close(): Promise<void>;
}

type Alarm = 'WITNESS_AWAY' | 'WITNESS_REFUSED' | 'WITNESS_WRONG' | 'WITNESS_CONFLICT';
/** What one turn did: nothing to hand over, a cosignature stored, or a fault. */
type Turn =
  | 'idle'
  | 'kept'
  | { readonly alarm: Alarm; readonly reason: string; readonly retryMs?: number | null };

const LONGEST_RETRY_MS = 300_000;
/** A witness that isn't there is reported after so many failures in a row. */
const PATIENT = 3;

/**
 * Hands the newest published head to each witness and stores its cosignature. Publishing waits for no witness, and no
 * witness for another.
 */
export function startWitnesses(options: WitnessesOptions): Witnesses {
  const closing = new AbortController();
  const loops = options.witnesses.map((witness) => followWitness(witness, options, closing.signal));
  const stops = options.cosigners.map((cosigner) =>
    cosigner.onSigned(() => {
      for (const { ring } of loops) ring();
    }),
  );
  return {
    async close() {
      closing.abort();
      for (const stop of stops) stop();
      for (const { ring } of loops) ring();
      await Promise.all(loops.map(({ ended }) => ended));
      await options.keeping.close();
    },
  };
}

function followWitness(witness: Witness, options: WitnessesOptions, closing: AbortSignal) {
  const { checkpoints, log, pollMs = 5000, restMs = 2000, retryMs = 1000 } = options;
  const wake = createWake();
  let failures = 0;
  let reported: string | null = null;

  function reportFault({ alarm, reason }: Exclude<Turn, string>): void {
    if (reported === reason || (alarm === 'WITNESS_AWAY' && failures < PATIENT)) return;
    reported = reason;
    log.error(
      { witness: witness.name, alarm },
      `log: the witness ${witness.name} cosigns nothing: ${reason}`,
    );
  }

  async function turn(): Promise<Turn> {
    const checkpoint = await checkpoints.latest();
    if (checkpoint === null) return 'idle';
    const known = await options.keeping.newest(witness, checkpoint.origin);
    return known >= checkpoint.size ? 'idle' : await handOver(witness, checkpoint, known, options, closing);
  }

  /** Gives back how long to wait before the next head, or the next attempt. */
  async function settle(done: Turn): Promise<number> {
    if (done === 'idle') return 0;
    if (done === 'kept') {
      if (reported !== null)
        log.info({ witness: witness.name }, `log: the witness ${witness.name} cosigns again`);
      failures = 0;
      reported = null;
      return restMs;
    }
    failures += 1;
    reportFault(done);
    const growing = Math.min(LONGEST_RETRY_MS, retryMs * 2 ** Math.min(failures - 1, 20));
    return Math.max(done.retryMs ?? 0, growing * (0.75 + Math.random() / 4));
  }

  async function run(): Promise<void> {
    while (!closing.aborted) {
      try {
        await restUnless(closing, await settle(await turn()));
      } catch (error) {
        if (closing.aborted) break;
        log[isAway(error) ? 'info' : 'warn'](
          { err: error },
          'log: what a witness needs could not be read or stored',
        );
        await restUnless(closing, restMs);
      }
      await wake.sleep(pollMs);
    }
  }

  return { ring: () => wake.ring(), ended: run() };
}

/**
 * Proves the head from the size that the witness is known to have. If it has another size it says so, and is asked
 * once more from there.
 */
async function handOver(
  witness: Witness,
  checkpoint: Checkpoint,
  known: number,
  options: WitnessesOptions,
  closing: AbortSignal,
): Promise<Turn> {
  const { origin, size, note } = checkpoint;
  let answer: WitnessAnswer = { outcome: 'knows', size: known };
  for (let attempt = 0, oldSize = known; attempt < 2; attempt += 1) {
    const proof = await proofBetween(options.tree, oldSize, size);
    answer = await submitHead(witness, { oldSize, proof, note }, closing, options.patienceMs);
    if (answer.outcome !== 'knows') break;
    if (answer.size === size && oldSize === size)
      return { alarm: 'WITNESS_CONFLICT', reason: otherHead(size) };
    if (answer.size > size) return await judgeAhead(options.checkpoints, answer.size, origin);
    oldSize = answer.size;
  }
  switch (answer.outcome) {
    case 'cosigned':
      await options.keeping.keep(witness, checkpoint, answer.cosignature);
      return 'kept';
    case 'knows':
      return { alarm: 'WITNESS_WRONG', reason: 'it says with each attempt that it knows another size' };
    case 'away':
      return { alarm: 'WITNESS_AWAY', reason: answer.reason, retryMs: answer.retryMs };
    default:
      return {
        alarm: answer.outcome === 'wrong' ? 'WITNESS_WRONG' : 'WITNESS_REFUSED',
        reason: answer.reason,
      };
  }
}

async function proofBetween(tree: Pick<Tree, 'consistencyProof'>, from: number, to: number) {
  if (from === 0 || from === to) return [];
  const proof = await tree.consistencyProof(from, to);
  if (proof === null) throw new Error(`The tree has no ${to} leaves yet.`);
  return proof.hashes;
}

/**
 * Another process may have handed over a newer head meanwhile; if none is published, the witness saw what this
 * database has not.
 */
async function judgeAhead(
  checkpoints: Pick<Checkpoints, 'latest'>,
  size: number,
  origin: string,
): Promise<Turn> {
  const latest = await checkpoints.latest();
  if (latest !== null && latest.size >= size) return 'idle';
  return {
    alarm: 'WITNESS_CONFLICT',
    reason:
      `it says that it cosigned ${size} positions of ${origin}, and the newest head here has ` +
      `${latest?.size ?? 0}: the database was set back, or the witness is wrong`,
  };
}

function otherHead(size: number): string {
  return (
    `it cosigned another head of ${size} positions than the one that is published here: the log has two ` +
    'histories, or the witness is wrong'
  );
}
