import { z } from 'zod';
import { SCOPES } from '../auth/authority.ts';
import { principalNameFault } from '../document/registry-words.ts';
import type { PrincipalAnswer } from '../ledger/parties/principal-answer.ts';
import type { PreviewRows } from '../reading/preview.ts';
import { builder } from '../schema/builder.ts';
import { ScopeEnum } from '../schema/enums/callers.ts';
import { TokenType, type TokenView } from '../schema/parties/token.ts';
import { Principal } from '../schema/principal.ts';
import { WrittenInterface } from '../schema/written.ts';
import { dateTime, digest, fittingText, oneLine, optionalInput, requiredText, uuid } from './input.ts';
import type { Success } from './success.ts';
import { nodeBy } from './success-node.ts';

/** What the verbs about persons, principals and tokens have in common. */

type Types = typeof builder.$inferSchemaTypes;
type InputFields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

const MOST_NAMED = 1000;

export const principalName = fittingText(principalNameFault);
export const personName = oneLine(200);
export const scopesShape = z
  .array(z.enum(SCOPES))
  .min(1, 'must have one scope at least; suspend or revoke what may do nothing')
  .transform((all) => [...new Set(all)]);
export const reasonShape = optionalInput(oneLine(500));

const someOf = <T extends z.ZodType<string>>(shape: T) =>
  optionalInput(
    z
      .array(shape)
      .min(1, 'must name one at least; leave it out where it is not narrowed')
      .max(MOST_NAMED, `may name at most ${MOST_NAMED}`)
      .transform((all) => [...new Set(all)].toSorted()),
  );

/** What a token may be narrowed to. */
export const reachShape = {
  scopes: optionalInput(scopesShape),
  entryIds: someOf(uuid),
  docCodes: someOf(requiredText(200)),
  manifestDigest: optionalInput(digest),
  expiresAt: optionalInput(dateTime),
};

export function reachFields(t: InputFields) {
  return {
    scopes: t.field({
      type: [ScopeEnum],
      description: 'Only these scopes, each of which the principal has. Left out: as they are.',
    }),
    entryIds: t.field({
      type: ['UUID'],
      description: 'Only these entries, at most 1,000. Left out: as they are.',
    }),
    docCodes: t.stringList({
      description: 'Only entries of these documents, at most 1,000. Left out: as they are.',
    }),
    manifestDigest: t.field({
      type: 'Digest',
      description: 'Only review or cut of this one manifest. Left out: as it is.',
    }),
  };
}

/** The success of a verb that changes a principal. */
export function principalSuccess(name: string, description: string) {
  return builder.objectRef<Success<PrincipalAnswer>>(name).implement({
    description,
    interfaces: [WrittenInterface],
    fields: (t) => ({
      principal: t.field({
        type: Principal,
        description: 'The principal as it is now.',
        resolve: nodeBy('Principal', 'principalId'),
      }),
    }),
  });
}

/** A dry run shows the principal as it would be. */
export function withPreview(success: Success<PrincipalAnswer>): Success<PrincipalAnswer> {
  if (!success.dryRun) return success;
  const { disabled, ...columns } = success.shown;
  const { person_id, person_name } = columns;
  const previewRows: PreviewRows = {
    Principal: [{ ...columns, is_disabled: disabled }],
    Person: [{ person_id, name: person_name }],
  };
  return { ...success, previewRows };
}

/** The success of a verb that makes a token. */
export function secretSuccess(name: string, description: string) {
  return builder.objectRef<Success<{ token: TokenView; secret: string | null }>>(name).implement({
    description,
    interfaces: [WrittenInterface],
    fields: (t) => ({
      token: t.field({
        type: TokenType,
        description: 'The token, without its secret.',
        resolve: ({ token }) => token,
      }),
      secret: t.exposeString('secret', {
        nullable: true,
        description:
          'The token itself, shown this once and kept nowhere. Null for a replay and for a dry run: where it was ' +
          'lost, revoke the token and issue another one.',
      }),
    }),
  });
}

/** The success of a verb that changes a token. */
export function tokenSuccess(name: string, description: string) {
  return builder.objectRef<Success<{ token: TokenView }>>(name).implement({
    description,
    interfaces: [WrittenInterface],
    fields: (t) => ({
      token: t.field({
        type: TokenType,
        description: 'The token as it is now.',
        resolve: ({ token }) => token,
      }),
    }),
  });
}

export function reasonField(t: InputFields) {
  return {
    reason: t.string({
      description: 'Why, in one line of at most 500 characters. It is kept in the ledger.',
    }),
  };
}
