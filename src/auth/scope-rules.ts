import { type Problem, problemAt } from '../law/refusals.ts';
import { EXECUTOR_LANE, type Lane, type PrincipalKind, VERIFIER_LANE } from '../law/values.ts';
import type { Scope } from './authority.ts';

/*
 * Which scopes may meet in one principal, and in one person. An administrator may give any scope, within these rules.
 */

/** What a person does, and nobody in a person's place. */
const PERSONAL: readonly Scope[] = ['entry:review', 'approval:grant', 'principal:admin', 'rules:change'];
/** The two sides of a cut: neither one principal nor one person ever has both. */
const SIDES = ['change:cut', 'change:verify'] as const satisfies readonly Scope[];

const SCOPE_OF_LANE: Readonly<Record<Lane, Scope>> = {
  [EXECUTOR_LANE]: 'change:cut',
  [VERIFIER_LANE]: 'change:verify',
};

/** What is asked for a principal. */
export interface WantedParty {
  readonly kind: PrincipalKind;
  readonly scopes: readonly Scope[];
  readonly lane: Lane | null;
}

/** What is wrong with a principal by itself; each problem names the way out. */
export function partyProblems({ kind, scopes, lane }: WantedParty): readonly Problem[] {
  const problems: Problem[] = [];
  if (hasBothSides(scopes)) {
    const message =
      'No principal has both change:cut and change:verify. ' +
      'Leave one out, and give it to a principal of another person.';
    problems.push(problemAt(['input', 'scopes'], 'both-sides', message));
  }
  const personal = kind === 'person' ? [] : PERSONAL.filter((scope) => scopes.includes(scope));
  if (personal.length > 0) {
    const message =
      `${personal.join(', ')} ${personal.length === 1 ? 'is' : 'are'} for persons, and this is ` +
      `${kind === 'agent' ? 'an agent' : 'a service'}. Leave it out, or create a principal of kind PERSON.`;
    problems.push(problemAt(['input', 'scopes'], 'for-persons', message));
  }
  if (lane !== null) problems.push(...laneProblems(lane, kind, scopes));
  return problems;
}

function laneProblems(lane: Lane, kind: PrincipalKind, scopes: readonly Scope[]): Problem[] {
  const problems: Problem[] = [];
  if (kind !== 'service') {
    const message =
      `The lane ${lane} signs through a service. ` +
      'Leave "lane" out, or create a principal of kind SERVICE.';
    problems.push(problemAt(['input', 'lane'], 'for-services', message));
  }
  const scope = SCOPE_OF_LANE[lane];
  if (!scopes.includes(scope)) {
    const message = `Who signs for ${lane} needs the scope ${scope}. Add it, or leave "lane" out.`;
    problems.push(problemAt(['input', 'scopes'], 'lane-scope', message));
  }
  return problems;
}

export function hasBothSides(scopes: readonly string[]): boolean {
  return SIDES.every((side) => scopes.includes(side));
}
