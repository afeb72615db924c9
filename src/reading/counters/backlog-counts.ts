import type { Reads } from '../../database/reads/read-pool.ts';
import { timeTextSql } from '../../text/time-sql.ts';
import { askJson, type EntryFilter, EntryPart } from './entry-filter.ts';

/**
 * Counts of the backlog as it was at a position: those of all entries from the counters and what moved since, those of
 * a part of them from where each of these stayed. Each is one statement.
 */

/** Whose counts are asked for: those of the entries that meet a filter, which a token may be narrowed to. */
export interface CountedPart {
  readonly reads: Reads;
  readonly filter: EntryFilter;
  /** Null: of all entries. */
  readonly reach: readonly string[] | null;
}

/** Behind which position, and of which incarnation of the ledger. */
export interface CountedPlace {
  readonly incarnation: string;
  /** The first position that doesn't count. */
  readonly next: number;
}

/** How many entries, by `status kind`. */
export type Counts = ReadonlyMap<string, number>;

/** The counters don't say yet, or not of this ledger, what is asked. */
class NotCounted extends Error {
  override readonly name = 'NotCounted';
}

const STAYS = 'cutter_log.entry_stay';

/** `next` is used for a number in the text. */
type Write = (part: EntryPart, next: string) => string;

/** That stay `s` was under way behind the position. */
const wasThere = (next: string): string =>
  `s.position < ${next} and (s.until_position is null or s.until_position >= ${next})`;

async function askCounted<Row>(
  { reads, filter, reach }: CountedPart,
  { incarnation, next }: CountedPlace,
  name: string,
  rows: Write,
): Promise<Row[]> {
  const part = new EntryPart(filter, reach);
  const query = rows(part, part.bind(next, 'bigint'));
  const found = await askJson<Row[]>(reads, name, query, part);
  if (found.incarnation !== incarnation || found.next < next)
    throw new NotCounted(
      `The counters are of ${found.incarnation} before ${found.next}, not of ${incarnation} before ${next}.`,
    );
  return found.answer;
}

const isAll = ({ filter, reach }: CountedPart): boolean => reach === null && filter.lasting.length === 0;

/** How many entries were in which status. */
export async function countsAt(part: CountedPart, place: CountedPlace): Promise<Counts> {
  const write = isAll(part) ? ALL_COUNTS : PART_COUNTS;
  const rows = await askCounted<[string, string, number]>(part, place, 'backlog.counts', write);
  return new Map(rows.map(([status, kind, count]) => [`${status} ${kind}`, count]));
}

/** Since when the first entry of each status and kind was in it. */
export async function oldestAt(part: CountedPart, place: CountedPlace): Promise<ReadonlyMap<string, string>> {
  const write = isAll(part) ? ALL_OLDEST : PART_OLDEST;
  const rows = await askCounted<[string, string, string]>(part, place, 'backlog.oldest', write);
  return new Map(rows.map(([status, kind, since]) => [`${status} ${kind}`, since]));
}

/** Back from the present, or on from the beginning: the shorter way. */
const ALL_COUNTS: Write = (_, next) => `
  with way as materialized (
    select ${next} as next, ${next} * 2 > c.next_position as is_back from cutter_log.counted c
  )
  select coalesce(json_agg(json_build_array(status, kind, entries)), '[]') from (
    select status, kind, sum(by_some)::int as entries from (
      select s.status, s.kind, s.entries as by_some from way, cutter_log.status_count s where way.is_back
      union all
      select s.status, s.kind, -1 from way cross join lateral (
        select * from ${STAYS} s where s.position >= way.next) s where way.is_back
      union all
      select s.came_from, s.kind, 1 from way cross join lateral (
        select * from ${STAYS} s where s.position >= way.next) s where way.is_back and s.came_from is not null
      union all
      select s.status, s.kind, 1 from way cross join lateral (
        select * from ${STAYS} s where s.position < way.next) s where not way.is_back
      union all
      select s.came_from, s.kind, -1 from way cross join lateral (
        select * from ${STAYS} s where s.position < way.next) s where not way.is_back and s.came_from is not null
    ) changes group by status, kind having sum(by_some) > 0
  ) counts`;

const PART_COUNTS: Write = (part, next) => `
  select coalesce(json_agg(json_build_array(status, kind, entries)), '[]') from (
    select s.status, s.kind, count(*)::int as entries from ${part.entries()} e
    join ${STAYS} s on s.entry_id = e.entry_id and ${wasThere(next)} group by s.status, s.kind
  ) counts`;

const FIRST = `json_build_array(status, kind, ${timeTextSql('since')})`;

/** Of those who are in a status still, the first; of those who were and have moved on, all that were there then. */
const ALL_OLDEST: Write = (_, next) => `
  with past as materialized (
    select distinct on (s.status, s.kind) s.status, s.kind, s.position, s.ordinal, s.since from ${STAYS} s
    where s.until_position is not null and int8range(s.position, s.until_position) @> (${next} - 1)
    order by s.status, s.kind, s.position, s.ordinal
  )
  select coalesce(json_agg(${FIRST}), '[]') from (
    select c.status, c.kind, f.since from cutter_log.status_count c cross join lateral (
      select * from (
        (select s.position, s.ordinal, s.since from ${STAYS} s
          where s.status = c.status and s.kind = c.kind and s.until_position is null and s.position < ${next}
          order by s.position, s.ordinal limit 1)
        union all
        select p.position, p.ordinal, p.since from past p where p.status = c.status and p.kind = c.kind
      ) one order by position, ordinal limit 1
    ) f
  ) firsts`;

const PART_OLDEST: Write = (part, next) => `
  select coalesce(json_agg(${FIRST}), '[]') from (
    select distinct on (s.status, s.kind) s.status, s.kind, s.since from ${part.entries()} e
    join ${STAYS} s on s.entry_id = e.entry_id and ${wasThere(next)}
    order by s.status, s.kind, s.position, s.ordinal
  ) firsts`;
