/** The verbs that take lists, as calls of the API: one answer for each item, in order. */
import {
  type CutInput,
  CutManyDocument,
  type MarkInput,
  MarkManyDocument,
  type ReviewInput,
  ReviewManyDocument,
  type VerifyInput,
  VerifyManyDocument,
} from '../../client/generated/graphql.ts';
import type { Operation } from '../../client/operation.ts';
import { repeatCall } from '../../client/repeat.ts';
import { type Client, ClientFault } from '../client/client.ts';
import { type Clients, lostCall } from './phases.ts';

type Outcome = { readonly __typename: string };
type AnswerIn<Union> = Union extends { readonly results: readonly (infer One)[] } ? One : never;
type SuccessIn<Union, Name> = Extract<AnswerIn<Union>, { readonly __typename: Name }>;

/** What each was answered; those that were refused are left out. Where the whole call was, all are. */
type Pairs<Of, Success> = readonly (readonly [of: Of, success: Success])[];

/** Calls a verb for each of these, by one call. An answer that was lost is asked for again, with the same keys. */
async function callMany<Of, Union extends Outcome, Item, Name extends string>(
  client: Client,
  operation: Operation<{ readonly outcome: Union }, { readonly input: { readonly items: readonly Item[] } }>,
  name: Name,
  all: readonly Of[],
  itemOf: (one: Of) => Item,
): Promise<Pairs<Of, SuccessIn<Union, Name>>> {
  if (all.length === 0) return [];
  const items = all.map(itemOf);
  try {
    const { outcome } = await repeatCall({
      send: () => client.execute(operation, { input: { items } }),
      lost: lostCall,
    });
    const { results = [] } = outcome as { readonly results?: readonly Outcome[] };
    return results.flatMap((answer, at) =>
      answer.__typename === name ? [[all[at] as Of, answer as SuccessIn<Union, Name>] as const] : [],
    );
  } catch (error) {
    if (error instanceof ClientFault && error.kind !== 'unreachable') return [];
    throw error;
  }
}

export function listCalls({ marker, reviewer, executor, verifier }: Clients) {
  return {
    markMany: <Of>(all: readonly Of[], itemOf: (one: Of) => MarkInput) =>
      callMany(marker, MarkManyDocument, 'MarkSuccess', all, itemOf),
    reviewMany: <Of>(all: readonly Of[], itemOf: (one: Of) => ReviewInput) =>
      callMany(reviewer, ReviewManyDocument, 'ReviewSuccess', all, itemOf),
    cutMany: <Of>(all: readonly Of[], itemOf: (one: Of) => CutInput) =>
      callMany(executor, CutManyDocument, 'CutSuccess', all, itemOf),
    verifyMany: <Of>(all: readonly Of[], itemOf: (one: Of) => VerifyInput) =>
      callMany(verifier, VerifyManyDocument, 'VerifySuccess', all, itemOf),
  };
}
export type ListCalls = ReturnType<typeof listCalls>;
