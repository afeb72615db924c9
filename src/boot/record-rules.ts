import type { ClientBase } from 'pg';
import { lockQueue } from '../keys/key-record.ts';
import { buildRecord } from '../law/record.ts';
import { OWNER_RULES_VERB } from '../law/record-verbs.ts';
import { DEFAULT_RULES } from '../law/rules/rules.ts';
import type { Mode } from '../law/values.ts';
import { LOCK_RULES_SQL } from '../ledger/rules/rules-sql.ts';
import { RULES } from '../ledger/tables/rules.ts';
import { standingSuspension } from '../log/setback/suspension.ts';
import type { PlainJson } from '../proof/canonical.ts';
import { derivedId } from '../proof/uuid.ts';
import { handRecord, timeOfTransaction } from './hand-record.ts';

const VERSION = 1;

/**
 * Writes the rules that a ledger begins with, and their record, where it has none: in a new ledger, and in one that an
 * earlier version made. What the log has before that record is judged by the rules of origin.
 */
export async function beginRules(owner: ClientBase, mode: Mode): Promise<void> {
  await owner.query(`/* rules.begin_lock */ select ${LOCK_RULES_SQL}`);
  const { rowCount } = await owner.query('/* rules.begun */ select from cutter_auth.rules');
  // A suspended ledger takes no record.
  if (rowCount !== 0 || (await standingSuspension(owner)) !== null) return;
  const at = await timeOfTransaction(owner);
  const rulesId = derivedId('rules:begin\0row');
  const row = {
    version: VERSION,
    body: DEFAULT_RULES as unknown as PlainJson,
    reason: null,
    changed_by: null,
  };
  await owner.query(
    `/* rules.begin */ insert into cutter_auth.rules (rules_id, version, body, changed_at)
    values ($1, $2, $3, transaction_timestamp())`,
    [rulesId, VERSION, JSON.stringify(DEFAULT_RULES)],
  );
  await lockQueue(owner);
  const record = buildRecord({
    recordId: derivedId('rules:begin\0record'),
    verb: OWNER_RULES_VERB,
    lane: null,
    principalId: null,
    personId: null,
    mode,
    at,
    history: [],
    rows: [
      {
        table: RULES.name,
        id: rulesId,
        op: 'insert',
        columns: { rules_id: rulesId, ...row, changed_at: at },
      },
    ],
    rules: { version: VERSION, rules: DEFAULT_RULES },
  });
  await handRecord(owner, record);
}
