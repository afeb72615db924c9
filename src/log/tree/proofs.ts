import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { Session } from '../../auth/session.ts';
import type { Log } from '../../database/connection.ts';
import type { Pools } from '../../database/pools.ts';
import { KEY_PURPOSES, LANES } from '../../law/values.ts';
import type { TreeHead } from '../../proof/checkpoint.ts';
import type { Checkpoint, Checkpoints } from '../checkpoint/checkpoint.ts';
import { readWitnesses, type Witnessed } from '../checkpoint/witness-cosignatures.ts';
import { type Incarnation, readIncarnations } from '../setback/incarnations.ts';
import { type ConsistencyProof, type InclusionProof, readTree } from './tree.ts';

const record = z.object({
  position: z.string(),
  record_id: z.string(),
  record_hash: z.string(),
  row_ids: z.array(z.string()),
  body: z.string(),
});
/** A record of the log, whole: the hash of `body` in UTF-8 is `record_hash`. */
export type StoredRecord = z.infer<typeof record>;

const signingKey = z.object({
  key_id: z.string(),
  lane: z.enum(LANES),
  purpose: z.enum(KEY_PURPOSES),
  public_key: z.instanceof(Buffer),
  principal_id: z.string(),
  from_position: z.string(),
  until_position: z.string().nullable(),
});
/** A key of the registry: whose it is, and the positions that it is valid for. */
export type SigningKey = z.infer<typeof signingKey>;

/** What a stranger checks the ledger with. Null where the log has no such position, or not yet. */
export interface Proofs {
  /** The newest head that both lanes signed. */
  checkpoint(): Promise<Checkpoint | null>;
  /** The outside witnesses' cosignatures of a head. */
  witnesses(head: TreeHead): Promise<readonly Witnessed[]>;
  /** At the size of the newest checkpoint where none is asked for. */
  inclusionProof(position: number, size: number | null): Promise<InclusionProof | null>;
  consistencyProof(from: number, to: number): Promise<ConsistencyProof | null>;
  record(caller: Session, position: number): Promise<StoredRecord | null>;
  /** Every key there ever was, in the order of their beginnings. */
  keys(): Promise<readonly SigningKey[]>;
  /** The names that the ledger has had, the oldest first. */
  incarnations(): Promise<readonly Incarnation[]>;
}

/** Reads heads and proofs as an observer, and records as evidence. */
export function openProofs({
  observe,
  evidence,
  checkpoints,
  log,
}: Pick<Pools, 'observe' | 'evidence'> & { readonly checkpoints: Checkpoints; readonly log: Log }): Proofs {
  const tree = readTree(observe);
  return {
    checkpoint: () => checkpoints.latest(),
    witnesses: (head) => readWitnesses(observe, head, log),
    async inclusionProof(position, size) {
      const wanted = size ?? (await checkpoints.latest())?.size ?? 0;
      return position < wanted ? await tree.inclusionProof(position, wanted) : null;
    },
    consistencyProof: (from, to) => tree.consistencyProof(from, to),
    record: ({ entryIds }, position) =>
      evidence.maybeOne(sql.type(record)`/* log.record */
        select log.position::text, log.record_id::text, log.record_hash, log.row_ids::text[] as row_ids,
          (select coalesce(string_agg(part.body, '' order by part.part), '')
            from cutter_log.record_part part where part.record_id = log.record_id) as body
        from cutter_log.log
        where log.position = ${String(position)}::bigint${
          entryIds === null ? sql.fragment`` : movesOnly([...entryIds])
        }`),
    incarnations: () => readIncarnations(evidence, log),
    keys: () =>
      evidence.any(sql.type(signingKey)`/* log.keys */
        select key_id, lane, purpose, public_key, principal_id::text, from_position, until_position
        from cutter_auth.key order by key.from_position, key_id`),
  };
}

/** That a record moves some of these entries, and no other. */
function movesOnly(entryIds: readonly string[]): FragmentSqlToken {
  const moves = sql.fragment`select from cutter_governance.decision_backlog_history h
    where h.history_id = any(log.row_ids)`;
  const ids = sql.array(entryIds, 'uuid');
  return sql.fragment` and exists (${moves} and h.entry_id = any(${ids}))
    and not exists (${moves} and h.entry_id <> all(${ids}))`;
}
