import type { Client } from 'pg';
import type { LaneKey, PublicLaneKey } from '../../law/keys.ts';
import { judgeResumption, type Resumption } from '../../law/resume-statement.ts';
import type { Lane } from '../../law/values.ts';
import {
  checkpointKeyName,
  checkpointText,
  incarnationOf,
  originOf,
  type TreeHead,
} from '../../proof/checkpoint.ts';
import { verifySignature } from '../../proof/ed25519.ts';
import { verifyConsistency } from '../../proof/merkle.ts';
import { type Edge, growEdge, rootOfEdge } from '../../proof/merkle-edge.ts';
import { consistencyNodes, rootNodes } from '../../proof/merkle-nodes.ts';
import { signNote } from '../../proof/note.ts';
import { IS_DURABLE } from '../durable.ts';
import type { SeenPlace } from '../setback/seen.ts';
import { IS_SUSPENDED } from '../setback/suspension.ts';
import { readLeaves } from '../tree/tree-fold.ts';
import { distinctNodes, type ReadNodes, readTreeNodes } from '../tree/tree-nodes.ts';

/** The ledger isn't the one that this lane signed: it signs nothing more. The message says what was found. */
export class CosigningRefused extends Error {
  override readonly name = 'CosigningRefused';
}

/** A head that binds this lane, wherever it is remembered. */
export type KnownHead = TreeHead & { readonly where: string };

/** The database has less than was seen of it: it was set back, whole and in good order. */
export class DatabaseSetBack extends Error {
  override readonly name = 'DatabaseSetBack';
  readonly incarnation: string;
  readonly seen: SeenPlace;

  constructor(message: string, incarnation: string, seen: SeenPlace) {
    super(message);
    this.incarnation = incarnation;
    this.seen = seen;
  }
}

export type CosignTurn =
  /** A head was signed now, or stands signed by this lane already. */
  | { readonly outcome: 'signed' | 'standing'; readonly head: TreeHead }
  /** Nothing to sign, or no registered key yet: `reason` says so. */
  | { readonly outcome: 'waiting'; readonly reason: string };

/** Leaves read and folded at a time: memory stays the same however much there is to check. */
const PAGE = 4096;

const LOCK = `/* log.cosign_lock */ select pg_advisory_xact_lock(hashtextextended('cutter:cosign:' || $1::text, 0))`;

const LOOK = `/* log.cosign_look */
  select head.incarnation::text, head.next_position::text as next, ${IS_SUSPENDED} as suspended, ${IS_DURABLE} as durable,
    coalesce((select json_agg(json_build_object('incarnation', r.incarnation, 'next', r.next_incarnation, 'lane', r.lane,
        'keyId', r.key_id, 'keyLane', k.lane, 'publicKey', translate(encode(k.public_key, 'base64'), E'\\n', ''), 'envelope', r.envelope)
        order by r.incarnation, r.lane)
      from cutter_log.resumption r join cutter_auth.key k on k.key_id = r.key_id), '[]') as resumptions, tree.size::text, tree.checkpoint_size::text,
    key.key_id, key.lane as key_lane, key.purpose, key.from_position::text, key.until_position::text,
    last.size::text as last_size, last.root as last_root, last.signature as last_signature,
    last.origin as last_origin, last_key.public_key as last_public_key
  from cutter_log.head
  cross join cutter_log.tree_head tree
  left join lateral (
    select * from cutter_auth.key where key_id = any($2) order by until_position nulls first limit 1
  ) key on true
  left join lateral (
    select * from cutter_log.cosignature
    where lane = $1 and (origin = 'cutter/' || head.incarnation or size <= (
      select position from cutter_log.resumption r where r.next_incarnation = head.incarnation limit 1
    ))
    order by size desc limit 1
  ) last on true
  left join cutter_auth.key last_key
    on last_key.key_id = last.key_id and last_key.lane = $1 and last_key.purpose = 'checkpoint'`;

const SIGN = `/* log.cosign */
  insert into cutter_log.cosignature (lane, size, root, signature, key_id, origin, signed_at)
  values ($1, $2, $3, $4, $5, $6, transaction_timestamp())`;

interface Look {
  readonly incarnation: string;
  readonly next: string;
  readonly suspended: boolean;
  /** What this session commits outlives a crash. */
  readonly durable: boolean;
  /** What lanes have said of incarnations that were set back, with the keys that they name. */
  readonly resumptions: readonly SaidResumption[];
  readonly size: string;
  readonly checkpoint_size: string;
  readonly key_id: string | null;
  readonly key_lane: string | null;
  readonly purpose: string | null;
  readonly from_position: string | null;
  readonly until_position: string | null;
  readonly last_size: string | null;
  readonly last_root: Buffer | null;
  readonly last_signature: Buffer | null;
  readonly last_origin: string | null;
  readonly last_public_key: Buffer | null;
}

/** A lane as this process has it: the keys that it signs with, and all that it knows for the lane's own. */
export interface LaneSigner {
  readonly lane: Lane;
  readonly keys: readonly LaneKey[];
  readonly known: readonly PublicLaneKey[];
}

