/**
 * One pass over the lines of a text: where its divisions, sections, paragraphs, items and tables begin, and which
 * lies in which. What is inside a table, a footnote or literal text begins nothing.
 */
import { type Heading, headingsOf } from '../headings.ts';
import {
  type CompiledLevel,
  type CompiledProfile,
  firstMatch,
  levelsWithoutBlank,
  type Match,
  matchesOf,
} from './compile.ts';
import { CountsReached, isNext, type Standing } from './counts.ts';
import { type Lines, textLines } from './lines.ts';
import { ordinalOf } from './ordinals.ts';

type NodeKind = 'title' | 'heading' | 'level' | 'text' | 'table';

export interface TreeNode {
  readonly kind: NodeKind;
  /** The level that it is of; null for a title, a heading of no level, text without a mark, and a table. */
  readonly level: CompiledLevel | null;
  readonly start: number;
  /** What is cited ("12a", "3"); null where nothing is. */
  readonly code: string | null;
  /** The words of a heading or of a bold line, as written; null for a mark in running text. */
  readonly words: string | null;
  /** Number of `#`; 0 where it is no heading. */
  readonly depth: number;
  readonly indent: number;
  /** Characters of the mark itself. */
  readonly mark: number;
  /** Of a row of a table the offset behind it; null for all else. */
  readonly rowEnd: number | null;
  /** Index of the node that it lies in; null at the top. */
  readonly parent: number | null;
}

/** A mark that can be read in two ways. */
export interface Doubt {
  readonly offset: number;
  readonly code: string;
}

export function scanText(text: string, from: number, profile: CompiledProfile) {
  const scanner = new Scanner(text, from, profile);
  scanner.run();
  return { nodes: scanner.nodes as readonly TreeNode[], doubts: scanner.doubts as readonly Doubt[] };
}

const NESTED_BULLETS = /^[*+-][ \t]+[*+-](?:[ \t]|$)/;
const ATX = /^(#+)(?:[ \t]+|$)/;
const FOOTNOTE = /^\[\^[^\]\s]{1,200}\]:/;
const FENCE = /^(`{3,}|~{3,})/;
/** What stands before the words of a row's first cell. */
const ROW_START = /^\|?[ \t]*(?:\*\*|__|`)?/;
const EMPHASIS = /^(?:\*\*|__)[ \t]*/;
const PIPE_RULE = /^\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*\|?$/;
/** What a clause ends with: punctuation, a closing bracket or quote, a dash, "and", "or". */
const CLAUSE_END = /(?:[.;:,)\]"”»—–-]|\band|\bor)$/;
/** Characters of a line that nobody wraps. */
const WRAPPED = 300;
/** Lines that are looked at to tell a letter from a number. */
const SENTENCE_END = /[.:;?!)\]”"]$/;
const LOOK_AHEAD = 400;
const DEEPEST = 6;
/** Characters of a line that are looked at; more than any pattern sees. */
const MOST_WORDS = 600;

function headingsFrom(text: string, from: number, { profile }: CompiledProfile): Map<number, Heading> {
  const rules = { headingLevels: [1, 2, 3, 4, 5, 6], setextLines: 1, titleLength: profile.titleLength };
  const found = headingsOf(text.slice(from), rules);
  return new Map(
    found.map((heading) => [heading.start + from, { ...heading, end: heading.end + from }] as const),
  );
}

class Scanner {
  readonly nodes: TreeNode[] = [];
  readonly doubts: Doubt[] = [];
  readonly #text: string;
  readonly #lines: Lines;
  readonly #compiled: CompiledProfile;
  readonly #isUnwrapped: boolean;
  readonly #counts = new CountsReached();
  #stack: number[] = [];
  /** The innermost section that is open, and whether any text of it was seen. */
  #section: number | null = null;
  #hasText = false;
  /** Columns that the first text of the section is indented by. */
  #bodyIndent = 0;
  /** The page ended inside a paragraph, and its text goes on. */
  #goesOn = false;
  /** The last line that had words of the document. */
  #lastWords = -1;
  /** The last block of text belongs to a list. */
  #inList = false;
  /** The last block was a table or the heading of the section: the next heading may be the caption of a table. */
  #mayCaption = false;
  /** Where words began that belong to the heading behind them. */
  #prelude: number | null = null;

