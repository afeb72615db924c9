/** What words texts lost and gained. Where there is much to compare, a thread does it, so that nobody else waits. */
import { type WordStretch, wordDiff } from '../../text/word-diff.ts';
import { Thread } from '../../threads/thread.ts';

export type TextPair = readonly [before: string, after: string];

/** Characters of all texts together that are compared here. */
const FEW_CHARS = 16 * 1024;
/** Steps for all pairs of one page: some tenths of a second. */
const MOST_STEPS = 20_000_000;

const thread = new Thread<readonly TextPair[], (readonly WordStretch[])[]>('./word-diff-thread', import.meta);

export async function wordDiffs(pairs: readonly TextPair[]): Promise<readonly (readonly WordStretch[])[]> {
  const chars = pairs.reduce((sum, [before, after]) => sum + before.length + after.length, 0);
  return chars <= FEW_CHARS ? diffsOf(pairs) : thread.run(pairs);
}

/** The diffs of all pairs, which share one bound: those that come too late are whole replacements. */
export function diffsOf(pairs: readonly TextPair[]): (readonly WordStretch[])[] {
  const budget = { steps: MOST_STEPS };
  return pairs.map(([before, after]) => wordDiff(before, after, budget));
}
