import { emptyRoot, nodeHash } from './merkle.ts';
import { rootFromNodes, rootNodes } from './merkle-nodes.ts';

/*
 * The compact range of RFC 6962's tree: what has to be stored of any number of leaves so that the next can be added and
 * the root be computed. One hash a level at most, however long the log is.
 */

/** The right edge by level: the hash of each complete subtree whose sibling isn't there yet. */
export type Edge = Map<number, Uint8Array>;

export interface NewNode {
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

/** Every subtree that the leaves make complete, where there were `from` leaves before. The edge moves with them. */
export function growEdge(edge: Edge, from: number, leaves: readonly Uint8Array[]): NewNode[] {
  const nodes: NewNode[] = [];
  leaves.forEach((leaf, at) => {
    let [level, index, hash] = [0, from + at, leaf];
    nodes.push({ level, index, hash });
    for (let left = edge.get(level); index % 2 === 1; left = edge.get(level)) {
      if (left === undefined) throw new RangeError(`The edge of the tree has no node at level ${level}.`);
      edge.delete(level);
      hash = nodeHash(left, hash);
      level += 1;
      index = (index - 1) / 2;
      nodes.push({ level, index, hash });
    }
    edge.set(level, hash);
  });
  return nodes;
}

/** The levels of the edge of a tree of `size` leaves, the largest subtree first. */
export function edgeLevels(size: number): number[] {
  return rootNodes(size).map(({ level }) => level);
}

/** The root of the tree whose right edge this is. */
export function rootOfEdge(edge: Edge): Uint8Array {
  if (edge.size === 0) return emptyRoot;
  const levels = [...edge.keys()].sort((one, other) => other - one);
  return rootFromNodes(levels.map((level) => edge.get(level) as Uint8Array));
}
