import type { Client } from 'pg';
import { nodeHash } from '../../proof/merkle.ts';
import type { FsckFindings } from '../finding.ts';
import { copyRows } from '../rows/copy.ts';
import { type Difference, Sketch } from '../rows/sketch.ts';

export const NODES = 'cutter_log.node';

const HASH_BYTES = 32;
const PLACE_WORDS = 3;
const NODE_WORDS = PLACE_WORDS + HASH_BYTES / 4;
const HIGHEST_LEVEL = 52;

/** A leaf of the log that is not the stored one: the leaf that was folded, and the one that the log gives now. */
export interface WrongLeaf {
  readonly folded: Buffer;
  readonly now: Buffer;
}

/** What folding the log gave, as far as nodes are judged by it. */
export interface FoldedLeaves {
  /** Leaves of the tree. */
  readonly size: number;
  /** Leaves that could be made: fewer than `size` where neither log nor tree has one. */
  readonly count: number;
  /** The largest heads that the log leads to, and that only the stored leaves lead to. */
  readonly byLog: number;
  readonly byLeaves: number;
  readonly other: ReadonlyMap<number, WrongLeaf>;
}

/** Compares every node that the tree must have with every stored one, by all 32 bytes, in constant memory. */
export class NodeSketch {
  readonly #sketch = Sketch.ofSize(1 << 14, NODE_WORDS);
  readonly #words = new Int32Array(NODE_WORDS);

  /** A node that the log gives. */
  due(level: number, index: number, hash: Uint8Array): void {
    this.#place(level, Math.floor(index / 2 ** 32), index | 0);
    this.#hash(hash);
    this.#sketch.put(this.#words, 1);
  }

  /** Takes out every stored node; returns how many there are. */
  async takeStored(client: Client): Promise<number> {
    let count = 0;
    await copyRows(client, `select level, idx, encode(hash, 'hex') from ${NODES}`, ([level, index, hex]) => {
      count += 1;
      const place = BigInt(index ?? -1);
      this.#place(
        Number(level ?? -1),
        Number(BigInt.asIntN(32, place >> 32n)),
        Number(BigInt.asIntN(32, place)),
      );
      this.#hash(hex == null ? null : Buffer.from(hex, 'hex'));
      this.#sketch.put(this.#words, -1);
    });
    return count;
  }

  /** Where the two differ; null where there are more places than the sketch can separate. */
  places(): readonly NodePlace[] | null {
    const differences = this.#sketch.differences();
    if (differences === null) return null;
    const places = new Map(differences.map(placeOf).map((place) => [`${place.level}/${place.index}`, place]));
    return [...places.values()];
  }

  #place(level: number, high: number, low: number): void {
    this.#words[0] = level;
    this.#words[1] = high;
    this.#words[2] = low;
  }

  /** A hash of another length, or none, goes in as zeros: the log never gives those. */
  #hash(bytes: Uint8Array | null): void {
    const hash = bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < HASH_BYTES / 4; i += 1)
      this.#words[PLACE_WORDS + i] = hash?.length === HASH_BYTES ? hash.readInt32BE(4 * i) : 0;
  }
}

/** The index may be any bigint once the schema's checks are gone. */
interface NodePlace {
  readonly level: number;
  readonly index: bigint;
}

function placeOf({ words: [level, high, low] }: Difference): NodePlace {
  return { level: level as number, index: (BigInt(high as number) << 32n) | BigInt((low as number) >>> 0) };
}

/** Reports altered nodes, and returns the leaves that differ only because the log under them does. */
export async function judgeNodes(
  client: Client,
  sketch: NodeSketch,
  fold: FoldedLeaves,
  findings: FsckFindings,
): Promise<Map<number, WrongLeaf>> {
  const places = sketch.places();
  if (places !== null) return await new NodeJudge(client, places, fold, findings).judge();
  findings.add({
    verdict: 'tree-altered',
    table: NODES,
    key: '*',
    column: 'hash',
    after: null,
    before: fold.size,
    message: 'So many nodes differ from what the log gives that this check can’t name them.',
  });
  return new Map();
}

