import type pg from 'pg';
import { expect, vi } from 'vitest';
import { parseRecord } from '../../src/law/parse-record.ts';
import { leafHash, rootOf } from '../../src/proof/merkle.ts';
import { PATIENCE } from './crash-processes.ts';

/** What a crash may have left: counted in the tables themselves, as the owner. */

export interface CutRows {
  readonly entry_id: string;
  readonly status: string;
  readonly change_sets: number;
  readonly signatures: number;
  readonly units: number;
  readonly versions: number;
  readonly anchored: number;
  readonly affected: number;
  readonly told: number;
  readonly history: readonly string[];
  readonly records: number;
  readonly parts: number;
}

const CUT_ROWS = `/* crash.cut_rows */ select e.entry_id::text, e.status,
    count(c.change_set_id)::int as change_sets, max(c.affected_row_count) as told,
    (select count(*)::int from cutter_governance.dot_pair_signature s
      where s.cross_reference_change_set_id = any (array_agg(c.change_set_id))
        and s.signature_id = any (array_agg(c.executor_signature_id)) and s.signer_dot_id = 'DOT-991') as signatures,
    (select count(*)::int from cutter_governance.cut_change_set_affected_row a
      join public.unit_version v on v.id::text = a.target_row_id
      where a.change_set_id = any (array_agg(c.change_set_id))) as affected,
    (select count(*)::int from public.unit_version v
      where v.provenance->>'change_set_id' = any (array_agg(c.change_set_id::text))) as versions,
    (select count(distinct u.id)::int from public.information_unit u join public.unit_version v on v.unit_id = u.id
      where v.provenance->>'change_set_id' = any (array_agg(c.change_set_id::text))) as units,
    (select count(*)::int from public.information_unit u join public.unit_version v on v.id = u.version_anchor_ref
      where u.content_anchor_ref = v.id::text
        and v.provenance->>'change_set_id' = any (array_agg(c.change_set_id::text))) as anchored,
    (select array_agg(h.change_kind order by h.changed_at) from cutter_governance.decision_backlog_history h
      where h.entry_id = e.entry_id) as history,
    (select count(*)::int from (select row_ids from cutter_log.pending union all select row_ids from cutter_log.log) r
      where r.row_ids && array_agg(c.change_set_id)) as records,
    (select count(*)::int from cutter_log.record_part p
      join (select record_id, row_ids from cutter_log.pending union all select record_id, row_ids from cutter_log.log) r
        using (record_id) where r.row_ids && array_agg(c.change_set_id)) as parts
  from cutter_governance.decision_backlog_entry e
  left join cutter_governance.cut_change_set c on c.decision_backlog_entry_id = e.entry_id
  where e.entry_id = any ($1::uuid[])
  group by e.entry_id order by array_position($1::uuid[], e.entry_id)`;

/** The rows that the cut of each of these entries left, in their order. */
export async function cutRows(owner: pg.Pool, entryIds: readonly string[]): Promise<CutRows[]> {
  const { rows } = await owner.query<CutRows>(CUT_ROWS, [entryIds]);
  return rows;
}

export interface LogState {
  readonly positions: readonly number[];
  readonly recordIds: readonly string[];
  /** The root of the tree over the records' hashes. */
  readonly root: Uint8Array;
  readonly next: number;
  /** Parts of a record that is neither in the log nor waiting for it. */
  readonly orphans: number;
  /** Rows of each table that the records say were inserted. */
  readonly recorded: Readonly<Record<string, number>>;
  /** Rows of the same tables that are there. */
  readonly standing: Readonly<Record<string, number>>;
}

/** The whole log, once the integrator has moved all that waited; every record is read and its digest verified. */
export async function settledLog(owner: pg.Pool): Promise<LogState> {
  await vi.waitUntil(async () => {
    const { rows } = await owner.query('/* crash.pending */ select 1 from cutter_log.pending limit 1');
    return rows.length === 0;
  }, PATIENCE);
  const { rows } = await owner.query<{
    position: string;
    record_id: string;
    record_hash: string;
    body: string;
  }>(
    `/* crash.log */ select log.position, log.record_id, log.record_hash,
      (select string_agg(part.body, '' order by part.part) from cutter_log.record_part part
        where part.record_id = log.record_id) as body
    from cutter_log.log order by log.position`,
  );
  const recorded: Record<string, number> = {};
  for (const { body, record_hash } of rows) {
    const parsed = parseRecord(Buffer.from(body, 'utf8'), record_hash);
    if (parsed.verdict !== 'ok') throw new Error(JSON.stringify(parsed));
    for (const { op, table } of parsed.record.rows) {
      const name = table.includes('.') ? table : `cutter_governance.${table}`;
      if (op === 'insert') recorded[name] = (recorded[name] ?? 0) + 1;
    }
  }
  const ends = await owner.query<{ next: number; orphans: number }>(
    `/* crash.head */ select next_position::int as next, (select count(*)::int from cutter_log.record_part p
      where not exists (select from cutter_log.log l where l.record_id = p.record_id)) as orphans from cutter_log.head`,
  );
  return {
    positions: rows.map(({ position }) => Number(position)),
    recordIds: rows.map(({ record_id }) => record_id),
    root: rootOf(rows.map(({ record_hash }) => leafHash(Buffer.from(record_hash.slice(7), 'hex')))),
    next: ends.rows[0]?.next ?? -1,
    orphans: ends.rows[0]?.orphans ?? -1,
    recorded,
    standing: await standingRows(owner, Object.keys(recorded)),
  };
}

async function standingRows(owner: pg.Pool, tables: readonly string[]): Promise<Record<string, number>> {
  const counts = tables.map((table) => `select '${table}' as name, count(*)::int from ${table}`);
  const { rows } = await owner.query<{ name: string; count: number }>(counts.join(' union all '));
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

/** Dense positions, each record once and true to its digest, and every row of the ledger in a record. */
export async function expectSoundLog(owner: pg.Pool): Promise<void> {
  const log = await settledLog(owner);
  expect(log.positions).toEqual(log.positions.map((_, at) => at));
  expect(log.next).toBe(log.positions.length);
  expect(new Set(log.recordIds).size).toBe(log.recordIds.length);
  expect(log.orphans).toBe(0);
  expect(log.standing).toEqual(log.recorded);
}

/** Every history row as `position/ordinal id`, in the log's order. */
export async function historyInOrder(owner: pg.Pool): Promise<string[]> {
  const { rows } = await owner.query<{ line: string }>(
    `/* crash.history */ select l.position || '/' || array_position(l.row_ids, h.history_id) - 1 || ' ' || h.history_id as line
    from cutter_governance.decision_backlog_history h join cutter_log.log l on l.row_ids @> array[h.history_id]
    order by l.position, array_position(l.row_ids, h.history_id)`,
  );
  return rows.map(({ line }) => line);
}
