import type { RefusalName } from '../law/refusals.ts';
import type { Lane, PrincipalKind } from '../law/values.ts';

export const SCOPES = [
  'ledger:observe',
  'ledger:evidence',
  'document:read',
  'profile:register',
  'source:register',
  'entry:mark',
  'entry:sweep',
  'entry:review',
  'entry:abandon',
  'change:cut',
  'change:verify',
  'approval:grant',
  'principal:admin',
  'audit:read',
  'rules:change',
] as const;
/** A capability. `change:cut` and `change:verify` never meet in one principal. */
export type Scope = (typeof SCOPES)[number];

export interface Authority {
  readonly scope: Scope;
  /** Another authority for one `kind` of the input, where the weight of the act differs. */
  readonly byKind?: Readonly<Record<string, Pick<Authority, 'scope' | 'agent'>>>;
  /** Null: in no lane. */
  readonly lane: Lane | null;
  /** Whether a principal of kind `agent` may call it. */
  readonly agent: boolean;
  readonly refusals: readonly RefusalName[];
}

const ANY = ['Forbidden', 'LaneNotServed', 'InvalidInput', 'IdempotencyConflict', 'Busy'] as const;

/** Who may act is decided by administrators, in no lane. */
const ADMIN = { scope: 'principal:admin', lane: null, agent: false } as const;

/** Every mutation's authority, in one place: scope, lane, whether agents may, and the refusals of its union. */
export const AUTHORITY = {
  registerSource: { scope: 'source:register', lane: 'DOT-991', agent: true, refusals: [...ANY] },
  mark: {
    scope: 'entry:mark',
    lane: 'DOT-991',
    agent: true,
    refusals: [...ANY, 'NotFound', 'CoverageBroken', 'PlanTooCostly'],
  },
  // What they register decides how documents are cut from then on.
  registerVocabulary: {
    scope: 'profile:register',
    lane: 'DOT-991',
    agent: false,
    refusals: [...ANY, 'AlreadyRegistered'],
  },
  registerProfile: {
    scope: 'profile:register',
    lane: 'DOT-991',
    agent: false,
    refusals: [...ANY, 'AlreadyRegistered'],
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
      'PlanTooCostly',
      'CommentsOpen',
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
      'SameParty',
      'NotApproved',
      'NotSanctioned',
      'DependencyOpen',
      'PlanStale',
      'CoverageBroken',
      'PlanTooCostly',
      'LaneMismatch',
      'SignatureRefused',
      'Drifted',
    ],
  },
  verify: {
    scope: 'change:verify',
    lane: 'DOT-992',
    agent: true,
    refusals: [
      ...ANY,
      'NotFound',
      'IllegalTransition',
      'SameParty',
      'LaneMismatch',
      'SignatureRefused',
      'PlanTooCostly',
      'Drifted',
    ],
  },
  abandon: {
    scope: 'entry:abandon',
    lane: 'DOT-991',
    agent: false,
    refusals: [...ANY, 'NotFound', 'IllegalTransition', 'AlreadyCut'],
  },
  // Who may read a plan may say something of it. An agent, too: a reviewer judges what it says.
  comment: {
    scope: 'ledger:evidence',
    lane: 'DOT-991',
    agent: true,
    refusals: [...ANY, 'NotFound', 'IllegalTransition', 'PlanStale'],
  },
  // The verb itself asks whether the caller is the author, or may review the entry.
  resolveComment: {
    scope: 'ledger:evidence',
    lane: 'DOT-991',
    agent: true,
    refusals: [...ANY, 'NotFound', 'SameParty', 'IllegalTransition'],
  },
  createPrincipal: { ...ADMIN, refusals: [...ANY, 'NotFound', 'SameParty', 'AlreadyRegistered'] },
  updatePrincipal: {
    ...ADMIN,
    refusals: [...ANY, 'NotFound', 'SameParty', 'AlreadyRegistered', 'IllegalTransition'],
  },
  suspendPrincipal: { ...ADMIN, refusals: [...ANY, 'NotFound', 'IllegalTransition'] },
  issueToken: { ...ADMIN, refusals: [...ANY, 'NotFound', 'IllegalTransition'] },
  narrowToken: { ...ADMIN, refusals: [...ANY, 'NotFound', 'IllegalTransition'] },
  rotateToken: { ...ADMIN, refusals: [...ANY, 'NotFound', 'IllegalTransition'] },
  revokeToken: { ...ADMIN, refusals: [...ANY, 'NotFound'] },
  changeRules: { scope: 'rules:change', lane: null, agent: false, refusals: [...ANY, 'IllegalTransition'] },
  approveCut: {
    scope: 'approval:grant',
    lane: null,
    agent: false,
    refusals: [
      ...ANY,
      'NotFound',
      'SameParty',
      'IllegalTransition',
      'NotApproved',
      'CoverageBroken',
      'PlanStale',
      'PlanTooCostly',
      'LaneMismatch',
      'SignatureRefused',
    ],
  },
  revokeCutApproval: {
    scope: 'approval:grant',
    lane: null,
    agent: false,
    refusals: [...ANY, 'NotFound', 'IllegalTransition'],
  },
} as const satisfies Record<string, Authority>;
export type Verb = keyof typeof AUTHORITY;
/** The verbs about persons, principals and tokens, about the rules, and about approvals of cuts. */
export type PartyVerb = {
  [V in Verb]: (typeof AUTHORITY)[V]['lane'] extends null ? V : never;
}[Verb];

const VERBS = Object.keys(AUTHORITY) as Verb[];

/** The verbs that the scopes of a caller and its kind allow, for the input that needs least. */
export function verbsAllowed(caller: {
  readonly scopes: ReadonlySet<Scope>;
  readonly kind: PrincipalKind;
}): ReadonlySet<Verb> {
  return new Set(VERBS.filter((verb) => isAllowed(caller, AUTHORITY[verb])));
}

/** What a verb asks for one `kind` of its input, or for the others. */
export function authorityOf(verb: Verb, kind?: string): Pick<Authority, 'scope' | 'agent'> {
  const authority: Authority = AUTHORITY[verb];
  return (kind === undefined ? undefined : authority.byKind?.[kind]) ?? authority;
}

/** Whether a caller may call a verb with an input of this `kind`. */
export function mayCall(caller: Parameters<typeof verbsAllowed>[0], verb: Verb, kind?: string): boolean {
  return isAllowed(caller, authorityOf(verb, kind));
}

/** Whether the scopes of a caller and its kind meet what a verb asks. */
function isAllowed(
  { scopes, kind }: Parameters<typeof verbsAllowed>[0],
  { scope, agent }: Pick<Authority, 'scope' | 'agent'>,
): boolean {
  return scopes.has(scope) && (agent || kind !== 'agent');
}
