/**
 * The headings at the top level of a Markdown text, by CommonMark's own way: line by line, with the containers and
 * the leaf that are open. What a line is depends on the lines before it alone, so each is looked at once. Offsets are
 * UTF-16 units.
 */
import { definitionsEnd } from './definitions.ts';
import { HTML_ENDS, htmlKindOf } from './html-lines.ts';
import { LineReader } from './line-reader.ts';

export interface HeadingLines {
  readonly level: number;
  /** The first character of the heading, behind its indentation. */
  readonly start: number;
  /** The end of its last line. */
  readonly end: number;
}

/** A block quote, or an item of a list with the indentation of its content. */
interface Container {
  /** Columns of an item's content; -1 of a quote. */
  readonly indent: number;
  /** Whether something has begun in it: a blank line ends an item that began with one. */
  isFilled: boolean;
}

/** The open leaf that decides what a line is. */
type Leaf = 'none' | 'paragraph' | 'fence' | 'html' | 'indented';

const TAB = 9;
const SPACE = 32;
const HASH = 35;
const STAR = 42;
const PLUS = 43;
const HYPHEN = 45;
const LESS = 60;
const EQUALS = 61;
const GREATER = 62;
const BRACKET = 91;
const UNDERSCORE = 95;
const BACKTICK = 96;
const TILDE = 126;
const BOM = 0xfeff;

/** First characters of lines that may be more than running text. */
const SPECIAL = new Uint8Array(128);
for (const code of [
  TAB,
  SPACE,
  HASH,
  STAR,
  PLUS,
  HYPHEN,
  LESS,
  EQUALS,
  GREATER,
  BRACKET,
  UNDERSCORE,
  BACKTICK,
  TILDE,
])
  SPECIAL[code] = 1;
for (let digit = 48; digit < 58; digit++) SPECIAL[digit] = 1;

/** Calls `found` for every heading, in order. */
export function findHeadingLines(text: string, found: (heading: HeadingLines) => void): void {
  const scanner = new Scanner(text, found);
  const past = (at: number, mark: string) => {
    const place = text.indexOf(mark, at);
    return place === -1 ? text.length : place;
  };
  let feed = -1;
  let carriage = -1;
  for (let at = text.charCodeAt(0) === BOM ? 1 : 0; at < text.length; ) {
    if (feed < at) feed = past(at, '\n');
    if (carriage < at) carriage = past(at, '\r');
    const end = Math.min(feed, carriage);
    scanner.line(at, end);
    at = end === carriage && feed === end + 1 ? end + 2 : end + 1;
  }
}

class Scanner {
  readonly #text: string;
  readonly #found: (heading: HeadingLines) => void;
  readonly #reader = new LineReader();
  readonly #containers: Container[] = [];
  #leaf: Leaf = 'none';
  /** Where the open paragraph begins, with its definitions. */
  #start = 0;
  /** Its lines, without what belongs to containers, where it may begin with definitions; else null. */
  #lines: string[] | null = null;
  /** Whether the open indented code began on the line that ended a container: micromark lets all lists follow that. */
  #isBehindContainer = false;
  #fence = { code: 0, length: 0 };
  #htmlKind = 0;

  constructor(text: string, found: (heading: HeadingLines) => void) {
    this.#text = text;
    this.#found = found;
  }

