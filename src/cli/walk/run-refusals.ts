/** What a run is refused for before it has written anything. */
import { randomUUID } from 'node:crypto';
import { MarkDocument, ReviewerModeDocument } from '../../client/generated/graphql.ts';
import { ClientFault } from '../client/client.ts';
import { Refused } from '../client/refused.ts';
import type { Clients } from './phases.ts';

/** The ledger says whether its reviewer is a sample person; in production an approval is a person's, who has looked. */
export async function refuseYesInProduction({ reviewer }: Clients): Promise<void> {
  const { whoAmI } = await reviewer.execute(ReviewerModeDocument, {});
  if (whoAmI.mode === 'REHEARSAL') return;
  throw new ClientFault(
    'This ledger is in production, where a person has to look before a plan is approved. ' +
      'Run the command in a terminal, without --yes. Nothing was written.',
  );
}

/** A mark of no document, rolled back: a ledger that doesn't know the profile says that first. */
export async function refuseUnknownProfile({ marker }: Clients, profile: string): Promise<void> {
  const input = {
    idempotencyKey: `run:profile:${randomUUID()}`,
    sourceId: randomUUID(),
    cutSpec: { profile },
    signalSource: 'cutter run',
    dryRun: true,
  };
  const { outcome } = await marker.execute(MarkDocument, { input });
  if (outcome.__typename !== 'InvalidInput') return;
  const refused = new Refused('Choosing the profile', outcome);
  if (refused.refusal.problems.some(({ code }) => code.startsWith('unknown_profile'))) throw refused;
}
