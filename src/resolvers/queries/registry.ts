import { readProfile, readProfiles } from '../../reading/registry/profiles.ts';
import { readVocabulary } from '../../reading/registry/terms.ts';
import { builder } from '../../schema/builder.ts';
import { TermKindEnum } from '../../schema/enums/registry.ts';
import { pageWindow } from '../../schema/node.ts';
import { ProfileType, type ProfileView } from '../../schema/registry/profile.ts';
import { VocabularyTermType } from '../../schema/registry/vocabulary-term.ts';
import { planConnection, planPage } from './plan-page.ts';

builder.queryField('vocabulary', (t) =>
  t.field({
    type: [VocabularyTermType],
    description:
      'The words that units may use: first the kinds of units, then the types of sections, each by its word. ' +
      'Scope `document:read`.',
    args: { termKind: t.arg({ type: TermKindEnum, description: 'Only words of this kind.' }) },
    resolve: (_, { termKind }, { reader }) => readVocabulary(reader, termKind ?? null),
  }),
);

const ProfileConnection = planConnection<ProfileView>(
  'Profile',
  ProfileType,
  'A page of profiles: those of the program first, then the registered ones in the order of the log.',
);

builder.queryField('profiles', (t) =>
  t.field({
    type: ProfileConnection,
    description:
      'The profiles by which documents can be cut: those of the program, then the registered ones. ' +
      'Scope `document:read`.',
    args: {
      ...pageWindow(t.arg, 'Profiles'),
      name: t.arg.string({ description: 'Only versions of this name.' }),
    },
    resolve: async (_, { name, ...window }, { reader }) => {
      const all = await readProfiles(reader, name ?? null);
      return planPage([...all.keys()], (index) => all[index] as ProfileView, window, 'profiles');
    },
  }),
);

builder.queryField('profile', (t) =>
  t.field({
    type: ProfileType,
    nullable: true,
    description:
      'The profile that a cut specification would mean by this reference; null where there is none. ' +
      'Scope `document:read`.',
    args: {
      reference: t.arg.string({
        required: true,
        description: 'A name, which means its newest version, or a name with "@" and a version.',
      }),
    },
    resolve: (_, { reference }, { reader }) => readProfile(reader, reference),
  }),
);
