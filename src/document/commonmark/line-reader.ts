/** Reads one line from its start: columns of indentation, and the markers that CommonMark knows. */

const TAB = 9;
const SPACE = 32;
const CLOSE_PAREN = 41;
const STAR = 42;
const PLUS = 43;
const HYPHEN = 45;
const DOT = 46;
const ZERO = 48;
const ONE = 49;
const NINE = 57;
const UNDERSCORE = 95;
const BACKTICK = 96;

/** Behind so many characters of indentation and markers, the rest of a line counts as running text. */
const NESTED = 24;
const RULE = /^[ \t]*([-*=_])(?:[ \t]*\1)*[ \t]*$/;

const isBlankCode = (code: number) => code === SPACE || code === TAB;

export class LineReader {
  /** What is left begins with so many columns of white space, … */
  indent = 0;
  /** … and then with this character; 0 where nothing is left. */
  code = 0;
  isBlank = true;
  lineEnd = 0;
  #text = '';
  /** What offsets of `#text` are short of those of the document. */
  #shift = 0;
  #at = 0;
  #end = 0;
  #column = 0;
  #next = 0;
  #nextColumn = 0;

  read(text: string, start: number, end: number): void {
    this.lineEnd = end;
    this.#column = 0;
    if (end - start > NESTED && isNested(text, start)) {
      const line = text.slice(start, end);
      if (!RULE.test(line)) {
        this.#text = line.slice(0, NESTED) + 'x'.repeat(line.length - NESTED);
        this.#shift = start;
        this.#at = 0;
        this.#end = end - start;
        return;
      }
    }
    this.#text = text;
    this.#shift = 0;
    this.#at = start;
    this.#end = end;
  }

  /** Finds what is left behind the white space. */
  look(): void {
    let at = this.#at;
    let column = this.#column;
    let code = 0;
    for (; at < this.#end; at++) {
      code = this.#text.charCodeAt(at);
      if (code === SPACE) column++;
      else if (code === TAB) column += 4 - (column % 4);
      else break;
    }
    this.isBlank = at === this.#end;
    this.code = this.isBlank ? 0 : code;
    this.#next = at;
    this.#nextColumn = column;
    this.indent = column - this.#column;
  }

  /** Offset in the document of what is left. */
  get place(): number {
    return this.#next + this.#shift;
  }

  rest(): string {
    return this.#text.slice(this.#next, this.#end);
  }

  /** Takes the marker of a quote, with one column of white space behind it. */
  takeQuote(): void {
    this.#takeTo(1);
    if (this.#at < this.#end && isBlankCode(this.#text.charCodeAt(this.#at))) this.takeColumns(1);
  }

  /** Takes the white space in front of what is left. */
  takeIndent(): void {
    this.#takeTo(0);
  }

  /** Takes columns of white space; a tab may be taken in part. */
  takeColumns(columns: number): void {
    let left = columns;
    while (left > 0 && this.#at < this.#end) {
      const isTab = this.#text.charCodeAt(this.#at) === TAB;
      const width = isTab ? 4 - (this.#column % 4) : 1;
      this.#column += Math.min(left, width);
      if (width <= left) this.#at++;
      left -= width;
    }
  }

  /** Goes to what is left, and so many characters into it. */
  #takeTo(characters: number): void {
    this.#at = this.#next + characters;
    this.#column = this.#nextColumn + characters;
  }

  /** The level of `# heading`; 0 where it is none. */
  atxLevel(): number {
    const length = this.#runLength();
    return length <= 6 && this.#endsWord(this.#next + length) ? length : 0;
  }

  /** How many characters open a fence; 0 where none does. */
  fenceLength(): number {
    const length = this.#runLength();
    if (length < 3) return 0;
    if (this.code !== BACKTICK) return length;
    return this.rest().includes('`', length) ? 0 : length;
  }

  isClosingFence(code: number, least: number): boolean {
    const length = this.code === code ? this.#runLength() : 0;
    return length >= least && this.#isBlankFrom(this.#next + length);
  }

  /** The level of a heading that the line underlines; 0 where it can't. */
  underlineLevel(): number {
    const length = this.#runLength();
    if (!this.#isBlankFrom(this.#next + length)) return 0;
    return this.code === HYPHEN ? 2 : 1;
  }

  /** Whether the line is a rule, like `* * *`. */
  isRule(): boolean {
    const { code } = this;
    if (code !== STAR && code !== HYPHEN && code !== UNDERSCORE) return false;
    let count = 0;
    for (let at = this.#next; at < this.#end; at++) {
      const found = this.#text.charCodeAt(at);
      if (found === code) count++;
      else if (!isBlankCode(found)) return false;
    }
    return count >= 3;
  }

  /** Takes the marker of an item. Gives the columns of its content; 0 where there is no marker. */
  itemIndent(inParagraph: boolean): number {
    const length = this.#markerLength(inParagraph);
    if (length === 0) return 0;
    const before = this.indent;
    this.#takeTo(length);
    this.look();
    if (this.isBlank || this.indent > 4) {
      this.takeColumns(1);
      return before + length + 1;
    }
    const { indent } = this;
    this.takeIndent();
    return before + length + indent;
  }

  /** An item that interrupts a paragraph isn't empty, and begins at 1. */
  #markerLength(inParagraph: boolean): number {
    const { code } = this;
    let length = 1;
    if (code >= ZERO && code <= NINE) {
      while (length < 9 && this.#isDigit(this.#next + length)) length++;
      if (inParagraph && (length > 1 || code !== ONE)) return 0;
      const delimiter = this.#next + length < this.#end ? this.#text.charCodeAt(this.#next + length) : 0;
      if (delimiter !== DOT && delimiter !== CLOSE_PAREN) return 0;
      length++;
    } else if (code !== STAR && code !== PLUS && code !== HYPHEN) return 0;
    if (!this.#endsWord(this.#next + length)) return 0;
    return inParagraph && this.#isBlankFrom(this.#next + length) ? 0 : length;
  }

  #isDigit(at: number): boolean {
    const code = at < this.#end ? this.#text.charCodeAt(at) : 0;
    return code >= ZERO && code <= NINE;
  }

  /** How often the character stands there. */
  #runLength(): number {
    let at = this.#next;
    while (at < this.#end && this.#text.charCodeAt(at) === this.code) at++;
    return at - this.#next;
  }

  #endsWord(at: number): boolean {
    return at >= this.#end || isBlankCode(this.#text.charCodeAt(at));
  }

  #isBlankFrom(from: number): boolean {
    for (let at = from; at < this.#end; at++) if (!isBlankCode(this.#text.charCodeAt(at))) return false;
    return true;
  }
}

function isNested(text: string, start: number): boolean {
  for (let at = start; at < start + NESTED; at++) {
    const code = text.charCodeAt(at);
    const isMarker =
      isBlankCode(code) ||
      code === 62 ||
      (code >= CLOSE_PAREN && code <= DOT && code !== 44) ||
      (code >= ZERO && code <= NINE);
    if (!isMarker) return false;
  }
  return true;
}