  /** By the offsets at which they begin; null where a line that begins with `#` is one. */
  readonly #headings: ReadonlyMap<number, Heading> | null;

  constructor(text: string, from: number, compiled: CompiledProfile) {
    this.#text = text;
    this.#lines = textLines(text, from);
    this.#isUnwrapped = compiled.profile.syntax === 'lines' && this.#lines.longest > WRAPPED;
    this.#compiled = compiled;
    this.#headings = compiled.profile.syntax === 'commonmark' ? headingsFrom(text, from, compiled) : null;
  }

  run(): void {
    const { count } = this.#lines;
    let apart = true;
    for (let line = 0; line < count; ) {
      if (this.#isBlank(line)) {
        apart = true;
        line++;
        continue;
      }
      if (this.#isFurniture(line)) {
        line = this.#pageEnd(line);
        this.#goesOn = this.#lastWords !== -1 && !SENTENCE_END.test(this.#wordsOf(this.#lastWords).slice(-2));
        apart = true;
        continue;
      }
      this.#lastWords = line;
      const next = this.#take(line, apart);
      apart = next.apart;
      line = next.line;
    }
  }

  #take(line: number, apart: boolean): { line: number; apart: boolean } {
    const words = this.#wordsOf(line);
    const first = words.charCodeAt(0);
    const heading = this.#headings?.get(this.#lines.start[line]!);
    if (heading !== undefined) return { line: this.#marked(line, heading), apart: true };
    if (first === 35 /* # */ && this.#headings === null) {
      const depth = ATX.exec(words)?.[1]?.length ?? 0;
      if (depth > 0 && (depth <= DEEPEST || this.#compiled.profile.deepHeadings)) {
        return { line: this.#headingLine(line, depth, words), apart: true };
      }
    }
    if (first === 91 /* [ */ && FOOTNOTE.test(words)) return { line: this.#footnoteEnd(line), apart: true };
    if ((first === 96 || first === 126) && FENCE.test(words))
      return { line: this.#fenceEnd(line, words), apart: true };
    const end = this.#tableEnd(line, words);
    if (end > line && this.#compiled.row.length > 0) {
      this.#rows(line, end);
      return { line: end, apart: true };
    }
    if (end > line) {
      this.#table(this.#lines.start[line]!, this.#lines.indent[line]!);
      return { line: end, apart: true };
    }
    return { line: line + 1, apart: this.#words(line, words, apart) };
  }

  #isFurniture(line: number): boolean {
    const { furniture } = this.#compiled;
    return furniture.length > 0 && furniture.some((each) => each.exec(this.#wordsOf(line)) !== null);
  }

  /** The first line behind a page's end that is text. A paragraph that the page's end cut goes on there. */
  #pageEnd(line: number): number {
    let next = line + 1;
    while (next < this.#lines.count && (this.#isBlank(next) || this.#isFurniture(next))) next++;
    return next;
  }

  #isBlank(line: number): boolean {
    return this.#lines.words[line] === this.#lines.end[line];
  }

  /** The words of a line that patterns see. */
  #wordsOf(line: number): string {
    const from = this.#lines.words[line]!;
    return this.#text.slice(from, Math.min(this.#lines.end[line]!, from + MOST_WORDS));
  }

  #nextWords(line: number): number {
    let next = line + 1;
    while (next < this.#lines.count && this.#isBlank(next)) next++;
    return next;
  }

  /** A heading that CommonMark finds; it may have more than one line. */
  #marked(line: number, { level, title, end }: Heading): number {
    let next = line + 1;
    while (next < this.#lines.count && this.#lines.start[next]! < end) next++;
    if (title !== null) this.#heading(line, level, title);
    return next;
  }

  #headingLine(line: number, depth: number, source: string): number {
    const words = source
      .slice(depth)
      .trim()
      .replace(/[ \t]+#+$/, '')
      .replace(EMPHASIS, '')
      .replace(/[*_]{2}$/, '');
    return words === '' ? line + 1 : this.#heading(line, depth, words);
  }

  /** The line behind it. */
  #heading(line: number, depth: number, words: string): number {
    const { heading } = this.#compiled;
    const match = this.#matchHere(heading, words, line, true) ?? firstMatch(heading, words);
    const start = this.#prelude ?? this.#lines.start[line]!;
    this.#prelude = null;
    if (this.#holdsHeadings() && match?.level.role !== 'section') {
      return this.#innerHeading(line, start);
    }
    if (match === null && this.nodes.length === 0 && depth === 1) {
      this.#push({ kind: 'title', start, words, depth });
    } else {
      const kind = match === null ? 'heading' : 'level';
      const { level = null, code = null, length: mark = 0 } = match ?? {};
      this.#push({ kind, level, start, code, words, depth, mark });
      if (level?.role === 'paragraph' || level?.role === 'item') this.#hasText = true;
    }
    return line + 1;
  }

  /** A heading inside an annex: the caption of a table, else text. */
  #innerHeading(line: number, start: number): number {
    let last = line;
    while (last + 1 < this.#lines.count && !this.#isBlank(last + 1)) last++;
    const next = this.#nextWords(last);
    const end = next < this.#lines.count ? this.#tableEnd(next, this.#wordsOf(next)) : next;
    const isCaption = end > next && this.#mayCaption;
    this.#mayCaption = false;
    if (isCaption) {
      this.#table(start, 0);
      return end;
    }
    if (!this.#hasText) this.#addText(start, 0);
    this.#inList = false;
    return last + 1;
  }

  #footnoteEnd(line: number): number {
    let next = line + 1;
    while (next < this.#lines.count && (this.#isBlank(next) || this.#lines.indent[next]! >= 2)) next++;
    return next;
  }

  #fenceEnd(line: number, words: string): number {
    const fence = FENCE.exec(words)![1]!;
    for (let next = line + 1; next < this.#lines.count; next++) {
      const closing = this.#wordsOf(next);
      if (closing.startsWith(fence) && closing.replaceAll(fence[0]!, '') === '') return next + 1;
    }
    return this.#lines.count;
  }

  /** The line behind a table that begins at a line; the line itself where none does. */
  #tableEnd(line: number, words: string): number {
    const { nestedBullets, pipes } = this.#compiled.profile.tables;
    if (nestedBullets && NESTED_BULLETS.test(words)) return this.#bulletsEnd(line);
    if (pipes && words.startsWith('|') && line + 1 < this.#lines.count) {
      return PIPE_RULE.test(this.#wordsOf(line + 1)) ? this.#pipesEnd(line) : line;
    }
    return line;
  }

  #bulletsEnd(line: number): number {
    const indent = this.#lines.indent[line]!;
    let next = line + 1;
    for (; next < this.#lines.count; next++) {
      // What follows without a blank line goes on with the cell above.
      if (!this.#isBlank(next - 1) && !NESTED_BULLETS.test(this.#wordsOf(next))) continue;
      if (this.#isBlank(next) || this.#lines.indent[next]! > indent) continue;
      if (this.#lines.indent[next]! < indent || !NESTED_BULLETS.test(this.#wordsOf(next))) break;
    }
    return next;
  }

  #pipesEnd(line: number): number {
    let next = line + 1;
    while (next < this.#lines.count && this.#text.charCodeAt(this.#lines.words[next]!) === 124) next++;
    return next;
  }

  /** The rows of a table that begin with a mark are units of their own. */
  #rows(from: number, end: number): void {
    for (let line = from; line < end; line++) {
      const cell = this.#wordsOf(line).replace(ROW_START, '');
      const match = firstMatch(this.#compiled.row, cell);
      if (match === null) continue;
      const { level, code } = match;
      this.#push({
        kind: 'level',
        level,
        start: this.#lines.start[line]!,
        code,
        words: rowTitle(cell),
        rowEnd: line + 1 < this.#lines.count ? this.#lines.start[line + 1]! : this.#text.length,
      });
    }
  }

  #table(start: number, indent: number): void {
    if (this.#isWhole()) return;
    if (!this.#hasText) this.#addText(start, indent);
    this.#push({ kind: 'table', start, indent });
    this.#hasText = true;
    this.#inList = false;
    this.#mayCaption = true;
  }

  #holdsHeadings(): boolean {
    return this.#section !== null && this.nodes[this.#section]!.level?.holdsHeadings === true;
  }

  #isWhole(): boolean {
    return this.#section !== null && this.nodes[this.#section]!.level?.whole === true;
  }

  /** Whether the next line begins a block of its own, as behind a mark that stands alone. */
  #words(line: number, source: string, apart: boolean): boolean {
    const { line: levels, bold } = this.#compiled;
    const stars = EMPHASIS.exec(source)?.[0].length ?? 0;
    const words = source.slice(stars);
    const start = this.#lines.start[line]!;
    const indent = this.#lines.indent[line]!;
    const found = this.#matchHere(stars > 0 ? bold : levels, words, line, apart);
    const match = found !== null && this.#canStand(found.level, indent, words) ? found : null;
    if (apart && indent === 0) this.#prelude = null;
    if (
      match === null ||
      (this.#isWhole() && match.level.role !== 'section' && match.level.role !== 'division')
    ) {
      const begins = (apart && !this.#goesOn) || this.#isParagraphLine(line, words);
      this.#goesOn = false;
      if (begins) this.#unmarked(words, start, indent);
      return false;
    }
    this.#goesOn = false;
    const isBare = words.length <= match.length;
    if (isBare && match.code === null && this.#holdsOne(line, levels)) return true;
    const heads = match.level.role === 'division' || match.level.role === 'section';
    const title = heads ? this.#titleAt(line, words, isBare) : null;
    if (match.level.role === 'item' && !this.#hasText && this.#compiled.profile.nesting !== 'order')
      this.#addText(start, indent);
    const { level, code, length: mark } = match;
    this.#push({ kind: 'level', level, start, code, words: title, indent, mark });
    if (!heads) {
      this.#hasText = true;
      this.#inList = match.level.role === 'item';
    }
    if (match.level.chains) this.#chain(line, levels, words, match.length, stars);
    // What follows a heading is text of its own.
    return isBare || heads;
  }

  /** Where lines are not wrapped, a sentence that begins a line behind a clause begins a paragraph. */
  #isParagraphLine(line: number, words: string): boolean {
    if (!this.#isUnwrapped || this.#compiled.profile.text.blocks !== 'each') return false;
    return /^["«“(]?\s*\p{Lu}/u.test(words) && this.#endsClause(line - 1);
  }

  /** A mark that stands alone in its line has its title in the next: "CHAPTER I", "General". */
  #titleAt(line: number, words: string, isBare: boolean): string {
    const next = line + 1;
    if (!isBare || next >= this.#lines.count || this.#isBlank(next)) return words;
    const below = this.#wordsOf(next);
    return matchesOf(this.#compiled.line, below).length > 0 ? words : `${words} ${below}`;
  }

  /** Whether a bullet without words holds another bullet: the inner one is the item. */
  #holdsOne(line: number, levels: readonly CompiledLevel[]): boolean {
    const next = this.#nextWords(line);
    return next < this.#lines.count && firstMatch(levels, this.#wordsOf(next))?.code === null;
  }

  /** Marks behind a mark: "(a)(1)". */
  #chain(line: number, levels: readonly CompiledLevel[], words: string, from: number, stars: number): void {
    const offset = this.#lines.words[line]! + stars;
    const indent = this.#lines.indent[line]!;
    const chained = levels.filter(({ chains }) => chains);
    for (let at = from; ; ) {
      while (words[at] === ' ') at++;
      const match = this.#matchHere(chained, words.slice(at), line, true);
      if (match === null || match.length === 0) return;
      const { level, code, length: mark } = match;
      this.#push({ kind: 'level', level, start: offset + at, code, indent, mark });
      at += match.length;
    }
  }

  #matchHere(levels: readonly CompiledLevel[], words: string, line: number, apart: boolean): Match | null {
    const usable = apart ? levels : levelsWithoutBlank(levels);
    if (!this.#compiled.isCounted) return firstMatch(usable, words);
    return this.#counted(matchesOf(usable, words), line, apart || this.#endsClause(line - 1));
  }

  /** Whether a line may end a clause: what follows it can be a mark then, and no number in a sentence. */
  #endsClause(line: number): boolean {
    return line < 0 || this.#isBlank(line) || CLAUSE_END.test(this.#wordsOf(line).slice(-4));
  }

  /** The level whose count the mark goes on with, else one whose count it begins. */
  #counted(matches: readonly Match[], line: number, free: boolean): Match | null {
    const standings = matches.map(({ level, code }) => this.#counts.standingOf(level, code));
    const those = (...wanted: Standing[]) => matches.filter((_, at) => wanted.includes(standings[at]!));
    const [next, first] = [those('next'), those('first')];
    if (free && next.length > 0 && first.length > 0) return this.#byNeighbours(next[0]!, first[0]!, line);
    const [found = null] = free
      ? [...those('free'), ...next, ...first, ...those('gap', 'again')]
      : those('free');
    return found;
  }

  /**
   * "(i)" after "(h)": the letter, or a first Roman number below it. Of the marks behind, the first decides: "(j)" or
   * "(ii)". Where neither comes it stays open, and is a doubt.
   */
  #byNeighbours(next: Match, first: Match, line: number): Match {
    const wanted = [next, first].map(({ level, code }) => ({ level, at: ordinalOf(code!, level.counts!)! }));
    for (let ahead = line + 1; ahead < Math.min(line + LOOK_AHEAD, this.#lines.count); ahead++) {
      const words = this.#wordsOf(ahead);
      if (words.startsWith('#')) break;
      for (const match of matchesOf(this.#compiled.line, words)) {
        if (match.level.role === 'section') return next;
        const at = wanted.findIndex(({ level }) => level === match.level);
        const ordinal = at === -1 || match.code === null ? null : ordinalOf(match.code, match.level.counts!);
        if (ordinal !== null && isNext(wanted[at]!.at, ordinal) && ordinal.suffix === '') {
          return at === 0 ? next : first;
        }
      }
    }
    if (next.level.role !== 'section')
      this.doubts.push({ offset: this.#lines.start[line]!, code: next.code! });
    return next;
  }

  /** Whether a mark of a level can stand here. */
  #canStand(level: CompiledLevel, indent: number, words: string): boolean {
    if (level.role === 'item' && this.#isNote(words)) return false;
    if (level.role === 'division' && this.#holdsHeadings()) return false;
    return level.maxIndent === null || indent <= level.maxIndent;
  }

  /**
   * A block of text without a mark: the first of a section is a paragraph of its own, in an annex every one; what
   * follows a list goes on with it.
   */
  #unmarked(words: string, start: number, indent: number): void {
    if (indent > 0 && this.#hasText && this.#compiled.profile.text.blocks !== 'each') return;
    const { preludes } = this.#compiled;
    if (preludes.some((prelude) => prelude.exec(words) !== null)) {
      this.#prelude = start;
      return;
    }
    if (this.#isNote(words)) return;
    this.#mayCaption = false;
    if (!this.#hasText || this.#isParagraph(indent)) this.#addText(start, indent);
    this.#inList = false;
  }

  #isNote(words: string): boolean {
    return this.#compiled.notes.some((note) => note.exec(words) !== null);
  }

  /** Whether a later block of a section is a paragraph of its own. What is indented deeper belongs to it. */
  #isParagraph(indent: number): boolean {
    if (this.#compiled.profile.text.blocks !== 'each') return this.#holdsHeadings() && !this.#inList;
    return indent <= this.#bodyIndent;
  }

  #addText(start: number, indent: number): void {
    if (this.#section === null || this.#compiled.profile.text.blocks === 'none' || this.#isWhole()) return;
    this.#push({ kind: 'text', start, indent });
    if (!this.#hasText) this.#bodyIndent = indent;
    this.#hasText = true;
  }

  #push(part: Pick<TreeNode, 'kind' | 'start'> & Partial<Omit<TreeNode, 'parent'>>): void {
    const node = {
      kind: part.kind,
      level: part.level ?? null,
      start: part.start,
      code: part.code ?? null,
      words: part.words ?? null,
      depth: part.depth ?? 0,
      indent: part.indent ?? 0,
      mark: part.mark ?? 0,
      rowEnd: part.rowEnd ?? null,
      parent: null,
    };
    if (this.#compiled.profile.nesting === 'order' && roleOf(node) === 'item') this.#closeInOrder(node);
    else
      while (this.#stack.length > 0 && this.#ends(this.nodes[this.#stack.at(-1)!]!, node)) this.#stack.pop();
    const parent = this.#stack.at(-1) ?? null;
    const index = this.nodes.push(parent === null ? node : { ...node, parent }) - 1;
    this.#stack.push(index);
    if (this.#compiled.isCounted && node.level !== null)
      this.#counts.take(node.level, node.code, this.#openRanks());
    if (!isBody(node)) {
      const hasBody = node.kind === 'title' && this.#compiled.profile.text.belowTitle === true;
      this.#section = hasBody || roleOf(node) === 'section' ? index : null;
      this.#hasText = false;
      this.#inList = false;
      this.#mayCaption = true;
    }
  }

  #openRanks(): Set<number> {
    return new Set(this.#stack.flatMap((at) => this.nodes[at]!.level?.rank ?? []));
  }

  /** A mark of a level that is open ends the last of it; one of another begins below the last mark. */
  #closeInOrder(next: Pick<TreeNode, 'level'>): void {
    const sibling = this.#stack.findLastIndex((at) => {
      const open = this.nodes[at]!;
      return open.level !== null && open.level === next.level;
    });
    if (sibling !== -1) this.#stack.length = sibling;
    while (this.#stack.length > 0 && isUnmarkedBody(this.nodes[this.#stack.at(-1)!]!)) this.#stack.pop();
  }

  /** Whether a node that is open ends where another begins. */
  #ends(open: TreeNode, next: Omit<TreeNode, 'parent'>): boolean {
    if (open.kind === 'title') return false;
    if (!isBody(next)) return isBody(open) || endsHeading(open, next);
    if (!isBody(open)) return false;
    if (roleOf(next) === 'paragraph') return true;
    if (roleOf(open) === 'paragraph') return false;
    if (this.#compiled.profile.nesting === 'indent' || next.level === null) return open.indent >= next.indent;
    return open.level === null || open.level.rank >= next.level.rank;
  }
}

/** The first two cells of a row. */
const rowTitle = (cells: string): string =>
  cells
    .split('|', 2)
    .map((cell) => cell.trim())
    .join(' ')
    .trim();

const roleOf = ({ kind, level }: Pick<TreeNode, 'kind' | 'level'>) => {
  if (level !== null) return level.role;
  return kind === 'text'
    ? 'paragraph'
    : kind === 'table'
      ? 'item'
      : kind === 'title'
        ? 'division'
        : 'section';
};

/** Paragraphs, items and tables lie in sections. */
const isBody = (node: Pick<TreeNode, 'kind' | 'level'>): boolean => {
  const role = roleOf(node);
  return role === 'paragraph' || role === 'item';
};

const isUnmarkedBody = ({ kind }: TreeNode): boolean => kind === 'text' || kind === 'table';

function endsHeading(open: TreeNode, next: Omit<TreeNode, 'parent'>): boolean {
  if (roleOf(open) === 'section' && roleOf(next) === 'section' && open.depth > 0 && next.depth > 0)
    return open.depth >= next.depth;
  if (open.depth > 0 && next.depth > 0 && open.depth !== next.depth) return open.depth > next.depth;
  return rankOf(open) >= rankOf(next);
}

const rankOf = ({ level }: Pick<TreeNode, 'level'>): number => level?.rank ?? Number.MAX_SAFE_INTEGER;
