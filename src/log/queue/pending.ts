import { type QuerySqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { BuiltRecord } from '../../law/record.ts';
import { DURABLE } from '../durable.ts';

/**
 * Hands the record to the integrator's queue: parts first, then the pending row, whose `seq` is drawn last. It must be
 * the transaction's last statement: a lock waited for or a row read after it would reverse the log's order. It hands
 * over nothing where the ledger is suspended, or where a crash could take back what is committed.
 */
export function pendingStatement({ recordId, hash, parts, rowIds }: BuiltRecord): QuerySqlToken {
  // Nearly every body is one part; in an array each of its quotes would be escaped and read again.
  const isOne = parts.length === 1;
  const rows = isOne
    ? sql.fragment`values (${recordId}::uuid, 0, ${parts[0] as string})`
    : sql.fragment`select ${recordId}::uuid, ordinality::int - 1, body
      from unnest(${sql.array([...parts], 'text')}) with ordinality as p (body, ordinality)`;
  return sql.prepared(isOne ? 'log_pending' : 'log_pending_parts', z.unknown())`/* log.pending */
    with part as (
      insert into cutter_log.record_part (record_id, part, body) ${rows}
      returning 1
    )
    insert into cutter_log.pending (record_id, record_hash, row_ids)
    select ${recordId}::uuid, ${hash}, ${sql.array([...rowIds], 'uuid')}
    from (select count(*) as parts from part) as written
    where not exists (select from cutter_log.head join cutter_log.suspension using (incarnation)) and ${DURABLE}`;
}
