import { z } from 'zod';
import type { Context } from '../../context.ts';
import { type CutAnswer, cut } from '../../ledger/cut.ts';
import { builder } from '../../schema/builder.ts';
import { ChangeSet } from '../../schema/change-set.ts';
import { Entry } from '../../schema/entry.ts';
import { WrittenInterface } from '../../schema/written.ts';
import { callOf } from '../call.ts';
import { digest, idempotencyKey, uuid } from '../input.ts';
import { callFields } from '../inputs.ts';
import { addMany } from '../many.ts';
import { outcomeOf } from '../outcome.ts';
import { SIGNATURE_DESCRIPTION, StatementSignatureInput, statementSignature } from '../statement-input.ts';
import { type Success, successOf } from '../success.ts';
import { nodeBy } from '../success-node.ts';

const shape = z.object({
  idempotencyKey,
  dryRun: z.boolean(),
  entryId: uuid,
  manifestDigest: digest,
  signature: statementSignature,
});

const CutInput = builder
  .inputType('CutInput', {
    description: 'An approved manifest to apply.',
    fields: (t) => ({
      ...callFields(t),
      entryId: t.field({ type: 'UUID', required: true, description: 'The approved entry.' }),
      manifestDigest: t.field({ type: 'Digest', required: true, description: 'Of the approved manifest.' }),
      signature: t.field({ type: StatementSignatureInput, description: SIGNATURE_DESCRIPTION }),
    }),
  })
  .validate(shape);

const CutSuccess = builder.objectRef<Success<CutAnswer>>('CutSuccess').implement({
  description: 'The manifest is applied: units, versions and ledger rows were written together.',
  interfaces: [WrittenInterface],
  fields: (t) => ({
    changeSet: t.field({
      type: ChangeSet,
      description: 'The change set of this key.',
      resolve: nodeBy('ChangeSet', 'changeSetId'),
    }),
    entry: t.field({
      type: Entry,
      description: 'The entry, cut and waiting for its verification.',
      resolve: nodeBy('Entry', 'entryId'),
    }),
  }),
});

const CutOutcome = outcomeOf('cut', CutSuccess);

const cutOne = async (context: Context, input: z.output<typeof shape>) =>
  successOf(
    context,
    await context.ledger.asExec(callOf('cut', context, { ...input, signedBy: input.signature }), (tx) =>
      cut(tx, input),
    ),
  );

builder.mutationField('cut', (t) =>
  t.field({
    type: CutOutcome,
    description:
      'Applies an approved manifest to the ledger, once, signed by the server or, with `signature`, by the caller. ' +
      'Scope `change:cut`, lane DOT-991.',
    args: { input: t.arg({ type: CutInput, required: true, description: 'What to cut.' }) },
    resolve: (_, { input }, ctx) => cutOne(ctx, input),
  }),
);

addMany('cut', { input: CutInput, outcome: CutOutcome, items: 'cuts', run: cutOne });
