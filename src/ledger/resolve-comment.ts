import { sql } from 'slonik';
import { z } from 'zod';
import { actingCaller } from '../auth/acting-caller.ts';
import type { Session } from '../auth/session.ts';
import { settlingOf } from '../law/hindrances.ts';
import type { EarlierParties, Party } from '../law/parties.ts';
import {
  Forbidden,
  IllegalTransition,
  InvalidInput,
  NotFound,
  problemAt,
  SameParty,
} from '../law/refusals.ts';
import type { NumberedRules } from '../law/rules/rules.ts';
import { refuseConflict, refuseOther } from './envelope/conflict.ts';
import { lockEntry } from './envelope/entry-lock.ts';
import { ENTRY_SOURCE_ID } from './envelope/reading.ts';
import type { Done, ExecTx } from './envelope/transaction.ts';
import { composeWrites, insertRows } from './envelope/writes.ts';
import { RULES_NOW, rulesRow } from './rules/rules-sql.ts';
import { party } from './rules/sides.ts';
import { COMMENT_RESOLUTION } from './tables/comment.ts';

export interface ResolveCommentInput {
  readonly idempotencyKey: string;
  readonly entryId: string;
  readonly commentId: string;
  readonly note: string | null;
}

export interface ResolveCommentAnswer {
  readonly commentId: string;
  readonly resolutionId: string;
}

const lookRow = z.object({
  comment: z
    .object({ author: party, reply_to: z.string().nullable(), resolved_by: z.string().nullable() })
    .nullable(),
  marker: party.nullable(),
  registrar: party.nullable(),
  rules: rulesRow,
  first: z
    .object({
      by: z.string(),
      entry_id: z.string().nullable(),
      comment_id: z.string(),
      note: z.string().nullable(),
    })
    .nullable(),
});
type ResolveLook = z.infer<typeof lookRow>;

/**
 * RESOLVE COMMENT — says that a comment is settled: its author, or a reviewer of the entry.
 *
 *     open ──resolveComment──▶ resolved        lane DOT-991, role cutter_exec
 *
 * Reads    entry (locked where this lane owns its state) · the comment and its resolution · who marked, who registered
 * Writes   1 comment_resolution
 * Refuses  IdempotencyConflict  the key resolved another comment, or another principal used it
 *          NotFound             the entry has no such comment
 *          InvalidInput         an answer is named: what began the thread is resolved
 *          Forbidden            the caller is neither the author nor a reviewer
 *          SameParty            the caller reviews others' entries, but marked this one or registered its text
 *          IllegalTransition    it is resolved already
 * Replay   same key, content and principal: the first resolution, `replayed: true`
 * See      docs/reference/api.md, docs/reference/errors.md
 */
export async function resolveComment(
  tx: ExecTx<'resolveComment'>,
  input: ResolveCommentInput,
): Promise<Done<ResolveCommentAnswer>> {
  const locked = await lockEntry(tx, input.entryId, 'resolveComment');
  const { first, ...look } = await lookForResolution(tx, input);
  const value = { commentId: input.commentId, resolutionId: tx.ids.resolution };
  if (first !== null) {
    refuseOther(tx.caller, first.by, null, first.entry_id);
    refuseConflict('resolved something else', [
      ['entryId', first.entry_id, input.entryId],
      ['commentId', first.comment_id, input.commentId],
      ['note', first.note, input.note],
    ]);
    return { value, writes: null };
  }
  refuseUnresolvable(tx.caller, input, look);
  const row = {
    resolution_id: tx.ids.resolution,
    comment_id: input.commentId,
    note: input.note,
    resolved_by: tx.caller.principalId,
  };
  const { writes, sent } = composeWrites(locked.at, { resolution: insertRows(COMMENT_RESOLUTION, [row]) });
  await tx.connection.query(sql.prepared('resolveComment.write', z.object({}))`
    /* resolveComment.write */ ${sent.resolution}`);
  return { value, writes };
}

