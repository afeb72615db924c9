import type { Context } from '../../context.ts';
import type { EntryTest } from '../../log/feed/history-message.ts';
import type { RecordEvent } from '../../log/feed/history-page.ts';
import { Recently } from '../../log/feed/teller.ts';
import { askJson, type EntryFilter, EntryPart } from './entry-filter.ts';

/** Pages of records that streams are at. */
const KEPT_PAGES = 16;

/**
 * Which of the entries that records move meet a filter. It is asked once for all records that were read together, and
 * for all who follow them.
 */
export function entryTest(context: Context, filter: EntryFilter): EntryTest {
  const reads = context.reads[filter.login];
  const pages = new Recently<RecordEvent['page'], Promise<ReadonlySet<string>>>(KEPT_PAGES);

  async function matchingOf(page: RecordEvent['page']): Promise<ReadonlySet<string>> {
    const ids = [...new Set(page.flatMap(({ rows }) => rows.map(({ entry_id }) => entry_id)))];
    const part = new EntryPart(filter, null);
    const named = `e.entry_id = any(${part.bind(ids, 'uuid[]')})`;
    const query = `select coalesce(json_agg(m.entry_id), '[]') from ${part.entries(named)} m`;
    const { answer } = await askJson<string[]>(reads, 'stream.entries', query, part);
    return new Set(answer);
  }

  return { key: filter.key, matching: ({ page }) => pages.get(page, () => matchingOf(page)) };
}
