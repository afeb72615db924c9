/** `cutter rules`: who may stand on two sides of an entry, and whose approvals a cut needs. */
import {
  ChangeRulesDocument,
  type ChangeRulesMutation,
  type RulesFieldsFragment,
  ShowRulesDocument,
} from '../../client/generated/graphql.ts';
import { type Client, ClientFault } from '../client/client.ts';
import { acceptedOutcome } from '../client/refused.ts';
import { profileIn } from '../profile-file.ts';
import { doneWords, freshKey, type Shown, sentUntilAnswered } from './people-call.ts';

export type RulesOrder =
  | { readonly order: 'show'; readonly version: number | null }
  | {
      readonly order: 'change';
      readonly file: string;
      readonly reason: string | null;
      readonly dryRun: boolean;
    };

export async function carryOutRulesOrder(order: RulesOrder, client: Client): Promise<Shown> {
  return order.order === 'show' ? await showRules(client, order) : await changeRules(client, order);
}

async function showRules(
  client: Client,
  { version }: Extract<RulesOrder, { order: 'show' }>,
): Promise<Shown> {
  const { rules } = await client.execute(ShowRulesDocument, { version });
  if (rules == null)
    throw new ClientFault(
      version === null ? 'The ledger has no rules yet.' : `There are no rules of version ${version}.`,
    );
  // What a person edits and hands to "cutter rules change".
  return { lines: bodyLines(rules), objects: [rules] };
}

async function changeRules(
  client: Client,
  { file, reason, dryRun }: Extract<RulesOrder, { order: 'change' }>,
): Promise<Shown> {
  const input = {
    idempotencyKey: freshKey('changeRules'),
    rules: profileIn(file, 'rules'),
    reason,
    dryRun,
  };
  const { outcome } = await sentUntilAnswered(() => client.execute(ChangeRulesDocument, { input }));
  const done = acceptedOutcome('The change', outcome, 'ChangeRulesSuccess');
  return { lines: changeLines(done, dryRun), objects: [done] };
}

type Done = Extract<ChangeRulesMutation['outcome'], { readonly __typename: 'ChangeRulesSuccess' }>;

function changeLines({ rules, weaker, judgedOtherwise, position }: Done, dryRun: boolean): readonly string[] {
  const at = position === null ? '' : ` (position ${position})`;
  const { examined, count, decisions } = judgedOtherwise;
  return [
    `Version ${rules.version} of the rules ${doneWords(dryRun)} in force${at}.`,
    weaker.length === 0 ? 'They are no weaker than those before.' : 'They are weaker than those before:',
    ...weaker.map((line) => `  ${line}`),
    `They judge ${count} past decisions otherwise, of ${examined} entries. What was decided stands.`,
    ...decisions.map(
      ({ entryId, deed, by, allowed }) =>
        `  ${entryId} ${deed.toLowerCase()} by ${by}: ${allowed ? 'allowed now' : 'forbidden now'}`,
    ),
  ];
}

const bodyLines = ({ body }: RulesFieldsFragment): readonly string[] =>
  JSON.stringify(body, null, 2).split('\n');
