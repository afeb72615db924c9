import type { Client } from 'pg';
import type { LaneKey } from '../../law/keys.ts';
import { buildRecord } from '../../law/record.ts';
import {
  incarnationAfter,
  judgeResumption,
  RESUME_VERB,
  type ResumeFacts,
  resumeRecordId,
  signResume,
} from '../../law/resume-statement.ts';
import { LANES, type Lane, type Mode } from '../../law/values.ts';
import type { DsseEnvelope } from '../../proof/dsse.ts';
import { verifySignature } from '../../proof/ed25519.ts';
import { timeTextSql } from '../../text/time-sql.ts';
import { rootOfLog } from './resume-log.ts';

/** Why a lane doesn't accept; a sentence with the way out. */
class NotAccepted extends Error {
  override readonly name = 'NotAccepted';
}

export interface Acceptance {
  readonly lane: Lane;
  /** The lane's keys that this home holds, the one for statements first. */
  readonly keys: readonly LaneKey[];
  readonly reason: string | null;
}

/** `completed`: the other lane had accepted before, so the log goes on. `standing`: this one had. */
export type Accepted = 'accepted' | 'completed' | 'standing';

const LOCK = `/* resume.lock */ select pg_advisory_xact_lock(hashtextextended('cutter:resume', 0))`;
const LOOK = `/* resume.look */
  select head.incarnation::text, head.next_position::text as next, tree.size::text as folded,
    s.seen_size::text, s.seen_root,
    (select coalesce(max(size), 0) from cutter_log.cosignature where lane = $1)::text as signed,
    ${timeTextSql('transaction_timestamp()')} as at
  from cutter_log.head cross join cutter_log.tree_head tree left join cutter_log.suspension s using (incarnation)`;
const STANDING = `/* resume.standing */
  select r.lane, r.envelope, r.key_id, key.public_key, key.until_position::text
  from cutter_log.resumption r join cutter_auth.key using (key_id) where r.incarnation = $1`;
const KEYS = `/* resume.keys */
  select key.key_id, key.principal_id::text, p.person_id::text,
    case when p.rehearsal then 'rehearsal' else 'production' end as mode
  from cutter_auth.key join cutter_auth.principal p using (principal_id)
  where key.key_id = any($1) and key.lane = $2 and key.until_position is null order by key.purpose desc`;
/** Who answers for the other lane's keys in force. */
const OTHERS = `/* resume.others */
  select distinct p.person_id::text from cutter_auth.key join cutter_auth.principal p using (principal_id)
  where key.lane <> $1 and key.until_position is null`;
const ACCEPT = `/* resume.accept */
  insert into cutter_log.resumption (incarnation, lane, position, root, next_incarnation, key_id, envelope, signed_at)
  values ($1, $2, $3, $4, $5, $6, $7, transaction_timestamp())`;

interface Look {
  readonly incarnation: string;
  readonly next: string;
  readonly folded: string;
  readonly signed: string;
  readonly seen_size: string | null;
  readonly seen_root: Buffer | null;
  readonly at: string;
}
interface Standing {
  readonly lane: Lane;
  readonly envelope: DsseEnvelope;
  readonly key_id: string;
  readonly public_key: Buffer;
  readonly until_position: string | null;
}
interface KeyParty {
  readonly key_id: string;
  readonly principal_id: string;
  readonly person_id: string;
  readonly mode: Mode;
}

/**
 * Signs, as one lane and in its own login's transaction, that the ledger goes on from where its log ends now. The
 * lane that is second also hands over the record with both envelopes. Run again, it changes nothing.
 */
