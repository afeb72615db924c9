import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import type { HistoryMessage, ResetReason } from '../log/feed/history-message.ts';
import type { PlacedHistoryRow } from '../log/feed/history-page.ts';
import { builder } from './builder.ts';
import { Comment, CommentResolution } from './comments/comment.ts';
import { Dependency } from './dependency.ts';
import { History } from './history.ts';
import { type Node, PreviewNode } from './node.ts';
import { CheckpointType } from './proof.ts';
import { ProfileType, type ProfileView } from './registry/profile.ts';
import { type TermView, VocabularyTermType } from './registry/vocabulary-term.ts';
import { Source } from './source.ts';

type Message<T extends HistoryMessage['type']> = Extract<HistoryMessage, { type: T }>;

const COLUMN_OF: Readonly<Record<string, keyof PlacedHistoryRow>> = {
  historyId: 'history_id',
  entryId: 'entry_id',
  entryVersionBefore: 'entry_version_before',
  entryVersionAfter: 'entry_version_after',
  changeKind: 'change_kind',
  changedBy: 'changed_by',
  changedAt: 'changed_at',
  position: 'position',
  logOrdinal: 'log_ordinal',
};

/** Reads the rows that a record names. */
type ReadNamed = (context: Context, info: GraphQLResolveInfo) => Promise<readonly Node[]>;

/** Reads what a record registered, of what isn't a row of the ledger. */
type ReadRegistered<T> = (context: Context, info: GraphQLResolveInfo) => Promise<readonly T[]>;

/** Reads the row behind a relation of a streamed history row. */
export type ReadRelation = (row: PlacedHistoryRow, context: Context, info: GraphQLResolveInfo) => unknown;

/** A history row out of the stream: it has its columns, and relations are read when they are asked for. */
export class StreamedHistory extends PreviewNode {
  readonly #row: PlacedHistoryRow;
  readonly #readRelation: ReadRelation;

  constructor(row: PlacedHistoryRow, readRelation: ReadRelation) {
    super();
    this.#row = row;
    this.#readRelation = readRelation;
  }

  override read(field: string, _args: object, context: Context, info: GraphQLResolveInfo): unknown {
    const column = COLUMN_OF[field];
    return column === undefined ? this.#readRelation(this.#row, context, info) : this.#row[column];
  }
}

/** A record on its way to one subscriber: rows wrapped as the nodes that `History` reads. */
interface StreamedRecord {
  readonly type: 'HistoryEvent';
  readonly cursor: string;
  readonly position: string;
  readonly recordHash: string;
  readonly rows: readonly StreamedHistory[];
  readonly readSources: ReadNamed;
  readonly readDependencies: ReadNamed;
  readonly readProfiles: ReadRegistered<ProfileView>;
  readonly readTerms: ReadRegistered<TermView>;
  readonly readComments: ReadNamed;
  readonly readResolutions: ReadNamed;
}
export type StreamedMessage = Exclude<HistoryMessage, { type: 'HistoryEvent' }> | StreamedRecord;

export const ReadyType = builder.objectRef<Message<'Ready'>>('Ready').implement({
  description: 'The first message: the subscription begins at this place.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Resume from here if nothing else arrives.' }),
    head: t.field({
      type: 'Position',
      description: 'How many positions the log has: what lies before is replayed.',
      resolve: (ready) => ready.head,
    }),
    heartbeatMs: t.exposeInt('heartbeatMs', {
      description: 'A stream is never silent for much longer: after twice this time it is lost.',
    }),
    incarnation: t.field({
      type: 'UUID',
      description: 'Which life of the database this is: cursors are good in one, and checkpoints name it.',
      resolve: (ready) => ready.incarnation,
    }),
  }),
});

