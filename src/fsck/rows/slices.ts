import type { Client } from 'pg';
import { TOKEN } from '../../ledger/tables/party.ts';
import type { Kind } from '../kinds.ts';
import type { Sketch } from './sketch.ts';
import { type Slice, takeRows } from './table-rows.ts';

/**
 * Tables that are read at once. What a unit is compared with is looked up for all units; the pages of tokens may not be
 * read, as their hashes may not.
 */
const WHOLE: ReadonlySet<string> = new Set(['public.information_unit', TOKEN.name]);

/** Cuts tables into slices of `size` pages. The last one of each table has no end, so together they are the table. */
export async function slicesOf(client: Client, kinds: readonly Kind[], size: number): Promise<Slice[]> {
  const { rows } = await client.query<{ pages: number }>(
    `/* fsck.pages */ select
       ceil(pg_relation_size(t.name::regclass) / current_setting('block_size')::float8)::int as pages
     from unnest($1::text[]) with ordinality as t (name, place) order by t.place`,
    [kinds.map(({ table }) => table)],
  );
  return kinds.flatMap((kind, at) => {
    const pages = WHOLE.has(kind.recorded) ? 0 : (rows[at]?.pages as number);
    return Array.from({ length: Math.max(1, Math.ceil(pages / size)) }, (_, index) => ({
      kind,
      pages: pagesSql(index * size, (index + 1) * size < pages ? (index + 1) * size : null),
    }));
  });
}

function pagesSql(from: number, until: number | null): string {
  if (until === null) return from === 0 ? '' : `where r.ctid >= '(${from},0)'`;
  return `where r.ctid >= '(${from},0)' and r.ctid < '(${until},0)'`;
}

/** Whose turn it is, among threads: each slice is taken once. */
export class Turns {
  readonly shared: Int32Array<SharedArrayBuffer>;

  constructor(shared = new Int32Array(new SharedArrayBuffer(4))) {
    this.shared = shared;
  }

  take(): number {
    return Atomics.add(this.shared, 0, 1);
  }
}

/** Reads slices as long as any are left; returns how many rows of each kind it saw, by the kind's index. */
export async function takeSlices(
  client: Client,
  slices: readonly Slice[],
  turns: Turns,
  sketch: Sketch,
): Promise<number[]> {
  const counts: number[] = [];
  for (let slice = slices[turns.take()]; slice !== undefined; slice = slices[turns.take()]) {
    const { index } = slice.kind;
    counts[index] = (counts[index] ?? 0) + (await takeRows(client, slice, sketch));
  }
  return counts;
}
