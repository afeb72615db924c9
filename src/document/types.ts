/**
 * The words of `document/`: a source is bytes, a plan lays records over them, and every byte belongs to exactly one
 * record. Offsets are byte offsets into the source, half open: `start` is the first byte, `end` the first byte
 * after.
 */
import type { Digest } from '../proof/digest.ts';
import type { Granularity } from './profile/schema.ts';

/** An error blocks; a warning asks a person to look and blocks nobody. */
export type Severity = 'error' | 'warning';

/** One fault, at one place. `path` leads to the place in the input or the plan, `code` is for programs. */
export interface DocumentProblem {
  readonly path: readonly string[];
  readonly code: string;
  readonly message: string;
  /** The address of the unit that it is about, where it is about one. */
  readonly address?: string;
  /** An error where it is left out. */
  readonly severity?: Severity;
}

/**
 * One stretch that a caller marks by itself. With `excludedBecause` the stretch is no unit, and only start, end and
 * localId count.
 */
export interface UnitSpan {
  readonly localId: string;
  readonly start: number;
  readonly end: number;
  readonly kind: string;
  readonly sectionType: string;
  readonly address: string;
  readonly parentLocalId?: string | null | undefined;
  readonly title?: string | null | undefined;
  readonly excludedBecause?: string | null | undefined;
  /** The exact text that it holds, as its caller read it. */
  readonly quote?: string | null | undefined;
  /** The digest of its bytes, as its caller computed it. */
  readonly sha256?: string | null | undefined;
}

/**
 * How to cut: a profile's name, optionally `@version`, and the finest units that it makes (the profile's own where it
 * is left out); or explicit spans.
 */
export type CutSpec =
  | { readonly profile: string; readonly granularity?: Granularity | undefined }
  | { readonly units: readonly UnitSpan[] };

export type TermKind = 'unit_kind' | 'section_type';

/** A word that units may use. `atMost` bounds how many units of one document may use it; null is no bound. */
export interface VocabularyTerm {
  readonly termKind: TermKind;
  readonly term: string;
  readonly description: string;
  readonly atMost: number | null;
}

/** Formats of manifests. The second names granularity and base, and each unit's citation; the first is still read. */
export type ManifestFormat = 'cutter-manifest/1' | 'cutter-manifest/2';

export type RecordRole = 'unit' | 'container' | 'excluded';

/** One record of a plan: an exact stretch of the source and what is said about it. */
export interface PlanRecord {
  readonly localId: string;
  readonly role: RecordRole;
  readonly start: number;
  readonly end: number;
  /** Place among all records, in the order of the source, from 0. */
  readonly renderOrder: number;
  /** Place among the units that share the parent, from 0; null for an excluded stretch. */
  readonly sortOrder: number | null;
  readonly kind: string;
  readonly sectionType: string;
  /** The number its heading begins with ("§ 1", "Art 3", "1.2"), if any. */
  readonly sectionCode: string | null;
  /** How it is cited, outermost first, without divisions: `["§ 3", "Abs. 1"]`; empty where nobody cites it. */
  readonly label: readonly string[];
  readonly title: string | null;
  /** The canonical address; null for an excluded stretch alone. */
  readonly address: string | null;
  readonly parentLocalId: string | null;
  readonly excludedBecause: string | null;
  /** The exact text of the stretch. */
  readonly text: string;
  /** SHA-256 of the exact bytes. */
  readonly textDigest: Digest;
  /** SHA-256 of the canonical form (see canonicalize.ts). */
  readonly contentHash: Digest;
}

/**
 * The profile a plan was made with. Explicit spans have no name and no version; their digest is that of the span
 * list.
 */
export interface ResolvedProfile {
  readonly name: string | null;
  readonly version: string | null;
  readonly digest: Digest;
}

/** What of the source the records hold. `complete`: every byte in exactly one record. */
export interface ByteCoverage {
  readonly bytes: number;
  readonly unitBytes: number;
  readonly containerBytes: number;
  readonly excludedBytes: number;
  readonly complete: boolean;
}

export interface PlanMeasure {
  /** Units with more than a page of text. */
  readonly longUnits: number;
  /** Bytes that are set aside and aren't blank. */
  readonly excludedTextBytes: number;
  /** Lines inside units that begin like the number of a section, or like what other units begin with. */
  readonly unmarkedNumbers: number;
}

export interface DocumentPlan {
  /** Of the manifest that it makes. */
  readonly format: ManifestFormat;
  readonly profile: ResolvedProfile;
  /** The finest units that were asked for; null where the profile has no choice. */
  readonly granularity: string | null;
  /** Digest of what the document had when the plan was made (address/base.ts). */
  readonly baseDigest: Digest;
  readonly vocabularyDigest: Digest;
  readonly sourceDigest: Digest;
  readonly byteLength: number;
  /** In source order. Empty where spans overlap, leave the source or split a character. */
  readonly records: readonly PlanRecord[];
  /** RFC 6962 leaf hash of each record, in the same order. */
  readonly leafHashes: readonly Buffer[];
  readonly coverage: ByteCoverage;
  /** Nothing may be cut from a plan that has any. */
  readonly problems: readonly DocumentProblem[];
  /**
   * What a plan by spans is refused for by MARK and REVIEW alone. CUT and VERIFY don't ask: what was approved before
   * there were these rules can still be cut and verified.
   */
  readonly unsound: readonly DocumentProblem[];
  /** What makes a complete plan doubtful, counted. No digest covers it. */
  readonly measure: PlanMeasure;
  /**
   * Why the source is no text to be cut, though its bytes can be: recognised by content. MARK, REVIEW and CUT refuse
   * it. VERIFY doesn't ask, so that a cut made before content was recognised stays verifiable.
   */
  readonly foreign: DocumentProblem | null;
  /** What a person should look at before approving. They block nothing and no digest covers them. */
  readonly warnings: readonly DocumentProblem[];
}
