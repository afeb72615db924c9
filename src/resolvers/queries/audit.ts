import { readPage } from '../../reading/read.ts';
import { READ_WHOLE } from '../../reading/whole.ts';
import { builder } from '../../schema/builder.ts';
import { AuditRowConnection } from '../../schema/checks/audit-row.ts';
import { pageArguments } from '../../schema/node.ts';

builder.queryField('audit', (t) =>
  t.field({
    type: AuditRowConnection.ref,
    description:
      'Who did what, by the records of the log, and who was refused, in the order of time. A refusal is in the list ' +
      'a quarter of a second after its answer. To follow what changes, use `history`: here a slow transaction may ' +
      'come between rows that were read already. Scope `audit:read`.',
    extensions: READ_WHOLE,
    args: pageArguments(t.arg, AuditRowConnection),
    resolve: (_, _args, context, info) => readPage(context, info, 'AuditRow'),
  }),
);
