import { sql } from 'slonik';
import { z } from 'zod';
import { IllegalTransition, InvalidInput, NotFound, PlanStale, problemAt } from '../law/refusals.ts';
import { canBecome, ENTRY_STATES } from '../law/states.ts';
import { ENTRY_KINDS } from '../law/values.ts';
import { type Compared, refuseConflict, refuseOther } from './envelope/conflict.ts';
import { type FoundEntry, foundEntry, lockEntry } from './envelope/entry-lock.ts';
import type { Done, ExecTx } from './envelope/transaction.ts';
import { composeWrites, insertRows } from './envelope/writes.ts';
import { type PlanView, planCut } from './plan-cut.ts';
import { type NewComment, REVIEW_COMMENT } from './tables/comment.ts';

export interface CommentInput {
  readonly idempotencyKey: string;
  readonly entryId: string;
  readonly manifestDigest: string;
  /** A record of the plan, by one of the two; neither means the whole plan. */
  readonly localId: string | null;
  readonly address: string | null;
  /** A comment of the same plan. What answers it is about the same record. */
  readonly replyTo: string | null;
  readonly body: string;
}

const madeComment = z.object({
  by: z.string(),
  entry_id: z.string(),
  manifest_digest: z.string(),
  unit_local_id: z.string().nullable(),
  address: z.string().nullable(),
  reply_to: z.string().nullable(),
  body: z.string(),
});
type MadeComment = z.infer<typeof madeComment>;
const lookRow = z.object({
  kind: z.enum(ENTRY_KINDS).nullable(),
  status: z.enum(ENTRY_STATES).nullable(),
  first: madeComment.nullable(),
  answered: madeComment.extend({ comment_id: z.string() }).nullable(),
});

/**
 * COMMENT — says something about a plan, or about one of its records, as it is now.
 *
 *     ∅ ──comment──▶ comment        lane DOT-991, role cutter_exec
 *
 * Reads    entry (locked, so that an approval sees every comment before it) · the comment answered · the plan
 * Writes   1 review_comment
 * Refuses  IdempotencyConflict  the key was used for another comment, or by another principal
 *          NotFound             no such entry, record or comment
 *          IllegalTransition    nobody approves a plan of this entry any more
 *          InvalidInput         two places are named, or an answer names another plan than the comment that it answers
 *          PlanStale            the digest isn't that of the plan as it is now; an answer stays with its plan
 * Replay   same key, content and principal: the first comment, `replayed: true`
 * See      docs/reference/api.md, docs/reference/errors.md
 */
export async function comment(
  tx: ExecTx<'comment'>,
  input: CommentInput,
): Promise<Done<{ commentId: string }>> {
  const locked = await lockEntry(tx, input.entryId, 'comment');
  const look = await lookForComment(tx, input);
  const value = { commentId: tx.ids.comment };
  if (look.first !== null) {
    refuseOther(tx.caller, look.first.by, null, look.first.entry_id);
    refuseConflict('made another comment', comparedComment(look.first, input));
    return { value, writes: null };
  }
  refuseSettled(input.entryId, foundEntry(input.entryId, look));
  const place = input.replyTo === null ? await placeInPlan(tx, input) : placeOfReply(look.answered, input);
  const row: NewComment = {
    comment_id: tx.ids.comment,
    entry_id: input.entryId,
    manifest_digest: input.manifestDigest,
    ...place,
    body: input.body,
    commented_by: tx.caller.principalId,
  };
  const { writes, sent } = composeWrites(locked.at, { comment: insertRows(REVIEW_COMMENT, [row]) });
  await tx.connection.query(sql.prepared('comment.write', z.object({}))`/* comment.write */ ${sent.comment}`);
  return { value, writes };
}

async function lookForComment(tx: ExecTx<'comment'>, { entryId, replyTo }: CommentInput) {
  const made = sql.fragment`'by', c.commented_by, 'entry_id', c.entry_id, 'manifest_digest', c.manifest_digest,
    'unit_local_id', c.unit_local_id, 'address', c.address, 'reply_to', c.reply_to, 'body', c.body`;
  return tx.connection.one(sql.prepared('comment.look', lookRow)`
    /* comment.look */ select e.kind, e.status,
      (select json_build_object(${made}) from cutter_source.review_comment c
        where c.comment_id = ${tx.ids.comment}::uuid) as first,
      (select json_build_object('comment_id', c.comment_id, ${made}) from cutter_source.review_comment c
        where c.comment_id = ${replyTo}::uuid) as answered
    from (select 1) one
    left join cutter_governance.decision_backlog_entry e on e.entry_id = ${entryId}::uuid`);
}

