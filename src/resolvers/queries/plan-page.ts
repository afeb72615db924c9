/** Pages of a plan's records. A cursor is the place of a record in the plan. */

import type { ObjectRef } from '@pothos/core';
import { badInput } from '../../reading/bad-input.ts';
import { boundSize } from '../../reading/bind.ts';
import { PreviewFields } from '../../reading/preview.ts';
import { builder } from '../../schema/builder.ts';
import { PageInfo } from '../../schema/node.ts';

/** The arguments that choose a page; null and absent are one. */
export interface PlanWindow {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
}

export interface PlanPage<Record> {
  readonly edges: readonly { readonly cursor: string; readonly node: Record }[];
  readonly pageInfo: Readonly<globalThis.Record<string, boolean | string | null>>;
  readonly totalCount: number;
}

/**
 * The page of records in their order; `places` has the place of each in the plan, and `recordAt` gives the nth of
 * them.
 */
export function planPage<Record>(
  places: readonly number[],
  recordAt: (index: number) => Record,
  { first, last, after, before }: PlanWindow,
  path: string,
): PlanPage<Record> {
  const { size, isFromEnd } = boundSize(first, last, path);
  const start = after == null ? 0 : places.findIndex((place) => place > placeOf(after, `${path}(after:)`));
  const from = start === -1 ? places.length : start;
  const until = before == null ? places.length : indexBefore(places, placeOf(before, `${path}(before:)`));
  const end = Math.max(from, until);
  const [low, high] = isFromEnd ? [Math.max(from, end - size), end] : [from, Math.min(end, from + size)];
  const edges = places.slice(low, high).map((place, at) => ({
    cursor: cursorOf(place),
    node: recordAt(low + at),
  }));
  const pageInfo = {
    hasNextPage: isFromEnd ? before != null : high < end,
    hasPreviousPage: isFromEnd ? low > from : after != null,
    startCursor: edges.at(0)?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  };
  return { edges, pageInfo, totalCount: places.length };
}

/** How many places come before this one. */
function indexBefore(places: readonly number[], before: number): number {
  const at = places.findIndex((place) => place >= before);
  return at === -1 ? places.length : at;
}

function cursorOf(place: number): string {
  return Buffer.from(`plan:${place}`).toString('base64url');
}

function placeOf(cursor: string, where: string): number {
  const place = /^plan:(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))?.[1];
  if (place === undefined) throw badInput(where, 'is no cursor of this connection');
  return Number(place);
}

/** The connection of records of one type, with its edge. */
export function planConnection<Record>(
  name: string,
  node: ObjectRef<typeof builder.$inferSchemaTypes, Record>,
  description: string,
) {
  const edge = builder.objectRef<PlanPage<Record>['edges'][number]>(`${name}Edge`).implement({
    description: `One row of a ${name}Connection.`,
    fields: (t) => ({
      cursor: t.string({
        description: 'Opaque place of this row in the plan.',
        resolve: ({ cursor }) => cursor,
      }),
      node: t.field({ type: node, description: 'The row itself.', resolve: (one) => one.node as never }),
    }),
  });
  return builder.objectRef<PlanPage<Record>>(`${name}Connection`).implement({
    description,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: 'The rows with their cursors.',
        resolve: (page) => [...page.edges],
      }),
      nodes: t.field({
        type: [node],
        description: 'The rows alone.',
        resolve: (page) => page.edges.map((one) => one.node) as never,
      }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'Where this page is in its connection.',
        resolve: ({ pageInfo }) => new PreviewFields(pageInfo),
      }),
      totalCount: t.int({ description: 'How many rows all pages have.', resolve: (page) => page.totalCount }),
      totalCountAtLeast: t.int({
        description: 'The same: all rows are counted.',
        resolve: (page) => page.totalCount,
      }),
    }),
  });
}
