import type { KnownPrincipal } from './party-look.ts';

/** A principal as its verbs answer: its id, and what a dry run shows of it. */
export interface PrincipalAnswer {
  readonly principalId: string;
  readonly shown: Omit<KnownPrincipal, 'versions'>;
}

export function principalAnswer({ versions: _versions, ...shown }: KnownPrincipal): PrincipalAnswer {
  return { principalId: shown.principal_id, shown };
}