/** A first call may have named the record by its local id or by its address: both are stored. */
function comparedComment(first: MadeComment, input: CommentInput): Compared[] {
  const isWhole = input.localId === null && input.address === null && input.replyTo === null;
  return [
    ['entryId', first.entry_id, input.entryId],
    ['manifestDigest', first.manifest_digest, input.manifestDigest],
    ['localId', isWhole || input.localId !== null ? first.unit_local_id : null, input.localId],
    ['address', input.address === null ? null : first.address, input.address],
    ['replyTo', first.reply_to, input.replyTo],
    ['body', first.body, input.body],
  ];
}

/** A comment is for those who still decide: there must be an approval to come, or one that can be given again. */
function refuseSettled(entryId: string, { kind, status }: FoundEntry): void {
  if (kind === 'cut_request' && canBecome(status, ['reviewed_approved'])) return;
  const [what, code] =
    kind === 'cut_request'
      ? ([`is ${status}; nobody approves a plan of it any more`, status] as const)
      : ([`is of kind ${kind}, which has no plan`, kind] as const);
  const message = `Entry ${entryId} ${what}, so there is nothing to comment on.`;
  throw new IllegalTransition(message, [problemAt(['input', 'entryId'], code, message, { entryId })]);
}

type Place = Pick<NewComment, 'unit_local_id' | 'address' | 'reply_to'>;

async function placeInPlan(tx: ExecTx, input: CommentInput): Promise<Place> {
  const { entryId, manifestDigest, localId, address } = input;
  if (localId !== null && address !== null) {
    const message = 'Name one record by localId or by address, not by both.';
    throw new InvalidInput(message, [problemAt(['input', 'address'], 'unclear', message)]);
  }
  const view = await planCut(tx, { entryId, sourceId: null, cutSpec: null });
  if (view.manifestDigest !== manifestDigest) {
    const message =
      `The plan of this entry is ${view.manifestDigest}, not ${manifestDigest}; ` +
      'call planCut(entryId) and comment on what it shows.';
    const subject = { entryId, manifestDigest: view.manifestDigest };
    throw new PlanStale(message, [
      problemAt(['input', 'manifestDigest'], 'digest-mismatch', message, subject),
    ]);
  }
  if (localId === null && address === null) return { unit_local_id: null, address: null, reply_to: null };
  const found = recordNamed(view, localId, address);
  if (found === null) throw noRecord(input);
  return { ...found, reply_to: null };
}

/** The record of a plan, or the unit that vanishes by it. */
function recordNamed(
  { plan, actions }: PlanView,
  localId: string | null,
  address: string | null,
): Pick<Place, 'unit_local_id' | 'address'> | null {
  const isNamed = (one: { readonly localId: string; readonly address: string | null }) =>
    localId === null ? one.address === address : one.localId === localId;
  const vanished = actions.vanished.map((unit) => ({
    localId: `vanished:${unit.unitId}`,
    address: unit.address,
  }));
  const found = plan.records.find(isNamed) ?? vanished.find(isNamed);
  return found === undefined ? null : { unit_local_id: found.localId, address: found.address };
}

function noRecord({ entryId, localId, address }: CommentInput): NotFound {
  const [name, value] = localId === null ? ['address', address] : ['localId', localId];
  const message = `The plan of entry ${entryId} has no record with the ${name} ${JSON.stringify(value)}.`;
  return new NotFound(message, [problemAt(['input', String(name)], 'not-found', message, { entryId })]);
}

/** An answer belongs to the thread that the comment is part of, wherever in it that is. */
function placeOfReply(
  answered: (MadeComment & { readonly comment_id: string }) | null,
  { entryId, manifestDigest, localId, address, replyTo }: CommentInput,
): Place {
  const at = (path: string, code: string, message: string) =>
    problemAt(['input', path], code, message, { entryId });
  if (answered === null || answered.entry_id !== entryId) {
    const message = `Entry ${entryId} has no comment ${replyTo}.`;
    throw new NotFound(message, [at('replyTo', 'not-found', message)]);
  }
  if (answered.manifest_digest !== manifestDigest) {
    const message = `Comment ${replyTo} is about ${answered.manifest_digest}; an answer names the same manifestDigest.`;
    throw new InvalidInput(message, [at('manifestDigest', 'other-plan', message)]);
  }
  if (localId !== null || address !== null) {
    const message = 'An answer is about the same record as the comment; leave localId and address out.';
    throw new InvalidInput(message, [at(localId === null ? 'address' : 'localId', 'unclear', message)]);
  }
  const { unit_local_id, address: place, reply_to, comment_id } = answered;
  return { unit_local_id, address: place, reply_to: reply_to ?? comment_id };
}
