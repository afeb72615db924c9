import type { DatabasePool } from 'slonik';
import { PAGE_RECORDS, type RecordEvent, readHistoryPage } from './history-page.ts';

const KEPT_PAGES = 16;

/** Reads what is older than the ring, in aligned pages, so that subscribers that replay together share a read. */
export interface LogReplay {
  /** The event at `position`; undefined where the page is not of this incarnation or ends before it. */
  at(position: number, incarnation: string): Promise<RecordEvent | undefined>;
  clear(): void;
}

interface Page {
  readonly incarnation: string;
  readonly events: readonly RecordEvent[];
}

export function createReplay(observe: DatabasePool): LogReplay {
  const pages = new Map<number, Promise<Page>>();

  function read(start: number): Promise<Page> {
    const page = readHistoryPage(observe, start).then(({ head, events }) => {
      return { incarnation: head.incarnation, events };
    });
    page.catch(() => pages.delete(start));
    pages.set(start, page);
    for (const oldest of pages.keys()) {
      if (pages.size <= KEPT_PAGES) break;
      pages.delete(oldest);
    }
    return page;
  }

  return {
    async at(position, incarnation) {
      const start = position - (position % PAGE_RECORDS);
      const shared = pages.get(start);
      let page = await (shared ?? read(start));
      // Records never change, but the page may have been read when the log ended inside it.
      if (shared !== undefined && page.events[position - start] === undefined) page = await read(start);
      if (page.incarnation !== incarnation) {
        pages.delete(start);
        return undefined;
      }
      return page.events[position - start];
    },
    clear: () => pages.clear(),
  };
}
