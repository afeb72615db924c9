import type { ClientBase } from 'pg';
import { KEY_PAYLOAD_TYPE, keyRecordId } from '../law/key-statement.ts';
import { type ParsedRecord, parseRecord } from '../law/parse-record.ts';
import type { KeyPurpose, Lane } from '../law/values.ts';
import { openEnvelope } from '../proof/dsse.ts';
import { verifySignature } from '../proof/ed25519.ts';
import { timeTextSql } from '../text/time-sql.ts';
import type { KeyTableRow } from './key-rows.ts';

/** A row of the key table, and whether the log has a record of its beginning. */
export interface RegistryKey extends KeyTableRow {
  readonly recorded: boolean;
}

/** Every key of the registry, as it is now. */
export async function readRegistry(owner: ClientBase): Promise<readonly RegistryKey[]> {
  const { rows } = await owner.query<KeyTableRow>(
    `/* bootstrap.keys */ select key_id, lane, purpose, principal_id, public_key, from_position::text,
      until_position::text, ${timeTextSql('created_at')} as created_at
    from cutter_auth.key k order by k.purpose desc, k.lane, k.from_position, k.key_id`,
  );
  const beginnings = await beginningsOf(owner, rows);
  return rows.map((row) => ({ ...row, recorded: beginnings.some((record) => isBeginningOf(record, row)) }));
}

/** The records whose ids are those of a key's beginning, whether they have left the queue or not. */
async function beginningsOf(
  owner: ClientBase,
  rows: readonly KeyTableRow[],
): Promise<readonly ParsedRecord[]> {
  const ids = rows.flatMap(({ key_id }) => [keyRecordId('add', key_id), keyRecordId('rotate', key_id)]);
  const { rows: found } = await owner.query<{ record_hash: string; body: string | null }>(
    `/* bootstrap.key_records */ select record_hash,
      (select string_agg(body, '' order by part) from cutter_log.record_part as p
        where p.record_id = r.record_id) as body
    from (
      select record_id, record_hash from cutter_log.log where record_id = any($1)
      union all select record_id, record_hash from cutter_log.pending where record_id = any($1)
    ) as r`,
    [ids],
  );
  return found.flatMap(({ record_hash, body }) => {
    if (body === null) return [];
    const read = parseRecord(Buffer.from(body), record_hash);
    return read.verdict === 'ok' ? [read.record] : [];
  });
}

/** A lane's login can write a record under any key's id. Only the key itself can sign that it begins. */
function isBeginningOf(
  { recordId, statements }: ParsedRecord,
  { key_id: keyId, public_key }: KeyTableRow,
): boolean {
  if (![keyRecordId('add', keyId), keyRecordId('rotate', keyId)].includes(recordId)) return false;
  const opened = openEnvelope(statements[0], { keyId, payloadType: KEY_PAYLOAD_TYPE });
  return opened.ok && verifySignature(public_key, opened.message, opened.signature).ok;
}

export const isInForce = (row: KeyTableRow) => row.until_position === null;
export const inForceOf = (rows: readonly KeyTableRow[]) =>
  new Set(rows.filter(isInForce).map((row) => row.key_id));

/** The key in force of a lane for a purpose. */
export function currentOf(
  rows: readonly RegistryKey[],
  { lane, purpose }: { readonly lane: Lane; readonly purpose: KeyPurpose },
): RegistryKey | undefined {
  return rows.find((row) => row.lane === lane && row.purpose === purpose && isInForce(row));
}
