import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { keySpellingFault } from '../../law/key-spelling.ts';
import { InvalidInput, problemAt } from '../../law/refusals.ts';
import { phaseIds } from './ids.ts';
import type { PhaseCall } from './transaction.ts';

const usedRow = z.object({ used: z.boolean() });

/**
 * Refuses a key that reads like another one (`key-spelling.ts`). One that an earlier version took keeps its answer: its
 * call can be repeated.
 */
export async function refuseSpelling(
  evidence: Pick<CommonQueryMethods, 'one'>,
  { verb, idempotencyKey }: PhaseCall,
): Promise<void> {
  const fault = keySpellingFault(idempotencyKey);
  if (fault === null) return;
  const { record } = phaseIds(verb, idempotencyKey);
  const { used } = await evidence.one(sql.prepared('key.used', usedRow)`
    /* key.used */ select exists (
      select from cutter_log.record_part where record_id = ${record}::uuid and part = 0) as used`);
  if (used) return;
  const way =
    fault.instead === null ? 'Choose another key.' : `Write ${JSON.stringify(fault.instead)} instead.`;
  const message = `idempotencyKey ${fault.complaint}, so it reads like another key. ${way}`;
  throw new InvalidInput(`The input can't be taken: ${message}`, [
    problemAt(['input', 'idempotencyKey'], 'key-spelling', message),
  ]);
}
