import { hash } from 'node:crypto';
import type { Client } from 'pg';
import type { TreeHead } from '../../proof/checkpoint.ts';
import { isDigest } from '../../proof/digest.ts';
import { leafHash } from '../../proof/merkle.ts';
import { type Edge, growEdge, rootOfEdge } from '../../proof/merkle-edge.ts';
import type { FsckCoverage, FsckFinding, FsckFindings, Unseen } from '../finding.ts';
import type { SeenHead } from '../heads.ts';
import { copyRows } from '../rows/copy.ts';
import { COSIGNATURES, cosignedHeads } from './cosigned-heads.ts';
import type { LedgerKeys } from './ledger-keys.ts';
import { judgeNodes, NODES, NodeSketch, type WrongLeaf } from './node-check.ts';

const TREE_HEAD = 'cutter_log.tree_head';
const PAGE = 20_000;

export interface TreeReport {
  /** Positions whose hash in the log isn't the one that was folded. */
  readonly wrongHashes: ReadonlyMap<number, WrongLeaf>;
  /** Positions below this one are in the tree. */
  readonly folded: number;
  /** How long the log ever was, by everything in the database. */
  readonly longest: number;
}

export interface TreeOptions {
  readonly client: Client;
  /** The first position that no record has. */
  readonly next: number;
  /** Heads stored outside the database. */
  readonly heads: readonly SeenHead[];
  readonly keys: LedgerKeys;
  /** Whether a head still binds this ledger. Both lanes may have given it up. */
  binds(head: Pick<TreeHead, 'origin' | 'size'>): boolean;
  readonly findings: FsckFindings;
  readonly coverage: FsckCoverage;
  readonly unseen: Unseen[];
}

/** Folds the log again and compares every stored node, every cosigned head, every head stored elsewhere. */
export async function checkTree(options: TreeOptions): Promise<TreeReport> {
  const { client, findings, coverage } = options;
  const stored = await storedTree(client);
  const leaves = leavesOf(stored, options.next);
  const fold = new Refold(leaves);
  const kept = [...options.heads].sort((one, other) => one.size - other.size);
  let signed = 0;
  for await (const page of cosignedHeads(options)) {
    signed = page.at(-1)?.size ?? signed;
    const until = kept.findIndex((head) => head.size > signed);
    const due = kept.splice(0, until === -1 ? kept.length : until);
    await fold.advance(
      client,
      signed,
      [...page, ...due].sort((one, other) => one.size - other.size),
    );
  }
  await fold.advance(client, Number.MAX_SAFE_INTEGER, kept);
  coverage.nodes = await fold.nodes.takeStored(client);
  const wrongHashes = await judgeNodes(client, fold.nodes, fold, findings);
  const longest = Math.max(stored.size, leaves, signed);
  if (stored.size !== leaves)
    findings.add({
      verdict: 'edited',
      table: TREE_HEAD,
      key: 'true',
      column: 'size',
      after: null,
      before: null,
      message: `The tree's head says ${stored.size} leaves, and the tree has ${leaves}.`,
    });
  judgeHeads(fold, options, longest);
  return { wrongHashes, folded: leaves, longest };
}

interface StoredTree {
  /** What the tree's head says. */
  readonly size: number;
  /** Leaves without a gap from the first on. */
  readonly dense: number;
  /** One more than the index of the last leaf. */
  readonly end: number;
}

async function storedTree(client: Client): Promise<StoredTree> {
  const { rows } = await client.query<{ size: string; dense: string; end: string }>(
    `/* fsck.tree_head */ select coalesce((select max(size) from ${TREE_HEAD}), 0)::text as size,
       (select count(*) from (select idx, row_number() over (order by idx) - 1 as due
           from (select distinct idx from ${NODES} where level = 0 and idx >= 0) leaf) placed
         where idx = due)::text as dense,
       (select coalesce(max(idx) + 1, 0) from ${NODES} where level = 0 and idx < 9007199254740991)::text as end`,
  );
  const [row] = rows;
  return { size: Number(row?.size), dense: Number(row?.dense), end: Number(row?.end) };
}

/**
 * How many leaves the tree has, by its leaves, its head and the log's length. Where these don't agree: a leaf inserted
 * beyond its end makes the tree no longer, and a deleted one makes it no shorter.
 */
function leavesOf({ size, dense, end }: StoredTree, next: number): number {
  if (dense === end) return size < dense && size <= next && next < dense ? size : dense;
  if (size >= dense && size <= end) return size;
  return end <= next ? end : dense;
}

