import { z } from 'zod';
import { cutStatementToSign, type StatementToSign } from '../../ledger/statement-to-sign.ts';
import { builder } from '../../schema/builder.ts';
import { callOf } from '../call.ts';
import { digest, idempotencyKey, uuid } from '../input.ts';
import { callFields } from '../inputs.ts';
import { statementOutcomeOf } from '../outcome.ts';
import { StatementToSignType } from '../statement-input.ts';

const shape = z.object({ idempotencyKey, entryId: uuid, manifestDigest: digest });

const CutStatementInput = builder
  .inputType('CutStatementInput', {
    description: 'An approved manifest that the caller wants to cut with its own signature.',
    fields: (t) => ({
      idempotencyKey: callFields(t).idempotencyKey,
      entryId: t.field({ type: 'UUID', required: true, description: 'The approved entry.' }),
      manifestDigest: t.field({ type: 'Digest', required: true, description: 'Of the approved manifest.' }),
    }),
  })
  .validate(shape);

const CutStatementSuccess = builder.objectRef<StatementToSign>('CutStatementSuccess').implement({
  description: 'What to sign. Send the signature with the same input to `cut`.',
  fields: (t) => ({
    statement: t.field({
      type: StatementToSignType,
      description: 'The statement, and who may sign it.',
      resolve: (statement) => statement,
    }),
  }),
});

builder.mutationField('cutStatement', (t) =>
  t.field({
    type: statementOutcomeOf('cut', CutStatementSuccess),
    description:
      'Gives what the executor signs to cut an entry now, with its own key. It refuses as `cut` would, and stores ' +
      'nothing. Scope `change:cut`, lane DOT-991.',
    args: { input: t.arg({ type: CutStatementInput, required: true, description: 'What to cut.' }) },
    resolve: (_, { input }, ctx) => {
      const call = callOf('cut', ctx, { ...input, dryRun: true, signedBy: 'asks' });
      return ctx.ledger.asExec(call, (tx) => cutStatementToSign(tx, input));
    },
  }),
);
