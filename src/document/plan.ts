/**
 * The plan of a cut: bytes and a spec in, records with proof of coverage out, and every problem named instead of
 * thrown.
 */
import { canonicalJson } from '../proof/canonical.ts';
import { digestOf } from '../proof/digest.ts';
import { leafHash } from '../proof/merkle.ts';
import { docCodeFault } from './address.ts';
import { contentHash } from './canonicalize.ts';
import { decodeSource } from './decode.ts';
import { manifestLeaf } from './manifest.ts';
import type { Stretch } from './outline.ts';
import { outlineOf } from './outline.ts';
import { identityOf, resolveProfile } from './profiles.ts';
import { foreignContent } from './recognise/recognise.ts';
import type { Span } from './spans.ts';
import {
  boundedProblems,
  EXCLUDED_TERM,
  gapProblems,
  MAX_UNITS,
  placeProblems,
  spanOf,
  wordProblems,
} from './spans.ts';
import { parentProblems, sortOrders } from './tree.ts';
import type {
  ByteCoverage,
  CutSpec,
  DocumentPlan,
  DocumentProblem,
  PlanRecord,
  ResolvedProfile,
  UnitSpan,
  VocabularyTerm,
} from './types.ts';
import { vocabularyDigest } from './vocabulary.ts';
import { warningsOf } from './warnings.ts';

export interface PlanInput {
  readonly bytes: Uint8Array;
  readonly docCode: string;
  readonly spec: CutSpec;
  readonly vocabulary: readonly VocabularyTerm[];
}

/** What a spec makes of a text, before the spans are judged. */
interface Marked {
  readonly profile: ResolvedProfile;
  readonly spans: readonly Span[];
  readonly problems: readonly DocumentProblem[];
}

/** Plan a cut. Deterministic: the same input gives the same records and digests, on any machine. */
export function planDocument({ bytes: input, docCode, spec, vocabulary }: PlanInput): DocumentPlan {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  const decoded = decodeSource(bytes);
  const codeFault = docCodeFault(docCode);
  const early = [
    ...('problem' in decoded ? [decoded.problem] : []),
    ...(codeFault === null ? [] : [docCodeProblem(codeFault)]),
  ];
  const marked =
    'units' in spec ? markByUnits(spec.units) : markByProfile(spec.profile, early, decoded, docCode);
  let problems: readonly DocumentProblem[] = [...early, ...marked.problems];
  let records: PlanRecord[] = [];
  if (problems.length === 0) {
    const spans = marked.spans.toSorted((a, b) => a.start - b.start);
    const misplaced = placeProblems(spans, bytes);
    const worded = [...wordProblems(spans, vocabulary), ...parentProblems(spans)];
    const gaps = misplaced.length === 0 ? gapProblems(spans, bytes) : [];
    problems = [...misplaced, ...worded, ...gaps];
    if (misplaced.length === 0) records = recordsOf(spans, bytes);
  }
  return {
    profile: marked.profile,
    vocabularyDigest: vocabularyDigest(termsUsed(records, vocabulary)),
    sourceDigest: digestOf(bytes),
    byteLength: bytes.length,
    records,
    leafHashes: records.map((record) => leafHash(manifestLeaf(record))),
    coverage: coverageOf(records, bytes.length),
    problems: boundedProblems(problems),
    foreign: 'problem' in decoded ? null : foreignContent(bytes),
    warnings: warningsOf(records, bytes),
  };
}

/**
 * The terms that a plan rests on. Only these are bound: a word added later to the vocabulary leaves a reviewed plan
 * as it was.
 */
function termsUsed(records: readonly PlanRecord[], vocabulary: readonly VocabularyTerm[]): VocabularyTerm[] {
  const kinds = new Set(records.map((record) => record.kind));
  const sectionTypes = new Set(records.map((record) => record.sectionType));
  return vocabulary.filter(({ termKind, term }) =>
    (termKind === 'unit_kind' ? kinds : sectionTypes).has(term),
  );
}

function docCodeProblem(fault: string): DocumentProblem {
  return { path: ['docCode'], code: 'doc_code_invalid', message: `The document code ${fault}.` };
}

