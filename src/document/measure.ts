/**
 * What makes a complete plan doubtful all the same: units that are longer than a page, text that is set aside, and
 * lines that begin like numbers of their own but begin no unit. It is counted for every plan; only much of it warns.
 */
import type { DocumentProblem, PlanMeasure, PlanRecord } from './types.ts';

/** Characters of a page. */
const PAGE = 3000;
/** So many lines with numbers that begin no unit are no accident. */
const MANY_LINES = 3;

interface Measured {
  readonly counts: PlanMeasure;
  readonly warnings: readonly DocumentProblem[];
}

/** Measures the records of a plan of so many bytes. */
export function measurePlan(records: readonly PlanRecord[], bytes: number): Measured {
  const units = records.filter(({ role }) => role === 'unit');
  // Of a document that is one unit without a heading, `warningsOf` speaks.
  const isWhole = units.length === 1 && units[0]!.title === null;
  const long = units.filter(({ text }) => text.length > PAGE);
  const lines = unmarkedLines(records.filter(({ role }) => role !== 'excluded'));
  const aside = records.filter(({ role, text }) => role === 'excluded' && text.trim() !== '');
  const counts = {
    longUnits: long.length,
    excludedTextBytes: bytesOf(aside),
    unmarkedNumbers: lines.count,
  };
  return {
    counts,
    warnings: [
      ...(isWhole ? [] : sizeWarnings(long, bytes)),
      ...asideWarnings(aside, bytes),
      ...lineWarnings(lines),
    ],
  };
}

const bytesOf = (records: readonly PlanRecord[]): number =>
  records.reduce((sum, { start, end }) => sum + end - start, 0);

const percent = (part: number, whole: number): number => Math.floor((100 * part) / whole);

function sizeWarnings(long: readonly PlanRecord[], bytes: number): DocumentProblem[] {
  const [first, ...others] = long.toSorted((a, b) => b.end - b.start - (a.end - a.start));
  if (first === undefined || bytesOf(long) * 2 <= bytes) return [];
  const advice = 'Check that nothing in it should be a unit of its own.';
  const size = first.end - first.start;
  if (size * 2 > bytes) {
    const message = `Unit "${first.address}" holds ${percent(size, bytes)} % of the document. ${advice}`;
    return [warningOf(['records', first.localId], 'mostly_one_unit', message)];
  }
  const message =
    `${long.length} units are longer than a page of ${PAGE} characters, and hold ` +
    `${percent(bytesOf([first, ...others]), bytes)} % of the document. The longest is "${first.address}". ${advice}`;
  return [warningOf(['records', first.localId], 'long_units', message)];
}

function asideWarnings(aside: readonly PlanRecord[], bytes: number): DocumentProblem[] {
  const size = bytesOf(aside);
  if (size * 2 <= bytes) return [];
  const message =
    `${percent(size, bytes)} % of the document, ${size} bytes with text, would become no unit. ` +
    'Read what is set aside before you approve.';
  return [warningOf(['records', aside[0]!.localId], 'mostly_excluded', message)];
}

interface UnmarkedLines {
  readonly count: number;
  readonly first: { readonly record: PlanRecord; readonly byte: number; readonly line: string } | null;
}

function lineWarnings({ count, first }: UnmarkedLines): DocumentProblem[] {
  if (first === null || count < MANY_LINES) return [];
  const message =
    `${count} lines begin like a number and begin no unit. The first is at byte ${first.byte}, in unit ` +
    `"${first.record.address}": "${first.line}". If they are sections, use a profile that knows them, or spans.`;
  return [warningOf(['records', first.record.localId], 'numbering_unmarked', message)];
}

const warningOf = (path: readonly string[], code: string, message: string): DocumentProblem => ({
  path,
  code,
  message,
  severity: 'warning',
});

/** Words that number what is cited by itself, in the languages of the shipped profiles. */
const WORDS =
  'Điều|Chương|Mục|Phần|Artikel|Article|Art\\.|Art|Section|Sec\\.|Chapter|Chapitre|Kapitel|Title|Titre|Teil|Part|' +
  'Abschnitt|Annex|Anlage|Phụ lục';
