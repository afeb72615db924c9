import { z } from 'zod';
import { type StatementToSign, verifyStatementToSign } from '../../ledger/statement-to-sign.ts';
import { builder } from '../../schema/builder.ts';
import { callOf } from '../call.ts';
import { idempotencyKey, uuid } from '../input.ts';
import { callFields } from '../inputs.ts';
import { statementOutcomeOf } from '../outcome.ts';
import { StatementToSignType } from '../statement-input.ts';

const shape = z.object({ idempotencyKey, changeSetId: uuid });

const VerifyStatementInput = builder
  .inputType('VerifyStatementInput', {
    description: 'A cut that the caller wants to judge with its own signature.',
    fields: (t) => ({
      idempotencyKey: callFields(t).idempotencyKey,
      changeSetId: t.field({ type: 'UUID', required: true, description: 'The change set of the cut.' }),
    }),
  })
  .validate(shape);

const VerifyStatementSuccess = builder.objectRef<StatementToSign>('VerifyStatementSuccess').implement({
  description: 'What to sign. Send the signature with the same input to `verify`.',
  fields: (t) => ({
    statement: t.field({
      type: StatementToSignType,
      description: 'The statement, and who may sign it.',
      resolve: (statement) => statement,
    }),
  }),
});

builder.mutationField('verifyStatement', (t) =>
  t.field({
    type: statementOutcomeOf('verify', VerifyStatementSuccess),
    description:
      'Judges a cut, and gives what the verifier signs to state that verdict, with its own key. It refuses as ' +
      '`verify` would, and stores nothing. Scope `change:verify`, lane DOT-992.',
    args: { input: t.arg({ type: VerifyStatementInput, required: true, description: 'What to judge.' }) },
    resolve: (_, { input }, ctx) => {
      const call = callOf('verify', ctx, { ...input, dryRun: true, signedBy: 'asks' });
      return ctx.ledger.asVerify(call, (tx) => verifyStatementToSign(tx, input));
    },
  }),
);
