/** Proofs made from a whole list of leaves, level by level: what the product makes from stored nodes is compared with these. */
import { nodeHash, rootOf } from '../../src/proof/merkle.ts';
import { consistencyNodes, type NodeCoordinate, rootFromNodes } from '../../src/proof/merkle-nodes.ts';

/** The audit path of one leaf (RFC 6962 §2.1.1), from the leaf's sibling up to the root's child. */
export function inclusionProof(leafHashes: readonly Uint8Array[], index: number): Buffer[] {
  const path: Buffer[] = [];
  let level = leafHashes;
  for (let at = index; level.length > 1; at >>>= 1) {
    const sibling = level[at ^ 1];
    if (sibling !== undefined) path.push(Buffer.from(sibling));
    level = foldedLevel(level);
  }
  return path;
}

/** Hashes pairs; the last of an odd level rises as it is. */
function foldedLevel(level: readonly Uint8Array[]): Uint8Array[] {
  const folded: Uint8Array[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const [left, right] = [level[at]!, level[at + 1]];
    folded.push(right === undefined ? left : nodeHash(left, right));
  }
  return folded;
}

/** The consistency proof of RFC 6962 §2.1.2. */
export function consistencyProof(leafHashes: readonly Uint8Array[], from: number, to: number): Uint8Array[] {
  const hashOf = ({ level, index }: NodeCoordinate) =>
    rootOf(leafHashes.slice(index * 2 ** level, (index + 1) * 2 ** level));
  return consistencyNodes(from, to).map((step) => rootFromNodes(step.map(hashOf)));
}