const NUMBER = '(?:[LRD]\\.? ?)?\\d{1,5}(?:[-.]\\d{1,4}){0,5}[a-zđ]?|[IVXLC]{1,7}';
/** How the words of a line begin, with the kind of their number as the name of the group. */
const BEGINS = new RegExp(
  `(?:#{1,10}[ \\t]+)?[*_]{0,3}(?:(?<section>(?:(?:${WORDS})[ \\t]{1,3}|§§?[ \\t]?)(?:${NUMBER})` +
    // A number that a sentence goes on from is none of a heading: "Article 5 of", "§ 3 Absatz 2".
    '(?=[*_]{0,3}(?:[.:–—-]|[ \\t]*$|[ \\t]+(?!Abs|Satz|Nr|Nummer|und|bis)\\p{Lu})))' +
    '|(?<dotted>\\d{1,3}(?:\\.\\d{1,3}){1,5}\\.?(?=[ \\t]))' +
    '|(?<bracketed>\\(\\d{1,3}[a-z]?\\)(?=[ \\t]))' +
    '|(?<numbered>\\d{1,3}[.°](?=[ \\t]))' +
    '|(?<lettered>\\(?[a-zđ]{1,2}\\)(?=[ \\t])))',
  'muy',
);
const KINDS = ['section', 'dotted', 'bracketed', 'numbered', 'lettered'] as const;
type Kind = (typeof KINDS)[number];

/** The kind of number that the words at an offset begin with; null for other words. */
function kindAt(text: string, offset: number): Kind | null {
  BEGINS.lastIndex = offset;
  const groups = BEGINS.exec(text)?.groups;
  return groups === undefined ? null : (KINDS.find((kind) => groups[kind] !== undefined) ?? null);
}

/** Which numbers count: those of sections, and those that a unit of this plan begins with; all where there is one. */
function kindsOf(records: readonly PlanRecord[]): ReadonlySet<Kind> {
  if (records.length === 1) return new Set(KINDS);
  const kinds = new Set<Kind>(['section']);
  for (const { text } of records) {
    const kind = kindAt(text, firstWord(text));
    if (kind !== null) kinds.add(kind);
  }
  return kinds;
}

const firstWord = (text: string): number => Math.max(0, text.search(/\S/));

function unmarkedLines(records: readonly PlanRecord[]): UnmarkedLines {
  const counted = kindsOf(records);
  let count = 0;
  let first: UnmarkedLines['first'] = null;
  for (const record of records) {
    const { text } = record;
    if (record.kind === 'table' || record.kind === 'code') continue;
    let from = firstWord(text);
    for (let end = text.indexOf('\n', from); end !== -1; end = text.indexOf('\n', from)) {
      const ended = endsSentence(text, end);
      from = end + 1;
      while (text[from] === ' ' || text[from] === '\t') from += 1;
      if (!ended || !mayBegin(text.charCodeAt(from))) continue;
      const kind = kindAt(text, from);
      if (kind === null || !counted.has(kind)) continue;
      count += 1;
      first ??= {
        record,
        byte: record.start + Buffer.byteLength(text.slice(0, from)),
        line: lineAt(text, from),
      };
    }
  }
  return { count, first };
}

/** Whether a line that ends here leaves no sentence open: otherwise the next one may only go on with a number. */
function endsSentence(text: string, end: number): boolean {
  let last = end - 1;
  while (last >= 0 && (text[last] === '\r' || text[last] === ' ' || text[last] === '\t')) last -= 1;
  return last < 0 || '\n.:;!?*_'.includes(text[last]!);
}

/** Digits, "#", "(", "*", "_", letters of the words, "§" and "Đ": a quick look before the pattern. */
function mayBegin(code: number): boolean {
  return (code >= 0x23 && code <= 0x39) || (code >= 0x41 && code <= 0x7a) || code === 0xa7 || code >= 0x110;
}

const LONGEST_LINE = 60;

function lineAt(text: string, from: number): string {
  const end = text.indexOf('\n', from);
  return text
    .slice(from, Math.min(end === -1 ? text.length : end, from + LONGEST_LINE))
    .trim()
    .toWellFormed();
}
