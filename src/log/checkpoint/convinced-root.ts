/** What convinces a lane that the tree still has all that it signed, and that it holds what the log holds. */
import type { Client } from 'pg';
import { verifyConsistency } from '../../proof/merkle.ts';
import { type Edge, growEdge, rootOfEdge } from '../../proof/merkle-edge.ts';
import { consistencyNodes, rootNodes } from '../../proof/merkle-nodes.ts';
import { readLeaves } from '../tree/tree-fold.ts';
import { distinctNodes, type ReadNodes, readTreeNodes } from '../tree/tree-nodes.ts';
import type { KnownHead } from './binding-heads.ts';
import { CosigningRefused } from './cosign-faults.ts';

/** Leaves read and folded at a time: memory stays the same however much there is to check. */
const PAGE = 4096;

/** The root at `size`, after all that a lane asks before it signs. */
export async function convincedRoot(
  client: Client,
  size: number,
  last: KnownHead | null,
  known: readonly KnownHead[],
): Promise<Uint8Array> {
  const from = last?.size ?? 0;
  const steps = consistencyNodes(from, size);
  const roots = known.map((head) => rootNodes(head.size));
  const nodes = await readTreeNodes(client, distinctNodes([rootNodes(size), ...steps, ...roots]));
  for (const head of known) {
    if (Buffer.compare(nodes.of(rootNodes(head.size)), head.root) !== 0) {
      throw new CosigningRefused(
        `The tree's root over the first ${head.size} positions isn't the one of ${head.where}: the past was altered.`,
      );
    }
  }
  const root = nodes.of(rootNodes(size));
  const proof = steps.map(nodes.of);
  if (last !== null && !verifyConsistency({ from, fromRoot: last.root, to: size, toRoot: root, proof }))
    throw new CosigningRefused(`The tree of ${size} leaves isn't a continuation of the one of ${from}.`);
  if (Buffer.compare(await foldedAgain(client, nodes, from, size), root) !== 0) {
    throw new CosigningRefused(
      `The tree's root over ${size} positions isn't what the log gives from position ${from} on: nodes ` +
        'or records were altered.',
    );
  }
  return root;
}

/**
 * Folds what was added since onto the edge that the last root vouches for, out of the log itself and not out of the
 * nodes.
 */
async function foldedAgain(
  client: Client,
  nodes: ReadNodes,
  from: number,
  size: number,
): Promise<Uint8Array> {
  const edge: Edge = new Map(rootNodes(from).map((node) => [node.level, nodes.of([node])]));
  for (let at = from; at < size; ) {
    const leaves = await readLeaves(client, at, Math.min(at + PAGE, size));
    if (leaves.length === 0) throw new CosigningRefused(`The log ends at position ${at}, before its tree.`);
    growEdge(edge, at, leaves);
    at += leaves.length;
  }
  return rootOfEdge(edge);
}
