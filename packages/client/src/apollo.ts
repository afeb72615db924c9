/** What Apollo's cache has to know of the schema: `new InMemoryCache({ possibleTypes, typePolicies })`. */
import { LISTS, possibleTypes, VALUES } from './generated/cache.ts';

export { possibleTypes };

type Page = Readonly<Record<string, unknown>> & {
  readonly edges?: readonly unknown[];
  readonly nodes?: readonly unknown[];
  readonly pageInfo?: Readonly<Record<string, unknown>>;
};

type PageArguments = { readonly args: Readonly<Record<string, unknown>> | null };

interface ListPolicy {
  readonly keyArgs: string[];
  merge(existing: Page | undefined, incoming: Page, options: PageArguments): Page;
}

interface TypePolicy {
  /** False: the object has no identity of its own. */
  readonly keyFields?: false;
  /** Whether the parts of such an object, read by different operations, are put together. */
  readonly merge?: true;
  readonly fields?: Readonly<Record<string, ListPolicy>>;
}

/** Rows are kept by `id`, as Apollo does by itself. Lists grow page by page, in both directions. */
export const typePolicies: Record<string, TypePolicy> = Object.fromEntries(
  [...new Set([...VALUES, ...Object.keys(LISTS)])].map((name) => [
    name,
    {
      ...(VALUES.includes(name) ? ({ keyFields: false, merge: true } as const) : {}),
      fields: Object.fromEntries(
        Object.entries(LISTS[name] ?? {}).map(([field, keyArgs]) => [field, { keyArgs, merge: mergePages }]),
      ),
    },
  ]),
);

/** A page behind `after` is put behind what is there, one before `before` in front; any other begins the list anew. */
function mergePages(existing: Page | undefined, incoming: Page, { args }: PageArguments): Page {
  const isBehind = args?.['after'] != null;
  if (existing === undefined || (!isBehind && args?.['before'] == null)) return incoming;
  const [first, second] = isBehind ? [existing, incoming] : [incoming, existing];
  return {
    ...existing,
    ...incoming,
    ...joined('edges', first, second),
    ...joined('nodes', first, second),
    pageInfo: {
      ...existing.pageInfo,
      ...incoming.pageInfo,
      // The outer ends are those of the outer pages.
      ...(first.pageInfo && pick(first.pageInfo, 'startCursor', 'hasPreviousPage')),
      ...(second.pageInfo && pick(second.pageInfo, 'endCursor', 'hasNextPage')),
    },
  };
}

function joined(name: 'edges' | 'nodes', first: Page, second: Page): Partial<Page> {
  const [one, other] = [first[name], second[name]];
  return one === undefined && other === undefined ? {} : { [name]: [...(one ?? []), ...(other ?? [])] };
}

function pick(from: Readonly<Record<string, unknown>>, ...names: readonly string[]) {
  return Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]]));
}
