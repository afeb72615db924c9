import { z } from 'zod';
import type { Session } from '../../auth/session.ts';
import type { Reconstruction as Rebuilt } from '../../ledger/reconstruct.ts';
import { builder } from '../../schema/builder.ts';
import { uuid } from '../input.ts';
import { outcomeUnion } from '../outcome.ts';

const Reconstruction = builder.objectRef<Rebuilt>('Reconstruction').implement({
  description: 'A document given back from the rows of its cut, never from the registered source.',
  fields: (t) => ({
    base64: t.field({
      type: 'Base64',
      description: 'The bytes of the document.',
      resolve: (rebuilt) => rebuilt.bytes.toString('base64'),
    }),
    text: t.string({
      nullable: true,
      description: 'The bytes as text.',
      resolve: (rebuilt) => rebuilt.bytes.toString('utf8'),
    }),
    digest: t.expose('digest', { type: 'Digest', description: 'SHA-256 of the bytes.' }),
    void: t.exposeBoolean('void', {
      description: 'Whether the cut was compensated: its units are void, and no other reading shows them.',
    }),
    matchesSource: t.exposeBoolean('matchesSource', {
      description: 'Whether that is the digest in the approved manifest.',
    }),
  }),
});

builder.queryField('reconstruct', (t) =>
  t.field({
    type: outcomeUnion('ReconstructOutcome', 'The document, or why there is none.', Reconstruction, [
      'Forbidden',
      'InvalidInput',
      'NotFound',
      'Busy',
    ]),
    description: 'Gives the document of a cut back, byte for byte, from its units. Scope `ledger:evidence`.',
    args: { changeSetId: t.arg({ type: 'UUID', required: true, description: 'The change set of the cut.' }) },
    validate: z.object({ changeSetId: uuid }),
    resolve: (_, { changeSetId }, ctx) => ctx.ledger.reconstruct(ctx.session as Session, changeSetId),
  }),
);
