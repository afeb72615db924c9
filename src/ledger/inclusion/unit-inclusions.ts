import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { type ManifestHeader, manifestLeaf } from '../../document/manifest.ts';
import { type RecordSummary, recordOfBlock } from '../../law/manifest-block.ts';
import { canonicalJson } from '../../proof/canonical.ts';
import { leafHash } from '../../proof/merkle.ts';
import { sqlFragment } from '../../text/sql-fragment.ts';
import { ManifestTree } from './manifest-tree.ts';

/** A record of a manifest as `cutter_source.v_manifest_record` shows it. */
type ManifestRecord = Parameters<typeof recordOfBlock>[0] & {
  readonly summary: RecordSummary & { readonly header?: ManifestHeader };
};

/** What is known of a unit: which record of which manifest it is, and the digest that was approved. */
export interface IncludedUnit {
  readonly manifestId: string;
  readonly manifestDigest: string;
  readonly record: ManifestRecord;
}

/** That a leaf stands in a tree (RFC 6962 §2.1.1). */
export interface UnitInclusion {
  readonly leaf: Buffer;
  readonly index: number;
  readonly size: number;
  readonly path: readonly Uint8Array[];
  /** The digest that was approved. The path leads to it, unless the manifest was altered since. */
  readonly root: string;
}

/** A `ManifestRecord` in SQL, over an alias of the view. */
export function manifestRecordSql(r: string): string {
  return `json_build_object('localId', ${r}.unit_local_id, 'start', ${r}.source_span -> 'start',
    'end', ${r}.source_span -> 'end', 'renderOrder', ${r}.render_order, 'address', ${r}.proposed_canonical_address,
    'parent', ${r}.parent_local_id, 'summary', ${r}.payload_summary)`;
}

const recordsRow = z.object({ records: z.string() });
/** Records of one statement, which are read and hashed in one turn. They come as one text, to be parsed at once. */
const RECORDS_AT_ONCE = 250;
/** Trees that are kept have at most so many leaves together: 32 MiB. */
const MOST_LEAVES = 512 * 1024;

/**
 * Proves of units that they stand in the manifest that was approved. A manifest never changes, so its tree is made
 * once, in turns, and kept while there is room.
 */
export class UnitInclusions {
  readonly #reader: Pick<CommonQueryMethods, 'one'>;
  /** Those that are kept; the one that was asked for last is the last. */
  readonly #kept = new Map<string, ManifestTree>();
  readonly #growing = new Map<string, Promise<ManifestTree>>();
  #leaves = 0;
  /** Trees are made one after another, so that they leave connections to others. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(reader: Pick<CommonQueryMethods, 'one'>) {
    this.#reader = reader;
  }

  /** The proof for a unit; null where its manifest was altered so that it has no such record. */
  async prove({ manifestId, manifestDigest, record }: IncludedUnit): Promise<UnitInclusion | null> {
    const tree = await this.#treeOf(manifestId);
    // The header is the tree's first leaf.
    const index = record.renderOrder + 1;
    const { size } = tree;
    if (index >= size) return null;
    return { leaf: leafOf(record), index, size, path: tree.pathOf(index), root: manifestDigest };
  }

  async #treeOf(manifestId: string): Promise<ManifestTree> {
    const kept = this.#kept.get(manifestId);
    if (kept === undefined) return this.#growing.get(manifestId) ?? this.#growNext(manifestId);
    this.#kept.delete(manifestId);
    this.#kept.set(manifestId, kept);
    return kept;
  }

  #growNext(manifestId: string): Promise<ManifestTree> {
    const growing = this.#last.then(async () => {
      try {
        const tree = await this.#growTree(manifestId);
        this.#keepTree(manifestId, tree);
        return tree;
      } finally {
        this.#growing.delete(manifestId);
      }
    });
    this.#growing.set(manifestId, growing);
    this.#last = growing.catch(() => {});
    return growing;
  }

  #keepTree(manifestId: string, tree: ManifestTree): void {
    this.#kept.set(manifestId, tree);
    this.#leaves += tree.size;
    for (const [oldest, { size }] of this.#kept) {
      if (this.#leaves <= MOST_LEAVES) return;
      this.#kept.delete(oldest);
      this.#leaves -= size;
    }
  }

  async #growTree(manifestId: string): Promise<ManifestTree> {
    const parts: Buffer[] = [];
    for (let from = 0; ; from += RECORDS_AT_ONCE) {
      const records = await this.#recordsFrom(manifestId, from);
      const header = from === 0 ? records[0]?.summary.header : undefined;
      const leaves = records.map((record) => leafHash(leafOf(record)));
      parts.push(Buffer.concat(header === undefined ? leaves : [leafHash(canonicalJson(header)), ...leaves]));
      if (records.length < RECORDS_AT_ONCE) break;
    }
    return ManifestTree.over(Buffer.concat(parts));
  }

  async #recordsFrom(manifestId: string, from: number): Promise<readonly ManifestRecord[]> {
    const { records } = await this.#reader.one(sql.prepared('manifest.records', recordsRow)`
      /* manifest.records */ select coalesce(json_agg(r.record order by r.render_order), '[]')::text as records from (
        select r.render_order, ${sqlFragment(manifestRecordSql('r'))} as record
        from cutter_source.v_manifest_record r
        where r.envelope_id = ${manifestId}::uuid and r.render_order >= ${from}
        order by r.render_order limit ${RECORDS_AT_ONCE}) r`);
    return JSON.parse(records) as readonly ManifestRecord[];
  }
}

function leafOf({ summary, ...place }: ManifestRecord): Buffer {
  return manifestLeaf(recordOfBlock(place, summary));
}
