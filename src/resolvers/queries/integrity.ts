import { sql } from 'slonik';
import { z } from 'zod';
import { builder } from '../../schema/builder.ts';
import { IntegrityType } from '../../schema/checks/integrity.ts';

const headRow = z.object({ head: z.string() });

builder.queryField('integrity', (t) =>
  t.field({
    type: IntegrityType,
    description:
      'How far the ledger has been checked against its log, and what was found. Scope `ledger:evidence`.',
    resolve: async (_, _args, { observe, integrity }) => {
      const { head } = await observe.one(sql.type(headRow)`
        /* integrity.head */ select next_position::text as head from cutter_log.head`);
      return { head, ...integrity() };
    },
  }),
);
