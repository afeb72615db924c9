/** What is looked at of a text: its beginning and its end. A document says at the beginning what it is. */

export interface Excerpt {
  /** The first characters, without a byte order mark. */
  readonly head: string;
  /** The head after YAML-like front matter, where it begins with any. */
  readonly afterFrontMatter: string;
  /** The last characters, without the white space behind them. */
  readonly tail: string;
  /** Whether `head` is the whole text. */
  readonly whole: boolean;
}

const HEAD = 64 * 1024;
const TAIL = 1024;

/** The excerpt of bytes in an encoding that Buffer reads. */
export function excerptOf(bytes: Buffer, encoding: 'utf8' | 'latin1' | 'utf16le'): Excerpt {
  const whole = bytes.length <= HEAD;
  // A character that the cut split would be read as U+FFFD.
  const beginning = bytes.subarray(0, HEAD).toString(encoding);
  const head = (whole ? beginning : beginning.replace(/\ufffd+$/, '')).replace(/^\ufeff/, '');
  const tail = bytes
    .subarray(Math.max(0, bytes.length - TAIL))
    .toString(encoding)
    .trimEnd();
  return { head, afterFrontMatter: head.replace(FRONT_MATTER, ''), tail, whole };
}

const FRONT_MATTER = /^---[ \t]*\r?\n(?:(?!---|\.\.\.)[^\n]*\n){0,1000}(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/;

/** Whether a fence of code is open at this place. */
export function isFenced(text: string, at: number): boolean {
  const fences = text.slice(0, at).match(/^ {0,3}(?:`{3,}|~{3,})/gm);
  return fences !== null && fences.length % 2 === 1;
}
