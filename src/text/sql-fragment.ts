import { type FragmentSqlToken, sql } from 'slonik';

const empty = sql.fragment``;

/** SQL text of this program, without values, as a part of a statement of the pools. */
export function sqlFragment(text: string): FragmentSqlToken {
  return { ...empty, sql: text };
}
