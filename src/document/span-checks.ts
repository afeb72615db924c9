/**
 * What a caller's own spans are checked for beyond their places: that they hold what the caller says, that they lie in
 * their parents, and that they begin between words. Offsets that count characters instead of bytes show here.
 */
import { digestOf } from '../proof/digest.ts';
import { labelOf, MAX_PROBLEMS, type Span } from './spans.ts';
import type { DocumentProblem, UnitSpan } from './types.ts';

const COUNT_BYTES = 'Offsets count the bytes of UTF-8, not characters.';
const LONGEST_QUOTE = 60;

function shortQuote(text: string): string {
  const short = text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE).toWellFormed()}…`;
  return JSON.stringify(short);
}

/** Every span that doesn't hold its quote, or whose bytes have another digest than it says. */
export function quoteProblems(units: readonly UnitSpan[], bytes: Buffer): DocumentProblem[] {
  const problems: DocumentProblem[] = [];
  let text: string | null = null;
  for (const [index, { localId, start, end, quote, sha256 }] of units.entries()) {
    const held = bytes.subarray(start, end);
    const path = ['cutSpec', 'units', String(index)];
    const label = `Unit "${localId}"`;
    if (quote != null && !held.equals(Buffer.from(quote))) {
      text ??= bytes.toString('utf8');
      const hint = text.slice(start, end) === quote ? ` ${COUNT_BYTES}` : '';
      const message =
        `${label} doesn't hold its quote: bytes ${start}–${end} are ${shortQuote(held.toString('utf8'))}, ` +
        `and its quote is ${shortQuote(quote)}.${hint}`;
      problems.push({ path: [...path, 'quote'], code: 'quote_differs', message });
    }
    if (sha256 != null && digestOf(held) !== sha256) {
      const message = `${label} says that its bytes have the digest ${sha256}, but they have ${digestOf(held)}.`;
      problems.push({ path: [...path, 'sha256'], code: 'sha256_differs', message });
    }
  }
  return problems;
}

/**
 * Every unit that begins before its parent, or behind the end of it: a parent goes from its own span to the last of
 * what it holds. Spans come in the order of the source, each with a parent that is a unit.
 */
export function nestingProblems(spans: readonly Span[]): DocumentProblem[] {
  const problems: DocumentProblem[] = [];
  const open = new Map<string, number>();
  const path: Span[] = [];
  const endedAt = new Map<string, Span>();
  const close = (depth: number, at: Span): void => {
    for (const ended of path.splice(depth)) {
      open.delete(ended.localId);
      endedAt.set(ended.localId, at);
    }
  };
  for (const span of spans) {
    if (span.excludedBecause !== null) continue;
    const parent = span.parentLocalId;
    const depth = parent === null ? 0 : open.get(parent);
    if (depth === undefined) {
      const end = endedAt.get(parent!);
      const [code, message] =
        end === undefined
          ? ['parent_after_child', `begins before its parent "${parent}".`]
          : [
              'outside_parent',
              `lies outside its parent "${parent}", which ends where ${labelOf(end)} begins.`,
            ];
      problems.push({ path: [...span.path, 'parentLocalId'], code, message: `${labelOf(span)} ${message}` });
      continue;
    }
    close(depth, span);
    open.set(span.localId, path.push(span));
  }
  return problems;
}

const WORD = /^[\p{L}\p{M}\p{N}]$/u;
/** Scripts that write words without blanks between them. */
const UNPARTED =
  /^[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Tibetan}]$/u;
/** Bytes on either side that are shown. */
const SHOWN = 24;

/** A warning for each span that begins inside a word. */
export function wordWarnings(spans: readonly Span[], bytes: Buffer): DocumentProblem[] {
  const inside = spans.filter(({ start }) => start > 0 && isInsideWord(bytes, start));
  const warnings = inside.slice(0, MAX_PROBLEMS).map((span): DocumentProblem => {
    const before = bytes.subarray(Math.max(0, span.start - SHOWN), span.start).toString('utf8');
    const after = bytes.subarray(span.start, span.start + SHOWN).toString('utf8');
    const place = `${wordsOf(before)}|${wordsOf(after)}`;
    const message = `${labelOf(span)} begins at byte ${span.start}, inside a word: "${place}". ${COUNT_BYTES}`;
    return { path: [...span.path, 'start'], code: 'boundary_inside_word', message, severity: 'warning' };
  });
  if (inside.length <= MAX_PROBLEMS) return warnings;
  const message = `There are ${inside.length - MAX_PROBLEMS} more spans that begin inside a word.`;
  const rest: DocumentProblem = {
    path: ['cutSpec', 'units'],
    code: 'more_warnings',
    message,
    severity: 'warning',
  };
  return [...warnings, rest];
}

/** In one line, without the halves of characters at its ends. */
const wordsOf = (text: string): string => text.replace(/^\ufffd+|\ufffd+$/g, '').replace(/\s+/g, ' ');

function isInsideWord(bytes: Buffer, at: number): boolean {
  let from = at - 1;
  while (from > 0 && (bytes[from]! & 0xc0) === 0x80) from -= 1;
  const before = bytes.subarray(from, at).toString('utf8');
  const [after = ' '] = bytes.subarray(at, at + 4).toString('utf8');
  if (!WORD.test(before) || !WORD.test(after)) return false;
  return !UNPARTED.test(before) || !UNPARTED.test(after);
}