class NodeJudge {
  readonly #client: Client;
  readonly #places: readonly NodePlace[];
  readonly #differing: ReadonlySet<string>;
  readonly #fold: FoldedLeaves;
  readonly #findings: FsckFindings;
  readonly #wrong = new Map<number, WrongLeaf>();

  constructor(client: Client, places: readonly NodePlace[], fold: FoldedLeaves, findings: FsckFindings) {
    this.#client = client;
    this.#places = places;
    this.#differing = new Set(places.map(({ level, index }) => `${level}/${index}`));
    this.#fold = fold;
    this.#findings = findings;
  }

  async judge(): Promise<Map<number, WrongLeaf>> {
    for (const { level, index } of this.#places) {
      if (this.#isOutside(level, index)) this.#reportOutside(level, index);
      else await this.#node(level, Number(index));
    }
    return this.#wrong;
  }

  /** A node covers a complete subtree of the tree; others don't exist. */
  #isOutside(level: number, index: bigint): boolean {
    if (level < 0 || level > HIGHEST_LEVEL || index < 0n) return true;
    return (index + 1n) << BigInt(level) > BigInt(this.#fold.size);
  }

  #reportOutside(level: number, index: bigint): void {
    this.#findings.add({
      verdict: 'tree-altered',
      table: NODES,
      key: `${level}/${index}`,
      column: null,
      after: null,
      before: null,
      message: `The tree of ${this.#fold.size} leaves has no node ${level}/${index}.`,
    });
  }

  async #node(level: number, index: number): Promise<void> {
    if ((index + 1) * 2 ** level > this.#fold.count) return;
    const stored = await this.#stored(level, index);
    const [node] = stored;
    const name = `${level}/${index}`;
    if (node === undefined) this.#report(level, index, `Node ${name} of the tree is missing.`);
    else if (stored.length > 1)
      this.#report(level, index, `Node ${name} of the tree is there ${stored.length} times.`);
    else if (node.length !== HASH_BYTES)
      this.#report(level, index, `Node ${name} of the tree has ${node.length} bytes, and not ${HASH_BYTES}.`);
    else if (level > 0) await this.#inner(level, index, node);
    else if (await this.#isFolded(index, node))
      this.#wrong.set(index, this.#fold.other.get(index) ?? { folded: node, now: node });
    else
      this.#report(0, index, `Leaf ${index} of the tree isn't the one of the record at position ${index}.`);
  }

  async #inner(level: number, index: number, node: Buffer): Promise<void> {
    const [[left], [right]] = [
      await this.#stored(level - 1, 2 * index),
      await this.#stored(level - 1, 2 * index + 1),
    ];
    if (left === undefined || right === undefined || !nodeHash(left, right).equals(node))
      this.#report(level, index, `Node ${level}/${index} of the tree isn't the hash of the two under it.`);
  }

  #report(level: number, index: number, message: string): void {
    const first = index * 2 ** level;
    this.#findings.add({
      verdict: 'tree-altered',
      table: NODES,
      key: `${level}/${index}`,
      column: 'hash',
      after: first,
      before: first + 2 ** level,
      message,
    });
  }

  /** Whether the stored leaf, and not the log's, was folded: by the node above it, or by a head that was seen. */
  async #isFolded(index: number, leaf: Buffer): Promise<boolean> {
    const [parent] = await this.#stored(1, Math.floor(index / 2));
    const [sibling] = await this.#stored(0, index % 2 === 0 ? index + 1 : index - 1);
    if (parent !== undefined && sibling !== undefined) {
      if (!this.#differing.has(`1/${Math.floor(index / 2)}`)) return false;
      const pair = index % 2 === 0 ? ([leaf, sibling] as const) : ([sibling, leaf] as const);
      return nodeHash(...pair).equals(parent);
    }
    return this.#fold.byLeaves > index && this.#fold.byLog <= index;
  }

  async #stored(level: number, index: number): Promise<Buffer[]> {
    const { rows } = await this.#client.query<{ hash: Buffer | null }>(
      `/* fsck.node */ select hash from ${NODES} where level = $1 and idx = $2`,
      [level, index],
    );
    return rows.map(({ hash }) => hash ?? Buffer.alloc(0));
  }
}