/**
 * Signs the head that the lanes are asked for, with the one of `keys` that is in force, once this lane has convinced
 * itself: the tree still has every root that the lane signed or remembers, and what was added is what the log holds,
 * folded here again. One transaction under the lane's lock. After an error the connection is of no more use.
 */
export async function cosignHead(
  client: Client,
  signer: LaneSigner,
  remembered: readonly KnownHead[],
): Promise<CosignTurn> {
  const { lane, keys } = signer;
  await client.query('begin isolation level read committed');
  await client.query(LOCK, [lane]);
  const look = (await client.query<Look>(LOOK, [lane, keys.map(({ keyId }) => keyId)])).rows[0];
  if (look === undefined) throw new CosigningRefused('The log or its tree has no head.');
  const turn = await judgeAndSign(client, signer, look, remembered);
  await client.query('commit');
  return turn;
}

async function judgeAndSign(
  client: Client,
  { lane, keys, known: own }: LaneSigner,
  look: Look,
  remembered: readonly KnownHead[],
): Promise<CosignTurn> {
  if (look.suspended)
    return {
      outcome: 'waiting',
      reason: 'The database was set back, and both lanes have not yet accepted where it resumes.',
    };
  if (!look.durable)
    return { outcome: 'waiting', reason: 'A crash of the database could take back what is signed now.' };
  const size = Number(look.checkpoint_size);
  const last = lastSigned(look, lane);
  const accepted = acceptedIn(look.resumptions, lane, own);
  const binding = bindingHeads(look, accepted, remembered);
  const known = [...(last === null ? [] : [last]), ...binding];
  refuseShrunk(look, last, binding);
  if (last !== null && last.size >= size) return { outcome: 'standing', head: last };
  const key = keys.find(({ keyId }) => keyId === look.key_id);
  const waiting = waitsFor(look, lane, size);
  if (key === undefined || waiting !== null)
    return {
      outcome: 'waiting',
      reason: waiting ?? `No key for heads of ${lane} that this process holds is registered yet.`,
    };
  const root = await convincedRoot(client, size, last, known);
  const head = { origin: originOf(look.incarnation), size, root };
  const name = checkpointKeyName(head.origin, lane);
  const { signature } = signNote(checkpointText(head), { name, publicKey: key.publicKey }, key.seed);
  await client.query(SIGN, [lane, size, root, signature, key.keyId, head.origin]);
  return { outcome: 'signed', head };
}

/** The newest head that stands under this lane's name, if its signature is this lane's. */
function lastSigned(look: Look, lane: Lane): KnownHead | null {
  if (look.last_size === null || look.last_root === null || look.last_origin === null) return null;
  const head = { origin: look.last_origin, size: Number(look.last_size), root: look.last_root };
  const signed =
    look.last_public_key !== null &&
    look.last_signature !== null &&
    verifySignature(look.last_public_key, Buffer.from(checkpointText(head)), look.last_signature).ok;
  if (!signed) {
    throw new CosigningRefused(
      `The head of ${head.size} leaves that stands under ${lane} doesn't carry this lane's signature: it was altered.`,
    );
  }
  return { ...head, where: `what ${lane} signed last` };
}

interface SaidResumption {
  readonly incarnation: string;
  readonly next: string;
  readonly lane: Lane;
  readonly keyId: string;
  readonly keyLane: Lane;
  readonly publicKey: string;
  readonly envelope: unknown;
}

/**
 * What both lanes have signed, whatever the rows beside it say: a row alone ends nothing. The lane's own word counts
 * under a key that this process knows for its own, so that no registry with other keys speaks for it.
 */
function acceptedIn(
  said: readonly SaidResumption[],
  lane: Lane,
  own: readonly PublicLaneKey[],
): readonly Resumption[] {
  return [...new Set(said.map(({ incarnation }) => incarnation))].flatMap((incarnation) => {
    const rows = said.filter((row) => row.incarnation === incarnation);
    const keyOf = (keyId: string, of: Lane) => {
      if (of === lane) return own.find((key) => key.keyId === keyId)?.publicKey ?? null;
      const key = rows.find((row) => row.keyId === keyId && row.keyLane === of)?.publicKey;
      return key === undefined ? null : Buffer.from(key, 'base64');
    };
    const judged = judgeResumption(
      rows.map(({ envelope }) => envelope),
      keyOf,
      verifySignature,
    );
    const isSound =
      typeof judged !== 'string' &&
      judged.previous === incarnation &&
      rows.every(({ next }) => next === judged.incarnation);
    return isSound ? [judged] : [];
  });
}

/**
 * The remembered heads that bind: of the present incarnation, and of those before it up to where both lanes gave them
 * up. One after it says that this one was given up, too.
 */
