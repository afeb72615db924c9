import { canonicalJson } from '../proof/canonical.ts';
import { type Digest, digestOf } from '../proof/digest.ts';
import { unitDigest } from './carried-over.ts';
import type { RecordSummary } from './manifest-block.ts';

/*
 * The two sets of records that an approval names: those that its reviewer looked at, and those that earlier reviewers
 * looked at. REVIEW writes them; the full check and passports recompute them from the blocks of the manifest.
 */

/** A record of an approved manifest. */
export interface RecordApproval {
  /** Its unit digest. */
  readonly digest: Digest;
  /** The decision of the reviewer who looked at it; null where that is the reviewer of this manifest. */
  readonly approvedBy: string | null;
}

/** A block of a record, as far as an approval is about it. */
export interface ApprovedBlock {
  readonly localId: string;
  readonly address: string | null;
  /** The local id of the record that holds this one. */
  readonly parent: string | null;
  readonly summary: Omit<RecordSummary, 'label' | 'sort_order' | 'content_hash'> & {
    readonly approved_by?: string | null | undefined;
  };
}

/** The records of a manifest, from its blocks in their order. */
export function approvedRecords(blocks: readonly ApprovedBlock[]): readonly RecordApproval[] {
  const addresses = new Map(blocks.map(({ localId, address }) => [localId, address]));
  return blocks.map(({ address, parent, summary }) => ({
    digest: unitDigest({
      role: summary.role,
      address,
      parentAddress: parent === null ? null : (addresses.get(parent) ?? null),
      kind: summary.kind,
      sectionType: summary.section_type,
      sectionCode: summary.section_code ?? null,
      title: summary.title ?? null,
      excludedBecause: summary.excluded_because ?? null,
      textDigest: summary.text_digest,
    }),
    approvedBy: summary.approved_by ?? null,
  }));
}

/** What `findings` of a decision say of its records. */
interface ApprovedSets {
  readonly reviewed: { readonly digest: string; readonly records: number };
  /** Null where the reviewer relied on nobody. */
  readonly carried_over: {
    readonly digest: string;
    readonly records: number;
    readonly decisions: readonly string[];
  } | null;
}

/** The two sets of the records of a manifest, in its order. */
export function approvedSets(records: readonly RecordApproval[]) {
  const reviewed = records.filter(({ approvedBy }) => approvedBy === null).map(({ digest }) => digest);
  const carried = records.flatMap(({ digest, approvedBy }) =>
    approvedBy === null ? [] : ([[digest, approvedBy]] as const),
  );
  return {
    reviewed: { digest: reviewedDigest(reviewed), records: reviewed.length },
    carried_over: {
      digest: carriedOverDigest(carried),
      records: carried.length,
      decisions: [...new Set(carried.map(([, by]) => by))].sort(),
    },
  } satisfies ApprovedSets;
}

/** Names a set of approvals that a reviewer relies on: each record that is carried over, with whose approval it has. */
export function carriedOverDigest(units: readonly (readonly [unit: Digest, decisionId: string])[]): Digest {
  return digestOf(
    canonicalJson({ format: 'cutter-carried-over/1', units: units.map(([unit, by]) => [unit, by]) }),
  );
}

/** Names the records that a reviewer looked at, in the order of the plan. */
export function reviewedDigest(units: readonly Digest[]): Digest {
  return digestOf(canonicalJson({ format: 'cutter-reviewed/1', units: [...units] }));
}

/**
 * What is wrong with the sets that the findings of an approval name, beside the records of its manifest; null where
 * they agree. Approvals of earlier versions name none, and carry nothing over.
 */
export function approvedSetsFault(findings: unknown, records: readonly RecordApproval[]): string | null {
  const { reviewed, carried_over: carried } = approvedSets(records);
  const named = (findings ?? {}) as Partial<Record<keyof ApprovedSets, unknown>>;
  const isSame = (a: unknown, b: unknown) =>
    canonicalJson((a ?? null) as never) === canonicalJson(b as never);
  if ((named.carried_over ?? null) === null) {
    if (carried.records > 0)
      return `records are carried over (${carried.records}), and the decision relies on no earlier approval`;
  } else if (!isSame(named.carried_over, carried))
    return `the records that are carried over are ${carried.digest}, and the decision names others`;
  if ((named.reviewed ?? null) === null) return null;
  return isSame(named.reviewed, reviewed)
    ? null
    : `the records that its reviewer looked at are ${reviewed.digest}, and the decision names others`;
}

/** A record of a decision that carries over, as a judge of the document's decisions in their order has it. */
export interface CarriedRecord {
  readonly digest: Digest;
  readonly approvedBy: string;
}

/**
 * The first record that is carried over from a decision whose reviewer never looked at one; null where there is none.
 * `lookedAt`: of each approval of other entries of the document before this one, how often its reviewer looked at a
 * record with a digest.
 */
export function unfoundedRecord(
  carried: readonly CarriedRecord[],
  lookedAt: (decisionId: string) => ReadonlyMap<Digest, number> | null,
): CarriedRecord | null {
  const used = new Map<string, number>();
  for (const record of carried) {
    const name = `${record.approvedBy} ${record.digest}`;
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    if (count > (lookedAt(record.approvedBy)?.get(record.digest) ?? 0)) return record;
  }
  return null;
}
