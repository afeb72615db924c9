import type { Client } from 'pg';
import { copyRows } from './rows/copy.ts';

/** Streams a query of one JSON column, parsed. */
export async function eachJsonRow<T>(client: Client, query: string, each: (row: T) => void): Promise<void> {
  await copyRows(client, query, ([text]) => each(JSON.parse(text as string) as T));
}

/**
 * The position of the record that wrote a row; null while it waits for one. No index by position answers this
 * aggregate. Otherwise the planner would read the log from its beginning for one row, and not use the index of row ids.
 */
export const positionSql = (id: string) =>
  `(select min(l.position + 0) from cutter_log.log l where l.row_ids @> array[${id}])`;
