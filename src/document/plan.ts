/**
 * The plan of a cut: bytes and a spec in, records with proof of coverage out, and every problem named instead of
 * thrown.
 */
import { canonicalJson } from '../proof/canonical.ts';
import { digestOf } from '../proof/digest.ts';
import { leafHash } from '../proof/merkle.ts';
import { assignAddresses } from './address/assign.ts';
import { type Base, NO_BASE } from './address/base.ts';
import { lookalikeProblems } from './address/lookalike-problems.ts';
import { docCodeFault } from './address.ts';
import { contentHash } from './canonicalize.ts';
import { decodeSource } from './decode.ts';
import { leafText } from './manifest.ts';
import { measurePlan } from './measure.ts';
import { outlineOf } from './outline.ts';
import type { DocumentProfile, Granularity } from './profile/schema.ts';
import { hasLevels, identityOf, resolveProfile, type TunedProfile } from './profiles.ts';
import { foreignContent } from './recognise/recognise.ts';
import { nestingProblems, quoteProblems, wordWarnings } from './span-checks.ts';
import type { Span } from './spans.ts';
import {
  boundedProblems,
  EXCLUDED_TERM,
  gapProblems,
  MAX_PROBLEMS,
  MAX_UNITS,
  placeProblems,
  spanOf,
  wordProblems,
} from './spans.ts';
import type { Stretch } from './stretch.ts';
import { type Structure, structureOf } from './structure/outline.ts';
import type { Doubt } from './structure/scan.ts';
import { parentProblems, sortOrders } from './tree.ts';
import type {
  ByteCoverage,
  CutSpec,
  DocumentPlan,
  DocumentProblem,
  ManifestFormat,
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
  /** The registered profiles that the specification may name. */
  readonly profiles?: readonly DocumentProfile[];
  /** What the document has already; nothing where it is left out. */
  readonly base?: Base | undefined;
  /** The format of an approved manifest, to make it again; of plans by a profile, the profile decides. */
  readonly format?: ManifestFormat | undefined;
}

/** The format of the manifest that a specification makes; one by a profile that isn't known makes none. */
export function formatOf(
  spec: CutSpec,
  profiles: readonly DocumentProfile[],
  approved?: ManifestFormat,
): ManifestFormat {
  if ('units' in spec) return approved ?? 'cutter-manifest/2';
  const resolved = resolveProfile(spec.profile, undefined, profiles);
  if ('problem' in resolved) return 'cutter-manifest/2';
  return resolved.profile.address.equals === 'kept' ? 'cutter-manifest/2' : 'cutter-manifest/1';
}

/** What a spec makes of a text, before the spans are judged. */
interface Marked {
  readonly granularity: string | null;
  readonly profile: ResolvedProfile;
  readonly spans: readonly Span[];
  readonly problems: readonly DocumentProblem[];
}

