/** What urql's graphcache has to know beside the schema: `cacheExchange({ schema, keys })`. */
import { VALUES } from './generated/cache.ts';

/** Rows are kept by `id`, as graphcache does by itself; these have no identity of their own. */
export const keys: Record<string, () => null> = Object.fromEntries(VALUES.map((name) => [name, () => null]));
