import { builder } from './builder.ts';

builder.queryType({
  description: 'Reads the ledger. Every root field and all that hangs under it is one SQL statement.',
});
