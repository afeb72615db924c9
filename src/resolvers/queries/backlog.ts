import { findNode } from '../../reading/read.ts';
import { READ_WHOLE } from '../../reading/whole.ts';
import { Backlog } from '../../schema/backlog/backlog.ts';
import { builder } from '../../schema/builder.ts';

builder.queryField('backlog', (t) =>
  t.field({
    type: Backlog,
    description:
      'How many entries are in which status, and which have waited for longest. Costs the same however many ' +
      'entries there are. Scope `ledger:observe`.',
    extensions: READ_WHOLE,
    resolve: async (_, _args, context, info) => {
      const backlog = await findNode(context, info, 'Backlog', []);
      if (backlog === null) throw new Error('cutter_log.counted has no row, which its migration writes.');
      return backlog;
    },
  }),
);
