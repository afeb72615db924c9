/**
 * Spans, explicit or from a profile, and the rules for all of them: inside the source, between characters, no byte in
 * two of them, no byte left out, each with an address and a parent of its own document.
 */
import { addressFault } from './address.ts';
import type { DocumentProblem, UnitSpan, VocabularyTerm } from './types.ts';
import { termProblems } from './vocabulary.ts';

/** The most records of one plan. */
export const MAX_UNITS = 200_000;
/** The most characters of a local id. */
const MAX_LOCAL_ID = 200;
/** The most problems that are listed one by one. */
export const MAX_PROBLEMS = 100;

/** A span with everything said about it, as records are made from. */
export interface Span {
  readonly localId: string;
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly sectionType: string;
  readonly sectionCode: string | null;
  readonly label: readonly string[];
  readonly title: string | null;
  readonly address: string | null;
  readonly parentLocalId: string | null;
  readonly excludedBecause: string | null;
  /** Where the caller finds it. */
  readonly path: readonly string[];
}

/** What is said of an excluded stretch, which is no unit. */
export const EXCLUDED_TERM = 'excluded';

/**
 * A caller's span in full form. An excluded stretch has no kind, section type, address, parent or title, whatever
 * was given.
 */
export function spanOf(unit: UnitSpan, index: number): Span {
  const { localId, start, end } = unit;
  const path = ['cutSpec', 'units', String(index)];
  const excludedBecause = unit.excludedBecause ?? null;
  const said =
    excludedBecause === null
      ? {
          kind: unit.kind,
          sectionType: unit.sectionType,
          title: unit.title ?? null,
          address: unit.address,
          parentLocalId: unit.parentLocalId ?? null,
        }
      : { kind: EXCLUDED_TERM, sectionType: EXCLUDED_TERM, title: null, address: null, parentLocalId: null };
  return { localId, start, end, ...said, sectionCode: null, label: [], excludedBecause, path };
}

export const labelOf = (span: Span): string => `Unit "${span.localId.slice(0, MAX_LOCAL_ID)}"`;

function spanProblem(span: Span, field: string, code: string, message: string): DocumentProblem {
  return { path: [...span.path, field], code, message: `${labelOf(span)} ${message}` };
}

/** Faults of where the spans are: after any of these no record can be made. Spans come sorted by start. */
export function placeProblems(spans: readonly Span[], bytes: Buffer): DocumentProblem[] {
  const problems: DocumentProblem[] = [];
  for (const span of spans) addBoundsProblems(problems, span, bytes);
  if (problems.length > 0) return problems;
  let covered = 0;
  let before: Span | undefined;
  for (const span of spans) {
    if (span.start < covered) {
      const message = `overlaps ${labelOf(before!)} in bytes ${span.start}–${Math.min(covered, span.end)}.`;
      problems.push(spanProblem(span, 'start', 'span_overlap', message));
    }
    if (span.end > covered) {
      covered = span.end;
      before = span;
    }
  }
  return problems;
}

function addBoundsProblems(problems: DocumentProblem[], span: Span, bytes: Buffer): void {
  const before = problems.length;
  for (const field of ['start', 'end'] as const) {
    const offset = span[field];
    if (!Number.isSafeInteger(offset) || offset < 0 || offset > bytes.length) {
      const message = `has its ${field} at byte ${offset}; the source has bytes 0–${bytes.length}.`;
      problems.push(spanProblem(span, field, 'span_out_of_range', message));
    } else if (offset < bytes.length && (bytes[offset]! & 0xc0) === 0x80) {
      const message = `has its ${field} at byte ${offset}, inside a character.`;
      problems.push(spanProblem(span, field, 'span_inside_character', message));
    }
  }
  if (problems.length === before && span.end <= span.start) {
    const message = `is empty: it ends at byte ${span.end} and starts at byte ${span.start}.`;
    problems.push(spanProblem(span, 'end', 'span_empty', message));
  }
}

/** Every stretch of the source that no span holds. */
export function gapProblems(spans: readonly Span[], bytes: Buffer): DocumentProblem[] {
  const problems: DocumentProblem[] = [];
  let covered = 0;
  const gap = (until: number): void => {
    if (until <= covered) return;
    const message = `Bytes ${covered}–${until} belong to no unit. Mark them, or exclude them with a reason.`;
    problems.push({ path: ['source', 'bytes', `${covered}-${until}`], code: 'bytes_left_out', message });
  };
  for (const span of spans) {
    gap(span.start);
    covered = Math.max(covered, span.end);
  }
  gap(bytes.length);
  return problems;
}

/** Faults of what is said about the spans: names, addresses, reasons, terms. */
export function wordProblems(
  spans: readonly Span[],
  vocabulary: readonly VocabularyTerm[],
): DocumentProblem[] {
  const units = spans.filter((span) => span.excludedBecause === null);
  const problems = [
    ...localIdProblems(spans),
    ...addressProblems(units),
    ...termProblems(units, vocabulary, (span) => ({ label: labelOf(span), path: span.path })),
  ];
  for (const span of spans) {
    if (span.excludedBecause?.trim() === '') {
      problems.push(
        spanProblem(span, 'excludedBecause', 'reason_empty', 'is excluded without a reason. Give one.'),
      );
    }
  }
  if (units.length === 0) {
    const message = 'Nothing in this document would become a unit: all of it is blank or excluded.';
    problems.push({ path: ['cutSpec'], code: 'no_units', message });
  }
  return problems;
}

function localIdProblems(spans: readonly Span[]): DocumentProblem[] {
  const problems: DocumentProblem[] = [];
  const seen = new Set<string>();
  for (const span of spans) {
    const { localId } = span;
    if (localId === '' || localId.length > MAX_LOCAL_ID) {
      const message = `needs a localId of 1–${MAX_LOCAL_ID} characters.`;
      problems.push(spanProblem(span, 'localId', 'local_id_invalid', message));
    } else if (seen.has(localId)) {
      problems.push(spanProblem(span, 'localId', 'duplicate_local_id', 'has the localId of another unit.'));
    }
    seen.add(localId);
  }
  return problems;
}

function addressProblems(units: readonly Span[]): DocumentProblem[] {
  const problems: DocumentProblem[] = [];
  const holders = new Map<string | null, Span>();
  for (const unit of units) {
    const { address } = unit;
    const fault = addressFault(address);
    const holder = holders.get(address);
    if (fault)
      problems.push(
        spanProblem(unit, 'address', fault.code, `has an address that can't be used. ${fault.message}`),
      );
    else if (holder) {
      const message = `has the address "${address}" of ${labelOf(holder)}.`;
      problems.push({
        ...spanProblem(unit, 'address', 'duplicate_address', message),
        address: holder.address!,
      });
    } else holders.set(address, unit);
  }
  return problems;
}

/** At most MAX_PROBLEMS, the last of which counts the rest. */
export function boundedProblems(problems: readonly DocumentProblem[]): DocumentProblem[] {
  if (problems.length <= MAX_PROBLEMS) return [...problems];
  const shown = problems.slice(0, MAX_PROBLEMS - 1);
  const message = `There are ${problems.length - shown.length} more problems.`;
  return [...shown, { path: ['cutSpec'], code: 'more_problems', message }];
}
