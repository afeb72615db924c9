import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ConsistencyClaim,
  emptyRoot,
  leafHash,
  nodeHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '../../src/proof/merkle.ts';
import {
  consistencyNodes,
  inclusionNodes,
  type NodeCoordinate,
  type ProofStep,
  rootFromNodes,
  rootNodes,
} from '../../src/proof/merkle-nodes.ts';
import { consistencyProof, inclusionProof } from '../harness/merkle.ts';
import { rootByPath, rootsByProof, strangersRoot } from '../harness/stranger.ts';

const frozen: {
  leaves: string[];
  roots: string[];
  proofs: { index: number; size: number; proof: string[] }[];
  consistency: { from: number; to: number; proof: string[] }[];
} = JSON.parse(readFileSync(new URL('../golden/proof-merkle.json', import.meta.url), 'utf8'));
const frozenHashes = frozen.leaves.map((leaf) => leafHash(Buffer.from(leaf, 'hex')));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const MOST = 70;
const leaves = Array.from({ length: MOST }, (_, at) => leafHash(String(at)));
const roots = Array.from({ length: MOST + 1 }, (_, size) => rootOf(leaves.slice(0, size)));

const stored = new Map<string, Buffer>();

/** A hash as stored: that of a complete subtree. */
function storedHash({ level, index }: NodeCoordinate): Buffer {
  const known = stored.get(`${level}/${index}`);
  if (known !== undefined) return known;
  const [from, until] = [index * 2 ** level, (index + 1) * 2 ** level];
  expect(until).toBeLessThanOrEqual(MOST);
  const hash = rootOf(leaves.slice(from, until));
  stored.set(`${level}/${index}`, hash);
  return hash;
}

const fold = (step: ProofStep): Uint8Array => rootFromNodes(step.map(storedHash));

function claimOf(from: number, to: number): ConsistencyClaim {
  const [fromRoot, toRoot] = [roots[from] as Buffer, roots[to] as Buffer];
  return { from, fromRoot, to, toRoot, proof: consistencyNodes(from, to).map(fold) };
}

test.each(frozen.consistency)(
  'consistency: the proof of Certificate Transparency from $from to $to leaves',
  ({ from, to, proof }) => {
    const made = consistencyProof(frozenHashes, from, to);
    expect(made.map(hex)).toEqual(proof);
    const [fromRoot, toRoot] = [frozen.roots[from - 1], frozen.roots[to - 1]].map((root) =>
      Buffer.from(root as string, 'hex'),
    ) as [Buffer, Buffer];
    expect(verifyConsistency({ from, fromRoot, to, toRoot, proof: made })).toBe(true);
  },
);

test('inclusion: nodes give the audit paths of Certificate Transparency', () => {
  for (const { index, size, proof } of frozen.proofs) {
    const hashOf = (node: NodeCoordinate) =>
      rootOf(frozenHashes.slice(node.index * 2 ** node.level, (node.index + 1) * 2 ** node.level));
    const path = inclusionNodes(index, size).map((step) => rootFromNodes(step.map(hashOf)));
    expect(path.map(hex)).toEqual(proof);
  }
});

describe(`every tree of up to ${MOST} leaves`, () => {
  test('has the root that its nodes give', () => {
    for (let size = 1; size <= MOST; size += 1) {
      expect(hex(fold(rootNodes(size)))).toBe(hex(roots[size] as Buffer));
      expect(hex(roots[size] as Buffer)).toBe(hex(strangersRoot(leaves.slice(0, size))));
    }
    expect(rootNodes(0)).toEqual([]);
  });

  test('proves each leaf from its nodes, as from its leaves, and as a stranger follows it', () => {
    for (let size = 1; size <= MOST; size += 1) {
      const root = roots[size] as Buffer;
      for (let index = 0; index < size; index += 1) {
        const leaf = leaves[index] as Buffer;
        const proof = inclusionNodes(index, size).map(fold);
        expect(proof.map(hex)).toEqual(inclusionProof(leaves.slice(0, size), index).map(hex));
        expect(verifyInclusion({ leafHash: leaf, index, size, proof, root })).toBe(true);
        expect(rootByPath(leaf, index, size, proof)?.equals(root)).toBe(true);
      }
    }
  });

  test('is proved to continue each smaller one, as a stranger follows it too', () => {
    for (let to = 0; to <= MOST; to += 1) {
      for (let from = 0; from <= to; from += 1) {
        const claim = claimOf(from, to);
        expect(verifyConsistency(claim), `${from} to ${to}`).toBe(true);
        if (from === 0) continue;
        const both = rootsByProof(from, to, claim.fromRoot, claim.proof);
        expect(both?.old.equals(claim.fromRoot), `${from} to ${to}, old`).toBe(true);
        expect(both?.new.equals(claim.toRoot), `${from} to ${to}, new`).toBe(true);
      }
    }
  });

  test('continues no other root, size, or proof', () => {
    const pair = fc
      .integer({ min: 1, max: MOST })
      .chain((to) => fc.record({ to: fc.constant(to), from: fc.integer({ min: 0, max: to }) }));
    fc.assert(
      fc.property(pair, fc.nat(), fc.nat({ max: 7 }), ({ from, to }, place, bit) => {
        const claim = claimOf(from, to);
        const flip = (bytes: Uint8Array) => {
          const flipped = Buffer.from(bytes);
          const at = place % flipped.length;
          flipped[at] = (flipped[at] as number) ^ (1 << bit);
          return flipped;
        };
        const refused = (change: Partial<ConsistencyClaim>) =>
          expect(verifyConsistency({ ...claim, ...change })).toBe(false);
        refused({ fromRoot: flip(claim.fromRoot) });
        // From no leaves there is nothing that the new root could contradict.
        if (from > 0) refused({ toRoot: flip(claim.toRoot) });
        refused({ proof: [...claim.proof, claim.toRoot] });
        refused({ from: to + 1 });
        if (claim.proof.length === 0) return;
        const changed = place % claim.proof.length;
        refused({ proof: claim.proof.map((step, at) => (at === changed ? flip(step) : step)) });
        refused({ proof: claim.proof.slice(1) });
        refused({ proof: claim.proof.slice(0, -1) });
      }),
      { numRuns: 1000 },
    );
  });
});

