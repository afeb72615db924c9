import type { ClientBase } from 'pg';
import {
  type FormerKey,
  type KeyAct,
  type KeyFacts,
  keyRecordId,
  signKeyStatement,
} from '../law/key-statement.ts';
import type { LaneKey } from '../law/keys.ts';
import { type BuiltRecord, buildRecord } from '../law/record.ts';
import type { Lane, Mode } from '../law/values.ts';
import { timeTextSql } from '../text/time-sql.ts';
import {
  birthOf,
  endOf,
  type KeyBeginning,
  type KeyPlace,
  type KeyTableRow,
  newKeyRow,
  type RecordedKeyRow,
  writeKeyRow,
} from './key-rows.ts';

/** What is to be said of a key, and by which keys. */
export type KeySaying = { readonly signers: readonly LaneKey[]; readonly reason: string | null } & (
  | (KeyBeginning & {
      readonly act: 'add';
      /** Its row, where it was registered before the log had records of keys. */
      readonly registered?: KeyTableRow | null;
      /** The rows of that time that it follows. */
      readonly former?: readonly KeyTableRow[];
    })
  | (KeyBeginning & { readonly act: 'rotate'; readonly from: KeyTableRow })
  | { readonly act: 'revoke'; readonly ended: KeyTableRow }
);

/**
 * Changes the key table, and leaves the record of it: the rows as the log vouches for them, and the statement signed
 * by the keys that must agree. Gives back what was done, for people; nothing where the lane has no principal yet. The
 * queue's lock must be held: with it, the record's own position is known before it has one.
 */
export async function sayOfKey(owner: ClientBase, saying: KeySaying): Promise<string[]> {
  const place = await placeOf(owner);
  const lane = saying.act === 'revoke' ? saying.ended.lane : saying.lane;
  const party = await partyOf(owner, lane, principalIdIn(saying));
  if (party === null) return [];
  const rows = rowsOf(saying, party.principalId, place);
  for (const row of rows) await writeKeyRow(owner, row);
  const facts = factsOf(saying, party, place);
  await queueKeyRecord(
    owner,
    buildRecord({
      recordId: keyRecordId(saying.act, idOf(saying)),
      verb: `key:${saying.act}`,
      lane,
      ...party,
      at: place.at,
      history: [],
      rows: rows.map(({ written }) => written),
      statements: signKeyStatement(facts, saying.signers),
    }),
  );
  return [
    `The ${facts.purpose} key ${idOf(saying)} of ${lane} ${DONE[saying.act]} at position ${place.position}.`,
  ];
}

const DONE: Readonly<Record<KeyAct, string>> = { add: 'begins', rotate: 'follows', revoke: 'ends' };

/**
 * No phase that drew an earlier place in the queue is still to commit, none draws a later one, and nothing leaves it.
 */
export async function lockQueue(owner: ClientBase): Promise<void> {
  await owner.query('/* bootstrap.queue_lock */ lock table cutter_log.pending in share row exclusive mode');
}

async function placeOf(owner: ClientBase): Promise<KeyPlace> {
  const { rows } = await owner.query<KeyPlace>(
    `/* bootstrap.key_place */ select incarnation::text, (next_position + (
        select count(distinct waiting.record_id) from cutter_log.pending as waiting
        where not exists (select from cutter_log.log where log.record_id = waiting.record_id)
      ))::text as position,
      ${timeTextSql('transaction_timestamp()')} as at
    from cutter_log.head`,
  );
  return rows[0] as KeyPlace;
}

interface KeyParty {
  readonly principalId: string;
  readonly personId: string;
  readonly mode: Mode;
}

/**
 * A key's principal or, of a key that begins, the one whom the lane's keys are registered with; null where there is
 * none.
 */
async function partyOf(owner: ClientBase, lane: Lane, principalId: string | null): Promise<KeyParty | null> {
  const { rows } = await owner.query<KeyParty>(
    `/* bootstrap.key_party */ select principal_id as "principalId", person_id as "personId",
      case when rehearsal then 'rehearsal' else 'production' end as mode
    from cutter_auth.principal
    where principal_id = $2 or ($2::uuid is null and lane = $1 and disabled_at is null)
    order by created_at, principal_id limit 1`,
    [lane, principalId],
  );
  return rows[0] ?? null;
}

