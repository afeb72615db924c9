import { type CommonQueryMethods, sql } from 'slonik';
import { CATALOG_MARK } from './catalog-mark.ts';
import { checkDrift } from './check-drift.ts';
import type { Divergence } from './divergence.ts';
import type { ShapeReader } from './shape.ts';

/**
 * Whether the database's shape is the ratified one, as a transaction sees it that holds its locks. It compares the
 * whole shape only where a catalog changed since it last found no divergence.
 */
export class ShapeGuard {
  #ratified: string | null = null;

  async divergences(
    connection: Pick<CommonQueryMethods, 'one' | 'any' | 'query'>,
  ): Promise<readonly Divergence[]> {
    // Read first: what changes between the two statements is compared now, and again the next time.
    const { mark } = await connection.one(CATALOG_MARK);
    if (mark === this.#ratified) return [];
    const divergences = await checkDrift(readerOf(connection));
    this.#ratified = divergences.length === 0 ? mark : null;
    return divergences;
  }
}

/** Sends a statement whose values are numbered, as the driver takes it. */
function readerOf(connection: Pick<CommonQueryMethods, 'query'>): ShapeReader {
  return {
    query: async (text, values) =>
      (await connection.query({ ...sql.unsafe``, sql: text, values: values as never })) as never,
  };
}
