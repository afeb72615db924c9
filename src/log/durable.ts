import { sql } from 'slonik';

/**
 * Whether what this session commits outlives a crash, as a condition. The statements that hand a record over and give
 * it its position contain it, so that no session acknowledges what it could lose.
 */
export const DURABLE = sql.fragment`current_setting('fsync') = 'on'
  and current_setting('full_page_writes') = 'on'
  and current_setting('synchronous_commit') in ('on', 'remote_apply')`;

/** The same for statements that are plain text. */
export const IS_DURABLE = DURABLE.sql;

/** The message of a verb that is refused while a crash could take its answer back. */
export function notDurableBecause(why: string): string {
  return (
    `${why} A crash of the database server could take back what was acknowledged, so this ledger takes no ` +
    'writes until that is corrected. Then it goes on by itself.'
  );
}