/** Whether a key of this lane can begin. */
export async function hasPrincipal(owner: ClientBase, lane: Lane): Promise<boolean> {
  return (await partyOf(owner, lane, null)) !== null;
}

/** Whose the key was before anything was said of it; null of one that begins. */
function principalIdIn(saying: KeySaying): string | null {
  if (saying.act === 'revoke') return saying.ended.principal_id;
  return saying.act === 'add' ? (saying.registered?.principal_id ?? null) : null;
}

function idOf(saying: KeySaying): string {
  return saying.act === 'revoke' ? saying.ended.key_id : saying.key.keyId;
}

function factsOf(saying: KeySaying, party: KeyParty, place: KeyPlace): KeyFacts {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const registered = saying.act === 'add' ? saying.registered : null;
  const said = {
    act: saying.act,
    incarnation: place.incarnation,
    position: registered?.from_position ?? place.position,
    formerKeys: saying.act === 'add' ? (saying.former ?? []).map((row) => formerKey(row, place)) : [],
    principalId: party.principalId,
    personId: party.personId,
    reason: saying.reason,
    preparedAt: place.at,
  };
  if (saying.act === 'revoke') {
    const { lane, purpose, public_key } = saying.ended;
    return { ...said, lane, purpose, publicKey: base64(public_key), replaces: null };
  }
  const { lane, purpose, key } = saying;
  const replaces = saying.act === 'rotate' ? saying.from.key_id : null;
  return { ...said, lane, purpose, publicKey: base64(key.publicKey), replaces };
}

function formerKey(row: KeyTableRow, { position }: KeyPlace): FormerKey {
  return {
    keyId: row.key_id,
    publicKey: row.public_key.toString('base64'),
    from: row.from_position,
    until: row.until_position ?? position,
  };
}

function rowsOf(saying: KeySaying, principalId: string, place: KeyPlace): RecordedKeyRow[] {
  switch (saying.act) {
    case 'add': {
      const former = saying.former ?? [];
      const own = saying.registered ?? null;
      return [
        ...former.map((row) => ({ written: birthOf(row), isNew: false })),
        { written: birthOf(own ?? newKeyRow(saying, principalId, place)), isNew: own === null },
        ...former.map((row) => endOf(row, place)),
      ];
    }
    case 'rotate':
      return [
        { written: birthOf(newKeyRow(saying, principalId, place)), isNew: true },
        endOf(saying.from, place),
      ];
    case 'revoke':
      return [endOf(saying.ended, place)];
  }
}

/**
 * The id is known before the record is: parts that a lane's login put under it, and that no record has, are taken
 * away first.
 */
async function queueKeyRecord(
  owner: ClientBase,
  { recordId, hash, parts, rowIds }: BuiltRecord,
): Promise<void> {
  const { rowCount: taken } = await owner.query(
    `/* bootstrap.key_record_taken */ select from cutter_log.log where record_id = $1
     union all select from cutter_log.pending where record_id = $1`,
    [recordId],
  );
  if (taken !== 0)
    throw new Error(
      `The record of this change would have the id ${recordId}, and another record has it: ` +
        `a lane's login wrote that. Nothing was changed. Run "cutter fsck" to see what it is.`,
    );
  await owner.query('/* bootstrap.stray_parts */ delete from cutter_log.record_part where record_id = $1', [
    recordId,
  ]);
  await owner.query(
    `/* bootstrap.key_record */ insert into cutter_log.record_part (record_id, part, body)
     select $1, ordinality - 1, body from unnest($2::text[]) with ordinality as p (body, ordinality)`,
    [recordId, parts],
  );
  await owner.query(
    '/* bootstrap.key_pending */ insert into cutter_log.pending (record_id, record_hash, row_ids) values ($1, $2, $3)',
    [recordId, hash, rowIds],
  );
}
