import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { ProgramDigests } from '../../drift/program-digests.ts';
import {
  CoverageBroken,
  IllegalTransition,
  NotApproved,
  PlanStale,
  problemAt,
  Refusal,
} from '../../law/refusals.ts';
import { ENTRY_STATES } from '../../law/states.ts';
import { VERDICTS } from '../../law/values.ts';
import { effectOf } from '../effect/actions.ts';
import type { PlanCache } from '../effect/plan-cache.ts';
import { ENTRY_SOURCE_ID } from '../envelope/reading.ts';
import { planCut } from '../plan-cut.ts';
import { SIDES_OF_ENTRY, sidesRow } from '../rules/sides.ts';
import type { PlannedCut } from './approve-cut.ts';
import { INCARNATION, targetOf } from './sanction-sql.ts';

const lookRow = z.object({
  status: z.enum(ENTRY_STATES).nullable(),
  doc_code: z.string().nullable(),
  incarnation: z.string(),
  did: sidesRow,
  live: z.object({ id: z.string(), verdict: z.enum(VERDICTS), manifest: z.string() }).nullable(),
});

/**
 * What the cut of an approved entry would do now, as cutter_evidence, or why it can't be cut: a repeated call is
 * answered before that counts. The cut itself asks again.
 */
export async function cutToApprove(
  evidence: Parameters<typeof readCut>[0],
  input: Parameters<typeof readCut>[1],
  program: ProgramDigests,
): Promise<PlannedCut | Refusal> {
  try {
    return await readCut(evidence, input, program);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

async function readCut(
  evidence: { readonly connection: CommonQueryMethods; readonly plans: PlanCache },
  { entryId, manifestDigest }: { readonly entryId: string; readonly manifestDigest: string },
  { schemaDigest, writerDigest }: ProgramDigests,
): Promise<PlannedCut> {
  const look = await evidence.connection.one(sql.prepared('approveCut.entry', lookRow)`
    /* approveCut.entry */ select e.status, s.doc_code, ${INCARNATION} as incarnation, ${SIDES_OF_ENTRY} as did,
      (select json_build_object('id', d.review_decision_id, 'verdict', d.verdict, 'manifest', d.manifest_version)
        from cutter_governance.manifest_envelope m
        join cutter_governance.review_decision d on d.manifest_id = m.envelope_id
        where m.source_doc_ref = ${entryId} and d.superseded_by_review_decision_id is null
        order by d.created_at desc, d.review_decision_id desc limit 1) as live
    from (select 1) one
    left join cutter_governance.decision_backlog_entry e on e.entry_id = ${entryId}::uuid
    left join cutter_source.source s on s.source_id = ${ENTRY_SOURCE_ID}`);
  // It refuses what isn't there, has ended, or is never cut.
  if (look.status !== null && look.status !== 'reviewed_approved') throw notReviewed(entryId, look.status);
  const view = await planCut(evidence, { entryId, sourceId: null, cutSpec: null });
  if (look.live?.verdict !== 'approve' || look.live.manifest !== manifestDigest)
    throw otherManifest(entryId, manifestDigest, look.live?.manifest ?? null);
  const { plan, actions } = view;
  if (plan.problems.length > 0)
    throw new CoverageBroken(
      plan.problems[0]!.message,
      plan.problems.map(({ path, code, message }) => ({ path, code, message, entryId })),
    );
  if (view.manifestDigest !== manifestDigest) throw otherPlan(entryId, view.manifestDigest);
  return {
    did: look.did,
    pins: {
      manifestDigest,
      sourceDigest: plan.sourceDigest,
      unitCount: actions.actions.length,
      effectDigest: await effectOf(actions),
      target: targetOf(look.incarnation, look.doc_code),
      vocabularyDigest: plan.vocabularyDigest,
      schemaDigest,
      writerDigest,
    },
  };
}

function notReviewed(entryId: string, status: string): IllegalTransition {
  const message =
    `Entry ${entryId} is ${status}. A cut is approved once its plan is: ` +
    'call this when the entry is reviewed_approved.';
  return new IllegalTransition(
    message,
    [problemAt(['input', 'entryId'], status, message, { entryId })],
    true,
  );
}

function otherManifest(entryId: string, asked: string, approved: string | null): NotApproved {
  const message = `The reviewers of entry ${entryId} approved ${approved ?? 'no manifest'}, and not ${asked}.`;
  const subject = { entryId, ...(approved === null ? {} : { manifestDigest: approved }) };
  return new NotApproved(`${message} Approve the cut of what they approved.`, [
    problemAt(['input', 'manifestDigest'], 'approval-other', message, subject),
  ]);
}

function otherPlan(entryId: string, manifestDigest: string): PlanStale {
  const message = `The plan of entry ${entryId} is ${manifestDigest} now; it has to be reviewed again first.`;
  return new PlanStale(message, [
    problemAt(['input', 'manifestDigest'], 'base-changed', message, { entryId, manifestDigest }),
  ]);
}
