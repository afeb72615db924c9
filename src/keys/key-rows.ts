import type { ClientBase } from 'pg';
import type { LaneKey } from '../law/keys.ts';
import type { WrittenRow } from '../law/record.ts';
import type { KeyPurpose, Lane } from '../law/values.ts';
import { KEY } from '../ledger/tables/key.ts';

/** A row of the key table; times and positions as the ledger writes them. */
export interface KeyTableRow {
  readonly key_id: string;
  readonly lane: Lane;
  readonly purpose: KeyPurpose;
  readonly principal_id: string;
  readonly public_key: Buffer;
  readonly from_position: string;
  readonly until_position: string | null;
  readonly created_at: string;
}

/** A key that begins. */
export interface KeyBeginning {
  readonly lane: Lane;
  readonly purpose: KeyPurpose;
  readonly key: LaneKey;
}

/** Where the record of a key is written. */
export interface KeyPlace {
  readonly incarnation: string;
  /** Where the log will continue once the queue is empty. A record that is in the queue twice gets one position. */
  readonly position: string;
  readonly at: string;
}

/** A row of the record, and whether it has yet to be written. */
export interface RecordedKeyRow {
  readonly written: WrittenRow;
  readonly isNew: boolean;
}

/** The row of a key that begins now. */
export function newKeyRow(
  { lane, purpose, key }: KeyBeginning,
  principalId: string,
  place: KeyPlace,
): KeyTableRow {
  return {
    key_id: key.keyId,
    lane,
    purpose,
    principal_id: principalId,
    public_key: Buffer.from(key.publicKey),
    from_position: place.position,
    until_position: null,
    created_at: place.at,
  };
}

/** As it was born: a key's end is an update of its own. */
export function birthOf({
  key_id,
  lane,
  purpose,
  principal_id,
  public_key,
  from_position,
  created_at,
}: KeyTableRow): WrittenRow {
  const named = { key_id, lane, purpose, principal_id, from_position, created_at };
  const columns = { ...named, public_key: public_key.toString('base64'), until_position: null };
  return { table: KEY.name, id: key_id, op: 'insert', columns };
}

/** The end of a key, here or where its row has it. */
export function endOf(row: KeyTableRow, { position }: KeyPlace): RecordedKeyRow {
  const columns = { until_position: row.until_position ?? position };
  return {
    written: { table: KEY.name, id: row.key_id, op: 'update', columns },
    isNew: row.until_position === null,
  };
}

/** Writes what the table lacks. */
export async function writeKeyRow(owner: ClientBase, { written, isNew }: RecordedKeyRow): Promise<void> {
  if (!isNew) return;
  const { columns } = written;
  if (written.op === 'insert')
    await owner.query(
      `/* bootstrap.key */
      insert into cutter_auth.key (key_id, lane, principal_id, public_key, from_position, purpose, created_at)
      values ($1, $2, $3, decode($4, 'base64'), $5, $6, transaction_timestamp())`,
      [
        columns['key_id'],
        columns['lane'],
        columns['principal_id'],
        columns['public_key'],
        columns['from_position'],
        columns['purpose'],
      ],
    );
  else
    await owner.query(
      `/* bootstrap.key_until */ update cutter_auth.key set until_position = $2
      where key_id = $1 and until_position is null`,
      [written.id, columns['until_position']],
    );
}
