import { setTimeout as pause } from 'node:timers/promises';
import type { LaneKey } from '../../../src/law/keys.ts';
import { LANES, type Lane } from '../../../src/law/values.ts';
import { type Checkpoints, readCheckpoints } from '../../../src/log/checkpoint/checkpoint.ts';
import {
  type Cosigner,
  type CosignerOptions,
  startCosigner,
} from '../../../src/log/checkpoint/checkpoint-cosigner.ts';
import { checkpointKeyName, originOf } from '../../../src/proof/checkpoint.ts';
import { publicKeyOf } from '../../../src/proof/ed25519.ts';
import { keyIdOf } from '../../../src/proof/keyid.ts';
import { type TestDatabase, testDatabase } from '../../harness/database.ts';
import { checkpointSeedOf } from '../../harness/seeds.ts';
import { folderOf, growLog, LOOK_MS, treeSize } from '../../harness/tree-ground.ts';
import { verifierKey } from '../../harness/verifier-key.ts';
import { type HeardLog, heardLog } from '../log-ground.ts';

/** A log that grows at will, folded at once, and lanes that are started one by one. */
export interface SigningGround {
  readonly database: TestDatabase;
  readonly log: HeardLog;
  readonly checkpoints: Checkpoints;
  /** The log and its tree have `size` positions, and the lanes are asked for that size. */
  grow(size: number): Promise<void>;
  lane(lane: Lane, options?: Partial<CosignerOptions>): Cosigner;
  /** Ends a lane's process. */
  stop(cosigner: Cosigner): Promise<void>;
  /** Sizes that a lane has signed. */
  signedBy(lane: Lane): Promise<number[]>;
  /** Resolves when a head of `size` leaves is published. */
  published(size: number): Promise<void>;
  close(): Promise<void>;
}

export function headKey({ secrets }: TestDatabase, lane: Lane): LaneKey {
  const seed = checkpointSeedOf(secrets, lane) as Uint8Array;
  const publicKey = publicKeyOf(seed);
  return { lane, seed, publicKey, keyId: keyIdOf(publicKey) };
}

export async function originIn({ superuser }: TestDatabase): Promise<string> {
  const { rows } = await superuser.query<{ incarnation: string }>(
    'select incarnation::text from cutter_log.head',
  );
  return originOf(rows[0]?.incarnation as string);
}

/** The public keys as a stranger is told of them. */
export async function strangersKeys(database: TestDatabase): Promise<readonly string[]> {
  const origin = await originIn(database);
  return LANES.map((lane) =>
    verifierKey({ name: checkpointKeyName(origin, lane), publicKey: headKey(database, lane).publicKey }),
  );
}

export async function again<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    await pause(LOOK_MS);
  }
}

export async function signingGround(): Promise<SigningGround> {
  const database = await testDatabase({ log: 'empty' });
  const log = heardLog();
  const running = new Set<Cosigner>();
  const checkpoints = readCheckpoints(database.pools.observe, log);
  return {
    database,
    log,
    checkpoints,
    async grow(size) {
      await growLog(database, size);
      const folder = folderOf(database, { log });
      await again(async () => (await treeSize(database)) === size || folder.state() === 'stopped');
      await folder.close();
    },
    lane(lane, options = {}) {
      const url = (lane === 'DOT-991' ? database.urls.exec : database.urls.verify) as string;
      const cosigner = startCosigner({
        url,
        lane,
        keys: () => [headKey(database, lane)],
        known: () => [headKey(database, lane)],
        log,
        pollMs: 10,
        ...options,
      });
      running.add(cosigner);
      return cosigner;
    },
    async stop(cosigner) {
      running.delete(cosigner);
      await cosigner.close();
    },
    async signedBy(lane) {
      const { rows } = await database.superuser.query<{ size: string }>(
        'select size from cutter_log.cosignature where lane = $1 order by size',
        [lane],
      );
      return rows.map(({ size }) => Number(size));
    },
    async published(size) {
      await again(async () => (await checkpoints.latest())?.size === size);
    },
    async close() {
      await Promise.all([...running].map((cosigner) => cosigner.close()));
      // A file of many databases would have all of its roles' connections otherwise.
      await database.drop();
    },
  };
}
