import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';

/**
 * From here on this transaction finds rows by their keys, in the order of an index. The statistics know nothing of a
 * new cut: by them, each chunk or page would read a whole table, or sort a whole manifest.
 */
export async function planByKeys(connection: Pick<CommonQueryMethods, 'query'>): Promise<void> {
  await connection.query(sql.prepared('plan.by_keys', z.unknown())`/* plan.by_keys */
    select set_config(name, 'off', true) from unnest(array['enable_hashjoin', 'enable_mergejoin', 'enable_seqscan',
      'enable_bitmapscan', 'enable_sort', 'enable_incremental_sort']) as name`);
}
