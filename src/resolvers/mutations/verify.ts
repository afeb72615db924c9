import { z } from 'zod';
import type { Context } from '../../context.ts';
import { type VerifyAnswer, verify } from '../../ledger/verify/verify.ts';
import type { CutFinding } from '../../ledger/verify/verify-look.ts';
import { builder } from '../../schema/builder.ts';
import { Entry } from '../../schema/entry.ts';
import { VerifyAxisEnum } from '../../schema/enums/effects.ts';
import { VerifyResult } from '../../schema/verify-result.ts';
import { WrittenInterface } from '../../schema/written.ts';
import { callOf } from '../call.ts';
import { idempotencyKey, uuid } from '../input.ts';
import { callFields } from '../inputs.ts';
import { addMany } from '../many.ts';
import { outcomeOf } from '../outcome.ts';
import { SIGNATURE_DESCRIPTION, StatementSignatureInput, statementSignature } from '../statement-input.ts';
import { type Success, successOf } from '../success.ts';
import { nodeBy } from '../success-node.ts';

const shape = z.object({
  idempotencyKey,
  dryRun: z.boolean(),
  changeSetId: uuid,
  signature: statementSignature,
});

const VerifyInput = builder
  .inputType('VerifyInput', {
    description: 'A cut to judge. The verdict is found, never given.',
    fields: (t) => ({
      ...callFields(t),
      changeSetId: t.field({ type: 'UUID', required: true, description: 'The change set of the cut.' }),
      signature: t.field({ type: StatementSignatureInput, description: SIGNATURE_DESCRIPTION }),
    }),
  })
  .validate(shape);

const VerifyFinding = builder.objectRef<CutFinding>('VerifyFinding').implement({
  description: 'One thing that a verification found wrong.',
  fields: (t) => ({
    axis: t.expose('axis', { type: VerifyAxisEnum, description: 'What was looked at.' }),
    unit: t.exposeString('unit', {
      nullable: true,
      description: 'The address of the unit; null where the whole cut is meant.',
    }),
    code: t.exposeString('code', { description: 'The kind of finding, for programs.' }),
    message: t.exposeString('message', { description: 'What is wrong, for people.' }),
  }),
});

const VerifySuccess = builder.objectRef<Success<VerifyAnswer>>('VerifySuccess').implement({
  description: 'The cut is judged. A failed verdict is a success of the verb: read `result.verdict`.',
  interfaces: [WrittenInterface],
  fields: (t) => ({
    result: t.field({
      type: VerifyResult,
      description: 'The verdict of this key.',
      resolve: nodeBy('VerifyResult', 'verifyResultId'),
    }),
    entry: t.field({
      type: Entry,
      description: 'The entry, complete or failed and escalated.',
      resolve: nodeBy('Entry', 'entryId'),
    }),
    findings: t.field({
      type: [VerifyFinding],
      description: 'What was found wrong, at most 200; empty for a pass.',
      resolve: (success) => success.findings,
    }),
  }),
});

const VerifyOutcome = outcomeOf('verify', VerifySuccess);

const verifyOne = async (context: Context, input: z.output<typeof shape>) =>
  successOf(
    context,
    await context.ledger.asVerify(callOf('verify', context, { ...input, signedBy: input.signature }), (tx) =>
      verify(tx, input),
    ),
  );

builder.mutationField('verify', (t) =>
  t.field({
    type: VerifyOutcome,
    description:
      'Judges a cut from the source and the rows, signed by the verifier. Scope `change:verify`, lane DOT-992.',
    args: { input: t.arg({ type: VerifyInput, required: true, description: 'What to judge.' }) },
    resolve: (_, { input }, ctx) => verifyOne(ctx, input),
  }),
);

addMany('verify', { input: VerifyInput, outcome: VerifyOutcome, items: 'verifications', run: verifyOne });
