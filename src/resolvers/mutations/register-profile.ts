import { z } from 'zod';
import { profileNameFault, profileVersionFault } from '../../document/registry-words.ts';
import { type KnownProfile, registerProfile } from '../../ledger/register-profile.ts';
import { builder } from '../../schema/builder.ts';
import { ProfileType } from '../../schema/registry/profile.ts';
import { WrittenInterface } from '../../schema/written.ts';
import { callOf } from '../call.ts';
import { fittingText, idempotencyKey, jsonObject } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { type Success, successOf } from '../success.ts';

const shape = z.object({
  idempotencyKey,
  dryRun: z.boolean(),
  name: fittingText(profileNameFault),
  version: fittingText(profileVersionFault),
  body: jsonObject,
});

const RegisterProfileInput = builder
  .inputType('RegisterProfileInput', {
    description: 'How a kind of document is cut.',
    fields: (t) => ({
      ...callFields(t),
      name: t.string({
        required: true,
        description: 'Its name: a to z, 0 to 9 and single "-" between them, at most 63 characters.',
      }),
      version: t.string({
        required: true,
        description: 'Its version, a whole number from 1. A name alone means the highest one.',
      }),
      body: t.field({
        type: 'JSON',
        required: true,
        description:
          'The profile, of format `cutter-profile/2`, at most 64 KiB. Name and version may be left out of it. ' +
          'Its patterns run in RE2, at the start of a line.',
      }),
    }),
  })
  .validate(shape);

const RegisterProfileSuccess = builder
  .objectRef<Success<{ readonly profile: KnownProfile }>>('RegisterProfileSuccess')
  .implement({
    description: 'The profile is registered.',
    interfaces: [WrittenInterface],
    fields: (t) => ({
      profile: t.field({
        type: ProfileType,
        description: 'The profile in its full form.',
        resolve: ({ profile, position }) => ({ ...profile, position, body: () => profile.body }),
      }),
    }),
  });

builder.mutationField('registerProfile', (t) =>
  t.field({
    type: outcomeOf('registerProfile', RegisterProfileSuccess),
    description:
      'Publishes how a kind of document is cut, under a name and a version that never change. Try it before, ' +
      'with `planCut(draftProfile:)`. Scope `profile:register`, lane DOT-991, not for agents.',
    args: {
      input: t.arg({ type: RegisterProfileInput, required: true, description: 'The profile.' }),
    },
    resolve: async (_, { input }, ctx) =>
      successOf(
        ctx,
        await ctx.ledger.asExec(callOf('registerProfile', ctx, input), (tx) => registerProfile(tx, input)),
      ),
  }),
);
