import { type CommonQueryMethods, type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { planByKeys } from '../envelope/plan-by-keys.ts';
import { jsonRows } from '../envelope/reading.ts';

/** Blocks of one page: both sides are done with one in some 20 ms. */
const PAGE_BLOCKS = 500;

/** What CUT and VERIFY read back of a block. */
export interface StoredBlock {
  readonly unit_local_id: string;
  readonly block_role: 'origin' | 'result';
  readonly start: unknown;
  readonly end: unknown;
  readonly render_order: number;
  readonly target_unit_id: string | null;
  readonly address: string | null;
  readonly parent: string | null;
  readonly summary: Readonly<Record<string, unknown>>;
}

/** The first blocks of a manifest in order, as one JSON array of `StoredBlock`s; `blockPages` gives the others. */
export function storedBlocks(manifestId: FragmentSqlToken): FragmentSqlToken {
  return pageOf(manifestId, sql.fragment`true`);
}

function pageOf(manifestId: FragmentSqlToken, only: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`(
    select coalesce(json_agg(json_build_object('unit_local_id', b.unit_local_id, 'block_role', b.block_role,
      'start', b.source_span->'start', 'end', b.source_span->'end', 'render_order', b.render_order,
      'target_unit_id', b.target_unit_id, 'address', b.proposed_canonical_address,
      'parent', b.candidate_edges->0->>'to',
      'summary', case when jsonb_typeof(b.payload_summary) = 'object' then b.payload_summary else '{}' end)
      order by b.render_order, b.unit_local_id), '[]')
    from (select * from cutter_governance.manifest_unit_block k where k.envelope_id = ${manifestId} and ${only}
      order by k.render_order, k.unit_local_id limit ${sql.literalValue(String(PAGE_BLOCKS))}::int) b)`;
}

const pageRow = z.object({ blocks: jsonRows<StoredBlock>() });

/** All blocks of a manifest in their order, page by page. `first` is what was read by `storedBlocks`. */
export async function* blockPages(
  connection: Pick<CommonQueryMethods, 'one' | 'query'>,
  manifestId: string,
  first: readonly StoredBlock[],
): AsyncGenerator<readonly StoredBlock[], void> {
  let page = first;
  if (page.length === PAGE_BLOCKS) await planByKeys(connection);
  for (;;) {
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_BLOCKS) return;
    const { render_order: order, unit_local_id: id } = last;
    ({ blocks: page } = await connection.one(
      sql.prepared('blocks.page', pageRow)`/* blocks.page */ select ${pageOf(
        sql.fragment`${manifestId}::uuid`,
        sql.fragment`(k.render_order, k.unit_local_id) > (${order}::int, ${id})`,
      )} as blocks`,
    ));
  }
}
