/** The real ledger's rules in a rehearsal, and as many reviewers as they ask for. */
import { isDeepStrictEqual } from 'node:util';
import type { Rehearsal } from '../../boot/rehearsal/open-rehearsal.ts';
import {
  ChangeRulesDocument,
  CreatePrincipalDocument,
  IssueTokenDocument,
} from '../../client/generated/graphql.ts';
import { DEFAULT_RULES, type Rules } from '../../law/rules/rules.ts';
import type { RiskClass } from '../../law/values.ts';
import { type Client, openClient } from '../client/client.ts';
import { acceptedOutcome } from '../client/refused.ts';

interface ReviewersOptions {
  readonly rehearsal: Rehearsal;
  readonly risk: RiskClass;
  /** The sample reviewer. */
  readonly first: Client;
}

/** A person that is there, or a new one. */
type Person = { readonly personId: string } | { readonly name: string };

/** Puts the rules in force and gives the clients of those who review, each in the name of another person. */
export async function openReviewers({
  rehearsal,
  risk,
  first,
}: ReviewersOptions): Promise<readonly Client[]> {
  const { url, tokens } = rehearsal;
  const rules = rehearsal.rules ?? DEFAULT_RULES;
  const administrator = openClient({ url, token: tokens['administrator'] as string, who: 'administrator' });
  if (!isDeepStrictEqual(rules, DEFAULT_RULES)) {
    const input = { idempotencyKey: 'rehearsal:rules', rules, reason: 'A rehearsal by the real rules.' };
    const { outcome } = await administrator.execute(ChangeRulesDocument, { input });
    acceptedOutcome("Taking the ledger's rules", outcome, 'ChangeRulesSuccess');
  }
  const persons = personsOf(rules, risk);
  const others: Client[] = [];
  for (const [at, person] of persons.entries())
    others.push(
      await openReviewer(rehearsal, administrator, { person, name: `rehearsal-reviewer-${at + 1}` }),
    );
  return rules.quorum[risk].reviewers > persons.length ? [first, ...others] : others;
}

/** Who reviews beside the sample reviewer: one of each role that is asked for, and as many others as are missing. */
function personsOf(rules: Rules, risk: RiskClass): readonly Person[] {
  const { reviewers, roles } = rules.quorum[risk];
  const named = onePersonEach(roles.map((role) => rules.roles[role] ?? [])) ?? [];
  const missing = Math.max(0, reviewers - named.length - 1);
  return [
    ...named.map((personId) => ({ personId })),
    ...Array.from({ length: missing }, (_, at) => ({ name: `Rehearsal Reviewer ${at + 1}` })),
  ];
}

/** A different one of each list; null where there is no such choice. */
function onePersonEach(lists: readonly (readonly string[])[]): readonly string[] | null {
  const [list, ...rest] = lists;
  if (list === undefined) return [];
  for (const id of list) {
    const others = onePersonEach(rest.map((each) => each.filter((other) => other !== id)));
    if (others !== null) return [id, ...others];
  }
  return null;
}

async function openReviewer(
  { url }: Rehearsal,
  administrator: Client,
  { person, name }: { readonly person: Person; readonly name: string },
): Promise<Client> {
  const { outcome: created } = await administrator.execute(CreatePrincipalDocument, {
    input: {
      idempotencyKey: `rehearsal:principal:${name}`,
      kind: 'PERSON',
      name,
      person,
      scopes: ['LEDGER_OBSERVE', 'LEDGER_EVIDENCE', 'DOCUMENT_READ', 'ENTRY_REVIEW'],
    },
  });
  const { principal } = acceptedOutcome(`Making ${name}`, created, 'CreatePrincipalSuccess');
  const { outcome: issued } = await administrator.execute(IssueTokenDocument, {
    input: { idempotencyKey: `rehearsal:token:${name}`, principalId: principal.principalId },
  });
  const { secret } = acceptedOutcome(`Issuing ${name} a token`, issued, 'IssueTokenSuccess');
  return openClient({ url, token: secret as string, who: name });
}
