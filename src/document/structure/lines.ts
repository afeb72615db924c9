/** The lines of a text: where each begins, where its words begin and end, and how far it is indented. */

const SPACE = 32;
const TAB = 9;
const LF = 10;
const CR = 13;
const TAB_WIDTH = 4;

/** Parallel arrays, one entry a line; offsets are UTF-16 units into the text. */
export interface Lines {
  readonly count: number;
  readonly start: Int32Array;
  /** First character that is no blank; of a blank line its end. */
  readonly words: Int32Array;
  /** Behind the last character that is no blank. */
  readonly end: Int32Array;
  /** Columns before the words; a tab goes to the next multiple of four. */
  readonly indent: Int32Array;
  /** Characters of the longest line. */
  readonly longest: number;
}

/** CommonMark's line endings: LF, CR LF, CR. */
export function textLines(text: string, from: number): Lines {
  let size = Math.max(16, (text.length - from) >> 5);
  let start = new Int32Array(size);
  let words = new Int32Array(size);
  let end = new Int32Array(size);
  let indent = new Int32Array(size);
  let count = 0;
  let longest = 0;
  let at = from;
  const grow = (list: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
    const wider = new Int32Array(size);
    wider.set(list);
    return wider;
  };
  while (at < text.length) {
    if (count === size) {
      size *= 2;
      [start, words, end, indent] = [grow(start), grow(words), grow(end), grow(indent)];
    }
    start[count] = at;
    let column = 0;
    let code = text.charCodeAt(at);
    while (isBlank(code)) {
      column = code === TAB ? column + TAB_WIDTH - (column % TAB_WIDTH) : column + 1;
      code = text.charCodeAt(++at);
    }
    words[count] = at;
    indent[count] = column;
    while (at < text.length && code !== LF && code !== CR) code = text.charCodeAt(++at);
    longest = Math.max(longest, at - start[count]!);
    let last = at;
    while (last > words[count]! && isBlank(text.charCodeAt(last - 1))) last--;
    end[count] = last;
    if (at < text.length) at += code === CR && text.charCodeAt(at + 1) === LF ? 2 : 1;
    count++;
  }
  return { count, start, words, end, indent, longest };
}

/** Blanks, form feeds, the space that is never broken, and the byte order mark. */
const isBlank = (code: number): boolean =>
  code === SPACE || code === TAB || code === 11 || code === 12 || code === 0xa0 || code === 0xfeff;