/** Plan a cut. Deterministic: the same input gives the same records and digests, on any machine. */
export function planDocument(input: PlanInput): DocumentPlan {
  const { docCode, spec, vocabulary, profiles = [], base = NO_BASE } = input;
  const bytes = Buffer.from(input.bytes.buffer, input.bytes.byteOffset, input.bytes.byteLength);
  const decoded = decodeSource(bytes);
  const codeFault = docCodeFault(docCode);
  const early = [
    ...('problem' in decoded ? [decoded.problem] : []),
    ...(codeFault === null ? [] : [docCodeProblem(codeFault)]),
  ];
  const marked =
    'units' in spec
      ? markByUnits(spec.units)
      : markByProfile(spec, early, decoded, { docCode, base, profiles });
  const format = formatOf(spec, profiles, input.format);
  let problems: readonly DocumentProblem[] = [...early, ...marked.problems];
  let records: PlanRecord[] = [];
  let unsound: readonly DocumentProblem[] = [];
  let dubious: readonly DocumentProblem[] = [];
  if (problems.length === 0) {
    const spans = marked.spans.toSorted((a, b) => a.start - b.start);
    const misplaced = placeProblems(spans, bytes);
    const alike = format === 'cutter-manifest/1' ? [] : lookalikeProblems(spans, base.units);
    const worded = [...wordProblems(spans, vocabulary), ...alike, ...parentProblems(spans)];
    const gaps = misplaced.length === 0 ? gapProblems(spans, bytes) : [];
    const quoted = 'units' in spec && misplaced.length === 0 ? quoteProblems(spec.units, bytes) : [];
    problems = [...misplaced, ...worded, ...gaps, ...quoted];
    if ('units' in spec && misplaced.length === 0) dubious = wordWarnings(spans, bytes);
    if ('units' in spec && problems.length === 0) unsound = nestingProblems(spans);
    if (misplaced.length === 0) records = recordsOf(spans, bytes);
  }
  const measured = measurePlan(records, bytes.length);
  return {
    format,
    profile: marked.profile,
    granularity: marked.granularity,
    baseDigest: base.digest,
    vocabularyDigest: vocabularyDigest(termsUsed(records, vocabulary)),
    sourceDigest: digestOf(bytes),
    byteLength: bytes.length,
    records,
    leafHashes: records.map((record) => leafHash(leafText(record, format))),
    coverage: coverageOf(records, bytes.length),
    problems: boundedProblems(problems),
    unsound: boundedProblems(unsound),
    measure: measured.counts,
    foreign: 'problem' in decoded ? null : foreignContent(bytes),
    warnings: [...warningsOf(records, bytes), ...dubious, ...measured.warnings],
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
  const list =
    problems.length > 0
      ? []
      : spans.map(({ path: _path, sectionCode: _code, label: _label, ...span }) => span);
  const profile = { name: null, version: null, digest: digestOf(canonicalJson(list)) };
  return { granularity: null, profile, spans, problems };
}

function markByProfile(
  {
    profile: reference,
    granularity,
  }: { readonly profile: string; readonly granularity?: Granularity | undefined },
  earlier: readonly DocumentProblem[],
  decoded: ReturnType<typeof decodeSource>,
  {
    profiles,
    ...document
  }: { readonly docCode: string; readonly base: Base; readonly profiles: readonly DocumentProfile[] },
): Marked {
  const resolved = resolveProfile(reference, granularity, profiles);
  if ('problem' in resolved) {
    const unknown = { name: null, version: null, digest: digestOf(canonicalJson(null)) };
    return { granularity: null, profile: unknown, spans: [], problems: [resolved.problem] };
  }
  const rules = resolved.profile.address;
  const marked = {
    granularity: resolved.granularity,
    profile: identityOf(resolved),
    spans: [],
    problems: [],
  } as const;
  if (earlier.length > 0 || 'problem' in decoded) return marked;
  const { stretches, doubts } = structureBy(decoded.text, resolved);
  if (stretches.length > MAX_UNITS) {
    return { ...marked, problems: [tooMany(stretches.length, ['cutSpec', 'profile'])] };
  }
  const addresses = assignAddresses(stretches, { ...document, rules, text: decoded.text });
  return {
    ...marked,
    spans: spansOf(stretches, addresses, decoded.text),
    problems: doubtProblems(doubts, decoded.text),
  };
}

/** A mark that its neighbours don't explain blocks the plan: cut one way or the other it would cite another place. */
function doubtProblems(doubts: readonly Doubt[], text: string): DocumentProblem[] {
  return doubts.slice(0, MAX_PROBLEMS).map(({ offset, code }) => {
    const byte = Buffer.byteLength(text.slice(0, offset));
    const message =
      `The mark "(${code})" at byte ${byte} can be a letter or a number: neither the next letter nor the next number ` +
      'follows it. Mark the document with explicit spans, or cut it at a coarser granularity.';
    return { path: ['source', 'content'], code: 'numbering_ambiguous', message };
  });
}

function structureBy(text: string, { profile, granularity, engine }: TunedProfile): Structure {
  if (!hasLevels(profile)) return { stretches: outlineOf(text, profile), doubts: [] };
  return structureOf(text, { profile, granularity: granularity ?? profile.granularity, engine });
}

const localIdOf = (index: number): string => `u${String(index).padStart(6, '0')}`;

/** Stretches in UTF-16 units to spans in bytes, in one pass: the stretches follow one another. */
function spansOf(stretches: readonly Stretch[], addresses: readonly (string | null)[], text: string): Span[] {
  let position = 0;
  let byte = 0;
  const byteAt = (offset: number): number => {
    if (offset === position) return byte;
    byte += Buffer.byteLength(text.slice(position, offset));
    position = offset;
    return byte;
  };
  const localIds = stretches.map((_, index) => localIdOf(index));
  return stretches.map((stretch, index) => ({
    localId: localIds[index]!,
    start: byteAt(stretch.start),
    end: byteAt(stretch.end),
    kind: stretch.terms?.kind ?? EXCLUDED_TERM,
    sectionType: stretch.terms?.sectionType ?? EXCLUDED_TERM,
    sectionCode: stretch.sectionCode,
    label: stretch.label,
    title: stretch.title,
    address: addresses[index]!,
    parentLocalId: stretch.parent === null ? null : localIds[stretch.parent]!,
    excludedBecause: stretch.excludedBecause,
    path: ['records', localIds[index]!],
  }));
}

function recordsOf(spans: readonly Span[], bytes: Buffer): PlanRecord[] {
  const orders = sortOrders(spans);
  const parents = new Set(spans.map((span) => span.parentLocalId));
  return spans.map((span, renderOrder) => {
    const body = bytes.subarray(span.start, span.end);
    const text = body.toString('utf8');
    const role =
      span.excludedBecause !== null ? 'excluded' : parents.has(span.localId) ? 'container' : 'unit';
    const textDigest = digestOf(body);
    return {
      localId: span.localId,
      start: span.start,
      end: span.end,
      kind: span.kind,
      sectionType: span.sectionType,
      sectionCode: span.sectionCode,
      label: span.label,
      title: span.title,
      address: span.address,
      parentLocalId: span.parentLocalId,
      excludedBecause: span.excludedBecause,
      role,
      renderOrder,
      sortOrder: orders[renderOrder]!,
      text,
      textDigest,
      contentHash: contentHash(text, textDigest),
    };
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