export async function acceptResumption(client: Client, acceptance: Acceptance): Promise<Accepted> {
  await client.query('begin isolation level read committed');
  try {
    const outcome = await acceptAsLane(client, acceptance);
    await client.query('commit');
    return outcome;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

async function acceptAsLane(client: Client, { lane, keys, reason }: Acceptance): Promise<Accepted> {
  await client.query(LOCK);
  const look = (await client.query<Look>(LOOK, [lane])).rows[0];
  if (look?.seen_size == null)
    throw new NotAccepted('This ledger is not suspended: there is nothing to accept.');
  const { rows: standing } = await client.query<Standing>(STANDING, [look.incarnation]);
  if (standing.some((row) => row.lane === lane)) return 'standing';
  refuseHalf(look);
  const party = await partyOf(client, lane, keys);
  await refuseOnePerson(client, lane, party);
  const key = keys.find(({ keyId }) => keyId === party.key_id) as LaneKey;
  const position = look.next;
  const root = Buffer.from(await rootOfLog(client, Number(position)));
  const facts: ResumeFacts = {
    previous: look.incarnation,
    position,
    root: root.toString('base64'),
    seen: { size: look.seen_size, root: look.seen_root?.toString('base64') ?? null },
    lane,
    principalId: party.principal_id,
    personId: party.person_id,
    reason,
    preparedAt: look.at,
  };
  const envelope = signResume(facts, key);
  const row = [
    look.incarnation,
    lane,
    position,
    root,
    incarnationAfter(facts),
    key.keyId,
    JSON.stringify(envelope),
  ];
  await client.query(ACCEPT, row);
  const [other] = standing;
  if (other === undefined) return 'accepted';
  const own: Standing = {
    lane,
    envelope,
    key_id: key.keyId,
    public_key: Buffer.from(key.publicKey),
    until_position: null,
  };
  await handOver(client, [own, other], facts, party.mode);
  return 'completed';
}

/** A database that holds a part only was not restored from a whole backup. */
function refuseHalf({ next, folded, signed }: Look): void {
  const further = Math.max(Number(folded), Number(signed));
  if (further <= Number(next)) return;
  throw new NotAccepted(
    `The database's own tree or heads know of ${further} positions, and its log ends before ${next}. So ` +
      'this is no restored backup: something was removed from it. Restore a whole one.',
  );
}

async function partyOf(client: Client, lane: Lane, keys: readonly LaneKey[]): Promise<KeyParty> {
  const { rows } = await client.query<KeyParty>(KEYS, [keys.map(({ keyId }) => keyId), lane]);
  const [first] = rows;
  if (first !== undefined) return first;
  throw new NotAccepted(
    `This home holds no key of ${lane} that was in force where the database ends. Put the seed of one ` +
      'into secrets.json, or restore a newer backup.',
  );
}

/** Refused before anything is signed: the first lane's signature would remain, and the second could never sign. */
async function refuseOnePerson(client: Client, lane: Lane, { person_id }: KeyParty): Promise<void> {
  const { rows } = await client.query<{ person_id: string }>(OTHERS, [lane]);
  if (rows.length === 0 || rows.some((other) => other.person_id !== person_id)) return;
  throw new NotAccepted(
    `One person, ${person_id}, answers for the keys of both lanes, and two persons have to accept. Give ` +
      'the principal of one lane another person.',
  );
}

async function handOver(
  client: Client,
  both: readonly Standing[],
  facts: ResumeFacts,
  mode: Mode,
): Promise<void> {
  const inOrder = LANES.map((lane) => both.find((one) => one.lane === lane) as Standing);
  const statements = inOrder.map(({ envelope }) => envelope);
  const judged = judgeResumption(
    statements,
    (keyId, lane) =>
      both.find((one) => one.key_id === keyId && one.lane === lane && one.until_position === null)
        ?.public_key ?? null,
    verifySignature,
  );
  if (typeof judged === 'string') throw new NotAccepted(`The two lanes' statements don't agree. ${judged}`);
  const { recordId, hash, parts } = buildRecord({
    recordId: resumeRecordId(facts.previous),
    verb: RESUME_VERB,
    lane: facts.lane,
    principalId: facts.principalId,
    personId: facts.personId,
    mode,
    at: facts.preparedAt,
    history: [],
    rows: [],
    statements,
  });
  await client.query(
    `/* resume.record */ insert into cutter_log.record_part (record_id, part, body)
     select $1, ordinality - 1, body from unnest($2::text[]) with ordinality as p (body, ordinality)`,
    [recordId, parts],
  );
  await client.query(
    `/* resume.pending */ insert into cutter_log.pending (record_id, record_hash, row_ids) values ($1, $2, '{}')`,
    [recordId, hash],
  );
}
