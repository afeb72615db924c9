/** The ledger's words as a person types them, and as the API has them. */
import { SCOPES } from '../../auth/authority.ts';
import type { Lane, PrincipalKind, Scope } from '../../client/generated/graphql.ts';
import { LANES, PRINCIPAL_KINDS } from '../../law/values.ts';
import { ClientFault } from '../client/client.ts';

/** `entry:mark` is ENTRY_MARK there. */
const apiWord = (word: string): string => word.toUpperCase().replaceAll(/[:-]/g, '_');

function apiWordOf<Word extends string>(words: readonly string[], word: string, what: string): Word {
  if (words.includes(word)) return apiWord(word) as Word;
  throw new ClientFault(`${word} is no ${what}. Choose among ${words.join(', ')}.`);
}

export const apiScopes = (words: readonly string[]): Scope[] =>
  words.map((word) => apiWordOf<Scope>(SCOPES, word, 'scope'));
export const apiKind = (word: string): PrincipalKind => apiWordOf(PRINCIPAL_KINDS, word, 'kind of principal');
export const apiLane = (word: string): Lane => apiWordOf(LANES, word, 'lane');

/** A word of the API as a person reads it; one that a later ledger added is shown as it came. */
export function typedWord(word: string): string {
  return [...SCOPES, ...LANES, ...PRINCIPAL_KINDS].find((known) => apiWord(known) === word) ?? word;
}