const tooMany = (count: number, path: readonly string[]): DocumentProblem => ({
  path,
  code: 'too_many_units',
  message: `The plan would have ${count} units. At most ${MAX_UNITS} are allowed.`,
});

function markByUnits(units: readonly UnitSpan[]): Marked {
  const problems: DocumentProblem[] = [];
  const path = ['cutSpec', 'units'];
  if (units.length > MAX_UNITS) problems.push(tooMany(units.length, path));
  const spans = units.slice(0, MAX_UNITS).map(spanOf);
  for (const span of spans) {
    for (const [field, value] of Object.entries(span)) {
      if (typeof value !== 'string' || (value.isWellFormed() && !value.includes('\0'))) continue;
      const message = `The ${field} of unit ${span.path.at(-1)} holds a NUL or half a character.`;
      problems.push({ path: [...span.path, field], code: 'text_invalid', message });
    }
  }
  const list = problems.length > 0 ? [] : spans.map(({ path: _path, sectionCode: _code, ...span }) => span);
  return { profile: { name: null, version: null, digest: digestOf(canonicalJson(list)) }, spans, problems };
}

function markByProfile(
  reference: string,
  earlier: readonly DocumentProblem[],
  decoded: ReturnType<typeof decodeSource>,
  docCode: string,
): Marked {
  const resolved = resolveProfile(reference);
  if ('problem' in resolved) {
    const unknown = { name: null, version: null, digest: digestOf(canonicalJson(null)) };
    return { profile: unknown, spans: [], problems: [resolved.problem] };
  }
  const profile = identityOf(resolved.profile);
  if (earlier.length > 0 || 'problem' in decoded) return { profile, spans: [], problems: [] };
  const stretches = outlineOf(decoded.text, docCode, resolved.profile);
  if (stretches.length > MAX_UNITS) {
    return { profile, spans: [], problems: [tooMany(stretches.length, ['cutSpec', 'profile'])] };
  }
  return { profile, spans: spansOf(stretches, decoded.text), problems: [] };
}

const localIdOf = (index: number): string => `u${String(index).padStart(6, '0')}`;

/** Stretches in UTF-16 units to spans in bytes, in one pass: the stretches follow one another. */
function spansOf(stretches: readonly Stretch[], text: string): Span[] {
  let position = 0;
  let byte = 0;
  const byteAt = (offset: number): number => {
    byte += Buffer.byteLength(text.slice(position, offset));
    position = offset;
    return byte;
  };
  return stretches.map((stretch, index) => ({
    localId: localIdOf(index),
    start: byteAt(stretch.start),
    end: byteAt(stretch.end),
    kind: stretch.terms?.kind ?? EXCLUDED_TERM,
    sectionType: stretch.terms?.sectionType ?? EXCLUDED_TERM,
    sectionCode: stretch.sectionCode,
    title: stretch.title,
    address: stretch.address,
    parentLocalId: stretch.parent === null ? null : localIdOf(stretch.parent),
    excludedBecause: stretch.excludedBecause,
    path: ['records', localIdOf(index)],
  }));
}

function recordsOf(spans: readonly Span[], bytes: Buffer): PlanRecord[] {
  const orders = sortOrders(spans);
  const parents = new Set(spans.map((span) => span.parentLocalId));
  return spans.map(({ path: _path, ...span }, renderOrder) => {
    const body = bytes.subarray(span.start, span.end);
    const text = body.toString('utf8');
    const role =
      span.excludedBecause !== null ? 'excluded' : parents.has(span.localId) ? 'container' : 'unit';
    const digests = { textDigest: digestOf(body), contentHash: contentHash(text) };
    return { ...span, role, renderOrder, sortOrder: orders[renderOrder]!, text, ...digests };
  });
}

function coverageOf(records: readonly PlanRecord[], bytes: number): ByteCoverage {
  const held = { unit: 0, container: 0, excluded: 0 };
  for (const record of records) held[record.role] += record.end - record.start;
  return {
    bytes,
    unitBytes: held.unit,
    containerBytes: held.container,
    excludedBytes: held.excluded,
    complete: bytes > 0 && held.unit + held.container + held.excluded === bytes,
  };
}
