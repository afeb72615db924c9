/** Which of the units that a plan adds is which of those that it no longer has, under another number. */
import { ALIKE, comparedWords, diceOf, shinglesOf } from './similarity.ts';

export interface ComparedUnit {
  readonly text: string;
  /** The number that its text begins with. */
  readonly code: string | null;
  readonly address: string;
  readonly parentAddress: string | null;
}

export interface Pair<A, R> {
  readonly added: A;
  readonly removed: R;
  readonly similarity: number;
}

/** A text of fewer words says too little to be known by it alone, where others say the same. */
const TELLING_WORDS = 5;
/** A shingle that so many texts have tells nothing. */
const COMMON = 100;
/** Comparisons of one diff, at most: what is left then counts as added and removed. */
const MOST_STEPS = 20_000_000;

/** Pairs by equal words, then by the closest of those that are alike. Both lists come in the order of their texts. */
export function pairsOf<A extends ComparedUnit, R extends ComparedUnit>(
  added: readonly A[],
  removed: readonly R[],
): Pair<A, R>[] {
  if (added.length === 0 || removed.length === 0) return [];
  const pairs = samePairs(added, removed);
  const paired = new Set<ComparedUnit>(pairs.flatMap((pair) => [pair.added, pair.removed]));
  const isOpen = (one: ComparedUnit) => !paired.has(one);
  return [...pairs, ...alikePairs(added.filter(isOpen), removed.filter(isOpen))];
}

const wordsOf = ({ text, code }: ComparedUnit): string[] => comparedWords(text, code);

function samePairs<A extends ComparedUnit, R extends ComparedUnit>(
  added: readonly A[],
  removed: readonly R[],
): Pair<A, R>[] {
  const byWords = Map.groupBy(removed, (unit) => wordsOf(unit).join(' '));
  const addedTimes = new Map<string, number>();
  const words = added.map((unit) => wordsOf(unit));
  for (const one of words) addedTimes.set(one.join(' '), (addedTimes.get(one.join(' ')) ?? 0) + 1);
  const pairs: Pair<A, R>[] = [];
  const parents = new Map<string, string>();
  for (const [at, unit] of added.entries()) {
    const key = words[at]!.join(' ');
    const same = byWords.get(key);
    if (same === undefined || same.length === 0) continue;
    const parent = unit.parentAddress === null ? undefined : parents.get(unit.parentAddress);
    const beside = same.findIndex((one) => parent !== undefined && one.parentAddress === parent);
    const isTelling =
      words[at]!.length >= TELLING_WORDS || (same.length === 1 && addedTimes.get(key) === 1 && key !== '');
    if (beside === -1 && !isTelling) continue;
    const [found] = same.splice(Math.max(beside, 0), 1);
    parents.set(unit.address, found!.address);
    pairs.push({ added: unit, removed: found!, similarity: 1 });
  }
  return pairs;
}

function alikePairs<A extends ComparedUnit, R extends ComparedUnit>(
  added: readonly A[],
  removed: readonly R[],
): Pair<A, R>[] {
  const index = new Map<string, number[]>();
  const sizes = removed.map((unit, at) => {
    const shingles = shinglesOf(wordsOf(unit));
    for (const shingle of shingles) {
      const holders = index.get(shingle);
      if (holders === undefined) index.set(shingle, [at]);
      else holders.push(at);
    }
    return shingles.size;
  });
  const candidates = candidatesOf(added, index, sizes);
  candidates.sort((a, b) => b.similarity - a.similarity || a.one - b.one || a.other - b.other);
  const taken = { added: new Set<number>(), removed: new Set<number>() };
  return candidates.flatMap(({ one, other, similarity }) => {
    if (taken.added.has(one) || taken.removed.has(other)) return [];
    taken.added.add(one);
    taken.removed.add(other);
    return [{ added: added[one]!, removed: removed[other]!, similarity }];
  });
}

interface Candidate {
  readonly one: number;
  readonly other: number;
  readonly similarity: number;
}

function candidatesOf(
  added: readonly ComparedUnit[],
  index: ReadonlyMap<string, readonly number[]>,
  sizes: readonly number[],
): Candidate[] {
  const candidates: Candidate[] = [];
  let steps = 0;
  for (const [one, unit] of added.entries()) {
    if (steps > MOST_STEPS) break;
    const shingles = shinglesOf(wordsOf(unit));
    const shared = new Map<number, number>();
    for (const shingle of shingles) {
      const holders = index.get(shingle) ?? [];
      if (holders.length > COMMON) continue;
      steps += holders.length;
      for (const other of holders) shared.set(other, (shared.get(other) ?? 0) + 1);
    }
    for (const [other, count] of shared) {
      const similarity = diceOf(count, shingles.size, sizes[other]!);
      if (similarity >= ALIKE) candidates.push({ one, other, similarity });
    }
  }
  return candidates;
}
