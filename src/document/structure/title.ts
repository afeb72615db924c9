/** The words of a heading as a title: without markup, and without what a reader does not see. */
import { plainText } from '../blocks.ts';
import { readableTitle } from '../titles.ts';

/** Markup is read at a cost that grows with its square: of longer headings the characters are taken as they stand. */
const MAX_MARKUP = 400;

/** Null where nothing is left. */
export function titleOf(words: string, longest: number): string | null {
  const isMarked = words.length <= MAX_MARKUP && /[\\`*_[\]<>&!]/.test(words);
  return readableTitle(isMarked ? plainText(words) : words, longest);
}