  line(start: number, end: number): void {
    const first = start < end ? this.#text.charCodeAt(start) : SPACE;
    // Most lines of most documents: running text outside of everything.
    if (this.#containers.length === 0 && (first > 127 || SPECIAL[first] === 0)) {
      if (this.#leaf === 'paragraph') {
        this.#lines?.push(this.#text.slice(start, end));
        return;
      }
      if (this.#leaf === 'none' || this.#leaf === 'indented') {
        this.#leaf = 'paragraph';
        this.#start = start;
        this.#lines = null;
        return;
      }
    }
    this.#reader.read(this.#text, start, end);
    const matched = this.#continued();
    const isWhole = matched === this.#containers.length;
    if (isWhole && (this.#leaf === 'fence' || this.#leaf === 'html') && this.#goOn()) return;
    this.#begin(matched);
  }

  /** How many of the open containers the line belongs to. */
  #continued(): number {
    const reader = this.#reader;
    for (let at = 0; at < this.#containers.length; at++) {
      const container = this.#containers[at]!;
      reader.look();
      if (container.indent === -1) {
        if (reader.indent > 3 || reader.code !== GREATER) return at;
        reader.takeQuote();
      } else if (reader.isBlank) {
        if (!container.isFilled) return at;
        reader.takeIndent();
      } else if (reader.indent >= container.indent) reader.takeColumns(container.indent);
      else return at;
    }
    reader.look();
    return this.#containers.length;
  }

  /** Reads on in a fence or in HTML; false where the line begins behind it. */
  #goOn(): boolean {
    const reader = this.#reader;
    if (this.#leaf === 'fence') {
      const { code, length } = this.#fence;
      if (reader.indent <= 3 && reader.code === code && reader.isClosingFence(code, length))
        this.#leaf = 'none';
      return true;
    }
    if (this.#htmlKind >= 6) {
      if (!reader.isBlank) return true;
      this.#leaf = 'none';
      return false;
    }
    if (HTML_ENDS[this.#htmlKind]!.test(reader.rest())) this.#leaf = 'none';
    return true;
  }

  /** What begins on the line, behind the containers that go on. */
  #begin(matched: number): void {
    const reader = this.#reader;
    let inParagraph = matched === this.#containers.length && this.#leaf === 'paragraph';
    // micromark's way: what interrupts is bound on the whole line, and indented code is interrupted, too.
    const isWhole = matched === this.#containers.length;
    const interrupts = inParagraph || (isWhole && this.#leaf === 'indented' && !this.#isBehindContainer);
    const close = () => {
      this.#closeFrom(matched);
      inParagraph = false;
    };
    for (;;) {
      reader.look();
      if (reader.isBlank) break;
      if (reader.indent > 3) {
        if (this.#leaf === 'paragraph') break;
        this.#isBehindContainer = !isWhole;
        close();
        this.#open('indented');
        return;
      }
      if (reader.code === GREATER) {
        close();
        reader.takeQuote();
        this.#hold({ indent: -1, isFilled: false });
        matched = this.#containers.length;
        continue;
      }
      if (reader.code === HASH) {
        const level = reader.atxLevel();
        if (level > 0) {
          close();
          this.#heading(level, reader.place, reader.lineEnd);
          return;
        }
        break;
      }
      if (reader.code === BACKTICK || reader.code === TILDE) {
        const length = reader.fenceLength();
        if (length === 0) break;
        close();
        this.#open('fence');
        this.#fence = { code: reader.code, length };
        return;
      }
      if (reader.code === LESS) {
        const kind = htmlKindOf(reader.rest(), inParagraph);
        if (kind === 0) break;
        // micromark's way: a whole tag on a lazy line is HTML inside of the containers.
        const isInside = kind === 7 && matched < this.#containers.length && this.#leaf === 'paragraph';
        if (!isInside) close();
        this.#open('html');
        this.#htmlKind = kind;
        if (kind < 6 && HTML_ENDS[kind]!.test(reader.rest())) this.#leaf = 'none';
        return;
      }
      if (inParagraph && (reader.code === EQUALS || reader.code === HYPHEN)) {
        const level = reader.underlineLevel();
        if (level > 0) {
          const isHeading = this.#lines === null || definitionsEnd(this.#lines) < this.#lines.length;
          if (isHeading) {
            this.#heading(level, this.#start, reader.lineEnd);
            return;
          }
          // Definitions alone can't be underlined: a paragraph of its own begins here.
          this.#leaf = 'none';
        }
      }
      if (reader.isRule()) {
        close();
        this.#open('none');
        return;
      }
      const indent = reader.itemIndent(interrupts);
      if (indent === 0) break;
      close();
      this.#hold({ indent, isFilled: false });
      matched = this.#containers.length;
    }
    this.#continue(matched);
  }

  /** Running text, or a blank line. */
  #continue(matched: number): void {
    const reader = this.#reader;
    const isLazy = matched < this.#containers.length && this.#leaf === 'paragraph' && !reader.isBlank;
    if (!isLazy) this.#closeFrom(matched);
    if (reader.isBlank) {
      if (this.#leaf === 'paragraph') this.#leaf = 'none';
      return;
    }
    if (this.#leaf !== 'paragraph') {
      this.#open('paragraph');
      this.#start = reader.place;
      this.#lines = reader.code === BRACKET ? [] : null;
    }
    this.#lines?.push(reader.rest());
  }

  #heading(level: number, start: number, end: number): void {
    const isTop = this.#containers.length === 0;
    this.#open('none');
    if (isTop) this.#found({ level, start, end });
  }

  #hold(container: Container): void {
    this.#fill();
    this.#leaf = 'none';
    this.#containers.push(container);
  }

  #open(leaf: Leaf): void {
    this.#fill();
    this.#leaf = leaf;
  }

  #fill(): void {
    const holder = this.#containers.at(-1);
    if (holder !== undefined) holder.isFilled = true;
  }

  #closeFrom(matched: number): void {
    if (matched === this.#containers.length) return;
    this.#containers.length = matched;
    this.#leaf = 'none';
  }
}
