import { type DatabasePool, sql } from 'slonik';
import { derivedId } from '../../proof/uuid.ts';
import { attemptKey } from './attempt.ts';
import { SAMPLE } from './sample-document.ts';

/** Whether no entry was ever marked, or a start was killed before the sample's entry was through. */
export async function isSampleDue(observe: DatabasePool): Promise<boolean> {
  const entryId = derivedId(attemptKey(SAMPLE, 1));
  const due = await observe.oneFirst(sql.unsafe`/* start.is_sample_due */
    select not exists (select from cutter_governance.v_decision_backlog_entry_observe) or exists (
      select from cutter_governance.v_decision_backlog_entry_observe
      where entry_id = ${entryId}::uuid and status = any(${sql.array(ON_ITS_WAY, 'text')})
    )`);
  return due === true;
}

/** Where the next step is the sample's own; a reviewer who deferred it has taken it over. */
const ON_ITS_WAY = ['marked', 'review_pending', 'reviewed_approved', 'cut_applied'];
