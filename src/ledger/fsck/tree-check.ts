import { hash } from 'node:crypto';
import type { Client } from 'pg';
import { checkpointKeyName, checkpointText, type TreeHead } from '../../proof/checkpoint.ts';
import { verifyLater } from '../../proof/ed25519.ts';
import { leafHash, nodeHash } from '../../proof/merkle.ts';
import { type Edge, grow, rootOfEdge } from '../../proof/merkle-edge.ts';
import { copyRows } from './copy.ts';
import type { Coverage, Finding, Findings, Unseen } from './finding.ts';
import type { JudgedKey, LedgerKeys } from './ledger-keys.ts';
import { ELEMENT_WORDS, Sketch } from './sketch.ts';

const NODES = 'cutter_log.node';
const TREE_HEAD = 'cutter_log.tree_head';
const COSIGNATURES = 'cutter_log.cosignature';
const PAGE = 20_000;
const SIGNATURE_PAGE = 1000;

/** A head that somebody saw: signed in the database, or kept outside of it. */
export interface SeenHead extends Pick<TreeHead, 'size' | 'root'> {
  /** Its key among the cosignatures; null where it was kept outside. */
  readonly key: string | null;
  /** Which incarnation of the ledger it is of; absent where it can't be given up. */
  readonly origin?: string;
  readonly where: string;
}

interface WrongLeaf {
  readonly folded: Buffer;
  readonly now: Buffer;
}

export interface TreeReport {
  /** Positions at which the log's hash isn't the one that was folded: the leaf that was, and the one that the log gives now. */
  readonly wrongHashes: ReadonlyMap<number, WrongLeaf>;
  /** Positions below this one stand in the tree. */
  readonly folded: number;
  /** How long the log was once, by what the database itself remembers. */
  readonly longest: number;
}

export interface TreeOptions {
  readonly client: Client;
  /** The first position that no record has. */
  readonly next: number;
  /** Heads kept outside the database. */
  readonly heads: readonly SeenHead[];
  readonly keys: LedgerKeys;
  /** Whether a head still says something of this ledger, or was given up by both lanes. */
  binds(head: Pick<TreeHead, 'origin' | 'size'>): boolean;
  readonly findings: Findings;
  readonly coverage: Coverage;
  readonly unseen: Unseen[];
}

/** Folds the log again and compares: every stored node, every cosigned head, every head that was kept elsewhere. */
export async function checkTree(options: TreeOptions): Promise<TreeReport> {
  const { client, findings, coverage } = options;
  const head = await client.query<{ size: string; leaves: string }>(
    `/* fsck.tree_head */ select size::text, (select coalesce(max(idx) + 1, 0) from ${NODES} where level = 0)::text as leaves from ${TREE_HEAD}`,
  );
  const size = Number(head.rows[0]?.size ?? 0);
  const leaves = Number(head.rows[0]?.leaves ?? 0);
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
  coverage.nodes = await fold.takeNodes(client);
  const wrongHashes = await judgeNodes(fold, options);
  const longest = Math.max(size, leaves, signed);
  if (size !== leaves)
    findings.add({
      verdict: 'edited',
      table: TREE_HEAD,
      key: 'true',
      column: 'size',
      after: null,
      before: null,
      message: `The tree's head says ${size} leaves; ${leaves} stand.`,
    });
  judgeHeads(fold, options, longest);
  return { wrongHashes, folded: leaves, longest };
}

interface Cosignature {
  readonly lane: string;
  readonly size: string;
  readonly root: Buffer;
  readonly signature: Buffer;
  readonly key_id: string;
  readonly origin: string;
}

