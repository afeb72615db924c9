/** Who is signed in. The token lives in a closure here, and nowhere else. */
import { signal } from '@preact/signals';
import { createClient, type LedgerClient } from '../client/client.ts';
import { ConsoleMeDocument, type ConsoleMeQuery, type Scope } from './generated/graphql.ts';

export interface ConsoleSession {
  readonly ledger: LedgerClient;
  readonly me: ConsoleMeQuery['whoAmI'];
  readonly reads: boolean;
  readonly evidence: boolean;
  readonly observes: boolean;
  readonly signal: AbortSignal;
}

export const session = signal<ConsoleSession | null>(null);

let leaving = new AbortController();

/** Throws a LedgerFault where the ledger refuses the token. */
export async function signIn(token: string): Promise<void> {
  const leave = new AbortController();
  // Relative to the page, whatever path a proxy shows it under.
  const url = new URL('../graphql', document.baseURI).href;
  const ledger = createClient({ url, token, signal: leave.signal });
  const { whoAmI: me } = await ledger.request(ConsoleMeDocument, {});
  const scopes = me.session?.scopes ?? [];
  const has = (scope: Scope) => scopes.includes(scope);
  leaving.abort();
  leaving = leave;
  session.value = {
    ledger,
    me,
    reads: has('DOCUMENT_READ'),
    evidence: has('LEDGER_EVIDENCE'),
    observes: has('LEDGER_OBSERVE'),
    signal: leave.signal,
  };
}

export function signOut(): void {
  leaving.abort();
  session.value = null;
}
