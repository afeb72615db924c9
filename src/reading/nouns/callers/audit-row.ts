import { describeNoun } from '../noun.ts';
import { toOne, toOneThrough } from '../relation.ts';

/** The rows of a record that are about an entry, by the alias of their places: their noun and the entry. */
const ABOUT = [
  ['History', 'cutter_governance.decision_backlog_history', 'history_id', 'entry_id'],
  ['Dependency', 'cutter_governance.decision_backlog_dependency', 'dependency_id', 'from_entry_id'],
  ['Dependency', 'cutter_governance.decision_backlog_dependency', 'dependency_id', 'to_entry_id'],
  ['Comment', 'cutter_source.review_comment', 'comment_id', 'entry_id'],
] as const;
const RESOLVED = `cutter_source.comment_resolution n join cutter_source.review_comment c using (comment_id)`;

/** The entries that a record is about, as a query. */
const entriesAt = (position: string): string => {
  const places = (noun: string) =>
    `cutter_log.row_place p where p.noun = '${noun}' and p.position = ${position}`;
  const each = ABOUT.map(
    ([noun, table, key, entry]) =>
      `select n.${entry} as entry_id from ${table} n where n.${key} in (select p.row_id from ${places(noun)})`,
  );
  const resolved = `select c.entry_id from ${RESOLVED}
    where n.resolution_id in (select p.row_id from ${places('CommentResolution')})`;
  return [...each, resolved].join(' union all ');
};

/** The records that are about an entry, as a query. */
const recordsAbout = (entry: string): string => {
  const at = (noun: string, id: string) => `p.row_id = ${id} and p.noun = '${noun}'`;
  const each = ABOUT.map(
    ([noun, table, key, column]) => `select l.record_id from ${table} n
      join cutter_log.row_place p on ${at(noun, `n.${key}`)} join cutter_log.log l on l.position = p.position
      where n.${column} = ${entry}`,
  );
  const resolved = `select l.record_id from ${RESOLVED} join cutter_log.row_place p
      on ${at('CommentResolution', 'n.resolution_id')} join cutter_log.log l on l.position = p.position
    where c.entry_id = ${entry}`;
  return [...each, resolved].join(' union all ');
};

/** The entry of a row: the one that a refused call named, or the only one that a record is about. */
const entryOf = (a: string): string => `case when ${a}.position is null then ${a}.entry_id else (
  select (array_agg(distinct about.entry_id))[1] from (${entriesAt(`${a}.position`)}) about
  having count(distinct about.entry_id) = 1) end`;

/** Who did what, as the log has it, and who was refused. */
export const AuditRowNoun = describeNoun({
  name: 'AuditRow',
  login: 'auditor',
  hasId: false,
  view: `(select a.record_id as audit_id, a.at, a.operation, 'accepted'::text as outcome, null::text as refusal,
      null::text as guard, a.position, a.principal_id, null::uuid as token_id, null::uuid as entry_id,
      null::text as request_id, null::integer as duration_ms, null::text as address, null::text as client,
      null::jsonb as arguments, 1 as calls
    from cutter_log.act a
    union all select r.audit_id, r.at, r.operation, r.outcome, r.refusal, r.guard, null::bigint, r.principal_id,
      r.token_id, r.entry_id, r.request_id, r.duration_ms, r.address, r.client, r.arguments, r.calls
    from cutter_auth.audit r)`,
  columns: {
    auditId: 'uuid',
    at: 'time',
    operation: 'text',
    outcome: 'word',
    refusal: 'text',
    guard: 'text',
    position: 'position',
    principalId: 'uuid',
    tokenId: 'uuid',
    requestId: 'text',
    durationMs: 'int',
    address: 'text',
    client: 'text',
    arguments: 'json',
    calls: 'int',
  },
  key: ['audit_id'],
  seat: { of: null, by: 'audit_id', within: ['at', 'audit_id'] },
  indexed: ['audit_id', 'principal_id', 'operation', 'outcome', 'at'],
  filters: {
    // The ids first, whatever the planner believes: of an entry there are few rows, and of time there are many.
    entryId: {
      codec: 'uuid',
      sql: (a, entry) => `${a}.audit_id = any(array(${recordsAbout(entry)}
        union all select r.audit_id from cutter_auth.audit r where r.entry_id = ${entry}))`,
    },
  },
  derived: { entryId: { sql: entryOf, codec: 'uuid' } },
  lasting: { but: [] },
  relations: {
    principal: toOne('Principal', ['principal_id', 'principal_id']),
    entry: toOneThrough('Entry', [], (e, a) => `${e}.entry_id = (${entryOf(a)})`),
  },
});
