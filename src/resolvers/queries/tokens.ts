import type { Session } from '../../auth/session.ts';
import type { ListedToken } from '../../ledger/parties/list-tokens.ts';
import { normalizeUuid } from '../../proof/uuid.ts';
import { badInput } from '../../reading/bad-input.ts';
import { builder } from '../../schema/builder.ts';
import { pageWindow } from '../../schema/node.ts';
import { TokenType, type TokenView } from '../../schema/parties/token.ts';
import { planConnection, planPage } from './plan-page.ts';

const TokenConnection = planConnection<TokenView>('Token', TokenType, 'A page of tokens, oldest first.');

const TokenFilter = builder.inputType('TokenFilter', {
  description: 'Which tokens. All conditions must hold.',
  fields: (t) => ({
    principalId: t.field({ type: 'UUID', description: 'Only those of this principal.' }),
    isLive: t.boolean({ description: 'Only those that still let a caller in, or only those that do not.' }),
  }),
});

builder.queryField('tokens', (t) =>
  t.field({
    type: TokenConnection,
    description:
      'The tokens that were issued, never their secrets or hashes, with their last use. Scope `principal:admin`.',
    args: {
      ...pageWindow(t.arg, 'Tokens'),
      filter: t.arg({ type: TokenFilter, description: 'Which tokens. Left out: all.' }),
    },
    resolve: async (_, { filter, ...window }, ctx) => {
      const given = filter?.principalId ?? null;
      const principalId = given === null ? null : normalizeUuid(given);
      if (given !== null && principalId === null)
        throw badInput('tokens(filter: { principalId: })', 'must be a UUID: 8-4-4-4-12 hexadecimal digits.');
      const all = await ctx.ledger.tokens(ctx.session as Session, {
        principalId,
        isLive: filter?.isLive ?? null,
      });
      return planPage([...all.keys()], (index) => all[index] as ListedToken, window, 'tokens');
    },
  }),
);
