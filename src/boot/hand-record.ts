import type { ClientBase } from 'pg';
import type { BuiltRecord } from '../law/record.ts';
import { timeTextSql } from '../text/time-sql.ts';

/** The time of the owner's transaction, as records have it. */
export async function timeOfTransaction(owner: ClientBase): Promise<string> {
  const { rows } = await owner.query<{ at: string }>(
    `/* record.at */ select ${timeTextSql('transaction_timestamp()')} as at`,
  );
  return rows[0]!.at;
}

/** Hands a record of the owner's to the queue, whose lock the transaction holds. */
export async function handRecord(owner: ClientBase, record: BuiltRecord): Promise<void> {
  await owner.query(
    `/* record.parts */ insert into cutter_log.record_part (record_id, part, body)
     select $1, ordinality - 1, body from unnest($2::text[]) with ordinality as p (body, ordinality)`,
    [record.recordId, record.parts],
  );
  await owner.query(
    '/* record.pending */ insert into cutter_log.pending (record_id, record_hash, row_ids) values ($1, $2, $3)',
    [record.recordId, record.hash, record.rowIds],
  );
}
