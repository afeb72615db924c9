import type { Mode, PrincipalKind } from '../law/values.ts';
import type { Scope } from './authority.ts';

/** Who calls: a principal behind a token that was good when the call began, and the person answerable for it. */
export interface Session {
  readonly tokenId: string;
  readonly principalId: string;
  readonly personId: string;
  readonly name: string;
  readonly kind: PrincipalKind;
  /** Scopes of the principal, narrowed by the token. */
  readonly scopes: ReadonlySet<Scope>;
  /** Entries the token is narrowed to, or null for all. */
  readonly entryIds: ReadonlySet<string> | null;
  /** The one manifest that the token may write about, or null for any. */
  readonly manifestDigest: string | null;
  /** That of the principal, which the schema keeps equal to its person's; written into every record. */
  readonly mode: Mode;
  /** RFC 3339, microseconds. */
  readonly expiresAt: string;
}
