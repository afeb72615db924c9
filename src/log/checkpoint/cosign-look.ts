/** What a lane reads before it signs a head. */
import type { Client } from 'pg';
import type { Lane } from '../../law/values.ts';
import { IS_DURABLE } from '../durable.ts';
import { IS_SUSPENDED } from '../setback/suspension.ts';
import { CosigningRefused } from './cosign-faults.ts';

/** One lane's row about an incarnation that was set back, with the key that it names. */
export interface SaidResumption {
  readonly incarnation: string;
  readonly next: string;
  readonly lane: Lane;
  readonly keyId: string;
  readonly keyLane: Lane;
  readonly publicKey: string;
  readonly envelope: unknown;
}

export interface CosignLook {
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

const LOOK = `/* log.cosign_look */
  select head.incarnation::text, head.next_position::text as next,
    ${IS_SUSPENDED} as suspended, ${IS_DURABLE} as durable,
    coalesce((
      select json_agg(json_build_object(
          'incarnation', r.incarnation, 'next', r.next_incarnation, 'lane', r.lane,
          'keyId', r.key_id, 'keyLane', k.lane,
          'publicKey', translate(encode(k.public_key, 'base64'), E'\\n', ''), 'envelope', r.envelope
        ) order by r.incarnation, r.lane)
      from cutter_log.resumption r join cutter_auth.key k on k.key_id = r.key_id
    ), '[]') as resumptions,
    tree.size::text, tree.checkpoint_size::text,
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

/** Reads it in the caller's transaction, under the lane's lock. */
export async function readCosignLook(
  client: Client,
  lane: Lane,
  keyIds: readonly string[],
): Promise<CosignLook> {
  const [look] = (await client.query<CosignLook>(LOOK, [lane, keyIds])).rows;
  if (look === undefined) throw new CosigningRefused('The log or its tree has no head.');
  return look;
}