function bindingHeads(
  look: Look,
  accepted: readonly Resumption[],
  remembered: readonly KnownHead[],
): readonly KnownHead[] {
  const origin = originOf(look.incarnation);
  const endOf = (head: KnownHead) =>
    accepted.find(({ previous }) => previous === incarnationOf(head.origin))?.position;
  const newest = remembered.findLast((head) => endOf(head) === undefined);
  // What was accepted binds, and so does what was remembered of it.
  const past = remembered.filter((head) => head.size <= (endOf(head) ?? -1));
  const roots = accepted
    .filter(({ position }) => position > 0)
    .map(
      ({ previous, position, root }): KnownHead => ({
        origin: originOf(previous),
        size: position,
        root,
        where: 'what both lanes accepted',
      }),
    );
  if (newest === undefined || newest.origin === origin)
    return [...past, ...roots, ...remembered.filter((head) => head.origin === origin)];
  const message = `${newest.where} holds heads of ${newest.origin}, and the database is of ${origin}`;
  if (!remembered.some((head) => head.origin === origin))
    throw new CosigningRefused(`${message}: it is another ledger.`);
  throw new DatabaseSetBack(`${message}, which came before: it was set back.`, look.incarnation, {
    ...newest,
    incarnation: incarnationOf(newest.origin),
  });
}

/**
 * What was signed once must still be there. Where the log itself is shorter than what is remembered outside the
 * database, that was set back, and where it remembers more than it has, or has forgotten a signature, somebody
 * altered it.
 */
function refuseShrunk(look: Look, last: KnownHead | null, remembered: readonly KnownHead[]): void {
  const { incarnation } = look;
  const setBack = remembered.find(({ size }) => size > Number(look.next));
  if (setBack !== undefined && (last === null || last.size <= Number(look.next)))
    throw new DatabaseSetBack(
      `The log ends before position ${look.next}, and ${setBack.where} says ${setBack.size}: the database was set back.`,
      incarnation,
      { ...setBack, incarnation },
    );
  const forgotten = remembered.find(
    ({ origin, size }) => origin === originOf(incarnation) && (last === null || last.size < size),
  );
  if (forgotten !== undefined)
    throw new CosigningRefused(
      `${forgotten.where} says ${forgotten.size} leaves, and the newest signature of this lane in the database is ` +
        `${last === null ? 'none' : `over ${last.size}`}: the database was set back.`,
    );
  const shrunk = [...(last === null ? [] : [last]), ...remembered].find(
    (head) => head.size > Number(look.size),
  );
  if (shrunk !== undefined)
    throw new CosigningRefused(
      `The tree has ${look.size} leaves, and ${shrunk.where} says ${shrunk.size}: the end of the log is gone.`,
    );
}

function waitsFor(look: Look, lane: Lane, size: number): string | null {
  if (size === 0) return 'The log is empty.';
  if (look.key_id === null) return null;
  if (look.key_lane !== lane || look.purpose !== 'checkpoint')
    throw new CosigningRefused(
      `The key ${look.key_id} is registered for ${look.key_lane}, ${look.purpose}s.`,
    );
  // Another one may follow, and is looked for at every turn.
  if (look.until_position !== null)
    return `The key ${look.key_id} of ${lane} ended at position ${look.until_position}.`;
  if (Number(look.from_position) > size) return `The key begins at position ${look.from_position}.`;
  return null;
}

/** The root at `size`, after all that a lane asks before it signs. */
async function convincedRoot(
  client: Client,
  size: number,
  last: KnownHead | null,
  known: readonly KnownHead[],
): Promise<Uint8Array> {
  const from = last?.size ?? 0;
  const steps = consistencyNodes(from, size);
  const roots = known.map((head) => rootNodes(head.size));
  const nodes = await readTreeNodes(client, distinctNodes([rootNodes(size), ...steps, ...roots]));
  for (const head of known) {
    if (Buffer.compare(nodes.of(rootNodes(head.size)), head.root) !== 0) {
      throw new CosigningRefused(
        `The tree's root over the first ${head.size} positions isn't the one of ${head.where}: the past was altered.`,
      );
    }
  }
  const root = nodes.of(rootNodes(size));
  const proof = steps.map(nodes.of);
  if (last !== null && !verifyConsistency({ from, fromRoot: last.root, to: size, toRoot: root, proof }))
    throw new CosigningRefused(`The tree of ${size} leaves isn't a continuation of the one of ${from}.`);
  if (Buffer.compare(await foldedAgain(client, nodes, from, size), root) !== 0) {
    throw new CosigningRefused(
      `The tree's root over ${size} positions isn't what the log gives from position ${from} on: nodes or records were altered.`,
    );
  }
  return root;
}

/**
 * Folds what was added since onto the edge that the last root vouches for, out of the log itself and not out of the
 * nodes.
 */
async function foldedAgain(
  client: Client,
  nodes: ReadNodes,
  from: number,
  size: number,
): Promise<Uint8Array> {
  const edge: Edge = new Map(rootNodes(from).map((node) => [node.level, nodes.of([node])]));
  for (let at = from; at < size; ) {
    const leaves = await readLeaves(client, at, Math.min(at + PAGE, size));
    if (leaves.length === 0) throw new CosigningRefused(`The log ends at position ${at}, before its tree.`);
    growEdge(edge, at, leaves);
    at += leaves.length;
  }
  return rootOfEdge(edge);
}
