import { type QuerySqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { BuiltRecord } from '../../law/record.ts';
import { DURABLE } from '../durable.ts';

/** A record, of which parts may have been handed over already. */
interface PendingRecord extends BuiltRecord {
  readonly firstPart?: number;
}

/**
 * Hands the record to the integrator's queue: parts first, then the pending row, whose `seq` is drawn last. It must be
 * the transaction's last statement: a lock waited for or a row read after it would reverse the log's order. It hands
 * over nothing where the ledger is suspended, or where a crash could take back what is committed.
 */
export function pendingStatement(record: PendingRecord): QuerySqlToken {
  const { recordId, hash, parts, rowIds, firstPart = 0 } = record;
  // Nearly every body is one part; in an array each of its quotes would be escaped and read again.
  const isOne = parts.length === 1;
  const rows = isOne
    ? sql.fragment`values (${recordId}::uuid, ${firstPart}::int, ${parts[0] as string})`
    : partRows(recordId, firstPart, parts);
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

/** Hands over parts of a record that isn't whole yet. Without its pending row they are no record. */
export function partsStatement(recordId: string, first: number, parts: readonly string[]): QuerySqlToken {
  return sql.prepared('log_parts', z.unknown())`/* log.parts */
    insert into cutter_log.record_part (record_id, part, body) ${partRows(recordId, first, parts)}`;
}

function partRows(recordId: string, first: number, parts: readonly string[]) {
  return sql.fragment`select ${recordId}::uuid, ${first}::int + ordinality::int - 1, body
    from unnest(${sql.array([...parts], 'text')}) with ordinality as p (body, ordinality)`;
}
