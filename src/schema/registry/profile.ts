import type { PlainJson } from '../../proof/canonical.ts';
import { builder } from '../builder.ts';
import { ENTITY } from '../node.ts';
import { registryId } from './registry-id.ts';

/** A profile as callers see it. */
export interface ProfileView {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  /** Null where the program comes with it. */
  readonly registeredBy: string | null;
  readonly registeredAt: string | null;
  readonly position: () => Promise<string | null> | string | null;
  readonly body: () => Promise<PlainJson> | PlainJson;
}

export const ProfileType = builder.objectRef<ProfileView>('Profile').implement({
  description:
    'How a kind of document is taken apart, as data. A published version never changes: a better one has the next.',
  interfaces: [ENTITY],
  fields: (t) => ({
    id: t.id({
      description: 'Opaque id, for `node`.',
      resolve: ({ name, version }) => registryId('Profile', name, version),
    }),
    reference: t.string({
      description: 'Its name and version, as a cut specification names it: `statute-de@1`.',
      resolve: ({ name, version }) => `${name}@${version}`,
    }),
    name: t.exposeString('name', { description: 'The name of all its versions.' }),
    version: t.exposeString('version', {
      description: 'Its version, a whole number. A name alone means the highest one.',
    }),
    digest: t.expose('digest', {
      type: 'Digest',
      description: 'SHA-256 of its canonical form (RFC 8785). A manifest binds it, with the granularity.',
    }),
    isShipped: t.boolean({
      description: 'Whether the program comes with it, so that nobody registered it.',
      resolve: ({ registeredBy }) => registeredBy === null,
    }),
    body: t.field({
      type: 'JSON',
      description: 'The whole profile, with name and version.',
      resolve: async ({ body }) => (await body()) as never,
    }),
    registeredBy: t.exposeString('registeredBy', {
      nullable: true,
      description: 'The principal that registered it; null for one that the program comes with.',
    }),
    registeredAt: t.expose('registeredAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The time of the transaction that registered it.',
    }),
    position: t.field({
      type: 'Position',
      nullable: true,
      description: 'The place of the record that registered it; null where there is none yet.',
      resolve: ({ position }) => position(),
    }),
  }),
});
