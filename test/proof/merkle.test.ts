import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyRoot, leafHash, nodeHash, rootOf, verifyInclusion } from '../../src/proof/merkle.ts';
import { inclusionProof } from '../harness/merkle.ts';

interface Frozen {
  leaves: string[];
  emptyRoot: string;
  roots: string[];
  proofs: { index: number; size: number; proof: string[] }[];
}

const frozen: Frozen = JSON.parse(
  readFileSync(new URL('../golden/proof-merkle.json', import.meta.url), 'utf8'),
);
const frozenHashes = frozen.leaves.map((leaf) => leafHash(Buffer.from(leaf, 'hex')));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** The definition of RFC 6962 §2.1, word for word and recursive: the oracle of the iterative one. */
function rootByDefinition(data: readonly Uint8Array[]): Buffer {
  const digest = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  const [only] = data;
  if (only === undefined) return digest();
  if (data.length === 1) return digest(Buffer.of(0), only);
  let split = 1;
  while (split * 2 < data.length) split *= 2;
  return digest(Buffer.of(1), rootByDefinition(data.slice(0, split)), rootByDefinition(data.slice(split)));
}

/** A tree and a leaf of it: its data, its leaf hashes, its root, an index and the proof of that. */
const grownTree = fc
  .array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 70 })
  .chain((data) => fc.record({ data: fc.constant(data), index: fc.nat({ max: data.length - 1 }) }))
  .map(({ data, index }) => {
    const hashes = data.map((leaf) => leafHash(leaf));
    const claim = { leafHash: hashes[index] as Buffer, index, size: data.length, root: rootOf(hashes) };
    return { data, claim: { ...claim, proof: inclusionProof(hashes, index) } };
  });

test('merkle: the roots of Certificate Transparency for 0 to 8 leaves', () => {
  expect(hex(emptyRoot)).toBe(frozen.emptyRoot);
  expect(hex(rootOf([]))).toBe(frozen.emptyRoot);
  frozen.roots.forEach((root, at) => {
    expect(hex(rootOf(frozenHashes.slice(0, at + 1)))).toBe(root);
  });
});

test.each(frozen.proofs)(
  'merkle: the audit path of Certificate Transparency for leaf $index of $size',
  (known) => {
    const hashes = frozenHashes.slice(0, known.size);
    const proof = inclusionProof(hashes, known.index);
    expect(proof.map(hex)).toEqual(known.proof);
    const claim = { leafHash: hashes[known.index] as Buffer, index: known.index, size: known.size, proof };
    expect(verifyInclusion({ ...claim, root: rootOf(hashes) })).toBe(true);
  },
);

test('merkle: the iterative root is the recursive one of RFC 6962', () => {
  fc.assert(
    fc.property(grownTree, ({ data, claim }) => {
      expect(hex(claim.root)).toBe(hex(rootByDefinition(data)));
    }),
  );
});

test('merkle: every leaf of every tree of up to 130 leaves is proved', () => {
  const hashes = Array.from({ length: 130 }, (_, at) => leafHash(String(at)));
  for (const size of [1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 32, 33, 63, 64, 65, 127, 128, 129, 130]) {
    const leaves = hashes.slice(0, size);
    const root = rootOf(leaves);
    leaves.forEach((leaf, index) => {
      const claim = { leafHash: leaf, index, size, proof: inclusionProof(leaves, index), root };
      expect(verifyInclusion(claim)).toBe(true);
    });
  }
});

test('merkle: no changed bit, index, size, leaf or path length is proved', () => {
  fc.assert(
    fc.property(grownTree, fc.nat(), fc.nat({ max: 7 }), ({ claim }, place, bit) => {
      expect(verifyInclusion(claim)).toBe(true);
      const flip = (bytes: Uint8Array) => {
        const flipped = Buffer.from(bytes);
        const at = place % flipped.length;
        flipped[at] = (flipped[at] as number) ^ (1 << bit);
        return flipped;
      };
      expect(verifyInclusion({ ...claim, leafHash: flip(claim.leafHash) })).toBe(false);
      expect(verifyInclusion({ ...claim, root: flip(claim.root) })).toBe(false);
      expect(verifyInclusion({ ...claim, proof: [...claim.proof, claim.root] })).toBe(false);
      expect(verifyInclusion({ ...claim, index: claim.size })).toBe(false);
      if (claim.proof.length === 0) return;
      const changed = place % claim.proof.length;
      const proof = claim.proof.map((step, at) => (at === changed ? flip(step) : step));
      expect(verifyInclusion({ ...claim, proof })).toBe(false);
      expect(verifyInclusion({ ...claim, proof: claim.proof.slice(1) })).toBe(false);
      expect(verifyInclusion({ ...claim, proof: claim.proof.slice(0, -1) })).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test('merkle: a malformed claim is false, not an exception', () => {
  const leaf = leafHash('a');
  const claim = { leafHash: leaf, index: 0, size: 1, proof: [], root: rootOf([leaf]) };
  expect(verifyInclusion(claim)).toBe(true);
  for (const change of [
    { index: -1 },
    { index: 0.5 },
    { index: Number.NaN },
    { size: 0 },
    { size: 1.5 },
    { size: Number.POSITIVE_INFINITY },
    { leafHash: leaf.subarray(1) },
    { root: Buffer.alloc(0) },
    { size: 2, proof: [Buffer.alloc(31)] },
  ]) {
    expect(verifyInclusion({ ...claim, ...change }), JSON.stringify(change)).toBe(false);
  }
});

test('merkle: an inner node is no leaf, and its halves cannot shift', () => {
  const left = leafHash('a');
  const right = leafHash('b');
  expect(nodeHash(left, right).equals(leafHash(Buffer.concat([left, right])))).toBe(false);
  expect(() => nodeHash(left.subarray(1), Buffer.concat([right, Buffer.of(0)]))).toThrow(RangeError);
  expect(() => rootOf([left, Buffer.alloc(31)])).toThrow(RangeError);
});

test('merkle: indexes beyond 2^32 don’t wrap', () => {
  // The last leaf of a tree of 2^33 + 1 leaves hangs directly under the root, beside the full left half.
  const left = leafHash('the left 2^33 leaves');
  const last = leafHash('last');
  const claim = { leafHash: last, size: 2 ** 33 + 1, proof: [left], root: nodeHash(left, last) };
  expect(verifyInclusion({ ...claim, index: 2 ** 33 })).toBe(true);
  expect(verifyInclusion({ ...claim, index: 0 })).toBe(false);
});

test('merkle: 100,000 leaves have a root and a proof', () => {
  const hashes = Array.from({ length: 100_000 }, (_, at) => leafHash(String(at)));
  const root = rootOf(hashes);
  const proof = inclusionProof(hashes, 99_999);
  const claim = { leafHash: hashes[99_999] as Buffer, index: 99_999, size: 100_000, proof, root };
  expect(verifyInclusion(claim)).toBe(true);
});
