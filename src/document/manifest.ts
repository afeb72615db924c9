/**
 * The manifest: what a reviewer approves and a cut recomputes. Its digest is the root of an RFC 6962 tree whose
 * first leaf is the header and whose others are the records, so that one unit can be proved without showing the
 * rest.
 */
import { canonicalJson } from '../proof/canonical.ts';
import type { Digest } from '../proof/digest.ts';
import { leafHash, rootOf } from '../proof/merkle.ts';
import { CANONICALIZATION } from './canonicalize.ts';
import type { DocumentPlan, PlanRecord } from './types.ts';

/** Plain JSON, kept with the manifest's first block. */
export type ManifestHeader = {
  readonly format: 'cutter-manifest/1';
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

/** The header of the manifest that a plan makes for an entry (null while nothing is marked yet). */
export function manifestHeader(
  plan: DocumentPlan,
  { entryId, docCode }: { readonly entryId: string | null; readonly docCode: string },
): ManifestHeader {
  const { name, version, digest } = plan.profile;
  return {
    format: 'cutter-manifest/1',
    entryId,
    docCode,
    sourceDigest: plan.sourceDigest,
    byteLength: plan.byteLength,
    profile: { name, version, digest },
    vocabularyDigest: plan.vocabularyDigest,
    canonicalization: CANONICALIZATION,
    recordCount: plan.records.length,
  };
}

/**
 * The bytes of a record in the tree: every field but the text, which its two digests bind. Canonical JSON written
 * in one go: the members are in their canonical order, and what JSON.stringify makes of well-formed text,
 * integers and null is their canonical form.
 */
export function manifestLeaf(record: Omit<PlanRecord, 'text'>): Buffer {
  const json = JSON.stringify({
    address: record.address,
    contentHash: record.contentHash,
    end: record.end,
    excludedBecause: record.excludedBecause,
    kind: record.kind,
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
  return Buffer.from(json);
}

/** The root over the header and the records' leaf hashes. */
export function manifestDigest(header: ManifestHeader, leafHashes: readonly Uint8Array[]): Digest {
  const root = rootOf([leafHash(canonicalJson(header)), ...leafHashes]);
  return `sha256:${root.toString('hex')}`;
}
