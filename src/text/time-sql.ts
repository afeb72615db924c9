import { type FragmentSqlToken, sql } from 'slonik';

/** A timestamptz as the ledger writes times, in SQL: UTC text with microseconds. */
export function timeTextSql(expression: string): string {
  return `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/** The same in a statement of the pools. */
export function timeText(column: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
