import { z } from 'zod';
import { type ChangeRulesAnswer, changeRules } from '../../ledger/rules/change-rules.ts';
import { builder } from '../../schema/builder.ts';
import { JudgedOtherwiseType, RulesType, type RulesView } from '../../schema/parties/rules.ts';
import { WrittenInterface } from '../../schema/written.ts';
import { callOf } from '../call.ts';
import { idempotencyKey, plainJson } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { reasonField, reasonShape } from '../party-input.ts';
import { type Success, successOf } from '../success.ts';

const shape = z.object({ idempotencyKey, dryRun: z.boolean(), rules: plainJson, reason: reasonShape });

const ChangeRulesInput = builder
  .inputType('ChangeRulesInput', {
    description: 'Rules that hold from now on, whole.',
    fields: (t) => ({
      ...callFields(t),
      rules: t.field({
        type: 'JSON',
        required: true,
        description:
          'The rules, in the form of docs/reference/rules.md. The query `rules` shows those in force.',
      }),
      ...reasonField(t),
    }),
  })
  .validate(shape);

type Changed = Success<ChangeRulesAnswer>;

const ChangeRulesSuccess = builder.objectRef<Changed>('ChangeRulesSuccess').implement({
  description: 'The rules are changed. What was decided before stands.',
  interfaces: [WrittenInterface],
  fields: (t) => ({
    rules: t.field({
      type: RulesType,
      description: 'The new rules.',
      resolve: async (done, _, ctx) => (await ctx.ledger.rules(done.version)) ?? previewOf(done),
    }),
    isWeaker: t.boolean({
      description: 'Whether they allow something that those before forbade.',
      resolve: ({ weaker }) => weaker.length > 0,
    }),
    weaker: t.field({
      type: ['String'],
      description: 'What they allow and those before did not, each with an example.',
      resolve: ({ weaker }) => [...weaker],
    }),
    judgedOtherwise: t.field({
      type: JudgedOtherwiseType,
      description: 'Which past decisions they judge otherwise than those before.',
      // Read where it is asked for alone: the change stands, whatever becomes of this.
      resolve: ({ before, rules }, _, ctx) => ctx.ledger.judgedOtherwise(before.rules, rules),
    }),
  }),
});

/** What a dry run would make. */
function previewOf({ version, rules, reason, changedBy }: ChangeRulesAnswer): RulesView {
  return { version, body: rules, reason, changedBy, changedAt: null, position: null };
}

builder.mutationField('changeRules', (t) =>
  t.field({
    type: outcomeOf('changeRules', ChangeRulesSuccess),
    description:
      'Changes who may stand on two sides of an entry, and whose approvals a cut needs, from now on. It says ' +
      'whether the new rules are weaker, and which past decisions they judge otherwise. ' +
      'Scope `rules:change`, not for agents.',
    args: {
      input: t.arg({ type: ChangeRulesInput, required: true, description: 'The rules, and why.' }),
    },
    resolve: async (_, { input }, ctx) => {
      const written = await ctx.ledger.asRegistrar(callOf('changeRules', ctx, input), (tx) =>
        changeRules(tx, input),
      );
      return successOf(ctx, written);
    },
  }),
);
