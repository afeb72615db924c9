/** What of a plan was approved before, as `planCut` and `planDiff` show it. */
import type { CarriedOver, EarlierApproval } from '../../ledger/effect/carried-over.ts';
import type { PlanView } from '../../ledger/plan-cut.ts';
import { builder } from '../../schema/builder.ts';

export const EarlierApprovalType = builder.objectRef<EarlierApproval>('EarlierApproval').implement({
  description:
    'The approval of a reviewer who looked at a record, given for another plan of the document. It counts while ' +
    'nothing supersedes it and its entry has not ended otherwise than complete; before its cut, until it expires.',
  fields: (t) => ({
    reviewDecisionId: t.field({
      type: 'UUID',
      description: 'The decision.',
      resolve: ({ decisionId }) => decisionId,
    }),
    manifestId: t.expose('manifestId', { type: 'UUID', description: 'The manifest that it approved.' }),
    decidedBy: t.exposeString('decidedBy', { description: 'The principal that decided.' }),
    decisionAt: t.field({
      type: 'DateTime',
      description: 'When it was given.',
      resolve: ({ decidedAt }) => decidedAt,
    }),
  }),
});

const CarriedOverShare = builder
  .objectRef<{ approval: EarlierApproval; records: number }>('CarriedOverShare')
  .implement({
    description: 'How many records of a plan one earlier approval is carried over to.',
    fields: (t) => ({
      approval: t.expose('approval', { type: EarlierApprovalType, description: 'The approval.' }),
      records: t.exposeInt('records', { description: 'How many records rest on it.' }),
    }),
  });

export const CarriedOverType = builder.objectRef<CarriedOver>('CarriedOver').implement({
  description:
    'The records of a plan that were approved before, exactly as they are: address, text to the byte, kind, section ' +
    'type, number, title and parent.',
  fields: (t) => ({
    digest: t.expose('digest', {
      type: 'Digest',
      description:
        'Names these records and approvals. Who relies on them names it in `review(carriedOverDigest:)`.',
    }),
    records: t.int({ description: 'How many records.', resolve: ({ approvals }) => approvals.size }),
    shares: t.field({
      type: [CarriedOverShare],
      description: 'The approvals, those with most records first.',
      resolve: ({ approvals }) => {
        const shares = Map.groupBy(approvals.values(), ({ decisionId }) => decisionId);
        return [...shares.values()]
          .map((all) => ({ approval: all[0] as EarlierApproval, records: all.length }))
          .sort((a, b) => b.records - a.records || (a.approval.decisionId < b.approval.decisionId ? -1 : 1));
      },
    }),
  }),
});

/** How many records and vanished units of a plan a reviewer still has to look at. */
export async function toReviewCount({ readCarriedOver, actions }: PlanView): Promise<number> {
  return (await readCarriedOver()).reviewedCount + actions.vanished.length;
}

/** Descriptions that both queries share. */
export const SAID = {
  carriedOver: 'What was approved before, by decisions on other entries of the document.',
  toReview:
    'How many records a reviewer still has to look at: those that are not carried over, and what vanishes.',
  approvedBy: 'The earlier approval that is carried over to it; null where it is to be reviewed.',
  filter: 'True: only what is to be reviewed. False: only what is carried over. Left out: all.',
} as const;
