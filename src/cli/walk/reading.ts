/** What a run reads between its verbs, as the reviewer. */

import {
  EntryProgressDocument,
  type EntryProgressQuery,
  PlanOfEntryDocument,
  type PlanOfEntryQuery,
} from '../../client/generated/graphql.ts';
import { ClientFault } from '../client/client.ts';
import { acceptedOutcome } from '../client/refused.ts';
import type { Clients } from './phases.ts';

export type CutPlan = Extract<PlanOfEntryQuery['outcome'], { __typename: 'Plan' }>;
export type Progress = NonNullable<EntryProgressQuery['entry']>;

/** An entry, and who may ask about it. */
interface Place {
  readonly clients: Clients;
  readonly entryId: string;
}

/** The plan as it would be reviewed now. */
export async function planOf({ clients, entryId }: Place): Promise<CutPlan> {
  const { outcome } = await clients.reviewer.execute(PlanOfEntryDocument, { entryId });
  return acceptedOutcome('Planning the cut', outcome, 'Plan');
}

/** The entry's status, with its decisions and its cut. */
export async function progressOf({ clients, entryId }: Place): Promise<Progress> {
  const { entry } = await clients.reviewer.execute(EntryProgressDocument, { entryId });
  if (entry === null) throw new ClientFault(`The ledger has no entry ${entryId} any more.`);
  return entry;
}
