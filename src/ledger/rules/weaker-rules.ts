import { areApart, type Rules, type Side } from '../../law/rules/rules.ts';
import { RISK_CLASSES } from '../../law/values.ts';

const DOES: Readonly<Record<Side, string>> = {
  preparer: 'marks a document',
  reviewer: 'reviews its plan',
  executor: 'cuts it',
  verifier: 'verifies its cut',
};

/** What rules allow and those before didn't, as sentences with an example each; empty where they are no weaker. */
export function weakerIn(before: Rules, after: Rules): readonly string[] {
  const together = before.apart
    .filter(([one, other]) => !areApart(after, one, other))
    .map(
      ([one, other]) =>
        `One person may be ${one} and ${other} of an entry: for example, who ${DOES[one]} also ${DOES[other]}.`,
    );
  const kinds = after.reviewerKinds
    .filter((kind) => !before.reviewerKinds.includes(kind))
    .map((kind) => `Principals of kind ${kind} may review: for example, a ${kind} approves a plan.`);
  return [...together, ...kinds, ...RISK_CLASSES.flatMap((risk) => weakerQuorum(before, after, risk))];
}

function weakerQuorum(before: Rules, after: Rules, risk: (typeof RISK_CLASSES)[number]): readonly string[] {
  const [was, is] = [before.quorum[risk], after.quorum[risk]];
  const fewer =
    is.reviewers >= was.reviewers
      ? []
      : [
          `A cut of ${risk} risk needs fewer reviewers: for example, ${is.reviewers} ` +
            `${is.reviewers === 1 ? 'approves' : 'approve'} it, where it took ${was.reviewers}.`,
        ];
  const roles = was.roles
    .filter((role) => !is.roles.includes(role))
    .map(
      (role) =>
        `A cut of ${risk} risk needs nobody of the role ${role}: for example, others alone approve it.`,
    );
  const joined = is.roles
    .filter((role) => was.roles.includes(role))
    .flatMap((role) =>
      (after.roles[role] ?? [])
        .filter((person) => !(before.roles[role] ?? []).includes(person))
        .map(
          (person) => `Person ${person} may stand for the role ${role}: for example, approves for it alone.`,
        ),
    );
  return [...fewer, ...roles, ...joined];
}
