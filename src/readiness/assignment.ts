import { AUTHORITY, authorityOf, type Scope, type Verb } from '../auth/authority.ts';
import { partyProblems, type WantedParty } from '../auth/scope-rules.ts';
import { type EntryVerb, SEPARATE_DEEDS } from '../law/actions.ts';
import { doneDeeds, sharedParties } from '../law/parties.ts';
import { LANES, type Lane } from '../law/values.ts';
import type { StandingPrincipal } from './principals.ts';
import { type CallStep, deedOf, isApart, isSanctionApart } from './step.ts';
import { candidateOf, isReached, mayDo, type WouldBeDoer } from './who-may.ts';

/** Who does one step: some who can call now, one who needs a token first, or one who has to be made. */
export type Doers =
  | { readonly of: 'callers'; readonly principals: readonly StandingPrincipal[] }
  | { readonly of: 'tokenless'; readonly principal: StandingPrincipal }
  | { readonly of: 'new'; readonly wanted: WantedNew };

/** A principal that has to be made; it does each of its steps. */
export interface WantedNew {
  kind: WantedParty['kind'];
  scopes: Scope[];
  lane: Lane | null;
  readonly steps: CallStep[];
}

/**
 * Says for each step who may do it, so that all of them can be done: a step that nobody is left for gets a principal
 * that needs a token, or a new one. Steps of one entry that one party may not both do go to different persons.
 */
export function assignSteps(
  steps: readonly CallStep[],
  principals: readonly StandingPrincipal[],
): ReadonlyMap<CallStep, Doers> {
  const authors = new Map(principals.map((one) => [one.principal_id, one.person_id]));
  const able = new Map<CallStep, readonly StandingPrincipal[]>();
  const given = new Map<CallStep, Doers>();
  const made: WantedNew[] = [];
  for (const step of steps) {
    const can = principals.filter((one) => canCall(one, step, authors));
    if (canBeDone([...able, [step, can]])) {
      able.set(step, can);
      continue;
    }
    const tokenless = principals.find(
      (one) => mayDo(candidateOf(one), step, authors) && canBeDone([...able, [step, [one]]]),
    );
    if (tokenless === undefined) given.set(step, { of: 'new', wanted: wantedFor(step, made) });
    else {
      able.set(step, [tokenless]);
      given.set(step, { of: 'tokenless', principal: tokenless });
    }
  }
  const all = [...able];
  for (const [step, can] of all) {
    if (given.has(step)) continue;
    const others = all.filter(([other]) => other !== step);
    given.set(step, {
      of: 'callers',
      principals: can.filter((one) => canBeDone([[step, [one]], ...others])),
    });
  }
  return given;
}

/** Whether a principal may do a step with one of its tokens. */
export function canCall(
  principal: StandingPrincipal,
  step: CallStep,
  authors: ReadonlyMap<string, string>,
): boolean {
  return principal.tokens.some(
    (token) => isReached(token, step) && mayDo(candidateOf(principal, token), step, authors),
  );
}

/** Whether the steps can be done by some of those who are able to, no two that are apart by one party. */
function canBeDone(
  able: readonly (readonly [CallStep, readonly StandingPrincipal[]])[],
  chosen: readonly (readonly [CallStep, WouldBeDoer])[] = [],
): boolean {
  const [first, ...rest] = able;
  if (first === undefined) return true;
  const [step, can] = first;
  const near = (other: CallStep) => isApart(step, other) || isApart(other, step);
  // A step that is apart from no other one takes anybody.
  if (![...rest, ...chosen].some(([other]) => near(other))) return can.length > 0 && canBeDone(rest, chosen);
  return can.some((one) => {
    const party = candidateOf(one);
    return (
      chosen.every(([other, by]) => areApart(step, party, other, by)) &&
      canBeDone(rest, [...chosen, [step, party]])
    );
  });
}

/** Whether two parties may do two steps. */
function areApart(step: CallStep, by: WouldBeDoer, other: CallStep, otherBy: WouldBeDoer): boolean {
  const forbids = (later: CallStep, laterBy: WouldBeDoer, earlier: CallStep, earlierBy: WouldBeDoer) => {
    const deed = SEPARATE_DEEDS[later.verb as EntryVerb];
    const done = deedOf(earlier.verb);
    if (isSanctionApart(later, earlier))
      return later.entryId === earlier.entryId && doneDeeds(laterBy, { marked: earlierBy }).length > 0;
    if (deed === undefined || done === undefined || !isApart(later, earlier)) return false;
    return sharedParties(deed, laterBy, { [done]: earlierBy }, later.rules).length > 0;
  };
  return !forbids(step, by, other, otherBy) && !forbids(other, otherBy, step, by);
}

/** What a principal for a step has to be: one that is made for another step, where that may do both. */
function wantedFor(step: CallStep, made: WantedNew[]): WantedNew {
  const { scope } = authorityOf(step.verb, step.inputKind);
  const lane = laneToSign(step.verb, scope);
  // Who comments may read the plan, and settles what others said of it as a reviewer.
  const scopes: readonly Scope[] = step.verb === 'resolveComment' ? [scope, 'entry:review'] : [scope];
  const kind = lane !== null ? 'service' : 'person';
  const fit = made.find(
    (one) =>
      one.kind === kind &&
      !one.steps.some((other) => isApart(step, other)) &&
      partyProblems({ kind, scopes: [...one.scopes, ...scopes], lane: one.lane ?? lane }).length === 0,
  );
  const wanted = fit ?? { kind, scopes: [], lane, steps: [] };
  if (fit === undefined) made.push(wanted);
  wanted.scopes = [...new Set([...wanted.scopes, ...scopes])];
  wanted.steps.push(step);
  return wanted;
}

/** The lane that a new principal for a verb signs for: those of `cut` and `verify` are services of their lane. */
function laneToSign(verb: Verb, scope: Scope): Lane | null {
  if (scope !== 'change:cut' && scope !== 'change:verify') return null;
  const { lane } = AUTHORITY[verb];
  return LANES.find((one) => one === lane) ?? null;
}
