import { z } from 'zod';
import { DEFAULT_RULES, type NumberedRules, RULES_OF_ORIGIN, readRules } from '../../law/rules/rules.ts';
import { sqlFragment } from '../../text/sql-fragment.ts';

/** Taken alone by who changes the rules, so that the log has each act after the rules that it was judged by. */
export const LOCK_RULES_SQL = "pg_advisory_xact_lock(hashtextextended('cutter:rules', 0))";
export const LOCK_RULES = sqlFragment(LOCK_RULES_SQL);

/** Taken shared by every verb that the rules judge, before it looks. */
export const LOCK_RULES_SHARED = sqlFragment(
  "pg_advisory_xact_lock_shared(hashtextextended('cutter:rules', 0))",
);

/** The newest rules as JSON; null where the log has none. */
export const RULES_NOW_SQL = `(select json_build_object('version', u.version, 'rules', u.body)
  from cutter_auth.rules u order by u.version desc limit 1)`;
export const RULES_NOW = sqlFragment(RULES_NOW_SQL);

/** Rules as a statement read them. Those that were altered so that nobody can read them count as the default ones. */
export const rulesRow = z
  .object({ version: z.int(), rules: z.unknown() })
  .nullable()
  .transform(
    (row): NumberedRules =>
      row === null
        ? RULES_OF_ORIGIN
        : { version: row.version, rules: readRules(row.rules, []).rules ?? DEFAULT_RULES },
  );
