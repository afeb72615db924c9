/** Checks offline that a unit stands in the manifest that was approved: nothing is asked of the ledger for it. */
import { z } from 'zod';
import { digestOf, isDigest } from '../proof/digest.ts';
import { leafHash, verifyInclusion } from '../proof/merkle.ts';

/** `Unit.inclusion`, as the API answers it. */
export interface ShownInclusion {
  /** In base64, as each hash of the path. */
  readonly leaf: string;
  readonly index: number;
  readonly size: number;
  readonly path: readonly string[];
  readonly root: string;
}

/** What is claimed of a unit; `text` and `title` are compared where they are given. */
export interface ClaimedUnit {
  readonly address: string;
  readonly contentHash: string;
  readonly text?: string;
  readonly title?: string | null;
}

const record = z.looseObject({
  address: z.string().nullable(),
  contentHash: z.string(),
  textDigest: z.string(),
  title: z.string().nullable(),
  start: z.number().int().nonnegative(),
  end: z.number().int().nonnegative(),
});

/** What the approved record says of the unit; with members of later formats. `start` and `end` count bytes. */
export type ApprovedRecord = z.infer<typeof record>;

export type InclusionVerdict =
  | { readonly ok: true; readonly record: ApprovedRecord }
  | { readonly ok: false; readonly fault: string };

/**
 * Whether a unit stands in the manifest with this digest. The digest is the claim that you trust: that of the review
 * decision, of a passport, or of the statement that a reviewer signed. Never throws.
 */
export function verifyUnitInclusion(
  { leaf, index, size, path, root }: ShownInclusion,
  unit: ClaimedUnit,
  manifestDigest: string,
): InclusionVerdict {
  if (root !== manifestDigest)
    return wrong(`The proof is of the manifest ${root}, not of ${manifestDigest}.`);
  if (!isDigest(manifestDigest)) return wrong('The digest of the manifest is none.');
  const bytes = Buffer.from(leaf, 'base64');
  const isIncluded = verifyInclusion({
    leafHash: leafHash(bytes),
    index,
    size,
    proof: path.map((hash) => Buffer.from(hash, 'base64')),
    root: Buffer.from(manifestDigest.slice('sha256:'.length), 'hex'),
  });
  if (!isIncluded) return wrong('The path does not lead from the record to the digest of the manifest.');
  if (index === 0) return wrong('The record is the header of the manifest, and no unit.');
  const read = readRecord(bytes);
  if (read === null) return wrong('The record is not one of a manifest.');
  const fault = differenceOf(read, unit);
  return fault === null ? { ok: true, record: read } : wrong(fault);
}

const wrong = (fault: string): InclusionVerdict => ({ ok: false, fault });

function readRecord(bytes: Uint8Array): ApprovedRecord | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return record.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** What of the unit the record doesn't say. */
function differenceOf(approved: ApprovedRecord, unit: ClaimedUnit): string | null {
  if (approved.address !== unit.address)
    return `The record is of ${approved.address ?? 'no unit'}, not of ${unit.address}.`;
  if (approved.contentHash !== unit.contentHash)
    return `The record has the content hash ${approved.contentHash}, not ${unit.contentHash}.`;
  if (unit.title !== undefined && approved.title !== unit.title)
    return 'The record has another title than the unit.';
  if (unit.text !== undefined && approved.textDigest !== textDigestOf(unit.text))
    return 'The text is not the one that the record was approved with.';
  return null;
}

/** Null for a text that no bytes can be: half of a surrogate pair. */
function textDigestOf(text: string): string | null {
  return text.isWellFormed() ? digestOf(Buffer.from(text)) : null;
}
