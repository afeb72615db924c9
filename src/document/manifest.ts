/**
 * The manifest: what a reviewer approves and a cut recomputes. Its digest is the root of an RFC 6962 tree whose
 * first leaf is the header and whose others are the records, so that one unit can be proved without showing the
 * rest.
 */
import { canonicalJson } from '../proof/canonical.ts';
import type { Digest } from '../proof/digest.ts';
import { leafHash, rootOf } from '../proof/merkle.ts';
import { type Edge, growEdge, rootOfEdge } from '../proof/merkle-edge.ts';
import { CANONICALIZATION } from './canonicalize.ts';
import type { DocumentPlan, ManifestFormat, PlanRecord } from './types.ts';

type HeaderFields = {
  readonly entryId: string | null;
  readonly docCode: string;
  readonly sourceDigest: string;
  readonly byteLength: number;
  readonly profile: {
    readonly name: string | null;
    readonly version: string | null;
    readonly digest: string;
  };
  readonly vocabularyDigest: string;
  readonly canonicalization: string;
  readonly recordCount: number;
};

/** Plain JSON, kept with the manifest's first block. */
export type ManifestHeader = HeaderFields &
  (
    | { readonly format: 'cutter-manifest/1' }
    | {
        readonly format: 'cutter-manifest/2';
        readonly granularity: string | null;
        readonly baseDigest: string;
      }
  );

/** The header of the manifest that a plan makes for an entry (null while nothing is marked yet). */
export function manifestHeader(
  plan: DocumentPlan,
  { entryId, docCode }: { readonly entryId: string | null; readonly docCode: string },
): ManifestHeader {
  const { name, version, digest } = plan.profile;
  const fields = {
    entryId,
    docCode,
    sourceDigest: plan.sourceDigest,
    byteLength: plan.byteLength,
    profile: { name, version, digest },
    vocabularyDigest: plan.vocabularyDigest,
    canonicalization: CANONICALIZATION,
    recordCount: plan.records.length,
  };
  if (plan.format === 'cutter-manifest/1') return { format: plan.format, ...fields };
  return { format: plan.format, ...fields, granularity: plan.granularity, baseDigest: plan.baseDigest };
}

/** The format that a stored header names; the first one for a header that can't be read, which no digest fits. */
export function formatOfHeader(header: unknown): ManifestFormat {
  const format = (header as { format?: unknown } | null | undefined)?.format;
  return format === 'cutter-manifest/2' ? format : 'cutter-manifest/1';
}

/** A record as a manifest has it; in one of the first format without a label. */
export type ManifestRecord = Omit<PlanRecord, 'text' | 'label'> & {
  readonly label?: PlanRecord['label'] | undefined;
};

/**
 * The bytes of a record in the tree: every field but the text, which its two digests bind. Canonical JSON written
 * in one go: the members are in their canonical order, and what JSON.stringify makes of well-formed text,
 * integers and null is their canonical form.
 */
export function manifestLeaf(record: ManifestRecord): Buffer {
  return Buffer.from(leafText(record));
}

/** The text of a leaf; in a manifest of the first format it has no label. */
export function leafText(record: ManifestRecord, format: ManifestFormat = 'cutter-manifest/2'): string {
  return JSON.stringify({
    address: record.address,
    contentHash: record.contentHash,
    end: record.end,
    excludedBecause: record.excludedBecause,
    kind: record.kind,
    label: format === 'cutter-manifest/1' ? undefined : record.label,
    localId: record.localId,
    parentLocalId: record.parentLocalId,
    renderOrder: record.renderOrder,
    role: record.role,
    sectionCode: record.sectionCode,
    sectionType: record.sectionType,
    sortOrder: record.sortOrder,
    start: record.start,
    textDigest: record.textDigest,
    title: record.title,
  });
}

/** The root over the header and the records' leaf hashes. */
export function manifestDigest(header: ManifestHeader, leafHashes: readonly Uint8Array[]): Digest {
  const root = rootOf([leafHash(canonicalJson(header)), ...leafHashes]);
  return `sha256:${root.toString('hex')}`;
}

/** Leaves that are hashed in one turn. */
const TURN = 4_000;

/** The same, some thousand leaves at a time: `pause` lets others have their turns. */
export async function manifestDigestByTurns(
  header: ManifestHeader,
  leafHashes: readonly Uint8Array[],
  pause: () => Promise<unknown>,
): Promise<Digest> {
  if (leafHashes.length <= TURN) return manifestDigest(header, leafHashes);
  const edge: Edge = new Map();
  growEdge(edge, 0, [leafHash(canonicalJson(header))]);
  for (let from = 0; from < leafHashes.length; from += TURN) {
    growEdge(edge, from + 1, leafHashes.slice(from, from + TURN));
    await pause();
  }
  return `sha256:${Buffer.from(rootOfEdge(edge)).toString('hex')}`;
}