/** The cosignatures that verify, smallest first and a page at a time; the others are findings. */
async function* cosignedHeads({
  client,
  keys,
  binds,
  findings,
  coverage,
}: TreeOptions): AsyncGenerator<SeenHead[]> {
  for (let [size, lane, open] = ['-1', '', true]; open; ) {
    const { rows } = await client.query<Cosignature>(
      `/* fsck.cosignatures */ select lane, size::text, root, signature, key_id, origin from ${COSIGNATURES} c
       where (c.size, c.lane) > ($1::bigint, $2) order by c.size, c.lane limit ${SIGNATURE_PAGE}`,
      [size, lane],
    );
    const faults = await Promise.all(
      rows.map((row) => cosignatureFault(row, Number(row.size), keys.find(row.key_id, 'checkpoint'))),
    );
    coverage.cosignatures += rows.length;
    const seen: SeenHead[] = [];
    for (const [at, row] of rows.entries()) {
      const place = `${row.lane}/${row.size}`;
      if (faults[at] === null && !binds({ origin: row.origin, size: Number(row.size) })) continue;
      if (faults[at] === null)
        seen.push({ size: Number(row.size), root: row.root, key: place, where: `what ${row.lane} signed` });
      else
        findings.add({
          verdict: 'cosignature-invalid',
          table: COSIGNATURES,
          key: place,
          column: 'signature',
          after: Number(row.size) - 1,
          before: null,
          message: `The cosignature of ${row.lane} over ${row.size} positions ${faults[at]}.`,
        });
    }
    yield seen;
    open = rows.length === SIGNATURE_PAGE;
    [size, lane] = [rows.at(-1)?.size ?? size, rows.at(-1)?.lane ?? lane];
  }
}

async function cosignatureFault(
  row: Cosignature,
  size: number,
  key: JudgedKey | null,
): Promise<string | null> {
  if (key === null) return 'names a key that the ledger has not for heads';
  if (key.lane !== row.lane) return `was made with a key of ${key.lane}`;
  if (key.from > size || (key.until !== null && key.until < size))
    return 'was made with a key that was not valid there';
  const text = Buffer.from(checkpointText({ origin: row.origin, size, root: row.root }));
  const verdict = await verifyLater(key.publicKey, text, row.signature);
  return verdict.ok
    ? null
    : `doesn't verify (${verdict.reason}; signed as ${checkpointKeyName(row.origin, row.lane)})`;
}

const words = new Int32Array(ELEMENT_WORDS);
function nodeElement(level: number, index: number, value: Uint8Array): Int32Array {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  words.fill(0);
  words[0] = level;
  words[1] = Math.floor(index / 2 ** 32);
  words[2] = index | 0;
  for (let i = 0; i < 4; i += 1) words[5 + i] = bytes.length < 16 ? 0 : bytes.readInt32BE(4 * i);
  return words;
}

/** The tree made twice in one pass: out of the log, and out of the stored leaves. */
class Refold {
  /** The largest heads that the log leads to, and that only the stored leaves lead to. */
  byLog = 0;
  byLeaves = 0;
  /** The first head that neither leads to, and the largest one before it that either did. */
  fork: { readonly head: SeenHead; readonly since: number } | null = null;
  /** Leaves of the log that are not the stored ones. */
  readonly other = new Map<number, WrongLeaf>();
  readonly sketch = Sketch.ofSize(1 << 14);
  readonly folded: number;
  count = 0;
  /** Whether neither log nor tree has a leaf for some position: nothing beyond can be made. */
  blind = false;
  readonly #log: Edge = new Map();
  readonly #leaves: Edge = new Map();

