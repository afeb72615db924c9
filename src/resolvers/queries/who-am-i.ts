import { findNode } from '../../reading/read.ts';
import { builder } from '../../schema/builder.ts';
import { markCaller, Principal } from '../../schema/principal.ts';
import { requireScope } from './guard.ts';

builder.queryField('whoAmI', (t) =>
  t.field({
    type: Principal,
    description: 'Who is calling, and with what authority. Needs a token, and no scope.',
    resolve: async (_, _args, context, info) => {
      const { principalId } = requireScope(context, 'whoAmI', null);
      const found = await findNode(context, info, 'Principal', [['principalId', principalId]], {
        isOwn: true,
      });
      if (found === null) throw new Error(`The principal ${principalId} calls and can't be read.`);
      return markCaller(found);
    },
  }),
);
