import type { RefusalName } from '../law/refusals.ts';
import type { Lane, PrincipalKind } from '../law/values.ts';

export const SCOPES = [
  'ledger:observe',
  'ledger:evidence',
  'document:read',
  'source:register',
  'entry:mark',
  'entry:sweep',
  'entry:review',
  'entry:abandon',
  'change:cut',
  'change:verify',
  'approval:grant',
  'principal:admin',
] as const;
/** A capability. `change:cut` and `change:verify` never meet in one principal. */
export type Scope = (typeof SCOPES)[number];

export interface Authority {
  readonly scope: Scope;
  /** Another authority for one `kind` of the input, where the weight of the act differs. */
  readonly byKind?: Readonly<Record<string, Pick<Authority, 'scope' | 'agent'>>>;
  readonly lane: Lane;
  /** Whether a principal of kind `agent` may call it. */
  readonly agent: boolean;
  readonly refusals: readonly RefusalName[];
}

const ANY = ['Forbidden', 'LaneNotServed', 'InvalidInput', 'IdempotencyConflict', 'Busy'] as const;

/** Every mutation's authority, in one place: scope, lane, whether agents may, and the refusals of its union. */
export const AUTHORITY = {
  registerSource: { scope: 'source:register', lane: 'DOT-991', agent: true, refusals: [...ANY] },
  mark: {
    scope: 'entry:mark',
    lane: 'DOT-991',
    agent: true,
    refusals: [...ANY, 'NotFound', 'CoverageBroken'],
  },
  declareDependency: {
    scope: 'entry:mark',
    // A successor ends the blocking of what failed, so a reviewer declares it.
    byKind: { supersedes: { scope: 'entry:review', agent: false } },
    lane: 'DOT-991',
    agent: true,
    refusals: [...ANY, 'NotFound', 'IllegalTransition', 'DependencyCycle'],
  },
  sweep: {
    scope: 'entry:sweep',
    lane: 'DOT-991',
    agent: true,
    refusals: [...ANY, 'NotFound', 'IllegalTransition'],
  },
  review: {
    scope: 'entry:review',
    lane: 'DOT-991',
    agent: false,
    refusals: [
      ...ANY,
      'NotFound',
      'SameParty',
      'IllegalTransition',
      'NotLive',
      'CoverageBroken',
      'PlanStale',
    ],
  },
  cut: {
    scope: 'change:cut',
    lane: 'DOT-991',
    agent: true,
    refusals: [
      ...ANY,
      'NotFound',
      'AlreadyCut',
      'IllegalTransition',
      'NotApproved',
      'DependencyOpen',
      'PlanStale',
      'CoverageBroken',
      'LaneMismatch',
    ],
  },
  verify: {
    scope: 'change:verify',
    lane: 'DOT-992',
    agent: true,
    refusals: [...ANY, 'NotFound', 'IllegalTransition', 'SameParty', 'LaneMismatch'],
  },
  abandon: {
    scope: 'entry:abandon',
    lane: 'DOT-991',
    agent: false,
    refusals: [...ANY, 'NotFound', 'IllegalTransition', 'AlreadyCut'],
  },
} as const satisfies Record<string, Authority>;
export type Verb = keyof typeof AUTHORITY;

const VERBS = Object.keys(AUTHORITY) as Verb[];

/** The verbs that the scopes of a caller and its kind allow, for the input that needs least. */
export function verbsAllowed(caller: {
  readonly scopes: ReadonlySet<Scope>;
  readonly kind: PrincipalKind;
}): ReadonlySet<Verb> {
  return new Set(VERBS.filter((verb) => isAllowed(caller, AUTHORITY[verb])));
}

/** Whether the scopes of a caller and its kind meet what a verb asks. */
function isAllowed(
  { scopes, kind }: Parameters<typeof verbsAllowed>[0],
  { scope, agent }: Pick<Authority, 'scope' | 'agent'>,
): boolean {
  return scopes.has(scope) && (agent || kind !== 'agent');
}
