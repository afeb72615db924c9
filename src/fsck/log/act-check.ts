import type { Client } from 'pg';
import type { FsckFindings } from '../finding.ts';
import { ACTS, LOG } from './log-lines.ts';
import { LOST_END } from './place-check.ts';

/** How many are named one by one. */
const MOST_NAMED = 1_000;

/** Acts at positions that the log doesn't have, and positions without an act. The newest may have none yet. */
const WRONG = `/* fsck.acts */
  select act.position::text as strange, null as missing from ${ACTS} as act
  where not exists (select from ${LOG} as log where log.position = act.position)
  union all
  select null, log.position::text from ${LOG} as log
  where log.position < (select max(position) from ${ACTS})
    and not exists (select from ${ACTS} as act where act.position = log.position)
  limit ${MOST_NAMED}`;

interface Wrong {
  readonly strange: string | null;
  readonly missing: string | null;
}

/**
 * Compares which records are in the list of acts. What the list says of each was compared with the record itself. `end`
 * is the first position that the log doesn't have.
 */
export async function checkActs(client: Client, end: number, findings: FsckFindings): Promise<void> {
  const { rows } = await client.query<Wrong>(WRONG);
  // The log's end is known to be lost: acts beyond it follow from that.
  const isLost = findings.all.some(({ verdict }) => LOST_END.includes(verdict));
  for (const wrong of rows) if (!isLost || Number(wrong.strange ?? -1) < end) reportAct(wrong, findings);
}

function reportAct({ strange, missing }: Wrong, findings: FsckFindings): void {
  const key = (strange ?? missing) as string;
  findings.derive([[LOG, key]], {
    verdict: strange === null ? 'deleted' : 'inserted',
    table: ACTS,
    key,
    column: null,
    after: Number(key),
    before: null,
    message:
      strange === null
        ? `The record at position ${key} is not in the list of acts.`
        : `The list of acts has a record at position ${key}, and the log has none there.`,
  });
}
