import { z } from 'zod';
import type { Context } from '../../context.ts';
import { RISK_CLASSES } from '../../law/values.ts';
import { type ReviewAnswer, review } from '../../ledger/review.ts';
import { builder } from '../../schema/builder.ts';
import { Entry } from '../../schema/entry.ts';
import { ReviewVerdictEnum, RiskClassEnum } from '../../schema/enums/plans.ts';
import { Manifest } from '../../schema/manifest.ts';
import { ReviewDecision } from '../../schema/review-decision.ts';
import { WrittenInterface } from '../../schema/written.ts';
import { callOf } from '../call.ts';
import { dateTime, digest, idempotencyKey, optionalInput, plainJson, readableText, uuid } from '../input.ts';
import { callFields, NEEDS_VALUE } from '../inputs.ts';
import { addMany } from '../many.ts';
import { outcomeOf } from '../outcome.ts';
import { type Success, successOf } from '../success.ts';
import { nodeBy } from '../success-node.ts';

const shape = z
  .object({
    idempotencyKey,
    dryRun: z.boolean(),
    entryId: uuid,
    verdict: z.enum(['approve', 'reject', 'defer']),
    manifestDigest: digest,
    riskClass: z.enum(RISK_CLASSES),
    findings: plainJson.optional().transform((findings) => findings ?? null),
    rationale: optionalInput(readableText(10_000)),
    supersedesDecisionId: optionalInput(uuid),
    expiresAt: optionalInput(dateTime),
    notBefore: optionalInput(dateTime),
    carriedOverDigest: optionalInput(digest),
  })
  .refine((input) => input.notBefore === null || input.verdict === 'defer', {
    message: 'goes with the verdict DEFER alone: it says when a sweep brings the entry back',
    path: ['notBefore'],
  })
  .refine((input) => input.expiresAt === null || input.verdict === 'approve', {
    message: 'goes with the verdict APPROVE alone: it says until when the approval may be used',
    path: ['expiresAt'],
  })
  .refine((input) => input.carriedOverDigest === null || input.verdict === 'approve', {
    message: 'goes with the verdict APPROVE alone: it says which earlier approvals it rests on',
    path: ['carriedOverDigest'],
  });

const ReviewInput = builder
  .inputType('ReviewInput', {
    description: 'A verdict on exactly one manifest.',
    fields: (t) => ({
      ...callFields(t),
      entryId: t.field({ type: 'UUID', required: true, description: 'The entry whose plan is judged.' }),
      verdict: t.field({ type: ReviewVerdictEnum, required: true, description: 'The verdict.' }),
      manifestDigest: t.field({
        type: 'Digest',
        required: true,
        description: 'Of the plan that was reviewed, as `planCut(entryId)` shows it.',
      }),
      riskClass: t.field({
        type: RiskClassEnum,
        required: true,
        defaultValue: 'standard',
        extensions: NEEDS_VALUE,
        description: 'The risk as assessed.',
      }),
      findings: t.field({
        type: 'JSON',
        description: 'What the reviewer found; plain JSON, nested at most 64 deep.',
      }),
      rationale: t.string({ description: 'Why the reviewer decides so.' }),
      supersedesDecisionId: t.field({
        type: 'UUID',
        description: 'The live decision on this entry, where there is one.',
      }),
      expiresAt: t.field({
        type: 'DateTime',
        extensions: NEEDS_VALUE,
        description: 'When an approval ends, if it does.',
      }),
      notBefore: t.field({
        type: 'DateTime',
        extensions: NEEDS_VALUE,
        description: 'When a deferred entry may be swept again.',
      }),
      carriedOverDigest: t.field({
        type: 'Digest',
        description:
          'The earlier approvals that you rely on, as `planDiff(entryId).carriedOver` shows them: you have looked at ' +
          'what is to be reviewed. Left out: you have looked at every record.',
      }),
    }),
  })
  .validate(shape);

const ReviewSuccess = builder.objectRef<Success<ReviewAnswer>>('ReviewSuccess').implement({
  description: 'The verdict is recorded with the manifest it judges.',
  interfaces: [WrittenInterface],
  fields: (t) => ({
    decision: t.field({
      type: ReviewDecision,
      description: 'The decision of this key.',
      resolve: nodeBy('ReviewDecision', 'decisionId'),
    }),
    manifest: t.field({
      type: Manifest,
      description: 'The manifest as it was reviewed.',
      resolve: nodeBy('Manifest', 'manifestId'),
    }),
    entry: t.field({
      type: Entry,
      description: 'The entry, as the decision leaves it.',
      resolve: nodeBy('Entry', 'entryId'),
    }),
  }),
});

const ReviewOutcome = outcomeOf('review', ReviewSuccess);

const reviewOne = async (context: Context, input: z.output<typeof shape>) =>
  successOf(
    context,
    await context.ledger.asExec(callOf('review', context, input), (tx) => review(tx, input)),
  );

builder.mutationField('review', (t) =>
  t.field({
    type: ReviewOutcome,
    description:
      "Records a person's verdict on one manifest. Scope `entry:review`, lane DOT-991. An agent may not " +
      'call it, nor the person who marked the entry or registered its text.',
    args: { input: t.arg({ type: ReviewInput, required: true, description: 'The verdict.' }) },
    resolve: (_, { input }, ctx) => reviewOne(ctx, input),
  }),
);

addMany('review', { input: ReviewInput, outcome: ReviewOutcome, items: 'verdicts', run: reviewOne });
