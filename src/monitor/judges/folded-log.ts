import { z } from 'zod';
import { type Edge, edgeLevels, growEdge, rootOfEdge } from '../../proof/merkle-edge.ts';

/** Leaves that are kept, so that a head that lags behind the stream can still be compared. */
const KEPT = 4096;
const HASH = 32;

const state = z.strictObject({
  from: z.number().int().nonnegative(),
  /** The hashes of the edge, the largest subtree first, in base64. */
  edge: z.base64(),
  /** The leaves since then. */
  leaves: z.base64(),
});
export const foldedState = state;
export type FoldedState = z.infer<typeof state>;

/** A log folded as it arrives: the right edge of its tree at some size, and the leaves since then, a bounded number. */
export class FoldedLog {
  #edge: Edge = new Map();
  #from = 0;
  #leaves: Buffer[] = [];

  /** How many positions are folded. */
  get size(): number {
    return this.#from + this.#leaves.length;
  }

  add(leaf: Buffer): void {
    this.#leaves.push(leaf);
    // Half at a time, so that the array isn't moved for each leaf.
    if (this.#leaves.length >= 2 * KEPT) this.settle(this.size - KEPT);
  }

  /** The root of the tree of `size` positions; null where its leaves are forgotten, or have not come yet. */
  rootAt(size: number): Uint8Array | null {
    if (size < this.#from || size > this.size) return null;
    const edge = new Map(this.#edge);
    growEdge(edge, this.#from, this.#leaves.slice(0, size - this.#from));
    return rootOfEdge(edge);
  }

  /** Forgets the leaves before `size`: no older head will be compared. */
  settle(size: number): void {
    if (size <= this.#from || size > this.size) return;
    growEdge(this.#edge, this.#from, this.#leaves.splice(0, size - this.#from));
    this.#from = size;
  }

  state(): FoldedState {
    const edge = edgeLevels(this.#from).map((level) => this.#edge.get(level) as Uint8Array);
    return {
      from: this.#from,
      edge: Buffer.concat(edge).toString('base64'),
      leaves: Buffer.concat(this.#leaves).toString('base64'),
    };
  }

  /** What `state` gave; null where it can't have been that. */
  static of({ from, edge, leaves }: FoldedState): FoldedLog | null {
    const [nodes, recent] = [hashesOf(edge), hashesOf(leaves)];
    const levels = edgeLevels(from);
    if (nodes === null || recent === null || nodes.length !== levels.length) return null;
    const log = new FoldedLog();
    log.#edge = new Map(levels.map((level, at) => [level, nodes[at] as Buffer]));
    log.#from = from;
    log.#leaves = recent;
    return log;
  }
}

function hashesOf(base64: string): Buffer[] | null {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length % HASH !== 0) return null;
  return Array.from({ length: bytes.length / HASH }, (_, at) => bytes.subarray(at * HASH, (at + 1) * HASH));
}
