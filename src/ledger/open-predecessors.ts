import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { type OpenPredecessor, openProblems } from '../law/predecessors.ts';
import { DependencyOpen } from '../law/refusals.ts';
import { ENTRY_STATES, FAILED_STATES } from '../law/states.ts';
import { ENTRY_KINDS } from '../law/values.ts';
import { sqlFragment } from '../text/sql-fragment.ts';

/** As literals: the planner knows them, and the index by status serves. */
const FAILED = FAILED_STATES.map((state) => `'${state}'`).join(', ');

const listedEntry = z.object({ id: z.string(), status: z.enum(ENTRY_STATES), kind: z.enum(ENTRY_KINDS) });
export const openPredecessor: z.ZodType<OpenPredecessor> = listedEntry.extend({ last: z.array(listedEntry) });

const shown = (alias: string) =>
  `json_build_object('id', ${alias}.entry_id, 'status', ${alias}.status, 'kind', ${alias}.kind)`;

/** Where the predecessors are read: the tables, or the views of those who may read no table. */
interface PredecessorTables {
  readonly entries: string;
  readonly dependencies: string;
}

/**
 * `blocks` predecessors of an entry, given as SQL, that are neither complete themselves nor, having ended otherwise,
 * replaced by one that is: a JSON array of `openPredecessor`s.
 */
export function openPredecessorsSql(entryId: string, { entries, dependencies }: PredecessorTables): string {
  // An entry by its key. A plain join would read all entries while they are few, in a plan that is kept; `offset 0`
  // prevents that.
  const entry = (id: string) =>
    `lateral (select e.entry_id, e.status, e.kind from ${entries} e where e.entry_id = ${id} offset 0)`;
  return `(
    with recursive heirs(predecessor, entry_id) as (
        select d.from_entry_id, d.from_entry_id from ${dependencies} d
        where d.to_entry_id = ${entryId} and d.dependency_kind = 'blocks'
      union
        select h.predecessor, d.from_entry_id from heirs h
        join ${entry('h.entry_id')} ended on ended.status in (${FAILED})
        join ${dependencies} d on d.to_entry_id = h.entry_id and d.dependency_kind = 'supersedes')
    select coalesce(json_agg(${shown('p')}::jsonb || jsonb_build_object('last', missing.last)
      order by p.entry_id), '[]')
    from (select h.predecessor, coalesce(jsonb_agg(${shown('o')} order by o.entry_id)
        filter (where o.status not in (${FAILED}) or not exists (
          select 1 from ${dependencies} d
          where d.to_entry_id = o.entry_id and d.dependency_kind = 'supersedes')), '[]') as last
      from heirs h cross join ${entry('h.entry_id')} o
      group by h.predecessor having not bool_or(o.status = 'verified_complete')) missing
    cross join ${entry('missing.predecessor')} p)`;
}

const TABLES = {
  entries: 'cutter_governance.decision_backlog_entry',
  dependencies: 'cutter_governance.decision_backlog_dependency',
} as const satisfies PredecessorTables;

/** The same in a statement of a lane, for the entry with this id. */
export function openPredecessors(entryId: string): FragmentSqlToken {
  return sql.fragment`(select ${sqlFragment(openPredecessorsSql('asked.entry_id', TABLES))}
    from (select ${entryId}::uuid as entry_id) asked)`;
}

/** Refuses while another entry must come first (G-CUT-DEPS). */
export function refuseOpen(
  entryId: string,
  open: readonly OpenPredecessor[],
  unverified: readonly string[],
): void {
  const problems = openProblems(entryId, open, unverified);
  const [first] = problems;
  if (first === undefined) return;
  const more = problems.length > 1 ? ` The other reasons (${problems.length - 1}) are listed.` : '';
  throw new DependencyOpen(`${first.message}${more}`, problems);
}
