import type { Client } from 'pg';
import type { LaneKey, PublicLaneKey } from '../../law/keys.ts';
import type { Lane } from '../../law/values.ts';
import { checkpointKeyName, checkpointText, originOf, type TreeHead } from '../../proof/checkpoint.ts';
import { signNote } from '../../proof/note.ts';
import {
  acceptedResumptions,
  bindingHeads,
  type KnownHead,
  lastSigned,
  refuseShrunk,
} from './binding-heads.ts';
import { convincedRoot } from './convinced-root.ts';
import { CosigningRefused } from './cosign-faults.ts';
import { type CosignLook, readCosignLook } from './cosign-look.ts';

export type CosignTurn =
  /** This lane signed a head now, or had signed it already. */
  | { readonly outcome: 'signed' | 'standing'; readonly head: TreeHead }
  /** Nothing to sign, or no registered key yet: `reason` says so. */
  | { readonly outcome: 'waiting'; readonly reason: string };

const LOCK = `/* log.cosign_lock */ select pg_advisory_xact_lock(hashtextextended('cutter:cosign:' || $1::text, 0))`;

const SIGN = `/* log.cosign */
  insert into cutter_log.cosignature (lane, size, root, signature, key_id, origin, signed_at)
  values ($1, $2, $3, $4, $5, $6, transaction_timestamp())`;

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
  const look = await readCosignLook(
    client,
    lane,
    keys.map(({ keyId }) => keyId),
  );
  const turn = await judgeAndSign(client, signer, look, remembered);
  await client.query('commit');
  return turn;
}

async function judgeAndSign(
  client: Client,
  { lane, keys, known: own }: LaneSigner,
  look: CosignLook,
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
  const accepted = acceptedResumptions(look.resumptions, lane, own);
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

function waitsFor(look: CosignLook, lane: Lane, size: number): string | null {
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
