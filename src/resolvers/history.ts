import { readScopes, SCOPE_OF_LOGIN } from '../auth/read-scopes.ts';
import type { HistoryMessage } from '../log/feed/history-message.ts';
import type { PlacedHistoryRow } from '../log/feed/history-page.ts';
import { UUID } from '../reading/cursor.ts';
import { encodeId } from '../reading/entity-id.ts';
import type { NounName } from '../reading/nouns/noun-name.ts';
import { NOUNS } from '../reading/nouns/nouns.ts';
import { readShared } from '../reading/read.ts';
import { readProfilesById } from '../reading/registry/profiles.ts';
import { readTerms } from '../reading/registry/terms.ts';
import { builder } from '../schema/builder.ts';
import { HistoryConnection } from '../schema/history.ts';
import {
  HistoryMessageType,
  type ReadRelation,
  StreamedHistory,
  type StreamedMessage,
} from '../schema/history-message.ts';
import { type HistoryFilterInput, historyFilterOf } from './history-filter.ts';
import { requireScope } from './queries/guard.ts';
import { readNamed, responsePlace } from './streamed-rows.ts';

builder.subscriptionType({ description: 'Follows the ledger as it grows.' });

builder.subscriptionField('history', (t) =>
  t.field({
    type: HistoryMessageType,
    nullable: false,
    description:
      'Every move of every entry, one message for each record, in the order of the log: first the past ' +
      'that is asked for, then live, with heartbeats while nothing happens. PROTOCOL.md says what a ' +
      'client may rely on. A client that resumes with the last cursor gets no gap and nothing twice. ' +
      'Needs the scope ledger:observe.',
    args: {
      after: t.arg.string({
        description: 'The cursor of the last message seen. Absent: from now. Empty: from the start.',
      }),
      filter: t.arg({
        type: HistoryConnection.filter,
        description:
          'Conditions on rows. A record arrives if one of its rows meets them, with the rows that do.',
      }),
      everyRecord: t.arg.boolean({
        required: true,
        defaultValue: false,
        description:
          'Every record of the log arrives, without rows if none is to be shown: positions are dense, and ' +
          '`recordHash` folds into the tree of the checkpoints. A token narrowed to entries may ask for ' +
          'it and sees no more rows.',
      }),
    },
    subscribe: (_, args, context) => {
      const session = requireScope(context, 'history', 'ledger:observe');
      const filter = historyFilterOf(context, (args.filter ?? {}) as HistoryFilterInput);
      return context.feed.subscribe({
        after: args.after,
        filter,
        everyRecord: args.everyRecord,
        tokenId: session.tokenId,
        entryIds: session.entryIds,
        scopes: readScopes(session.scopes),
      });
    },
    resolve: streamMessage,
  }),
);

/** Rows become the nodes that `History` reads. */
function streamMessage(message: HistoryMessage): StreamedMessage {
  if (message.type !== 'HistoryEvent') return message;
  const readRelation = relationsOf(message.rows);
  return {
    ...message,
    rows: message.rows.map((row) => new StreamedHistory(row, readRelation)),
    readSources: readNamed('Source', message.sourceIds),
    readDependencies: readNamed('Dependency', message.dependencyIds),
    readProfiles: (context, info) => {
      requireScope(context, `${info.parentType.name}.${info.fieldName}`, 'document:read');
      return readProfilesById(context.reader, message.profileIds);
    },
    readTerms: (context, info) => {
      requireScope(context, `${info.parentType.name}.${info.fieldName}`, 'document:read');
      return readTerms(context.reader, message.termIds);
    },
    readComments: readNamed('Comment', message.commentIds),
    readResolutions: readNamed('CommentResolution', message.resolutionIds),
  };
}

/**
 * What hangs under the streamed rows of one record is read when the first of them asks for it, for all of them at
 * once: a sweep moves a thousand entries in one record, and every subscriber asks.
 */
function relationsOf(rows: readonly PlacedHistoryRow[]): ReadRelation {
  const read = new Map<string, ReturnType<typeof readShared>>();
  return async (row, context, info) => {
    if (info.fieldName === 'id') return encodeId(`History:${row.history_id}`);
    const relation = RELATIONS[info.fieldName];
    if (relation === undefined) throw new Error(`History has no relation ${info.fieldName} in the stream`);
    const { noun, column } = relation;
    const { login } = NOUNS[noun];
    if (login !== 'observe') requireScope(context, `History.${info.fieldName}`, SCOPE_OF_LOGIN[login]);
    const field = responsePlace(info);
    const ids = () => [...new Set(rows.map((each) => each[column]))].filter((id) => UUID.test(id));
    const found = read.get(field) ?? readShared(context, info, noun, ids());
    read.set(field, found);
    return (await found).get(row[column]) ?? null;
  };
}

/** Where the relations of a history row lead, and the column that has the id. */
const RELATIONS: Readonly<
  Record<string, { readonly noun: NounName; readonly column: 'entry_id' | 'history_id' | 'changed_by' }>
> = {
  entry: { noun: 'Entry', column: 'entry_id' },
  changedByPrincipal: { noun: 'Principal', column: 'changed_by' },
  evidence: { noun: 'HistoryEvidence', column: 'history_id' },
};
