import { readScopes } from '../auth/read-scopes.ts';
import type { Context } from '../context.ts';
import { ENTRY_STATES, isTerminal } from '../law/states.ts';
import type { HistoryFeed } from '../log/feed/feed.ts';
import type { StreamMessage } from '../log/feed/history-message.ts';
import { Recently } from '../log/feed/teller.ts';
import type { Bound } from '../reading/bind.ts';
import { BacklogWatch, type BacklogWord } from '../reading/counters/backlog-watch.ts';
import { type EntryFilter, entryFilterOf } from '../reading/counters/entry-filter.ts';
import { entryTest } from '../reading/counters/entry-tests.ts';
import { reachOf } from '../reading/reach.ts';
import { readPage } from '../reading/read.ts';
import {
  BacklogMessageType,
  type StreamedBacklog,
  StreamedCount,
} from '../schema/backlog/backlog-message.ts';
import { builder } from '../schema/builder.ts';
import { EntryConnection } from '../schema/entry.ts';
import { requireScope } from './queries/guard.ts';
import { readNamed } from './streamed-rows.ts';

builder.subscriptionField('backlog', (t) =>
  t.field({
    type: BacklogMessageType,
    nullable: false,
    description:
      'How many entries are in which status: a snapshot, then each change with the counts after it, out of the same ' +
      'log as `history`. A client that resumes with the last cursor gets every change after it, and no second ' +
      'snapshot. A token narrowed to entries sees those alone. Needs the scope ledger:observe.',
    args: {
      after: t.arg.string({
        description:
          'The cursor of the last message seen. Absent: from now, with a snapshot. Empty: from the start, where ' +
          'nothing has been counted.',
      }),
      filter: t.arg({
        type: EntryConnection.filter,
        description:
          'Conditions on entries; only those count that meet them. Conditions on the status choose which counts are ' +
          'shown: an entry that leaves such a status is a change, too.',
      }),
    },
    subscribe: (_, { after, filter: input }, context) => {
      const session = requireScope(context, 'backlog', 'ledger:observe');
      const filter = entryFilterOf(context, input ?? {}, 'backlog');
      const { tokenId, entryIds, scopes } = session;
      const options = { after, tokenId, entryIds, scopes: readScopes(scopes) };
      return context.feed.follow(options, watchOf(context, filter).teller());
    },
    resolve: streamMessage,
  }),
);

/** Filters and reaches that are remembered for a feed. */
const KEPT_WATCHES = 256;
const watches = new WeakMap<HistoryFeed, Recently<string, BacklogWatch>>();

/** What all watch who have this filter and reach. */
function watchOf(context: Context, filter: EntryFilter): BacklogWatch {
  const reach = reachOf(context.session);
  const known = watches.get(context.feed) ?? new Recently<string, BacklogWatch>(KEPT_WATCHES);
  watches.set(context.feed, known);
  return known.get(JSON.stringify([filter.key, reach]), () => {
    const reads = context.reads[filter.login];
    const test = filter.lasting.length === 0 ? null : entryTest(context, filter);
    return new BacklogWatch({ reads, filter, reach }, test);
  });
}

/** Without a condition on the status, a snapshot lists what can still move. */
const OPEN: Bound = {
  column: 'status',
  codec: 'word',
  operator: 'any',
  value: ENTRY_STATES.filter((state) => !isTerminal(state)),
};

function streamMessage(message: BacklogWord | StreamMessage): StreamedBacklog {
  if (message.type === 'CaughtUp')
    throw new Error('A stream of the backlog does not say that it has caught up.');
  if (!('counts' in message)) return message;
  const { cursor, position } = message;
  const counts = message.counts.map(
    ({ status, kind, count }) =>
      new StreamedCount(
        status,
        kind,
        count,
        async () => (await message.oldest()).get(`${status} ${kind}`) ?? null,
      ),
  );
  const place = { cursor, position, counts };
  if (message.type === 'BacklogChange')
    return { type: message.type, ...place, readEntries: readNamed('Entry', message.entryIds) };
  const { bound, statuses } = message.filter;
  const listed = statuses === null ? [...bound, OPEN] : bound;
  return {
    type: message.type,
    ...place,
    readEntries: (context, info) => readPage(context, info, 'Entry', listed),
  };
}
