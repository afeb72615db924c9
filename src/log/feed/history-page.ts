import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { timeText } from '../../text/time-sql.ts';

/** A history row as observers see it, with its place in the log. Times are UTC text with microseconds. */
export interface PlacedHistoryRow {
  readonly history_id: string;
  readonly entry_id: string;
  readonly entry_version_before: string | null;
  readonly entry_version_after: string;
  readonly change_kind: string;
  readonly changed_by: string;
  readonly changed_at: string;
  readonly position: string;
  readonly log_ordinal: number;
  /** The kind of the entry. */
  readonly entry_kind: string;
}

/** One integrated record with its history rows: a phase arrives whole. Records that move no entry have none. */
export interface RecordEvent {
  readonly position: number;
  readonly recordHash: string;
  readonly rows: readonly PlacedHistoryRow[];
  /** The sources that it registered, the dependencies that it declared, what it says of a plan or settles. */
  readonly sourceIds: readonly string[];
  readonly dependencyIds: readonly string[];
  /** The profiles and the words that it registered. */
  readonly profileIds: readonly string[];
  readonly termIds: readonly string[];
  readonly commentIds: readonly string[];
  readonly resolutionIds: readonly string[];
  /** The records that were read with it, in one list. */
  readonly page: readonly RecordEvent[];
}

/** Where the log ends, and in which incarnation. */
export interface LogHead {
  readonly incarnation: string;
  readonly next: number;
  /** The database was set back, and nothing of it is shown before both lanes have accepted where it resumes. */
  readonly suspended: boolean;
}

export interface HistoryPage {
  readonly head: LogHead;
  /** Dense positions from the first one asked for; fewer than asked only at the head. */
  readonly events: readonly RecordEvent[];
}

/** A hole in the positions: the log was altered. */
export class LogBroken extends Error {}

const nullable = z.string().nullable();
const line = z.object({
  incarnation: z.string(),
  next_position: z.string(),
  suspended: z.boolean(),
  position: nullable,
  record_hash: nullable,
  history_id: nullable,
  entry_id: nullable,
  entry_version_before: nullable,
  entry_version_after: nullable,
  change_kind: nullable,
  changed_by: nullable,
  changed_at: nullable,
  log_ordinal: z.number().nullable(),
  entry_kind: nullable,
  named: z.array(z.tuple([z.string(), z.string()])).nullable(),
});
type Line = z.infer<typeof line>;

const SUSPENDED = sql.fragment`exists (
  select from cutter_log.suspension where suspension.incarnation = head.incarnation
)`;

/** The rows of these nouns that a record inserted, each as noun and id, in its order; null where there are none. */
const NAMED = sql.fragment`(
    select json_agg(json_build_array(place.noun, place.row_id) order by place.ordinal)
    from cutter_log.row_place as place
    where place.noun in ('Source', 'Dependency', 'Profile', 'VocabularyTerm', 'Comment', 'CommentResolution')
      and place.position = record.position
  )`;

/**
 * Records of one page. A number in the statement's text: the planner would guess a tenth of the log for a parameter.
 */
export const PAGE_RECORDS = 256;

/**
 * Records from `from` on with their history, and the head, in one snapshot. `offset 0` keeps the look-up by key. Not
 * prepared by name: a plan kept from when the ledger was small would scan the history for each record.
 */
export async function readHistoryPage(observe: DatabasePool, from: number): Promise<HistoryPage> {
  const lines = await observe.any(sql.type(line)`/* log.history */
    select head.incarnation::text, head.next_position::text, ${SUSPENDED} as suspended,
      record.position::text, record.record_hash,
      moved.history_id::text, moved.entry_id::text, moved.entry_version_before, moved.entry_version_after,
      moved.change_kind, moved.changed_by,
      ${timeText(sql.fragment`moved.changed_at`)} as changed_at,
      moved.log_ordinal, moved.entry_kind,
      ${NAMED} as named
    from cutter_log.head
    left join lateral (
      select position, record_hash, row_ids from cutter_log.log
      where position >= ${from} order by position limit ${sql.literalValue(String(PAGE_RECORDS))}
    ) as record on true
    left join lateral (
      select history.*, array_position(record.row_ids, history.history_id) - 1 as log_ordinal, (
          select entry.kind from cutter_governance.v_decision_backlog_entry_observe as entry
          where entry.entry_id = history.entry_id
        ) as entry_kind
      from cutter_governance.v_decision_backlog_history_observe as history
      where history.history_id = any (record.row_ids) offset 0
    ) as moved on true
    order by record.position, moved.log_ordinal`);
  const [first] = lines;
  if (first === undefined) throw new LogBroken('The log has no head');
  const head = headOf(first);
  const events = collectEvents(lines, from);
  if (events.length < Math.min(head.next - from, PAGE_RECORDS))
    throw new LogBroken(`The log has no record at position ${from + events.length}`);
  return { head, events };
}

function collectEvents(lines: readonly Line[], from: number): RecordEvent[] {
  const events: (RecordEvent & { readonly rows: PlacedHistoryRow[] })[] = [];
  for (const { incarnation: _incarnation, next_position: _next, suspended: _suspended, ...rest } of lines) {
    const { record_hash, named, ...row } = rest;
    if (row.position === null || record_hash === null) continue;
    const position = Number(row.position);
    if (events.at(-1)?.position !== position) {
      if (position !== from + events.length)
        throw new LogBroken(`The log has no record at position ${from + events.length}`);
      events.push({ position, recordHash: record_hash, rows: [], ...idsOf(named ?? []), page: events });
    }
    if (row.history_id !== null) events.at(-1)?.rows.push(row as PlacedHistoryRow);
  }
  return events;
}

function idsOf(named: readonly (readonly [noun: string, id: string])[]) {
  const of = (noun: string) => named.filter(([each]) => each === noun).map(([, id]) => id);
  return {
    sourceIds: of('Source'),
    dependencyIds: of('Dependency'),
    profileIds: of('Profile'),
    termIds: of('VocabularyTerm'),
    commentIds: of('Comment'),
    resolutionIds: of('CommentResolution'),
  };
}

const headLine = z.object({ incarnation: z.string(), next_position: z.string(), suspended: z.boolean() });

function headOf({ incarnation, next_position, suspended }: z.infer<typeof headLine>): LogHead {
  return { incarnation, next: Number(next_position), suspended };
}

/** Where the log ends. */
export async function readHead(observe: DatabasePool): Promise<LogHead> {
  const head = await observe.one(
    sql.prepared(
      'log_head',
      headLine,
    )`/* log.where */ select incarnation::text, next_position::text, ${SUSPENDED} as suspended from cutter_log.head`,
  );
  return headOf(head);
}

const placed = z.object({ record_id: z.string(), position: z.string() });

/** The positions of those of `recordIds` that are in the log. */
export async function readPositions(
  observe: DatabasePool,
  recordIds: readonly string[],
): Promise<Map<string, string>> {
  const found = await observe.any(sql.type(placed)`/* log.positions */
    select record_id::text, position::text from cutter_log.log
    where record_id = any (${sql.array([...recordIds], 'uuid')})`);
  return new Map(found.map(({ record_id, position }) => [record_id, position]));
}