  constructor(folded: number) {
    this.folded = folded;
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
         full join (select idx, hash from ${NODES} where level = 0 and idx >= ${from} and idx < ${until}) n on n.idx = l.position
         order by 1`,
        ([at, recordHash, stored]) => {
          if (!this.blind) this.#leaf(Number(at), recordHash ?? null, stored ?? null, waiting);
        },
      );
      if (this.count === from) return;
    }
  }

  #leaf(at: number, recordHash: string | null, hex: string | null, waiting: SeenHead[]): void {
    if (at !== this.count) {
      this.blind = true;
      return;
    }
    const stored = hex === null ? null : Buffer.from(hex, 'hex');
    const ofLog = recordHash === null ? (stored as Buffer) : leafOf(recordHash);
    const leaf = stored ?? ofLog;
    for (const node of grow(this.#log, at, [ofLog])) {
      const complete = (node.index + 1) * 2 ** node.level <= this.folded;
      if (complete) this.sketch.put(nodeElement(node.level, node.index, node.hash), 1);
    }
    grow(this.#leaves, at, [leaf]);
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

  async takeNodes(client: Client): Promise<number> {
    let count = 0;
    await copyRows(client, `select level, idx, encode(hash, 'hex') from ${NODES}`, ([level, index, hex]) => {
      count += 1;
      this.sketch.put(nodeElement(Number(level), Number(index), Buffer.from(hex as string, 'hex')), -1);
    });
    return count;
  }
}

/** A hash that is none gives a leaf that nothing was ever folded from. */
function leafOf(recordHash: string): Buffer {
  return /^sha256:[0-9a-f]{64}$/.test(recordHash)
    ? leafHash(Buffer.from(recordHash.slice(7), 'hex'))
    : hash('sha256', recordHash, 'buffer');
}

/** Says which nodes were altered, and which differ only because the log under them does. */
async function judgeNodes(
  fold: Refold,
  { client, next, findings }: TreeOptions,
): Promise<Map<number, WrongLeaf>> {
  const wrong = new Map<number, WrongLeaf>();
  const differences = fold.sketch.differences();
  if (differences === null) {
    findings.add({
      verdict: 'tree-altered',
      table: NODES,
      key: '*',
      column: 'hash',
      after: null,
      before: fold.folded,
      message: 'So many nodes differ from what the log gives that they can’t be told apart.',
    });
    return wrong;
  }
  const places = new Set(
    differences.map(
      ({ words: [level, high, low] }) => `${level}/${(high as number) * 2 ** 32 + ((low as number) >>> 0)}`,
    ),
  );
  for (const place of places) {
    const [level, index] = place.split('/').map(Number) as [number, number];
    const first = index * 2 ** level;
    if (first + 2 ** level > next && first + 2 ** level > fold.count) continue;
    const stored = await storedNode(client, level, index);
    const tell = (message: string) =>
      findings.add({
        verdict: 'tree-altered',
        table: NODES,
        key: place,
        column: 'hash',
        after: first,
        before: first + 2 ** level,
        message,
      });
    if (stored === null) tell(`Node ${place} of the tree is missing.`);
    else if (level === 0) {
      if (await leafIsRight(client, fold, index, stored, places))
        wrong.set(index, fold.other.get(index) ?? { folded: stored, now: stored });
      else tell(`Leaf ${index} of the tree isn't the one of the record at position ${index}.`);
    } else {
      const [left, right] = [
        await storedNode(client, level - 1, 2 * index),
        await storedNode(client, level - 1, 2 * index + 1),
      ];
      if (left === null || right === null || !nodeHash(left, right).equals(stored))
        tell(`Node ${place} of the tree isn't the hash of the two under it.`);
    }
  }
  return wrong;
}

/** Whether a stored leaf, and not the log, is what was folded: the node above it says so, or else a head that was seen. */
async function leafIsRight(
  client: Client,
  fold: Refold,
  index: number,
  stored: Buffer,
  differing: ReadonlySet<string>,
): Promise<boolean> {
  const parent = await storedNode(client, 1, Math.floor(index / 2));
  const sibling = await storedNode(client, 0, index % 2 === 0 ? index + 1 : index - 1);
  if (parent !== null && sibling !== null) {
    if (!differing.has(`1/${Math.floor(index / 2)}`)) return false;
    return nodeHash(
      ...(index % 2 === 0 ? ([stored, sibling] as const) : ([sibling, stored] as const)),
    ).equals(parent);
  }
  return fold.byLeaves > index && fold.byLog <= index;
}

async function storedNode(client: Client, level: number, index: number): Promise<Buffer | null> {
  const { rows } = await client.query<{ hash: Buffer }>(
    `/* fsck.node */ select hash from ${NODES} where level = $1 and idx = $2`,
    [level, index],
  );
  return rows[0]?.hash ?? null;
}

/** A head that neither log nor tree leads to, and one that is longer than all that the database remembers. */
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
      message: `The first ${head.size} positions of the log aren't those of ${head.where}: something between positions ${since} and ${head.size - 1} was rewritten.`,
    });
  }
  const newest = heads.reduce<SeenHead | null>(
    (best, head) => (best === null || head.size > best.size ? head : best),
    null,
  );
  if (newest === null || newest.size <= Math.max(next, longest)) return;
  const verdict: Finding['verdict'] = 'restored';
  findings.add({
    verdict,
    table: 'cutter_log.log',
    key: `${next}..${newest.size - 1}`,
    column: null,
    after: next - 1,
    before: newest.size,
    message: `The log ends at position ${next - 1}, and nothing in the database knows of more; ${newest.where} says ${newest.size}. It was set back.`,
  });
}
