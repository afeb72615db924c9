import type { Verb } from '../auth/authority.ts';
import { RULES_OF_ORIGIN } from '../law/rules/rules.ts';
import { nameOfWord } from '../text/words.ts';
import { assignSteps, canCall, type Doers, type WantedNew } from './assignment.ts';
import type { Act, Gap, NamedDoer } from './gap.ts';
import type { StandingPrincipal } from './principals.ts';
import { type CallStep, isApart, isWait, type PlannedStep } from './step.ts';

/** How many principals an act names; `whoCount` counts all. */
export const MOST_NAMED = 50;

/** Acts in their order, and who may do the phase that they lead to. */
export interface ActsOfSteps {
  readonly acts: readonly Act[];
  readonly gaps: readonly Gap[];
  /** Who may do the last step, which is no act; empty where a principal of an act does. */
  readonly last: readonly StandingPrincipal[];
  readonly doneBy: number | null;
  readonly apartFrom: readonly number[];
}

/**
 * The acts of steps, each with who may do it. The last step is the phase itself. Principals and tokens that are missing
 * come first.
 */
export function actsOfSteps(
  planned: readonly PlannedStep[],
  phase: CallStep,
  principals: readonly StandingPrincipal[],
): ActsOfSteps {
  const all = [...planned, phase];
  const doers = assignSteps(
    all.filter((step): step is CallStep => !isWait(step)),
    principals,
  );
  const parties = partyActs(doers, principals);
  const places = new Map<CallStep, number>();
  const acts: Act[] = [...parties.acts];
  for (const step of planned) {
    if (isWait(step)) {
      acts.push(waitAct(step));
      continue;
    }
    acts.push(stepAct(step, doers.get(step), parties.doneBy.get(step) ?? null, [...places]));
    places.set(step, acts.length - 1);
  }
  const { doneBy, apartFrom } = stepAct(phase, doers.get(phase), parties.doneBy.get(phase) ?? null, [
    ...places,
  ]);
  return { acts, gaps: parties.gaps, last: namedFor(doers.get(phase)), doneBy, apartFrom };
}

function stepAct(
  step: CallStep,
  doers: Doers | undefined,
  doneBy: number | null,
  earlier: readonly (readonly [CallStep, number])[],
): Act {
  const who = namedFor(doers);
  return {
    by: 'caller',
    mutation: step.verb,
    command: null,
    entryId: step.entryId,
    input: step.input,
    missing: step.missing,
    who: who.slice(0, MOST_NAMED).map(namedDoer),
    whoCount: who.length,
    doneBy,
    apartFrom: earlier.filter(([other]) => isApart(step, other)).map(([, place]) => place),
    notBefore: null,
    whilePlan: step.whilePlan,
    message: step.message,
  };
}

function namedFor(doers: Doers | undefined): readonly StandingPrincipal[] {
  if (doers?.of === 'callers') return doers.principals;
  return doers?.of === 'tokenless' ? [doers.principal] : [];
}

function waitAct({ wait, entryId, message }: Extract<PlannedStep, { wait: string }>): Act {
  return { ...NO_ACT, by: 'time', entryId, notBefore: wait, message };
}

const NO_ACT: Omit<Act, 'message'> = {
  by: 'caller',
  mutation: null,
  command: null,
  entryId: null,
  input: {},
  missing: [],
  who: [],
  whoCount: 0,
  doneBy: null,
  apartFrom: [],
  notBefore: null,
  whilePlan: null,
};

/** An act of the ledger's operator. */
export function operatorAct(command: string, message: string): Act {
  return { ...NO_ACT, by: 'operator', command, message };
}

function partyActs(doers: ReadonlyMap<CallStep, Doers>, principals: readonly StandingPrincipal[]) {
  const gaps: Gap[] = [];
  const acts: Act[] = [];
  const doneBy = new Map<CallStep, number>();
  const made = new Map<object, number>();
  const add: AddAct = (verb, more) => {
    acts.push(administeringAct(verb, principals, more));
    return acts.length - 1;
  };
  const needed = [...doers].filter(([, { of }]) => of !== 'callers');
  if (
    needed.length > 0 &&
    !principals.some((one) => canCall(one, administeringStep('issueToken'), new Map()))
  ) {
    const message =
      'No principal that can call has the scope principal:admin, so nobody makes principals or tokens.';
    gaps.push({ kind: 'no_administrator', message, scope: 'principal:admin' });
    acts.push(operatorAct('cutter init', 'Make the first administrator, as the owner of the database.'));
  }
  for (const [step, by] of needed) {
    if (by.of === 'tokenless') {
      const { principal } = by;
      gaps.push(tokenGap(step, principal));
      const { principal_id: principalId, name } = principal;
      const known = made.get(principal);
      const place =
        known ?? add('issueToken', { input: { principalId }, message: `Issue a token for ${name}.` });
      made.set(principal, place);
      doneBy.set(step, place);
    } else if (by.of === 'new') {
      gaps.push(nobodyGap(step, by.wanted));
      const place = made.get(by.wanted) ?? addNew(by.wanted, add);
      made.set(by.wanted, place);
      doneBy.set(step, place);
    }
  }
  return { acts, gaps, doneBy };
}

type AddAct = (verb: Verb, more: Partial<Act> & Pick<Act, 'message'>) => number;

/** A principal and its token; gives the place of the act that makes the token. */
function addNew(wanted: WantedNew, add: AddAct): number {
  const { kind, lane } = wanted;
  const scopes = wanted.scopes.map(nameOfWord);
  const principal = add('createPrincipal', {
    input: { kind: nameOfWord(kind), scopes, ...(lane === null ? {} : { lane: nameOfWord(lane) }) },
    missing: ['name', 'person'],
    message: `Create a ${kind} with ${wanted.scopes.join(', ')}. Who answers for it has no part in the entry.`,
  });
  return add('issueToken', {
    missing: ['principalId'],
    message: `Issue a token for the principal of act ${principal}.`,
  });
}

function administeringAct(
  verb: Verb,
  principals: readonly StandingPrincipal[],
  more: Partial<Act> & Pick<Act, 'message'>,
): Act {
  const step = administeringStep(verb);
  const who = principals.filter((one) => canCall(one, step, new Map()));
  return {
    ...NO_ACT,
    mutation: verb,
    who: who.slice(0, MOST_NAMED).map(namedDoer),
    whoCount: who.length,
    ...more,
  };
}

function administeringStep(verb: Verb): CallStep {
  return {
    verb,
    reach: [],
    docCode: null,
    manifestDigest: null,
    entryId: null,
    did: {},
    rules: RULES_OF_ORIGIN.rules,
    whilePlan: null,
    author: null,
    input: {},
    missing: [],
    message: verb,
  };
}

function tokenGap(step: CallStep, { principal_id: principalId, name }: StandingPrincipal): Gap {
  const message = `${name} may ${step.verb}, but has no valid token that reaches as far.`;
  return { kind: 'no_token', message, principalId, entryId: step.entryId };
}

function nobodyGap(step: CallStep, { scopes }: WantedNew): Gap {
  const scope = scopes[0] ?? null;
  const message = `Nobody may ${step.verb}: each principal lacks the scope, or had a part in the entry.`;
  return { kind: 'nobody_may', message, scope, entryId: step.entryId };
}

export function namedDoer({
  principal_id,
  name,
  kind,
  person_id,
  person_name,
}: StandingPrincipal): NamedDoer {
  return { principalId: principal_id, name, kind, personId: person_id, personName: person_name };
}
