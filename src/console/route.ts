/** Which page the fragment of the address names. It is never sent to the server. */
import { signal } from '@preact/signals';

export interface Route {
  readonly page: 'board' | 'entry' | 'review' | 'documents' | 'document';
  /** The entry or the document; null where the page has none. */
  readonly of: string | null;
}

const PAGES: Readonly<Record<string, Route['page']>> = {
  entry: 'entry',
  review: 'review',
  document: 'document',
};

export const route = signal(readRoute());

export const hrefOf = (page: Route['page'], of: string | null = null): string =>
  of === null ? `#/${page === 'board' ? '' : page}` : `#/${page}/${encodeURIComponent(of)}`;

addEventListener('hashchange', () => {
  route.value = readRoute();
});

function readRoute(): Route {
  const [, name, of] = /^#\/(\w+)(?:\/(.+))?$/.exec(location.hash) ?? [];
  if (name === 'documents') return { page: 'documents', of: null };
  const page = name === undefined ? undefined : PAGES[name];
  if (page === undefined || of === undefined) return { page: 'board', of: null };
  try {
    return { page, of: decodeURIComponent(of) };
  } catch {
    return { page: 'board', of: null };
  }
}
