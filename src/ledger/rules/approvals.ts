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
  const columns = `d.review_decision_id as id, d.prior_review_decision_id as prior, d.manifest_version, d.verdict,
    d.manifest_unit_local_id, d.decided_by, d.risk_class_assessment, ${timeTextSql('d.expires_at')} as expires_at,
    ${timeTextSql(begin)} as not_before`;
  // The limit has each decision looked up by its id: joined, they would be read whole.
  return `(with recursive given as (
      select 0 as depth, f.* from (select ${columns} from ${decisions} d where d.review_decision_id = ${decisionId}
        limit 1) f where f.verdict = 'approve'
      union all
      select g.depth + 1, p.* from given g cross join lateral (
        select ${columns} from ${decisions} d where d.review_decision_id = g.prior limit 1) p
      where p.verdict = 'approve' and p.manifest_version = g.manifest_version and p.manifest_unit_local_id is null
        and g.depth < ${MOST})
    select coalesce(json_agg(json_build_object('id', g.id, 'by', g.decided_by, 'person', p.person_id,
        'kind', p.kind, 'acts', p.principal_id is not null and p.disabled_at is null,
        'reviews', coalesce(p.scopes @> array['entry:review'], false), 'riskClass', g.risk_class_assessment,
        'expiresAt', g.expires_at, 'notBefore', g.not_before) order by g.depth), '[]')
    from given g left join cutter_auth.principal p on p.principal_id::text = g.decided_by)`;
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
