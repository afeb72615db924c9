/** What a plan sets aside, as an approver sees it: each stretch with its reason and its exact text. */
import type { PlanRecord } from '../../document/types.ts';
import { PreviewFields } from '../../reading/preview.ts';
import { builder } from '../../schema/builder.ts';
import { PageInfo } from '../../schema/node.ts';
import { cursorOf, placeAfter, refuseSize } from './plan-page.ts';

/** A record without a unit: it has the reason. */
type ExcludedRecord = PlanRecord & { readonly excludedBecause: string };

const ExcludedStretch = builder.objectRef<ExcludedRecord>('ExcludedStretch').implement({
  description: 'A stretch of the document that becomes no unit. Its text is stored in the manifest.',
  fields: (t) => ({
    localId: t.exposeString('localId', { description: 'Names it in the manifest.' }),
    reason: t.exposeString('excludedBecause', {
      description: 'Why it is no unit: `front_matter`, `blank`, or what the caller wrote.',
    }),
    start: t.exposeInt('start', { description: 'First byte.' }),
    end: t.exposeInt('end', { description: 'First byte after it.' }),
    text: t.exposeString('text', { description: 'The exact text.' }),
    blank: t.boolean({ description: 'Whether the text is white space alone.', resolve: isBlank }),
  }),
});

const isBlank = (record: PlanRecord): boolean => record.text.trim() === '';

const isExcluded = (record: PlanRecord): record is ExcludedRecord => record.excludedBecause !== null;

interface Page {
  readonly edges: { cursor: string; node: ExcludedRecord }[];
  readonly pageInfo: PreviewFields;
  readonly totalCount: number;
}

const ExcludedStretchEdge = builder
  .objectRef<{ cursor: string; node: ExcludedRecord }>('ExcludedStretchEdge')
  .implement({
    description: 'One excluded stretch with its cursor.',
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Opaque place of this stretch in the plan.' }),
      node: t.expose('node', { type: ExcludedStretch, description: 'The stretch.' }),
    }),
  });

export const ExcludedStretchConnection = builder.objectRef<Page>('ExcludedStretchConnection').implement({
  description: 'A page of excluded stretches in the order of the document.',
  fields: (t) => ({
    edges: t.expose('edges', {
      type: [ExcludedStretchEdge],
      description: 'The stretches with their cursors.',
    }),
    nodes: t.field({
      type: [ExcludedStretch],
      description: 'The stretches alone.',
      resolve: (page) => page.edges.map((edge) => edge.node),
    }),
    pageInfo: t.field({
      type: PageInfo,
      description: 'Where this page is in its connection.',
      resolve: (page) => page.pageInfo,
    }),
    totalCount: t.exposeInt('totalCount', { description: 'How many stretches all pages have.' }),
  }),
});

interface ExcludedArguments {
  readonly first: number;
  readonly after: string | null;
  /** True: only blank stretches; false: only others; null: all. */
  readonly blank: boolean | null;
}

/** One page of what a plan's records set aside. A cursor is the record's place, whatever is asked for. */
export function excludedPage(
  records: readonly PlanRecord[],
  { first, after, blank }: ExcludedArguments,
): Page {
  refuseSize(first);
  const from = after === null ? 0 : placeAfter(after);
  const all = records.filter(isExcluded).filter((record) => blank === null || isBlank(record) === blank);
  const rest = all.filter((record) => record.renderOrder >= from);
  const edges = rest.slice(0, first).map((node) => ({ cursor: cursorOf(node.renderOrder), node }));
  const pageInfo = new PreviewFields({
    hasNextPage: rest.length > edges.length,
    hasPreviousPage: from > 0,
    startCursor: edges.at(0)?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  });
  return { edges, pageInfo, totalCount: all.length };
}
