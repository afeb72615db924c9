import { z } from 'zod';
import type { Session } from '../../auth/session.ts';
import type { IssuedPassport } from '../../passport/issue/issue.ts';
import { builder } from '../../schema/builder.ts';
import { VerifyVerdictEnum } from '../../schema/enums/effects.ts';
import { CheckpointType } from '../../schema/proof.ts';
import { uuid } from '../input.ts';
import { outcomeUnion } from '../outcome.ts';

const Passport = builder.objectRef<IssuedPassport>('Passport').implement({
  description:
    'One file that proves a verified cut to anybody who has the public keys: plan, approval, effect, ' +
    'signatures, and the path of each record into a checkpoint. Every request gets the same bytes.',
  fields: (t) => ({
    changeSetId: t.expose('changeSetId', { type: 'UUID', description: 'The change set of the cut.' }),
    text: t.exposeString('text', {
      description:
        'The file: canonical JSON. Keep its bytes: a passport that was formatted again is refused.',
    }),
    digest: t.expose('digest', { type: 'Digest', description: 'SHA-256 of the text in UTF-8.' }),
    fileName: t.exposeString('fileName', { description: 'A name for the file.' }),
    verdict: t.expose('verdict', {
      type: VerifyVerdictEnum,
      description: 'What the verifier said of the cut.',
    }),
    checkpoint: t.expose('checkpoint', {
      type: CheckpointType,
      description: 'The smallest published head that covers the records.',
    }),
  }),
});

builder.queryField('passport', (t) =>
  t.field({
    type: outcomeUnion('PassportOutcome', 'The passport, or why there is none.', Passport, [
      'Forbidden',
      'InvalidInput',
      'NotFound',
      'IllegalTransition',
      'Busy',
    ]),
    description:
      'The passport of a verified cut, to be checked without this server. In the first second after the ' +
      'verification, a checkpoint may not cover it yet: the answer is Busy, and you ask again. Scope ' +
      '`ledger:evidence`.',
    args: { changeSetId: t.arg({ type: 'UUID', required: true, description: 'The change set of the cut.' }) },
    validate: z.object({ changeSetId: uuid }),
    resolve: (_, { changeSetId }, { passport, session }) => passport(session as Session, changeSetId),
  }),
);