test('consistency: a malformed claim is false, not an exception', () => {
  const claim = claimOf(3, 7);
  const short = Buffer.alloc(31);
  for (const change of [
    { from: -1 },
    { from: 1.5 },
    { to: Number.NaN },
    { to: 2 ** 60 },
    { fromRoot: short },
    { toRoot: short },
    { proof: [short] },
    { proof: [] },
  ]) {
    expect(verifyConsistency({ ...claim, ...change })).toBe(false);
  }
  const empty = { from: 0, fromRoot: emptyRoot, to: 7, toRoot: claim.toRoot };
  expect(verifyConsistency({ ...empty, proof: [] })).toBe(true);
  expect(verifyConsistency({ ...empty, proof: claim.proof })).toBe(false);
});

/**
 * A tree whose leaves are all alike: each level has one hash, so that trees of any size can be had. The proofs are those of
 * any other tree in form, and verifying them walks the same way.
 */
describe('trees far larger than can be built', () => {
  const levels: Buffer[] = [leafHash('same')];
  for (let level = 1; level <= 53; level += 1) {
    const below = levels[level - 1] as Buffer;
    levels.push(nodeHash(below, below));
  }
  const alike = (step: ProofStep) => rootFromNodes(step.map(({ level }) => levels[level] as Buffer));
  const sizes = fc.oneof(
    fc.maxSafeInteger().map((size) => Math.abs(size) + 1),
    fc.integer({ min: 1, max: 52 }).map((level) => 2 ** level),
    fc.integer({ min: 1, max: 52 }).map((level) => 2 ** level - 1),
    fc.integer({ min: 1, max: 52 }).map((level) => 2 ** level + 1),
  );

  test('prove any leaf, and any smaller tree, with at most two nodes for each level', () => {
    fc.assert(
      fc.property(sizes, fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (chosen, part) => {
        const size = Math.min(chosen, Number.MAX_SAFE_INTEGER);
        const index = Math.min(Math.floor(size * part), size - 1);
        const root = alike(rootNodes(size));
        const path = inclusionNodes(index, size);
        const claim = { leafHash: levels[0] as Buffer, index, size, proof: path.map(alike), root };
        expect(verifyInclusion(claim)).toBe(true);
        const most = 2 * Math.ceil(Math.log2(size) + 1);
        expect(path.flat().length).toBeLessThanOrEqual(most);
        const from = index + 1;
        const steps = consistencyNodes(from, size);
        expect(steps.flat().length).toBeLessThanOrEqual(most);
        const fromRoot = alike(rootNodes(from));
        const proof = steps.map(alike);
        expect(verifyConsistency({ from, fromRoot, to: size, toRoot: root, proof })).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('name only complete subtrees that lie inside them', () => {
    fc.assert(
      fc.property(sizes, (chosen) => {
        const size = Math.min(chosen, Number.MAX_SAFE_INTEGER);
        let covered = 0n;
        for (const { level, index } of rootNodes(size)) {
          expect(BigInt(index) * 2n ** BigInt(level)).toBe(covered);
          covered += 2n ** BigInt(level);
        }
        expect(covered).toBe(BigInt(size));
      }),
    );
  });
});

test('nodes: sizes and places that no tree has are refused', () => {
  expect(() => rootNodes(-1)).toThrow(RangeError);
  expect(() => rootNodes(2 ** 53)).toThrow(RangeError);
  expect(() => inclusionNodes(5, 5)).toThrow(RangeError);
  expect(() => inclusionNodes(0, 0)).toThrow(RangeError);
  expect(() => consistencyNodes(5, 4)).toThrow(RangeError);
  expect(() => rootFromNodes([])).toThrow(RangeError);
});
