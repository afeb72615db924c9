import type { Client } from 'pg';
import { ENTRY } from '../../ledger/tables/entry.ts';
import { HISTORY } from '../../ledger/tables/history.ts';
import { SOURCE } from '../../ledger/tables/source.ts';
import type { FsckFindings } from '../finding.ts';

/** How many wrong rows of one table are named one by one. */
const MOST_NAMED = 1000;

interface Counter {
  readonly table: string;
  readonly key: readonly string[];
  readonly columns: readonly string[];
  /** Its rows as a count of the history has them. */
  readonly due: string;
}

/** The stays of all entries, from the history alone: written apart from the fold that the database has. */
const STAYS = `stays as materialized (
  select position, ordinal, entry_id, kind, came_from, status, change_kind, since, phase,
    case when phase is not null
      then (greatest(extract(epoch from since - waited_since), 0) * 1000000)::bigint end as waited_us, until_position
  from (
    select place.position, place.ordinal, entry_id, entry.kind, move.change_kind, move.changed_at as since,
      move.entry_version_after as status, lag(move.entry_version_after) over way as came_from,
      lead(place.position) over way as until_position,
      coalesce(lag(move.changed_at) over way, source.registered_at) as waited_since,
      case
        when move.change_kind = 'mark' then case when source.source_id is not null then 'mark' end
        when lag(move.entry_version_after) over way is null then null
        when move.change_kind = 'sweep_promote' then 'sweep'
        when move.change_kind like 'review:%'
          then case when lag(move.entry_version_after) over way = 'review_pending' then 'review' end
        when move.change_kind in ('cut', 'verify:pass', 'verify:fail') then split_part(move.change_kind, ':', 1)
      end as phase
    from cutter_log.row_place as place join ${HISTORY.name} as move on move.history_id = place.row_id
    join ${ENTRY.name} as entry using (entry_id)
    left join ${SOURCE.name} as source on move.change_kind = 'mark' and entry.kind = 'cut_request'
      and 'source:' || source.source_id = entry.payload ->> 'iu_ref'
    where place.noun = 'History' and place.position < (select max(next_position) from cutter_log.counted)
    window way as (partition by entry_id order by place.position, place.ordinal)
  ) as moves
)`;

const COUNTERS: readonly Counter[] = [
  {
    table: 'cutter_log.entry_stay',
    key: ['position', 'ordinal'],
    columns: 'entry_id kind came_from status change_kind since phase waited_us until_position'.split(' '),
    due: 'select * from stays',
  },
  {
    table: 'cutter_log.status_count',
    key: ['status', 'kind'],
    columns: ['entries'],
    due: 'select status, kind, count(*) filter (where until_position is null) as entries from stays group by 1, 2',
  },
  {
    table: 'cutter_log.moves_by_hour',
    key: ['hour', 'change_kind'],
    columns: ['moves'],
    due: `select date_trunc('hour', since, 'UTC') as hour, change_kind, count(*) as moves from stays group by 1, 2`,
  },
  {
    table: 'cutter_log.waits_by_hour',
    key: ['hour', 'phase', 'bucket'],
    columns: ['waits'],
    due: `select date_trunc('hour', since, 'UTC') as hour, phase, floor(ln(greatest(waited_us, 1000)::double precision
      / 1000) / ln(1.02::double precision))::integer as bucket, count(*) as waits
      from stays where phase is not null group by 1, 2, 3`,
  },
];

/**
 * Counts the history again and names the counters that say something else. Only in a ledger without other findings: a
 * counter follows from the history, and would be blamed for a move that was altered.
 */
export async function checkCounters(client: Client, head: number, findings: FsckFindings): Promise<void> {
  if (findings.all.length > 0) return;
  const { rows } = await client.query<{ next: string }>(
    '/* fsck.counted */ select next_position::text as next from cutter_log.counted',
  );
  const counted = Number(rows[0]?.next ?? 0);
  if (counted !== head) {
    findings.add({
      ...atEnd(head),
      verdict: 'count-differs',
      table: 'cutter_log.counted',
      key: 'true',
      column: 'next_position',
      message: `The counters are of the first ${counted} positions, and the log has ${head}.`,
    });
    return;
  }
  for (const counter of COUNTERS) await checkCounter(client, counter, head, findings);
}

const atEnd = (head: number) => ({ after: null, before: head });

interface Difference {
  readonly key: string;
  readonly missing: boolean;
  readonly strange: boolean;
  readonly column: string | null;
  readonly due: string | null;
  readonly own: string | null;
}

async function checkCounter(
  client: Client,
  counter: Counter,
  head: number,
  findings: FsckFindings,
): Promise<void> {
  const { rows } = await client.query<Difference>(differencesOf(counter));
  for (const { key, missing, strange, column, due, own } of rows) {
    const { table } = counter;
    const differs = `says ${own ?? 'nothing'} in ${column}, and the history says ${due ?? 'nothing'}`;
    const says = missing ? 'is missing' : strange ? 'counts what the history does not have' : differs;
    findings.add({
      ...atEnd(head),
      verdict: 'count-differs',
      table,
      key,
      column: missing || strange ? null : column,
      message: `The counter ${key} of ${table} ${says}.`,
    });
  }
}

/** Rows of a counter that aren't those that are due, each with its first column that differs. */
function differencesOf({ table, key, columns, due }: Counter): string {
  const differ = (column: string) => `due.${column} is distinct from own.${column}`;
  const first = (value: (column: string) => string) =>
    `case ${columns.map((column) => `when ${differ(column)} then ${value(column)}`).join(' ')} end`;
  const both = (column: string) => `coalesce(due.${column}, own.${column})::text`;
  return `/* fsck.counters */ with ${STAYS}
    select ${key.map(both).join(` || '/' || `)} as key, own.${key[0]} is null as missing,
      due.${key[0]} is null as strange, ${first((column) => `'${column}'`)} as column,
      ${first((column) => `due.${column}::text`)} as due, ${first((column) => `own.${column}::text`)} as own
    from (${due}) as due full join ${table} as own on ${key.map((one) => `own.${one} = due.${one}`).join(' and ')}
    where due.${key[0]} is null or own.${key[0]} is null or ${columns.map(differ).join(' or ')}
    order by 1 limit ${MOST_NAMED}`;
}
