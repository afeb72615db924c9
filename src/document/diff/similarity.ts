/**
 * How alike two texts are: Dice's coefficient over their three-word shingles, without case, punctuation and the number
 * that a text begins with. 1 is the same words, 0 no three of them in a row.
 */
const WORD = /[\p{L}\p{M}\p{N}]+/gu;
/** Words of a text that are compared. */
const MOST_WORDS = 2_000;
const SHINGLE = 3;

/** Two texts of at least this measure are one text that was reworded. */
export const ALIKE = 0.6;

const wordsIn = (text: string): string[] => text.normalize('NFC').toLowerCase().match(WORD) ?? [];

/** The words of a text, without those of the number that it begins with. */
export function comparedWords(text: string, code: string | null): string[] {
  const words = wordsIn(text.slice(0, MOST_WORDS * 20)).slice(0, MOST_WORDS);
  const own = code === null ? [] : wordsIn(code);
  const starts = own.length > 0 && own.every((word, at) => words[at] === word);
  return starts ? words.slice(own.length) : words;
}

/** Three words in a row, each once; a shorter text is one shingle. */
export function shinglesOf(words: readonly string[]): Set<string> {
  if (words.length <= SHINGLE) return new Set([words.join(' ')]);
  return new Set(
    Array.from({ length: words.length - SHINGLE + 1 }, (_, at) => words.slice(at, at + SHINGLE).join(' ')),
  );
}

export const diceOf = (shared: number, one: number, other: number): number => (2 * shared) / (one + other);