async function lookForResolution(
  tx: ExecTx<'resolveComment'>,
  { entryId, commentId }: ResolveCommentInput,
): Promise<ResolveLook> {
  return tx.connection.one(sql.prepared('resolveComment.look', lookRow)`
    /* resolveComment.look */ select
      (select json_build_object('author', json_build_object('principal', c.commented_by, 'person', p.person_id),
          'reply_to', c.reply_to, 'resolved_by', r.resolved_by)
        from (select * from cutter_source.review_comment where comment_id = ${commentId}::uuid limit 1) c
        left join lateral (
          select x.resolved_by from cutter_source.comment_resolution x
          where x.comment_id = c.comment_id limit 1) r on true
        left join cutter_auth.principal p on p.principal_id::text = c.commented_by
        where c.entry_id = ${entryId}::uuid) as comment,
      (select json_build_object('principal', h.changed_by, 'person', p.person_id)
        from cutter_governance.decision_backlog_history h
        left join cutter_auth.principal p on p.principal_id::text = h.changed_by
        where h.entry_id = e.entry_id and h.change_kind = 'mark' limit 1) as marker,
      (select json_build_object('principal', s.registered_by, 'person', p.person_id)
        from cutter_source.source s
        left join cutter_auth.principal p on p.principal_id::text = s.registered_by
        where s.source_id = ${ENTRY_SOURCE_ID}) as registrar,
      ${RULES_NOW} as rules,
      (select json_build_object('by', r.resolved_by, 'entry_id', c.entry_id, 'comment_id', r.comment_id, 'note', r.note)
        from cutter_source.comment_resolution r
        left join lateral (
          select x.entry_id from cutter_source.review_comment x where x.comment_id = r.comment_id limit 1) c on true
        where r.resolution_id = ${tx.ids.resolution}::uuid) as first
    from (select 1) one
    left join cutter_governance.decision_backlog_entry e on e.entry_id = ${entryId}::uuid`);
}

function refuseUnresolvable(
  caller: Session,
  { entryId, commentId }: ResolveCommentInput,
  { comment, marker, registrar, rules }: Omit<ResolveLook, 'first'>,
): void {
  const problem = (code: string, message: string) =>
    problemAt(['input', 'commentId'], code, message, { entryId });
  if (comment === null) {
    const message = `Entry ${entryId} has no comment ${commentId}.`;
    throw new NotFound(message, [problem('not-found', message)]);
  }
  if (comment.reply_to !== null) {
    const message = `Comment ${commentId} is an answer; resolve comment ${comment.reply_to}, which began the thread.`;
    throw new InvalidInput(message, [problem('reply', message)]);
  }
  refuseStranger(caller, entryId, comment.author, { marked: marker, registered: registrar }, rules);
  if (comment.resolved_by === null) return;
  const message = `Comment ${commentId} is resolved already; to go on, make a new comment.`;
  throw new IllegalTransition(message, [problem('resolved', message)]);
}

/** Its author settles it, and who may review this entry (`settlingOf`). */
function refuseStranger(
  caller: Session,
  entryId: string,
  author: Party,
  did: EarlierParties,
  { rules }: NumberedRules,
): void {
  const settling = settlingOf(actingCaller(caller), author, did, rules);
  if (settling.as === 'neither') {
    const message =
      'A comment is resolved by its author, or by a reviewer (scope entry:review, where the rules let its kind).';
    throw new Forbidden(message, [problemAt([], 'neither-author-nor-reviewer', message, { entryId })]);
  }
  if (settling.as !== 'party') return;
  const { did: deed } = settling.shared;
  const thing = deed === 'marked' ? 'entry' : 'text';
  const message =
    `You, or a principal that you answer for, ${deed} this ${thing}: ` +
    'only its author or another reviewer resolves this comment.';
  throw new SameParty(
    message,
    [problemAt(['input', 'entryId'], 'resolver-is-party', message, { entryId })],
    null,
  );
}
