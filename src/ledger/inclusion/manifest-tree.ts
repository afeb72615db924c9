import { setImmediate as nextTurn } from 'node:timers/promises';
import { nodeHash } from '../../proof/merkle.ts';
import { inclusionNodes, type NodeCoordinate, rootFromNodes } from '../../proof/merkle-nodes.ts';

const HASH_BYTES = 32;
/** So many nodes are hashed before others get their turn: a few milliseconds. */
const NODES_A_TURN = 1000;

/** The tree of a manifest, kept as its complete subtrees: 64 bytes a leaf. */
export class ManifestTree {
  readonly size: number;
  /** By level, the hashes of its complete subtrees, one after another. */
  readonly #levels: readonly Buffer[];

  private constructor(levels: readonly Buffer[]) {
    this.#levels = levels;
    this.size = levels[0]!.length / HASH_BYTES;
  }

  /** The tree over leaf hashes that stand one after another. Large ones are hashed in turns. */
  static async over(leaves: Buffer): Promise<ManifestTree> {
    const levels = [leaves];
    for (let below = leaves; below.length >= 2 * HASH_BYTES; below = levels.at(-1)!)
      levels.push(await levelAbove(below));
    return new ManifestTree(levels);
  }

  /** The audit path of a leaf, from its sibling up. */
  pathOf(index: number): Uint8Array[] {
    return inclusionNodes(index, this.size).map((step) =>
      rootFromNodes(step.map((node) => this.#hashOf(node))),
    );
  }

  #hashOf({ level, index }: NodeCoordinate): Buffer {
    return this.#levels[level]!.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  }
}

async function levelAbove(below: Buffer): Promise<Buffer> {
  const nodes = Math.floor(below.length / HASH_BYTES / 2);
  const level = Buffer.allocUnsafe(nodes * HASH_BYTES);
  for (let node = 0; node < nodes; node += 1) {
    if (node > 0 && node % NODES_A_TURN === 0) await nextTurn();
    const left = below.subarray(2 * node * HASH_BYTES, (2 * node + 1) * HASH_BYTES);
    const right = below.subarray((2 * node + 1) * HASH_BYTES, (2 * node + 2) * HASH_BYTES);
    level.set(nodeHash(left, right), node * HASH_BYTES);
  }
  return level;
}
