import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../context.ts';
import type { StreamMessage } from '../../log/feed/history-message.ts';
import { builder } from '../builder.ts';
import { Entry, EntryConnection } from '../entry.ts';
import { HeartbeatType, ReadyType, ResetType } from '../history-message.ts';
import { type Node, PreviewNode, pageWindow } from '../node.ts';
import { StatusCount } from './backlog.ts';

/** How many entries are in a status behind one position; since when the first of them has been is read when asked. */
export class StreamedCount extends PreviewNode {
  readonly #status: string;
  readonly #kind: string;
  readonly #count: number;
  readonly #oldestSince: () => Promise<string | null>;

  constructor(status: string, kind: string, count: number, oldestSince: () => Promise<string | null>) {
    super();
    this.#status = status;
    this.#kind = kind;
    this.#count = count;
    this.#oldestSince = oldestSince;
  }

  override read(field: string): unknown {
    const read: Readonly<Record<string, () => unknown>> = {
      status: () => this.#status,
      kind: () => this.#kind,
      count: () => this.#count,
      oldestSince: this.#oldestSince,
    };
    return read[field]?.();
  }
}

interface StreamedPlace {
  readonly cursor: string;
  readonly position: string;
  readonly counts: readonly StreamedCount[];
}

/** A snapshot on its way; its entries are read when they are asked for. */
interface StreamedSnapshot extends StreamedPlace {
  readonly type: 'BacklogSnapshot';
  readonly readEntries: (context: Context, info: GraphQLResolveInfo) => Promise<Node>;
}

/** A change on its way. */
interface StreamedChange extends StreamedPlace {
  readonly type: 'BacklogChange';
  readonly readEntries: (context: Context, info: GraphQLResolveInfo) => Promise<readonly Node[]>;
}

export type StreamedBacklog =
  | Exclude<StreamMessage, { type: 'CaughtUp' }>
  | StreamedSnapshot
  | StreamedChange;

const COUNTS =
  'How many entries are in each status, by kind, of those that the filter asks for. What none is in is left out.';

const BacklogSnapshot = builder.objectRef<StreamedSnapshot>('BacklogSnapshot').implement({
  description: 'The backlog as it is where the stream begins. It comes once, right after `Ready`.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Given as `after`, the stream goes on from here.' }),
    position: t.field({
      type: 'Position',
      description: 'The last position that is counted.',
      resolve: ({ position }) => position,
    }),
    counts: t.field({ type: [StatusCount], description: COUNTS, resolve: ({ counts }) => [...counts] }),
    entries: t.field({
      type: EntryConnection.ref,
      description:
        'The entries that the filter asks for, as they are when this is sent, in the order of the log. Without a ' +
        'condition on the status, those that have not ended.',
      args: pageWindow(t.arg, 'Entries'),
      resolve: (snapshot, _args, context, info) => snapshot.readEntries(context, info),
    }),
  }),
});

const BacklogChange = builder.objectRef<StreamedChange>('BacklogChange').implement({
  description: 'One record that moved entries of the backlog, with the counts after it.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description: 'Given as `after`, the stream goes on behind this record.',
    }),
    position: t.field({
      type: 'Position',
      description: 'The place of the record in the log.',
      resolve: ({ position }) => position,
    }),
    entries: t.field({
      type: [Entry],
      description: 'The entries that moved, as they are when this is sent, in the order of the record.',
      resolve: async (change, _args, context, info) => [...(await change.readEntries(context, info))],
    }),
    counts: t.field({
      type: [StatusCount],
      description: `${COUNTS} They are as they were right after \`position\`.`,
      resolve: ({ counts }) => [...counts],
    }),
  }),
});

export const BacklogMessageType = builder.unionType('BacklogMessage', {
  description:
    '`Ready`, then one `BacklogSnapshot` where the stream began without a cursor, then each `BacklogChange`, and a ' +
    '`Heartbeat` where it is quiet. A `Reset` may come at any time, and ends the stream.',
  types: [ReadyType, BacklogSnapshot, BacklogChange, HeartbeatType, ResetType],
  resolveType: (message) => (message as StreamedBacklog).type,
});
