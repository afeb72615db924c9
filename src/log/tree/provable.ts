import type { Log } from '../../database/connection.ts';
import type { Pools } from '../../database/pools.ts';
import type { Custody } from '../../law/keys.ts';
import { EXECUTOR_LANE, LANES } from '../../law/values.ts';
import { type Checkpoints, readCheckpoints } from '../checkpoint/checkpoint.ts';
import { type Cosigner, startCosigner } from '../checkpoint/checkpoint-cosigner.ts';
import { startPublisher } from '../checkpoint/checkpoint-publisher.ts';
import type { CheckpointSink } from '../checkpoint/checkpoint-sinks.ts';
import { openWitnessKeeping } from '../checkpoint/witness-cosignatures.ts';
import type { Witness } from '../checkpoint/witness-list.ts';
import { startWitnesses, type Witnesses } from '../checkpoint/witnesses.ts';
import type { Integrator } from '../queue/integrator.ts';
import type { Seen } from '../setback/seen.ts';
import { openProofs, type Proofs } from './proofs.ts';
import { readTree } from './tree.ts';
import { startTreeFolder, type TreeFolder } from './tree-folder.ts';

/** What makes history provable, as far as this process holds the secrets for it. */
export interface Provable {
  readonly checkpoints: Checkpoints;
  readonly proofs: Proofs;
  /** Null in a process that doesn't integrate. */
  readonly folder: TreeFolder | null;
  /** One for each lane whose key for heads this process holds. */
  readonly cosigners: readonly Cosigner[];
  close(): Promise<void>;
}

export interface ProvableOptions {
  readonly pools: Pick<Pools, 'exec' | 'verify' | 'observe' | 'evidence' | 'urls'>;
  /** Where this process has its lanes' keys for heads from. */
  readonly custody: Custody;
  readonly integrator: Integrator | null;
  readonly sinks: readonly CheckpointSink[];
  readonly witnesses: readonly Witness[];
  /** Learns how far the ledger had come. */
  readonly seen: Seen;
  readonly log: Log;
}

/** Starts folding, cosigning and publishing; closes them in reverse. */
export function startProvable(options: ProvableOptions): Provable {
  const { pools, custody, integrator, log } = options;
  const checkpoints = readCheckpoints(pools.observe, log);
  const folder = folderOf(pools, integrator, log);
  const { sinks } = options;
  const kept = sinks.flatMap(({ heads, name }) =>
    heads.map((head) => ({ ...head, where: `the file ${name}` })),
  );
  const cosigners = LANES.flatMap((lane) => {
    const keys = () => custody.keysOf(lane, 'checkpoint');
    if (keys().length === 0) return [];
    const executor = lane === EXECUTOR_LANE;
    const url = executor ? pools.urls.exec : pools.urls.verify;
    if (url === null || (executor ? pools.exec : pools.verify) === null) return [];
    return [
      startCosigner({
        url,
        lane,
        keys,
        known: () => custody.knownOf(lane),
        log,
        kept,
        seen: options.seen,
        ...(folder === null ? {} : { folder }),
      }),
    ];
  });
  const publisher = startPublisher({ checkpoints, sinks, cosigners, log });
  const witnesses = witnessesOf(options, checkpoints, cosigners);
  return {
    checkpoints,
    proofs: openProofs({ ...pools, checkpoints, log }),
    folder,
    cosigners,
    async close() {
      await witnesses?.close();
      await publisher.close();
      await Promise.all(cosigners.map((cosigner) => cosigner.close()));
      await folder?.close();
    },
  };
}

function folderOf(
  pools: ProvableOptions['pools'],
  integrator: Integrator | null,
  log: Log,
): TreeFolder | null {
  const url = pools.urls.integrator;
  return url === null || integrator === null ? null : startTreeFolder({ url, integrator, log });
}

/** What witnesses say is kept by the integrator's login, so a process without it asks none. */
function witnessesOf(
  { pools, witnesses, log }: ProvableOptions,
  checkpoints: Checkpoints,
  cosigners: readonly Cosigner[],
): Witnesses | null {
  const url = pools.urls.integrator;
  if (url === null || witnesses.length === 0) return null;
  const keeping = openWitnessKeeping(pools.observe, url);
  return startWitnesses({ witnesses, checkpoints, tree: readTree(pools.observe), keeping, cosigners, log });
}
