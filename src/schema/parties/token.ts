import type { ListedToken } from '../../ledger/parties/list-tokens.ts';
import type { KnownToken } from '../../ledger/parties/token-look.ts';
import { builder } from '../builder.ts';
import { ScopeEnum } from '../enums/callers.ts';

/** A token as callers see it. What made it just now knows nothing of its use. */
export type TokenView = KnownToken & Partial<Pick<ListedToken, 'lastUsedAt'>>;

export const TokenType = builder.objectRef<TokenView>('Token').implement({
  description:
    'What lets a caller in. The secret is shown once, when it is issued; neither it nor a hash of it is shown later.',
  fields: (t) => ({
    tokenId: t.expose('tokenId', { type: 'UUID', description: 'Names the token without being it.' }),
    principalId: t.expose('principalId', { type: 'UUID', description: 'The principal that it is of.' }),
    principalName: t.exposeString('principalName', { description: 'What people call that principal.' }),
    scopes: t.field({
      type: [ScopeEnum],
      nullable: true,
      description: 'The scopes that it is narrowed to; null: those that the principal has.',
      resolve: ({ scopes }) => (scopes === null ? null : [...scopes]),
    }),
    entryIds: t.field({
      type: ['UUID'],
      nullable: true,
      description: 'The entries that it is narrowed to; null: all.',
      resolve: ({ entryIds }) => (entryIds === null ? null : [...entryIds]),
    }),
    docCodes: t.field({
      type: ['String'],
      nullable: true,
      description: 'The documents that it is narrowed to; null: all.',
      resolve: ({ docCodes }) => (docCodes === null ? null : [...docCodes]),
    }),
    manifestDigest: t.expose('manifestDigest', {
      type: 'Digest',
      nullable: true,
      description: 'The one manifest that it may review or cut; null: any.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was issued.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'When it ends by itself.' }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was ended; null where it was not.',
    }),
    replacesTokenId: t.expose('replacesTokenId', {
      type: 'UUID',
      nullable: true,
      description: 'The token that it follows by a rotation.',
    }),
    lastUsedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When it was last used, to the minute; null where that was never noted. No record vouches for it.',
      resolve: ({ lastUsedAt }) => lastUsedAt ?? null,
    }),
  }),
});
