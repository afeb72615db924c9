import { builder } from '../../schema/builder.ts';
import { DivergenceType } from '../../schema/checks/divergence.ts';

builder.queryField('drift', (t) =>
  t.field({
    type: [DivergenceType],
    description:
      "What of the database's shape isn't as the migrations made it: relations, columns, constraints, indexes, " +
      "triggers, rules, functions, policies, grants, and the ledger's roles. Read anew for each call. " +
      'Scope `ledger:evidence`.',
    resolve: (_, _args, { drift }) => drift(),
  }),
);
