import { type FragmentSqlToken, sql } from 'slonik';
import { ENTRY_STATES, type EntryState } from '../../law/states.ts';
import { ENTRY_KINDS } from '../../law/values.ts';
import { defineTable, type NewRow, oneOf } from './table.ts';

/** 1 · decision_backlog_entry: one work item. Its `status` is the one mutable scalar of the ledger. */
export const ENTRY = defineTable('cutter_governance.decision_backlog_entry', ['entry_id'], {
  entry_id: 'uuid',
  kind: oneOf(ENTRY_KINDS),
  status: oneOf(ENTRY_STATES),
  payload: 'jsonb',
  emitted_at: 'now',
  scenario_ref: 'text?',
});
export type NewEntry = NewRow<typeof ENTRY.columns>;

/** Compare-and-set of one entry's status; the caller checks that exactly one row came back. */
export function moveStatus(entryId: string, from: EntryState, to: EntryState): FragmentSqlToken {
  return sql.fragment`
    update cutter_governance.decision_backlog_entry set status = ${to}
    where entry_id = ${entryId}::uuid and status = ${from} returning 1`;
}

/** The same of many entries, each with its own states; it returns the ids of those that moved. */
export function moveStatuses(
  moves: readonly { readonly entryId: string; readonly from: EntryState; readonly to: EntryState }[],
): FragmentSqlToken {
  const column = (name: keyof (typeof moves)[number], type: string) =>
    sql.array(
      moves.map((move) => move[name]),
      type,
    );
  return sql.fragment`
    update cutter_governance.decision_backlog_entry e set status = m.after
    from unnest(${column('entryId', 'uuid')}, ${column('from', 'text')}, ${column('to', 'text')})
      as m(entry_id, before, after)
    where e.entry_id = m.entry_id and e.status = m.before`;
}

/** Locks entries in id order. `for no key update`: a foreign-key check beside it need not wait. */
export function lockEntries(entryIds: readonly string[]): FragmentSqlToken {
  return sql.fragment`
    select entry_id from cutter_governance.decision_backlog_entry
    where entry_id = any(${sql.array(entryIds, 'uuid')}) order by entry_id for no key update`;
}
