import { isDeepStrictEqual } from 'node:util';
import type { Client } from 'pg';
import type { Custody } from '../../law/keys.ts';
import { parseRecord } from '../../law/parse-record.ts';
import { judgeResumption, type Resumption, resumeRecordId } from '../../law/resume-statement.ts';
import type { Lane } from '../../law/values.ts';
import { verifySignature } from '../../proof/ed25519.ts';
import { type Edge, growEdge, rootOfEdge } from '../../proof/merkle-edge.ts';
import { COUNT_MOVES, type IntegratedBatch } from '../queue/move.ts';
import { readLeaves } from '../tree/tree-fold.ts';

const PAGE = 4096;

/** The root over the first `size` positions, out of the log itself. */
export async function rootOfLog(client: Client, size: number): Promise<Uint8Array> {
  const edge: Edge = new Map();
  for (let at = 0; at < size; ) {
    const leaves = await readLeaves(client, at, Math.min(at + PAGE, size));
    if (leaves.length === 0)
      throw new Error(`The log ends before position ${at}, and its head says ${size}.`);
    growEdge(edge, at, leaves);
    at += leaves.length;
  }
  return rootOfEdge(edge);
}

interface Standing {
  readonly lane: Lane;
  readonly envelope: unknown;
  readonly key_id: string;
  readonly key_lane: string;
  readonly public_key: Buffer;
  readonly until_position: string | null;
}

const LOCK = `/* log.resume_lock */
  select incarnation::text, next_position::text as next from cutter_log.head where singleton for update`;
const STANDING = `/* log.resume_standing */
  select r.lane, r.envelope, key.key_id, key.lane as key_lane, key.public_key, key.until_position::text
  from cutter_log.resumption r join cutter_auth.key using (key_id)
  where r.incarnation = $1 order by r.lane`;
const RECORDS = `/* log.resume_records */
  select seq::text, record_hash, (
    select string_agg(body, '' order by part) from cutter_log.record_part p where p.record_id = pending.record_id
  ) as body from cutter_log.pending where record_id = $1 order by seq`;
const RESUME = `/* log.resume */
  with taken as (
    delete from cutter_log.pending where record_id = $1 returning seq, record_id, record_hash, row_ids
  ), moved as (
    insert into cutter_log.log (position, record_id, record_hash, row_ids)
    select $2::bigint, record_id, record_hash, row_ids from taken where seq = $4::bigint
  )
  update cutter_log.head set next_position = $2::bigint + 1, incarnation = $3
  where exists (select from taken)
  returning pg_notify('cutter_log', $2::text)`;

/** Why the lanes' statements aren't accepted; for people. */
export class ResumptionRefused extends Error {
  override readonly name = 'ResumptionRefused';
}

/**
 * Ends a suspension once both lanes have accepted where the log resumes: the head gets the incarnation that follows,
 * and the record of it is the first thing that leaves the queue. For a lane that this process serves, only a
 * signature under a key counts that this process knows for the lane's own: a registry with other keys is not enough.
 * One transaction; null where a lane or the record is still missing.
 */
export async function resumeLog(
  client: Client,
  knownOf: Custody['knownOf'],
): Promise<IntegratedBatch | null> {
  await client.query('begin isolation level read committed');
  const head = (await client.query<{ incarnation: string; next: string }>(LOCK)).rows[0];
  const position = Number(head?.next);
  const { rows } = await client.query<Standing>(STANDING, [head?.incarnation]);
  const resumption = rows.length < 2 ? null : judgedResumption(rows, knownOf);
  if (resumption !== null) await refuseOtherLog(client, resumption, head?.incarnation, position);
  const recordId = resumeRecordId(String(head?.incarnation));
  const seq = resumption === null ? null : await recordOf(client, recordId, rows);
  if (resumption !== null && seq !== null) {
    await client.query(RESUME, [recordId, position, resumption.incarnation, seq]);
    await client.query(COUNT_MOVES);
  }
  await client.query(seq === null ? 'rollback' : 'commit');
  return seq === null ? null : { recordIds: [recordId], firstPosition: position, lastPosition: position };
}

/**
 * Where in the queue the record is that holds what both lanes signed. Its id alone proves nothing: each login that
 * writes records can use it.
 */
async function recordOf(client: Client, recordId: string, rows: readonly Standing[]): Promise<string | null> {
  const waiting = (
    await client.query<{ seq: string; record_hash: string; body: string | null }>(RECORDS, [recordId])
  ).rows;
  if (waiting.length === 0) return null;
  const signed = rows.map(({ envelope }) => envelope);
  const found = waiting.find(({ record_hash, body }) => {
    if (body === null) return false;
    const read = parseRecord(Buffer.from(body), record_hash);
    return read.verdict === 'ok' && isDeepStrictEqual(read.record.statements, signed);
  });
  if (found !== undefined) return found.seq;
  throw new ResumptionRefused('The record that waits under its id does not hold what both lanes signed.');
}

function judgedResumption(rows: readonly Standing[], knownOf: Custody['knownOf']): Resumption {
  const answer = judgeResumption(
    rows.map(({ envelope }) => envelope),
    (keyId, lane) => {
      const known = knownOf(lane);
      if (known.length > 0 && !known.some((key) => key.keyId === keyId)) return null;
      const inForce = (row: Standing) =>
        row.key_id === keyId && row.key_lane === lane && row.until_position === null;
      return rows.find(inForce)?.public_key ?? null;
    },
    verifySignature,
  );
  if (typeof answer === 'string') throw new ResumptionRefused(answer);
  return answer;
}

async function refuseOtherLog(
  client: Client,
  accepted: Resumption,
  incarnation: string | undefined,
  position: number,
): Promise<void> {
  if (accepted.previous !== incarnation || accepted.position !== position)
    throw new ResumptionRefused(
      `The lanes accepted position ${accepted.position} of ${accepted.previous}, and the log is at ` +
        `${position} of ${incarnation}.`,
    );
  if (!accepted.root.equals(await rootOfLog(client, position)))
    throw new ResumptionRefused(
      `The root that the lanes accepted isn't that of the first ${position} positions.`,
    );
}
