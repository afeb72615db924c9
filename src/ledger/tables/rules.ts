import { defineTable } from './table.ts';

/** cutter_auth.rules: a version of the rules, in force from its record on. */
export const RULES = defineTable('cutter_auth.rules', ['rules_id'], {
  rules_id: 'uuid',
  version: 'int',
  body: 'jsonb',
  reason: 'text?',
  changed_by: 'text?',
  changed_at: 'now',
});
