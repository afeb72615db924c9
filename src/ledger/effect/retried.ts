/** What the next cut of a document retries: its newest cut, where that failed its verification. */
import { type FragmentSqlToken, sql } from 'slonik';
import { escalationSignal } from '../../law/escalation.ts';
import { cutsOf } from './live-units.ts';

/** The escalation entry of a document's newest cut, where that was compensated. The executor may not read verdicts. */
export function openedEscalation(docCode: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`(select x.entry_id from (${cutsOf(docCode)} limit 1) newest
    join cutter_governance.decision_backlog_entry x
      on x.payload->>'signal_source' = ${escalationSignal('')} || newest.change_set_id and x.kind = 'escalation'
    where newest.compensated limit 1)`;
}

/** The verdict on the cut of a document before this one, where that failed. */
export function retriedVerdict(docCode: FragmentSqlToken, changeSetId: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`(select r.verify_result_id
    from (select k.change_set_id, k.compensated from (${cutsOf(docCode)}) k
      where k.change_set_id <> ${changeSetId} limit 1) before
    join cutter_governance.verify_result r on r.change_set_id = before.change_set_id
    where before.compensated limit 1)`;
}
