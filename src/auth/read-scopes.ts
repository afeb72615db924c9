import type { Scope } from './authority.ts';

/**
 * As whom is read, from the narrowest on: each may read all that the one before it may. The auditor's login is that of
 * evidence, and its scope one of its own.
 */
export const READ_LOGINS = ['observe', 'reader', 'evidence', 'auditor'] as const;
export type ReadLogin = (typeof READ_LOGINS)[number];

/** The scope that a caller needs for what a login serves. A wider login gives nothing to a caller without its scope. */
export const SCOPE_OF_LOGIN = {
  observe: 'ledger:observe',
  reader: 'document:read',
  evidence: 'ledger:evidence',
  auditor: 'audit:read',
} as const satisfies Record<ReadLogin, Scope>;

/** Those of a caller's scopes on which rests what it reads. */
export function readScopes(scopes: ReadonlySet<Scope>): Scope[] {
  return READ_LOGINS.map((login) => SCOPE_OF_LOGIN[login]).filter((scope) => scopes.has(scope));
}
