import { hash } from 'node:crypto';
import type { Client } from 'pg';
import { checkpointKeyName, checkpointText, type TreeHead } from '../../proof/checkpoint.ts';
import { verifyLater } from '../../proof/ed25519.ts';
import { leafHash, nodeHash } from '../../proof/merkle.ts';
import { rootFromNodes } from '../../proof/merkle-nodes.ts';
import { type Edge, grow } from '../log/tree-fold.ts';
import { copyRows } from './copy.ts';
import type { Coverage, Finding, Findings, Unseen } from './finding.ts';
import { ELEMENT_WORDS, Sketch } from './sketch.ts';

const NODES = 'cutter_log.node';
const TREE_HEAD = 'cutter_log.tree_head';
const COSIGNATURES = 'cutter_log.cosignature';
const PAGE = 20_000;

/** A head that somebody saw: signed in the database, or kept outside of it. */
export interface SeenHead extends Pick<TreeHead, 'size' | 'root'> {
  /** Its key among the cosignatures; null where it was kept outside. */
  readonly key: string | null;
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
  const cosigned = await cosignedHeads(options);
  const fold = new Refold(leaves);
  await fold.run(
    client,
    [...cosigned, ...options.heads].sort((a, b) => a.size - b.size),
  );
  coverage.nodes = await fold.takeNodes(client);
  const wrongHashes = await judgeNodes(fold, options);
  const longest = Math.max(0, size, leaves, ...cosigned.map((seen) => seen.size));
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

/** The cosignatures that verify; the others are findings. */
async function cosignedHeads({ client, findings, coverage }: TreeOptions): Promise<SeenHead[]> {
  const keys = await client.query<{
    key_id: string;
    lane: string;
    public_key: Buffer;
    from: string;
    until: string | null;
  }>(
    `/* fsck.checkpoint_keys */ select key_id, lane, public_key, from_position::text as "from", until_position::text as until
     from cutter_auth.key where purpose = 'checkpoint'`,
  );
  const known = new Map(keys.rows.map((key) => [key.key_id, key]));
  const seen: SeenHead[] = [];
  const rows = await client.query<{
    lane: string;
    size: string;
    root: Buffer;
    signature: Buffer;
    key_id: string;
    origin: string;
  }>(
    `/* fsck.cosignatures */ select lane, size::text, root, signature, key_id, origin from ${COSIGNATURES} order by size, lane`,
  );
  for (const row of rows.rows) {
    const size = Number(row.size);
    const key = known.get(row.key_id);
    const fault = await cosignatureFault(row, size, key);
    coverage.cosignatures += 1;
    const place = `${row.lane}/${size}`;
    if (fault === null) seen.push({ size, root: row.root, key: place, where: `what ${row.lane} signed` });
    else
      findings.add({
        verdict: 'cosignature-invalid',
        table: COSIGNATURES,
        key: place,
        column: 'signature',
        after: size - 1,
        before: null,
        message: `The cosignature of ${row.lane} over ${size} positions ${fault}.`,
      });
  }
  return seen;
}

async function cosignatureFault(
  row: { lane: string; root: Buffer; signature: Buffer; origin: string },
  size: number,
  key: { lane: string; public_key: Buffer; from: string; until: string | null } | undefined,
): Promise<string | null> {
  if (key === undefined) return 'names a key that the registry has not';
  if (key.lane !== row.lane) return `was made with a key of ${key.lane}`;
  if (Number(key.from) > size || (key.until !== null && Number(key.until) < size))
    return 'was made with a key that was not valid there';
  const text = Buffer.from(checkpointText({ origin: row.origin, size, root: row.root }));
  const verdict = await verifyLater(key.public_key, text, row.signature);
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

interface Met {
  readonly head: SeenHead;
  /** The root that the log gives, or only the stored leaves give, or neither. */
  readonly by: 'log' | 'leaves' | 'neither';
}

/** The tree made twice in one pass: out of the log, and out of the stored leaves. */
class Refold {
  readonly met: Met[] = [];
  /** Leaves of the log that are not the stored ones. */
  readonly other = new Map<number, WrongLeaf>();
  readonly sketch = new Sketch(1 << 16);
  readonly folded: number;
  count = 0;
  /** Whether neither log nor tree has a leaf for some position: nothing beyond can be made. */
  blind = false;
  readonly #log: Edge = new Map();
  readonly #leaves: Edge = new Map();

  constructor(folded: number) {
    this.folded = folded;
  }

  async run(client: Client, heads: readonly SeenHead[]): Promise<void> {
    const waiting = [...heads];
    for (let from = 0; ; from += PAGE) {
      let seen = 0;
      await copyRows(
        client,
        `select coalesce(l.position, n.idx) as at, l.record_hash, encode(n.hash, 'hex')
         from (select position, record_hash from cutter_log.log where position >= ${from} and position < ${from + PAGE}) l
         full join (select idx, hash from ${NODES} where level = 0 and idx >= ${from} and idx < ${from + PAGE}) n on n.idx = l.position
         order by 1`,
        ([at, recordHash, stored]) => {
          seen += 1;
          if (!this.blind) this.#leaf(Number(at), recordHash ?? null, stored ?? null, waiting);
        },
      );
      if (seen === 0) return;
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
    for (; waiting[0] !== undefined && waiting[0].size <= this.count; waiting.shift()) this.#meet(waiting[0]);
  }

  #meet(head: SeenHead): void {
    if (head.size !== this.count) return;
    const same = (edge: Edge) => Buffer.compare(rootOfEdge(edge), head.root) === 0;
    this.met.push({ head, by: same(this.#log) ? 'log' : same(this.#leaves) ? 'leaves' : 'neither' });
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

function rootOfEdge(edge: Edge): Uint8Array {
  const largestFirst = [...edge].sort(([one], [other]) => other - one);
  return rootFromNodes(largestFirst.map(([, value]) => value));
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
  const judges = fold.met.filter(({ head }) => head.size > index);
  return judges.some(({ by }) => by === 'leaves') && !judges.some(({ by }) => by === 'log');
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
  const matched = fold.met.filter(({ by }) => by !== 'neither').map(({ head }) => head.size);
  const forked = fold.met.find(({ by }) => by === 'neither');
  if (forked !== undefined) {
    const { head } = forked;
    const before = Math.max(0, ...matched.filter((size) => size < head.size));
    findings.add({
      verdict: 'forked',
      table: head.key === null ? 'cutter_log.log' : COSIGNATURES,
      key: head.key ?? `${before}..${head.size - 1}`,
      column: head.key === null ? null : 'root',
      after: before - 1,
      before: head.size,
      message: `The first ${head.size} positions of the log aren't those of ${head.where}: something between positions ${before} and ${head.size - 1} was rewritten.`,
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
