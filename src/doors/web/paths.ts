/** Paths of this server. Within the doors a path is what follows the base under which a proxy shows the server. */

export const GRAPHQL_PATH = '/graphql';

/** A path as links and proxies use it. @param base `/ledger`, or nothing */
export function pathUnder(base: string, path: string): string {
  return `${base}${path}`;
}

/** What follows the base in a request's path; null where it begins otherwise. The base alone is the start page. */
export function pathWithin(base: string, path: string): string | null {
  if (base === '') return path;
  if (path === base) return '/';
  return path.startsWith(`${base}/`) ? path.slice(base.length) : null;
}

/** `/ledger` or `/a/b`, of characters that need no escape, without dots alone and without a slash at the end. */
export function isBasePath(text: string): boolean {
  return /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/.test(text);
}
