import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { LeanedApproval } from '../law/carried-over.ts';
import { MOST_COMMENTS, type OpenComment } from '../law/hindrances.ts';
import { ENTRY_STATES } from '../law/states.ts';
import { sqlFragment } from '../text/sql-fragment.ts';
import { timeTextSql } from '../text/time-sql.ts';

/*
 * What the approval of a plan depends on beside its decision: earlier approvals that it carries over, and comments. The
 * verbs and `Entry.blockedBecause` read them by the same views.
 */

export const leanedApproval: z.ZodType<LeanedApproval> = z.object({
  id: z.string(),
  decision: z
    .object({
      verdict: z.string(),
      unitLocalId: z.string().nullable(),
      isSuperseded: z.boolean(),
      expiresAt: z.string().nullable(),
      status: z.enum(ENTRY_STATES),
    })
    .nullable(),
});

/** The approvals that a decision, given as SQL, carries over: a JSON array of `LeanedApproval`s. */
export function leanedApprovalsSql(decisionId: string): string {
  return `(select coalesce(json_agg(json_build_object('id', v.carried_decision_id,
      'decision', case when v.status is not null then json_build_object('verdict', v.verdict,
        'unitLocalId', v.unit_local_id, 'isSuperseded', v.is_superseded, 'expiresAt', ${timeTextSql('v.expires_at')},
        'status', v.status) end) order by v.carried_decision_id), '[]')
    from cutter_source.v_carried_approval v where v.review_decision_id = ${decisionId})`;
}

/** The same in a statement of a lane, of the decision with this id. */
export function leanedApprovals(decisionId: string): FragmentSqlToken {
  return sqlFragment(leanedApprovalsSql(decisionId));
}

export const openComment: z.ZodType<OpenComment> = z.object({
  commentId: z.string(),
  manifestDigest: z.string(),
  address: z.string().nullable(),
  by: z.string(),
});

/** The first open comments on plans of an entry, a JSON array of `OpenComment`s; `plan` is a condition on row `v`. */
export function openCommentsSql(entryId: string, plan: string, most: number = MOST_COMMENTS): string {
  return `(select coalesce(json_agg(json_build_object('commentId', o.comment_id, 'manifestDigest', o.manifest_digest,
      'address', o.address, 'by', o.commented_by) order by o.commented_at, o.comment_id), '[]')
    from (select v.* from cutter_source.v_open_comment v where v.entry_id = ${entryId} and ${plan}
      order by v.commented_at, v.comment_id limit ${most}) o)`;
}

/** The same in a statement of a lane, of the plan with this digest. */
export function openComments(entryId: string, manifestDigest: string): FragmentSqlToken {
  const asked = sqlFragment(openCommentsSql('asked.entry_id', 'v.manifest_digest = asked.digest'));
  return sql.fragment`(select ${asked}
    from (select ${entryId}::uuid as entry_id, ${manifestDigest}::text as digest) asked)`;
}
