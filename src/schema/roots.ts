import { builder } from './builder.ts';

builder.queryType({
  description: 'Reads the ledger. Every root field and all that hangs under it is one SQL statement.',
});

builder.mutationType({
  description:
    'The verbs. Each is one transaction in its lane, takes an idempotency key and `dryRun`, and answers ' +
    'with its success or with one of its refusals.',
});
