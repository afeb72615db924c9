import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { emptyRoot } from '../../proof/merkle.ts';
import { consistencyNodes, inclusionNodes, type ProofStep, rootNodes } from '../../proof/merkle-nodes.ts';
import { recordLeaf } from './tree-fold.ts';
import { distinctNodes, pairNodes, type ReadNodes, TreeBroken } from './tree-nodes.ts';

/** Proof that a record is at its position in the tree of a size. */
export interface InclusionProof {
  readonly position: number;
  readonly size: number;
  readonly recordHash: string;
  /** The hash of the leaf: SHA-256 of a zero byte and the record's hash. */
  readonly leafHash: Uint8Array;
  readonly hashes: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** That the tree of one size is the beginning of the tree of another. */
export interface ConsistencyProof {
  readonly from: number;
  readonly to: number;
  readonly fromRoot: Uint8Array;
  readonly toRoot: Uint8Array;
  readonly hashes: readonly Uint8Array[];
}

/**
 * The tree as it is stored. Each answer is one statement and O(log n) rows; null where the tree isn't of that size
 * yet.
 */
export interface Tree {
  root(size: number): Promise<Uint8Array | null>;
  inclusionProof(position: number, size: number): Promise<InclusionProof | null>;
  consistencyProof(from: number, to: number): Promise<ConsistencyProof | null>;
}

/** Reads proofs out of the nodes, over a connection that may select them. */
export function readTree(connection: Pick<CommonQueryMethods, 'any'>): Tree {
  return {
    async root(size) {
      const nodes = await readSnapshot(connection, [rootNodes(size)], null);
      return nodes.size < size ? null : rootOfSize(nodes, size);
    },
    async inclusionProof(position, size) {
      const steps = inclusionNodes(position, size);
      const leaf = { level: 0, index: position };
      const nodes = await readSnapshot(connection, [[leaf], ...steps, rootNodes(size)], position);
      if (nodes.size < size) return null;
      const leafHash = nodes.of([leaf]);
      if (nodes.recordHash === null) throw new TreeBroken(`The log has no record at position ${position}.`);
      if (!recordLeaf(nodes.recordHash, position).equals(leafHash))
        throw new TreeBroken(
          `The record at position ${position} isn't the one that was folded into the tree.`,
        );
      return {
        position,
        size,
        recordHash: nodes.recordHash,
        leafHash,
        hashes: steps.map(nodes.of),
        root: rootOfSize(nodes, size),
      };
    },
    async consistencyProof(from, to) {
      const steps = consistencyNodes(from, to);
      const nodes = await readSnapshot(connection, [...steps, rootNodes(from), rootNodes(to)], null);
      if (nodes.size < to) return null;
      return {
        from,
        to,
        fromRoot: rootOfSize(nodes, from),
        toRoot: rootOfSize(nodes, to),
        hashes: steps.map(nodes.of),
      };
    },
  };
}

interface Read extends ReadNodes {
  /** How much of the log is folded. */
  readonly size: number;
  readonly recordHash: string | null;
}

const line = z.object({
  size: z.string(),
  record_hash: z.string().nullable(),
  place: z.string().nullable(),
  hash: z.instanceof(Buffer).nullable(),
});

/** The nodes in one snapshot with the tree's size, and the record at `position`. */
async function readSnapshot(
  connection: Pick<CommonQueryMethods, 'any'>,
  steps: readonly ProofStep[],
  position: number | null,
): Promise<Read> {
  const wanted = distinctNodes(steps);
  const levels = wanted.map(({ level }) => level);
  const indexes = wanted.map(({ index }) => String(index));
  const lines = await connection.any(sql.type(line)`/* log.proof */
    select tree.size::text,
      (
        select record_hash from cutter_log.log
        where log.position = ${position === null ? null : String(position)}::bigint
      ) as record_hash,
      wanted.place::text,
      (select node.hash from cutter_log.node where node.level = wanted.level and node.idx = wanted.idx) as hash
    from cutter_log.tree_head tree
    left join unnest(${sql.array(levels, 'int4')}, ${sql.array(indexes, 'int8')})
      with ordinality wanted (level, idx, place) on true
    order by wanted.place`);
  const [first] = lines;
  if (first === undefined) throw new TreeBroken('The tree has no head.');
  const nodes = pairNodes(
    wanted,
    lines.map(({ hash }) => hash),
  );
  return { size: Number(first.size), recordHash: first.record_hash, of: nodes.of };
}

function rootOfSize(nodes: ReadNodes, size: number): Uint8Array {
  return size === 0 ? emptyRoot : nodes.of(rootNodes(size));
}
