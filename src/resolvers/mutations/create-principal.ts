import { z } from 'zod';
import { LANES, PRINCIPAL_KINDS } from '../../law/values.ts';
import { type AnswerableInput, createPrincipal } from '../../ledger/parties/create-principal.ts';
import { builder } from '../../schema/builder.ts';
import { LaneEnum, PrincipalKindEnum, ScopeEnum } from '../../schema/enums/callers.ts';
import { callOf } from '../call.ts';
import { idempotencyKey, optionalInput, uuid } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { personName, principalName, principalSuccess, scopesShape, withPreview } from '../party-input.ts';
import { successOf } from '../success.ts';

const shape = z.object({
  idempotencyKey,
  dryRun: z.boolean(),
  name: principalName,
  kind: z.enum(PRINCIPAL_KINDS),
  person: z
    .object({ personId: optionalInput(uuid), name: optionalInput(personName) })
    .transform(
      ({ personId, name }): AnswerableInput => (personId === null ? { name: name as string } : { personId }),
    ),
  scopes: scopesShape,
  lane: optionalInput(z.enum(LANES)),
});

const AnswerableInputType = builder.inputType('AnswerablePersonInput', {
  isOneOf: true,
  description: 'Who answers for a principal: a person that is there, or a new one.',
  fields: (t) => ({
    personId: t.field({
      type: 'UUID',
      description: 'A person that is there, as `Principal.personId` has it.',
    }),
    name: t.string({ description: 'A new person by this name, in one line of at most 200 characters.' }),
  }),
});

const CreatePrincipalInput = builder
  .inputType('CreatePrincipalInput', {
    description: 'Who is to act, and what it may do.',
    fields: (t) => ({
      ...callFields(t),
      name: t.string({
        required: true,
        description:
          'What people call it: a to z, 0 to 9 and single "-" between them, at most 63 characters. No two read alike.',
      }),
      kind: t.field({ type: PrincipalKindEnum, required: true, description: 'Person, service or agent.' }),
      person: t.field({
        type: AnswerableInputType,
        required: true,
        description: 'The person who answers for it; for a person, that person.',
      }),
      scopes: t.field({
        type: [ScopeEnum],
        required: true,
        description:
          'What it may do. `CHANGE_CUT` and `CHANGE_VERIFY` never meet in one principal, nor in one person. ' +
          '`ENTRY_REVIEW`, `APPROVAL_GRANT` and `PRINCIPAL_ADMIN` are for persons.',
      }),
      lane: t.field({
        type: LaneEnum,
        description: 'The lane whose keys are registered with this service. Left out: none.',
      }),
    }),
  })
  .validate(shape);

const CreatePrincipalSuccess = principalSuccess('CreatePrincipalSuccess', 'The principal may act.');

builder.mutationField('createPrincipal', (t) =>
  t.field({
    type: outcomeOf('createPrincipal', CreatePrincipalSuccess),
    description:
      'Lets a person, a service or an agent act. It gets no token by this: `issueToken` gives one. ' +
      'Scope `principal:admin`, not for agents.',
    args: {
      input: t.arg({ type: CreatePrincipalInput, required: true, description: 'The principal to create.' }),
    },
    resolve: async (_, { input }, ctx) =>
      withPreview(
        await successOf(
          ctx,
          await ctx.ledger.asRegistrar(callOf('createPrincipal', ctx, input), (tx) =>
            createPrincipal(tx, input),
          ),
        ),
      ),
  }),
);