/** The tree, folded twice in one pass: from the log, and from the stored leaves. */
class Refold {
  /** The largest heads that the log leads to, and that only the stored leaves lead to. */
  byLog = 0;
  byLeaves = 0;
  /** The first head that neither leads to, and the largest one before it that one of them did. */
  fork: { readonly head: SeenHead; readonly since: number } | null = null;
  /** Leaves of the log that are not the stored ones. */
  readonly other = new Map<number, WrongLeaf>();
  readonly nodes = new NodeSketch();
  /** Leaves of the tree. */
  readonly size: number;
  count = 0;
  /** Whether neither log nor tree has a leaf for some position: nothing beyond can be made. */
  blind = false;
  readonly #log: Edge = new Map();
  readonly #leaves: Edge = new Map();

  constructor(size: number) {
    this.size = size;
  }

  /** Goes on until there are `size` leaves, or no more; `heads`, smallest first, are met on the way. */
  async advance(client: Client, size: number, heads: readonly SeenHead[]): Promise<void> {
    const waiting = [...heads];
    this.#meet(waiting);
    while (this.count < size && !this.blind) {
      const from = this.count;
      const until = Math.min(from + PAGE, size);
      await copyRows(
        client,
        `select coalesce(l.position, n.idx) as at, l.record_hash, encode(n.hash, 'hex')
         from (select position, record_hash from cutter_log.log where position >= ${from} and position < ${until}) l
         full join (select idx, hash from ${NODES}
           where level = 0 and idx >= ${from} and idx < ${Math.min(until, this.size)}) n on n.idx = l.position
         order by 1`,
        ([at, recordHash, stored]) => {
          if (!this.blind) this.#leaf(Number(at), recordHash ?? null, stored ?? null, waiting);
        },
      );
      if (this.count === from) return;
    }
  }

  #leaf(at: number, recordHash: string | null, hex: string | null, waiting: SeenHead[]): void {
    // Without the primary key a position may be there twice. The check of unique values reports that.
    if (at < this.count) return;
    if (at > this.count) {
      this.blind = true;
      return;
    }
    const stored = hex === null ? null : Buffer.from(hex, 'hex');
    const ofLog = recordHash === null ? (stored as Buffer) : leafOf(recordHash);
    const leaf = stored ?? ofLog;
    for (const node of growEdge(this.#log, at, [ofLog])) {
      const complete = (node.index + 1) * 2 ** node.level <= this.size;
      if (complete) this.nodes.due(node.level, node.index, node.hash);
    }
    growEdge(this.#leaves, at, [leaf]);
    if (!ofLog.equals(leaf) && this.other.size < 100_000) this.other.set(at, { folded: leaf, now: ofLog });
    this.count += 1;
    this.#meet(waiting);
  }

  #meet(waiting: SeenHead[]): void {
    for (let head = waiting[0]; head !== undefined && head.size <= this.count; head = waiting[0]) {
      waiting.shift();
      if (head.size !== this.count || head.size === 0) continue;
      const { root } = head;
      const leadsThere = (edge: Edge) => Buffer.compare(rootOfEdge(edge), root) === 0;
      if (leadsThere(this.#log)) this.byLog = head.size;
      else if (leadsThere(this.#leaves)) this.byLeaves = head.size;
      else this.fork ??= { head, since: Math.max(this.byLog, this.byLeaves) };
    }
  }
}

/** A text that is no hash gives a leaf that was never folded. */
function leafOf(recordHash: string): Buffer {
  return isDigest(recordHash)
    ? leafHash(Buffer.from(recordHash.slice(7), 'hex'))
    : hash('sha256', recordHash, 'buffer');
}

/** Reports a head that neither log nor tree leads to, and one of more positions than the database ever had. */
function judgeHeads(fold: Refold, { heads, next, findings }: TreeOptions, longest: number): void {
  if (fold.fork !== null) {
    const { head, since } = fold.fork;
    findings.add({
      verdict: 'forked',
      table: head.key === null ? 'cutter_log.log' : COSIGNATURES,
      key: head.key ?? `${since}..${head.size - 1}`,
      column: head.key === null ? null : 'root',
      after: since - 1,
      before: head.size,
      message:
        `The first ${head.size} positions of the log aren't those of ${head.where}: ` +
        `something between positions ${since} and ${head.size - 1} was rewritten.`,
    });
  }
  const newest = heads.reduce<SeenHead | null>(
    (best, head) => (best === null || head.size > best.size ? head : best),
    null,
  );
  if (newest === null || newest.size <= Math.max(next, longest)) return;
  const verdict: FsckFinding['verdict'] = 'restored';
  findings.add({
    verdict,
    table: 'cutter_log.log',
    key: `${next}..${newest.size - 1}`,
    column: null,
    after: next - 1,
    before: newest.size,
    message:
      `The log ends at position ${next - 1}, and nothing in the database knows of more; ` +
      `${newest.where} says ${newest.size}. It was set back.`,
  });
}
