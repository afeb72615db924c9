import { badInput } from '../../reading/bad-input.ts';
import { builder } from '../../schema/builder.ts';
import { RulesType } from '../../schema/parties/rules.ts';

builder.queryField('rules', (t) =>
  t.field({
    type: RulesType,
    nullable: true,
    description:
      'The rules in force, or those of a version; null where the ledger has none. Before version 1, the rules of ' +
      'origin held. Scope `ledger:observe`.',
    args: { version: t.arg.int({ description: 'A version. Left out: the newest.' }) },
    resolve: async (_, { version }, ctx) => {
      if (version != null && version < 1) throw badInput('rules(version:)', 'must be 1 or more.');
      return await ctx.ledger.rules(version ?? null);
    },
  }),
);
