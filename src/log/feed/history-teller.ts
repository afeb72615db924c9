import { type CursorMark, encodePlace } from './cursor.ts';
import { type HistoryMessage, rowTest } from './history-message.ts';
import type { PlacedHistoryRow, RecordEvent } from './history-page.ts';
import type { SubscribeOptions } from './subscription.ts';
import { Recently, type Teller } from './teller.ts';

type HistoryEventMessage = Extract<HistoryMessage, { type: 'HistoryEvent' }>;

/** Messages that those who keep up are about to ask for. One who is further behind has its own made. */
const KEPT_MESSAGES = 64;
/** Ways to look at the history that are remembered. */
const KEPT_VIEWS = 256;

/** Gives those who see the same of the history the same messages. */
export function createHistoryTellers(): (options: SubscribeOptions) => Teller<HistoryEventMessage> {
  const views = new Recently<string, Teller<HistoryEventMessage>>(KEPT_VIEWS);
  return (options) => {
    const { filter, everyRecord = false, entryIds = null } = options;
    const { entries, ...plain } = filter ?? {};
    const reach = entryIds === null ? null : [...entryIds].sort();
    const key = JSON.stringify([plain, entries?.key ?? null, everyRecord, reach]);
    return views.get(key, () => historyTeller(options));
  };
}

function historyTeller({ filter, everyRecord, entryIds }: SubscribeOptions): Teller<HistoryEventMessage> {
  const matches = rowTest(filter ?? null, entryIds ?? null);
  const entries = filter?.entries ?? null;
  const made = new Recently<RecordEvent, ReturnType<Teller<HistoryEventMessage>['say']>>(KEPT_MESSAGES);

  function messageOf(event: RecordEvent, rows: readonly PlacedHistoryRow[], mark: CursorMark) {
    // Who sees all of the ledger also sees what moves no entry and still has something to show.
    const shows = matches === null && entries === null && hasContent(event);
    return rows.length > 0 || everyRecord === true || shows ? makeMessage(event, rows, mark) : null;
  }

  return {
    saysCaughtUp: true,
    say(event, mark) {
      const rows = matches === null ? event.rows : event.rows.filter(matches);
      if (rows.length === 0) return messageOf(event, rows, mark);
      return made.get(event, () => {
        if (entries === null) return messageOf(event, rows, mark);
        return entries.matching(event).then((found) =>
          messageOf(
            event,
            rows.filter(({ entry_id }) => found.has(entry_id)),
            mark,
          ),
        );
      });
    },
  };
}

function hasContent(event: RecordEvent): boolean {
  const { sourceIds, dependencyIds, profileIds, termIds, commentIds, resolutionIds } = event;
  const named = [sourceIds, dependencyIds, profileIds, termIds, commentIds, resolutionIds];
  return named.some((ids) => ids.length > 0);
}

function makeMessage(
  event: RecordEvent,
  rows: readonly PlacedHistoryRow[],
  { incarnation, key }: CursorMark,
): HistoryEventMessage {
  const { position, recordHash, sourceIds, dependencyIds } = event;
  const { profileIds, termIds, commentIds, resolutionIds } = event;
  const cursor = encodePlace({ incarnation, next: position + 1 }, key);
  return {
    type: 'HistoryEvent',
    cursor,
    position: String(position),
    recordHash,
    rows,
    sourceIds,
    dependencyIds,
    profileIds,
    termIds,
    commentIds,
    resolutionIds,
  };
}
