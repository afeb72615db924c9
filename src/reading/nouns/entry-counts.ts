import type { Noun } from './noun.ts';
import { ENTRIES, MOVES } from './views.ts';

/**
 * How many entries are in which status, by the counters of the log. These count the moves that have a position, and a
 * list shows each entry in the status that it has now: so what the waiting records moved is counted on top.
 */

/** With more records waiting it costs less to count the rows. */
const MOST_WAITING = 1000;

export const ENTRY_COUNTS: NonNullable<Noun['counted']> = {
  by: ['status', 'kind'],
  sql: (where, alias) => {
    const [p, c, h, s, r, m, e, w] = [alias(), alias(), alias(), alias(), alias(), alias(), alias(), alias()];
    const meets = (row: string): string => ['true', ...where(row)].join(' and ');
    const waiting = `select x.row_ids from cutter_log.v_pending_rows x limit (select ${MOST_WAITING + 1})`;
    const counted = `select coalesce(sum(${s}.entries), 0) from cutter_log.status_count ${s} where ${meets(s)}`;
    // Row by row, each by its key: what a planner guesses of a queue is of another moment.
    const moved = `select distinct ${m}.entry_id from ${p} cross join unnest(${p}.row_ids) ${r} (row_id)
      cross join lateral (select m.entry_id from ${MOVES} m where m.history_id = ${r}.row_id offset 0) ${m}`;
    const now = `select e.status, e.kind from ${ENTRIES} e where e.entry_id = ${m}.entry_id offset 0`;
    // By the entry alone: as "is null" it would be looked for among all that stay somewhere.
    const then = `select s.status, s.kind from cutter_log.entry_stay s
      where s.entry_id = ${m}.entry_id and coalesce(s.until_position, -1) < 0 limit 1`;
    const since = `select coalesce(sum((${meets(e)})::int - (${meets(w)})::int), 0) from (${moved}) ${m}
      cross join lateral (${now}) ${e} cross join lateral (${then}) ${w}`;
    return `with ${p} as materialized (${waiting})
      select ((${counted}) + (${since}))::bigint as rows,
        ${c}.next_position = ${h}.next_position and (select count(*) from ${p}) <= ${MOST_WAITING} as is_known
      from cutter_log.counted ${c} cross join cutter_log.head ${h}`;
  },
};
