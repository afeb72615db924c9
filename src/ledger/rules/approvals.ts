import type { FragmentSqlToken } from 'slonik';
import { z } from 'zod';
import type { GivenApproval } from '../../law/approval.ts';
import { PRINCIPAL_KINDS, RISK_CLASSES } from '../../law/values.ts';
import { sqlFragment } from '../../text/sql-fragment.ts';
import { timeTextSql } from '../../text/time-sql.ts';

export const givenApproval: z.ZodType<GivenApproval> = z.object({
  id: z.string(),
  by: z.string(),
  person: z.string().nullable(),
  kind: z.enum(PRINCIPAL_KINDS).nullable(),
  acts: z.boolean(),
  reviews: z.boolean(),
  riskClass: z.enum(RISK_CLASSES),
  expiresAt: z.string().nullable(),
  notBefore: z.string().nullable(),
});

/** Where a reader finds decisions, and the time from which decision `d` counts. */
interface DecisionsSeen {
  readonly decisions: string;
  readonly begin: string;
}

/** More approvals of one manifest than these aren't looked at. */
const MOST = 50;

/**
 * The approval with this id, as SQL, and those of the same manifest that it came on top of: a JSON array of
 * `GivenApproval`s, newest first.
 */
export function approvalsSql(decisionId: string, { decisions, begin }: DecisionsSeen): string {
  return `(with recursive given as (
      select d.review_decision_id as id, 0 as depth, d.prior_review_decision_id as prior, d.manifest_version
      from ${decisions} d where d.review_decision_id = ${decisionId} and d.verdict = 'approve'
      union all
      select d.review_decision_id, g.depth + 1, d.prior_review_decision_id, d.manifest_version
      from given g join ${decisions} d on d.review_decision_id = g.prior
      where d.verdict = 'approve' and d.manifest_version = g.manifest_version and d.manifest_unit_local_id is null
        and g.depth < ${MOST})
    select coalesce(json_agg(json_build_object('id', d.review_decision_id, 'by', d.decided_by, 'person', p.person_id,
        'kind', p.kind, 'acts', p.principal_id is not null and p.disabled_at is null,
        'reviews', coalesce(p.scopes @> array['entry:review'], false), 'riskClass', d.risk_class_assessment,
        'expiresAt', ${timeTextSql('d.expires_at')}, 'notBefore', ${timeTextSql(begin)}) order by g.depth), '[]')
    from given g join ${decisions} d on d.review_decision_id = g.id
    left join cutter_auth.principal p on p.principal_id::text = d.decided_by)`;
}

/** The same in a statement of a lane. */
export function approvalsOf(decisionId: string): FragmentSqlToken {
  return sqlFragment(
    approvalsSql(decisionId, {
      decisions: 'cutter_governance.review_decision',
      begin: "(d.findings->>'not_before')::timestamptz",
    }),
  );
}
