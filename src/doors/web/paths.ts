/** Paths of this server. Within the doors a path is what follows the base under which a proxy shows the server. */

export const GRAPHQL_PATH = '/graphql';

/** A path as links and proxies use it. @param base `/ledger`; null where the server is the whole site */
export function pathUnder(base: string | null, path: string): string {
  return base === null ? path : `${base}${path}`;
}

/** What follows the base in a request's path; null where it begins otherwise. The base alone is the start page. */
export function pathWithin(base: string | null, path: string): string | null {
  if (base === null) return path;
  if (path === base) return '/';
  return path.startsWith(`${base}/`) ? path.slice(base.length) : null;
}

/** `/ledger` or `/a/b`, of characters that need no escape, without dots alone and without a slash at the end. */
export function isBasePath(text: string): boolean {
  return /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/.test(text);
}
