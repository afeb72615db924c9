import { QUERY_AUTHORITY } from '../../auth/query-authority.ts';
import { builder } from '../../schema/builder.ts';
import { Principal } from '../../schema/principal.ts';
import { requireScope } from './guard.ts';

builder.queryField('whoAmI', (t) =>
  t.field({
    type: Principal,
    description: 'The caller, as its token makes it known.',
    resolve: (_, _args, context) => requireScope(context, 'whoAmI', QUERY_AUTHORITY.whoAmI),
  }),
);
