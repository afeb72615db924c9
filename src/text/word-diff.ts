/**
 * What words a text lost and gained (Myers, "An O(ND) Difference Algorithm"). Every character of both texts is in the
 * answer once: what is the same and what was removed give the first text, what is the same and what was added the
 * second.
 */

type WordChange = 'same' | 'removed' | 'added';
export interface WordStretch {
  readonly change: WordChange;
  readonly text: string;
}

/** Steps that a number of diffs may take together; what is left then counts as replaced. */
export interface WordBudget {
  steps: number;
}

/** Words that differ, at most: beyond that nobody reads the difference. */
const MOST_DIFFERENT = 1_000;

/** Letters and digits with their marks are a word, blanks together are one, and every other character is its own. */
const WORDS = /[\p{L}\p{M}\p{N}]+|\s+|[^\p{L}\p{M}\p{N}\s]/gu;

export function wordDiff(before: string, after: string, budget: WordBudget): readonly WordStretch[] {
  const [was, is] = [wordsOf(before), wordsOf(after)];
  let start = 0;
  while (start < was.length && start < is.length && was[start] === is[start]) start += 1;
  let end = 0;
  const most = Math.min(was.length, is.length) - start;
  while (end < most && was[was.length - 1 - end] === is[is.length - 1 - end]) end += 1;
  const middle = [was.slice(start, was.length - end), is.slice(start, is.length - end)] as const;
  return joinedStretches([
    { change: 'same', text: was.slice(0, start).join('') },
    ...(shortestScript(...middle, budget) ?? replacedWords(...middle)),
    { change: 'same', text: was.slice(was.length - end).join('') },
  ]);
}

function wordsOf(text: string): readonly string[] {
  return text.match(WORDS) ?? [];
}

function replacedWords(was: readonly string[], is: readonly string[]): WordStretch[] {
  return [
    { change: 'removed', text: was.join('') },
    { change: 'added', text: is.join('') },
  ];
}

/** Null where the texts differ in too many words, or the budget is spent. */
function shortestScript(
  was: readonly string[],
  is: readonly string[],
  budget: WordBudget,
): WordStretch[] | null {
  const most = Math.min(was.length + is.length, MOST_DIFFERENT);
  const width = 2 * most + 3;
  const furthest = new Int32Array(width);
  const rounds: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits += 1) {
    rounds.push(furthest.slice(most + 1 - edits - 1, most + 1 + edits + 2));
    budget.steps -= edits + 1;
    if (budget.steps < 0) return null;
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const at = most + 1 + diagonal;
      const isDown = isInsertion(diagonal, edits, furthest[at - 1]!, furthest[at + 1]!);
      const from = isDown ? furthest[at + 1]! : furthest[at - 1]! + 1;
      let x = from;
      while (x < was.length && x - diagonal < is.length && was[x] === is[x - diagonal]) x += 1;
      budget.steps -= x - from;
      furthest[at] = x;
      if (x >= was.length && x - diagonal >= is.length) return walkBack(was, is, rounds);
    }
  }
  return null;
}

/** Whether a round reaches a diagonal from the one above it, by a word that was added. */
function isInsertion(diagonal: number, edits: number, below: number, above: number): boolean {
  return diagonal === -edits || (diagonal !== edits && below < above);
}

/** The way back from the ends of both texts to their starts, through the rounds. */
function walkBack(
  was: readonly string[],
  is: readonly string[],
  rounds: readonly Int32Array[],
): WordStretch[] {
  const steps: WordStretch[] = [];
  let [x, y] = [was.length, is.length];
  for (let edits = rounds.length - 1; edits > 0; edits -= 1) {
    const round = rounds[edits]!;
    // A round has the diagonals from -edits - 1 on.
    const reached = (diagonal: number) => round[diagonal + edits + 1]!;
    const diagonal = x - y;
    const isDown = isInsertion(diagonal, edits, reached(diagonal - 1), reached(diagonal + 1));
    const [fromX, fromDiagonal] = isDown
      ? [reached(diagonal + 1), diagonal + 1]
      : [reached(diagonal - 1), diagonal - 1];
    const fromY = fromX - fromDiagonal;
    const startX = isDown ? fromX : fromX + 1;
    if (x > startX) steps.push({ change: 'same', text: was.slice(startX, x).join('') });
    if (isDown) steps.push({ change: 'added', text: is[fromY] as string });
    else steps.push({ change: 'removed', text: was[fromX] as string });
    [x, y] = [fromX, fromY];
  }
  if (x > 0) steps.push({ change: 'same', text: was.slice(0, x).join('') });
  return steps.reverse();
}

/** Stretches of one change are one; between two that are the same, what was removed comes before what was added. */
function joinedStretches(stretches: readonly WordStretch[]): WordStretch[] {
  const out: WordStretch[] = [];
  let gone = '';
  let come = '';
  const flush = () => {
    if (gone !== '') out.push({ change: 'removed', text: gone });
    if (come !== '') out.push({ change: 'added', text: come });
    [gone, come] = ['', ''];
  };
  for (const { change, text } of stretches) {
    if (text === '') continue;
    if (change === 'removed') gone += text;
    else if (change === 'added') come += text;
    else {
      flush();
      const last = out.at(-1);
      if (last?.change === 'same') out[out.length - 1] = { change, text: last.text + text };
      else out.push({ change, text });
    }
  }
  flush();
  return out;
}
