import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { DependencyOpen, type Problem, problemAt } from '../law/refusals.ts';
import { ENTRY_STATES, type EntryState, FAILED_STATES, isEnded } from '../law/states.ts';
import { ENTRY_KINDS } from '../law/values.ts';

/** As literals: the planner knows them, and the index by status serves. */
const FAILED = sql.join(
  FAILED_STATES.map((state) => sql.literalValue(state)),
  sql.fragment`, `,
);

const listedEntry = z.object({ id: z.string(), status: z.enum(ENTRY_STATES), kind: z.enum(ENTRY_KINDS) });
type ListedEntry = z.infer<typeof listedEntry>;

/** A `blocks` predecessor that isn't complete, and the last of its successors: those that have none themselves. */
export const openPredecessor = listedEntry.extend({ last: z.array(listedEntry) });
type OpenPredecessor = z.infer<typeof openPredecessor>;

const shown = (alias: FragmentSqlToken) =>
  sql.fragment`json_build_object('id', ${alias}.entry_id, 'status', ${alias}.status, 'kind', ${alias}.kind)`;

/**
 * An entry by its key. A plain join would read all entries while they are few, in a plan that is kept; `offset 0`
 * prevents that.
 */
const entry = (id: FragmentSqlToken) =>
  sql.fragment`lateral (select e.entry_id, e.status, e.kind from cutter_governance.decision_backlog_entry e
    where e.entry_id = ${id} offset 0)`;

/** `blocks` predecessors that are neither complete themselves nor, having ended otherwise, replaced by one that is. */
export function openPredecessors(entryId: string): FragmentSqlToken {
  return sql.fragment`(
    with recursive heirs(predecessor, entry_id) as (
        select d.from_entry_id, d.from_entry_id from cutter_governance.decision_backlog_dependency d
        where d.to_entry_id = ${entryId}::uuid and d.dependency_kind = 'blocks'
      union
        select h.predecessor, d.from_entry_id from heirs h
        join ${entry(sql.fragment`h.entry_id`)} ended on ended.status in (${FAILED})
        join cutter_governance.decision_backlog_dependency d
          on d.to_entry_id = h.entry_id and d.dependency_kind = 'supersedes')
    select coalesce(json_agg(${shown(sql.fragment`p`)}::jsonb || jsonb_build_object('last', missing.last)
      order by p.entry_id), '[]')
    from (select h.predecessor, coalesce(jsonb_agg(${shown(sql.fragment`o`)} order by o.entry_id)
        filter (where o.status not in (${FAILED}) or not exists (
          select 1 from cutter_governance.decision_backlog_dependency d
          where d.to_entry_id = o.entry_id and d.dependency_kind = 'supersedes')), '[]') as last
      from heirs h cross join ${entry(sql.fragment`h.entry_id`)} o
      group by h.predecessor having not bool_or(o.status = 'verified_complete')) missing
    cross join ${entry(sql.fragment`missing.predecessor`)} p)`;
}

/** Refuses while another entry must come first (G-CUT-DEPS). The messages say whose act ends the wait. */
export function refuseOpen(open: readonly OpenPredecessor[], unverified: readonly string[]): void {
  const problems: Problem[] = [
    ...open.map((predecessor) =>
      problemAt(['input', 'entryId'], 'predecessor-open', predecessorMessage(predecessor), {
        entryId: predecessor.id,
      }),
    ),
    ...unverified.map((entryId) =>
      problemAt(['input', 'entryId'], 'document-unverified', unverifiedMessage(entryId), { entryId }),
    ),
  ];
  const [first] = problems;
  if (first === undefined) return;
  const more = problems.length > 1 ? ` The other reasons (${problems.length - 1}) are listed.` : '';
  throw new DependencyOpen(`${first.message}${more}`, problems);
}

function unverifiedMessage(entryId: string): string {
  const waiting = `Another cut of this document (entry ${entryId}) waits for its verification`;
  return `${waiting}; this call can succeed once a verifier has judged it.`;
}

function predecessorMessage({ last, ...predecessor }: OpenPredecessor): string {
  const blocked = `It is blocked by entry ${predecessor.id}, which is ${predecessor.status}`;
  if (!isEnded(predecessor.status)) return `${blocked}; ${waitFor(predecessor)}`;
  const going = last.find(({ status }) => !isEnded(status));
  if (going !== undefined)
    return `${blocked}; its successor is entry ${going.id}, which is ${going.status}; ${waitFor(going)}`;
  const end = last[0];
  const declared = (id: string) =>
    `a reviewer can declare a successor of entry ${id} with kind SUPERSEDES, ` +
    'and this call can succeed once that is verified_complete.';
  if (end === undefined || end.id === predecessor.id)
    return `${blocked} and has no successor that could be complete; ${declared(predecessor.id)}`;
  return `${blocked}; its successor, entry ${end.id}, is ${end.status} and has none itself; ${declared(end.id)}`;
}

function waitFor({
  kind,
  status,
}: {
  readonly kind: ListedEntry['kind'];
  readonly status: EntryState;
}): string {
  if (kind !== 'cut_request')
    return (
      `entries of kind ${kind} are never cut; abandon it, ` +
      'and let a reviewer declare its successor with kind SUPERSEDES.'
    );
  const whose = status === 'cut_applied' ? ' by a verifier' : '';
  return `this call can succeed once that is verified_complete${whose}.`;
}
