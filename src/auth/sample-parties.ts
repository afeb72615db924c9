import type { Lane, PrincipalKind } from '../law/values.ts';
import { derivedId } from '../proof/uuid.ts';
import { SCOPES, type Scope } from './authority.ts';

/** A principal and the person answerable for it, as the bootstrap writes them. */
export interface SampleParty {
  readonly name: string;
  readonly kind: PrincipalKind;
  readonly personName: string;
  readonly scopes: readonly Scope[];
  readonly lane: Lane | null;
}

const READ = ['ledger:observe', 'ledger:evidence', 'document:read'] as const satisfies readonly Scope[];
const BACKLOG = ['entry:sweep', 'entry:abandon'] as const satisfies readonly Scope[];

/**
 * The six sample principals of a rehearsal, each answered for by a person of its own, so that no guard of separate
 * duties is met by accident. A principal's name is also its key in tokens.json.
 */
export const SAMPLE_PARTIES = [
  {
    name: 'administrator',
    kind: 'person',
    personName: 'Ada Sample',
    scopes: [
      'principal:admin',
      'rules:change',
      'audit:read',
      'profile:register',
      ...READ,
      'source:register',
      ...BACKLOG,
    ],
    lane: null,
  },
  {
    name: 'marker',
    kind: 'person',
    personName: 'Mara Sample',
    scopes: [...READ, 'source:register', 'entry:mark', ...BACKLOG],
    lane: null,
  },
  {
    name: 'reviewer',
    kind: 'person',
    personName: 'Rene Sample',
    scopes: [...READ, 'entry:review', 'approval:grant', ...BACKLOG],
    lane: null,
  },
  {
    name: 'executor',
    kind: 'service',
    personName: 'Elif Sample',
    scopes: [...READ, 'entry:sweep', 'change:cut'],
    lane: 'DOT-991',
  },
  {
    name: 'verifier',
    kind: 'service',
    personName: 'Vera Sample',
    scopes: [...READ, 'change:verify'],
    lane: 'DOT-992',
  },
  {
    name: 'observer',
    kind: 'person',
    personName: 'Otto Sample',
    scopes: ['ledger:observe', 'document:read'],
    lane: null,
  },
] as const satisfies readonly SampleParty[];

/** Ids of parties derive from their names: the same party is the same row, however often the bootstrap runs. */
export function principalIdOf(name: string): string {
  return derivedId(`bootstrap:principal:${name}`);
}

export function personIdOf(personName: string): string {
  return derivedId(`bootstrap:person:${personName}`);
}

/** Scopes in the order of the list of scopes, each once. */
export function scopesInOrder(scopes: readonly Scope[]): readonly Scope[] {
  return SCOPES.filter((scope) => scopes.includes(scope));
}
