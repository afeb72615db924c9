import { nodeHash } from './merkle.ts';

/*
 * Proofs out of stored nodes. Only complete subtrees are stored: node (level, index) covers the leaves from index ·
 * 2^level up to (index + 1) · 2^level. Any subtree that a proof of RFC 6962 names is either one of them or, at the
 * tree's right edge, a row of them whose hashes fold together from the right. Sizes may pass 2³², so nothing is
 * shifted.
 */

/** A complete subtree: 2^level leaves, the first of them at index · 2^level. */
export interface NodeCoordinate {
  readonly level: number;
  readonly index: number;
}

/** One hash of a proof: the complete subtrees that it folds from, left to right. */
export type ProofStep = readonly NodeCoordinate[];

/** The complete subtrees of a whole tree, left to right; none for the tree without leaves. */
export function rootNodes(size: number): ProofStep {
  assertSize(size);
  return completeSubtrees(0, size);
}

/** The audit path of one leaf in the tree of a size, from the leaf's sibling up to the root's child. */
export function inclusionNodes(index: number, size: number): ProofStep[] {
  assertSize(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`The tree has ${size} leaves and none at index ${index}.`);
  }
  const steps: ProofStep[] = [];
  let [low, high] = [0, size];
  while (high - low > 1) {
    const middle = low + splitOf(high - low);
    if (index < middle) {
      steps.push(completeSubtrees(middle, high));
      high = middle;
    } else {
      steps.push(completeSubtrees(low, middle));
      low = middle;
    }
  }
  return steps.reverse();
}

/**
 * What shows that the tree of `from` leaves is the beginning of the tree of `to` (RFC 6962 §2.1.2). Empty from 0 and
 * from itself.
 */
export function consistencyNodes(from: number, to: number): ProofStep[] {
  assertSize(from);
  assertSize(to);
  if (from > to) throw new RangeError(`A tree of ${from} leaves can't be the beginning of one of ${to}.`);
  if (from === 0 || from === to) return [];
  const steps: ProofStep[] = [];
  let [low, high] = [0, to];
  while (from < high) {
    const middle = low + splitOf(high - low);
    if (from <= middle) {
      steps.push(completeSubtrees(middle, high));
      high = middle;
    } else {
      steps.push(completeSubtrees(low, middle));
      low = middle;
    }
  }
  // The verifier holds the old root, so where that is the subtree itself it isn't said again.
  if (low > 0) steps.push(completeSubtrees(low, high));
  return steps.reverse();
}

/** Folds the complete subtrees of a stretch, left to right, into its one hash. */
export function rootFromNodes(hashes: readonly Uint8Array[]): Uint8Array {
  const last = hashes.at(-1);
  if (last === undefined) throw new RangeError('A stretch without nodes has no hash.');
  return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

/** Splits [low, high), whose first leaf begins a subtree large enough for it. */
function completeSubtrees(low: number, high: number): NodeCoordinate[] {
  const nodes: NodeCoordinate[] = [];
  for (let at = low; at < high; ) {
    const { level, leaves } = largestPower(high - at);
    nodes.push({ level, index: at / leaves });
    at += leaves;
  }
  return nodes;
}

/** Where RFC 6962 splits: the largest power of two that is smaller than the number of leaves. */
function splitOf(leaves: number): number {
  return largestPower(leaves - 1).leaves;
}

function largestPower(most: number): { level: number; leaves: number } {
  let [level, leaves] = [0, 1];
  while (leaves * 2 <= most) {
    leaves *= 2;
    level += 1;
  }
  return { level, leaves };
}

function assertSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`No tree has ${size} leaves.`);
}