const HistoryEvent = builder.objectRef<StreamedRecord>('HistoryEvent').implement({
  description:
    'One record of the log, which is one transaction: a phase arrives whole. With a filter, it has the ' +
    'rows that match. With `everyRecord`, records without such rows arrive, too.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', {
      description: 'Given as `after`, the stream goes on behind this record.',
    }),
    position: t.field({
      type: 'Position',
      description: 'The place of the record in the log.',
      resolve: (event) => event.position,
    }),
    recordHash: t.field({
      type: 'Digest',
      description: "SHA-256 of the record's body: what the log's tree is folded from.",
      resolve: (event) => event.recordHash,
    }),
    rows: t.field({
      type: [History],
      description: 'The history rows of the record, in its order.',
      resolve: (event) => event.rows,
    }),
    sources: t.field({
      type: [Source],
      nullable: true,
      description: 'The sources that the record registered. Scope `document:read`: without it, null.',
      resolve: async (event, _, context, info) => [...(await event.readSources(context, info))],
    }),
    dependencies: t.field({
      type: [Dependency],
      description: 'The dependencies that the record declared, of those that the caller may see.',
      resolve: async (event, _, context, info) => [...(await event.readDependencies(context, info))],
    }),
    profiles: t.field({
      type: [ProfileType],
      nullable: true,
      description: 'The profiles that the record registered. Scope `document:read`: without it, null.',
      resolve: async (event, _, context, info) => [...(await event.readProfiles(context, info))],
    }),
    vocabulary: t.field({
      type: [VocabularyTermType],
      nullable: true,
      description: 'The words that the record registered. Scope `document:read`: without it, null.',
      resolve: async (event, _, context, info) => [...(await event.readTerms(context, info))],
    }),
    comments: t.field({
      type: [Comment],
      nullable: true,
      description: 'What the record says of a plan. Scope `ledger:evidence`: without it, null.',
      resolve: async (event, _, context, info) => [...(await event.readComments(context, info))],
    }),
    resolutions: t.field({
      type: [CommentResolution],
      nullable: true,
      description: 'The comments that the record settles. Scope `ledger:evidence`: without it, null.',
      resolve: async (event, _, context, info) => [...(await event.readResolutions(context, info))],
    }),
  }),
});

const CaughtUp = builder.objectRef<Message<'CaughtUp'>>('CaughtUp').implement({
  description:
    'Sent once: everything that the log held when the subscription began has been sent; what follows is live.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'The place reached.' }),
    checkpoint: t.expose('checkpoint', {
      type: CheckpointType,
      nullable: true,
      description: 'The newest head of the log that both lanes have signed; null before the first one.',
    }),
  }),
});

export const HeartbeatType = builder.objectRef<Message<'Heartbeat'>>('Heartbeat').implement({
  description:
    'Sent when nothing else was sent for `Ready.heartbeatMs`: nothing happened, or nothing that was asked for.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'The place reached; good to resume from.' }),
    head: t.field({
      type: 'Position',
      description:
        'Everything before this position has been sent, or has no row that was asked for. After ' +
        '`CaughtUp` that is where the log ends.',
      resolve: (heartbeat) => heartbeat.head,
    }),
    checkpoint: t.expose('checkpoint', {
      type: CheckpointType,
      nullable: true,
      description:
        'The newest head of the log that both lanes have signed; null before the first one, or where it ' +
        'covers what is still on its way.',
    }),
  }),
});

const RESET_REASONS: Record<ResetReason, string> = {
  CURSOR_UNKNOWN: 'The cursor was not made here, or points beyond the end of the log.',
  INCARNATION_CHANGED: 'The database was restored or replaced: what was seen before may no longer hold.',
  LISTENER_LOST:
    'The server could not follow the log for a while, or is closing. Resume with the last cursor.',
  LOG_BROKEN: 'The log has a hole: it was altered, and nothing is sent past that place.',
  AUTHORITY_ENDED: 'The token has expired, was revoked, or holds less or other authority now.',
};

const ResetReasonType = builder.enumType('ResetReason', {
  description: 'Why a stream ended.',
  values: Object.fromEntries(
    Object.entries(RESET_REASONS).map(([reason, description]) => [reason, { description, value: reason }]),
  ) as Record<ResetReason, { description: string; value: ResetReason }>,
});

export const ResetType = builder.objectRef<Message<'Reset'>>('Reset').implement({
  description:
    'The last message. If the server can not be sure that nothing was missed, it ends the stream with this.',
  fields: (t) => ({
    reason: t.field({
      type: ResetReasonType,
      description: 'Why, for programs.',
      resolve: (reset) => reset.reason,
    }),
    message: t.exposeString('message', { description: 'Why and what to do, for people.' }),
  }),
});

export const HistoryMessageType = builder.unionType('HistoryMessage', {
  description:
    '`Ready`, then the replayed `HistoryEvent`s, then `CaughtUp` once, then live ones, and a `Heartbeat` ' +
    'where it is quiet. A `Reset` may come at any time, and ends the stream.',
  types: [ReadyType, HistoryEvent, CaughtUp, HeartbeatType, ResetType],
  resolveType: (message) => (message as StreamedMessage).type,
});
