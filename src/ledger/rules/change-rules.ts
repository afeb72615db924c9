import { sql } from 'slonik';
import { z } from 'zod';
import { IllegalTransition, InvalidInput, problemAt } from '../../law/refusals.ts';
import { type NumberedRules, type Rules, readRules } from '../../law/rules/rules.ts';
import { canonicalJson, type PlainJson } from '../../proof/canonical.ts';
import { refuseConflict, refuseOther } from '../envelope/conflict.ts';
import { AT } from '../envelope/reading.ts';
import type { PartyTx, RulesDone } from '../envelope/transaction.ts';
import { composeWrites, insertRows } from '../envelope/writes.ts';
import { RULES } from '../tables/rules.ts';
import { LOCK_RULES, RULES_NOW, rulesRow } from './rules-sql.ts';
import { weakerIn } from './weaker-rules.ts';

export interface ChangeRulesInput {
  readonly idempotencyKey: string;
  readonly rules: PlainJson;
  readonly reason: string | null;
}

export interface ChangeRulesAnswer {
  readonly version: number;
  readonly rules: Rules;
  /** What the new rules allow and those before didn't, each with an example; empty where they are no weaker. */
  readonly weaker: readonly string[];
  readonly reason: string | null;
  readonly changedBy: string;
  readonly before: NumberedRules;
}

const lockRow = z.object({ at: z.string() });
const lookRow = z.object({
  now: rulesRow,
  /** Those before the ones that this key made. */
  before: rulesRow,
  first: z
    .object({
      version: z.int(),
      rules: z.unknown(),
      reason: z.string().nullable(),
      by: z.string().nullable(),
    })
    .nullable(),
  /** Persons that are named and unknown. */
  unknown: z.array(z.string()),
});

/**
 * CHANGE RULES — who may stand on two sides of an entry, and whose approvals a cut needs, from now on.
 *
 *     no state moves        no lane, role cutter_registrar
 *
 * Locks    one lock for all rules: alone, where the verbs that they judge share it
 * Reads    the newest rules · the version of this key · the persons that are named
 * Writes   1 rules
 * Refuses  InvalidInput         a member isn't known, or the rules let together what is always apart
 *          IdempotencyConflict  the key changed something else, or another administrator used it
 *          IllegalTransition    these are the rules already
 * Replay   same key, content and principal: the first version, `replayed: true`
 * See      docs/reference/api.md, docs/reference/rules.md
 */
export async function changeRules(
  tx: PartyTx<'changeRules'>,
  input: ChangeRulesInput,
): Promise<RulesDone<ChangeRulesAnswer>> {
  const rules = rulesIn(input);
  const { at } = await tx.connection.one(sql.prepared('changeRules.lock', lockRow)`
    /* changeRules.lock */ with one as materialized (select ${LOCK_RULES} as taken) select ${AT} as at from one`);
  const look = await lookForChange(tx, rules);
  const { first } = look;
  if (first !== null) {
    refuseOther(tx.caller, first.by ?? tx.caller.principalId);
    refuseConflict('changed the rules otherwise', [
      ['rules', first.rules, rules],
      ['reason', first.reason, input.reason],
    ]);
    const made = { version: first.version, rules };
    return { value: answerOf(tx, input, look.before, made), writes: null, rules: made };
  }
  refuseUnknownPersons(rules, look.unknown);
  if (
    canonicalJson(look.now.rules as unknown as PlainJson) === canonicalJson(rules as unknown as PlainJson)
  ) {
    const message = `These are the rules already (version ${look.now.version}); nothing is to be changed.`;
    throw new IllegalTransition(message, [problemAt(['input', 'rules'], 'unchanged', message)]);
  }
  const made = { version: look.now.version + 1, rules };

  // From here it must succeed.
  const row = {
    rules_id: tx.ids.rules,
    version: made.version,
    body: rules as unknown as PlainJson,
    reason: input.reason,
    changed_by: tx.caller.principalId,
  };
  const { writes, sent } = composeWrites(at, { rules: insertRows(RULES, [row]) });
  await tx.connection.query(sql.prepared('changeRules.write', z.object({}))`
    /* changeRules.write */ ${sent.rules}`);
  return { value: answerOf(tx, input, look.now, made), writes, rules: made };
}

function answerOf(
  { caller }: Pick<PartyTx, 'caller'>,
  { reason }: ChangeRulesInput,
  before: NumberedRules,
  made: NumberedRules,
): ChangeRulesAnswer {
  const weaker = weakerIn(before.rules, made.rules);
  return { ...made, weaker, reason, changedBy: caller.principalId, before };
}

function rulesIn({ rules: given }: ChangeRulesInput): Rules {
  const { rules, problems } = readRules(given, ['input', 'rules']);
  if (rules !== null) return rules;
  const { path, message } = problems[0]!;
  throw new InvalidInput(`${path.slice(1).join('.')}: ${message}`, problems);
}

async function lookForChange(
  { connection, ids }: PartyTx<'changeRules'>,
  { roles }: Rules,
): Promise<z.infer<typeof lookRow>> {
  const persons = [...new Set(Object.values(roles).flat())];
  return await connection.one(sql.prepared('changeRules.look', lookRow)`
    /* changeRules.look */ select ${RULES_NOW} as now,
      (select json_build_object('version', b.version, 'rules', b.body) from cutter_auth.rules f
        join cutter_auth.rules b on b.version = f.version - 1 where f.rules_id = ${ids.rules}::uuid) as before,
      (select json_build_object('version', f.version, 'rules', f.body, 'reason', f.reason, 'by', f.changed_by)
        from cutter_auth.rules f where f.rules_id = ${ids.rules}::uuid) as first,
      (select coalesce(json_agg(named.id), '[]') from unnest(${sql.array(persons, 'uuid')}) as named (id)
        where not exists (select from cutter_auth.person p where p.person_id = named.id)) as unknown`);
}

function refuseUnknownPersons({ roles }: Rules, unknown: readonly string[]): void {
  if (unknown.length === 0) return;
  const problems = Object.entries(roles).flatMap(([role, persons]) =>
    persons.flatMap((id, at) => {
      if (!unknown.includes(id)) return [];
      const message = `There is no person ${id}. The query "principals" shows the ids of persons.`;
      return [problemAt(['input', 'rules', 'roles', role, String(at)], 'person-unknown', message)];
    }),
  );
  throw new InvalidInput(problems[0]!.message, problems);
}
