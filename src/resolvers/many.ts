/**
 * `markMany` and its like: a verb over a list. Each item is a call of its own, in a transaction of its own, and has its
 * answer at its place: the verb's outcome. A fault of one item stops no other.
 */
import type { InputObjectRef, ObjectRef, UnionRef } from '@pothos/core';
import { GraphQLError } from 'graphql';
import { AUTHORITY } from '../auth/authority.ts';
import type { Session } from '../auth/session.ts';
import type { Context } from '../context.ts';
import type { Lane } from '../law/values.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { builder } from '../schema/builder.ts';
import { answerRefusals } from './answer-refusals.ts';
import { groupAnswers } from './answered-together.ts';
import { type ManyVerb, MOST_ITEMS } from './many-verbs.ts';
import { outcomeUnion } from './outcome.ts';

/** Items of all lists that run at a time in one lane. Its other connections are for single calls. */
const WIDTH = 4;

interface Keyed {
  readonly idempotencyKey: string;
}

type Types = typeof builder.$inferSchemaTypes;

interface ManyOptions<Item extends Keyed, Outcome extends object> {
  readonly input: InputObjectRef<Types, Item>;
  readonly outcome: UnionRef<Types, Outcome, Outcome>;
  /** What an item is, in the plural: "marks". */
  readonly items: string;
  readonly run: (context: Context, item: Item) => Promise<Outcome>;
}

/** Adds the field that takes a list, with its input, its success and its outcome. */
export function addMany<Item extends Keyed, Outcome extends object>(
  verb: ManyVerb,
  { input, outcome, items, run }: ManyOptions<Item, Outcome>,
): void {
  const field = `${verb}Many` as const;
  const name = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}Many`;
  const ManyInput = builder.inputType(`${name}Input`, {
    description: `Up to ${MOST_ITEMS} ${items}, each with its own idempotency key.`,
    fields: (t) => ({
      items: t.field({
        type: [input],
        required: true,
        description: `The ${items}, in the order of the answers.`,
      }),
    }),
  });
  const success: ObjectRef<Types, { results: readonly object[] }> = builder
    .objectRef<{ results: readonly object[] }>(`${name}Success`)
    .implement({
      description: `What became of each of the ${items}.`,
      fields: (t) => ({
        results: t.field({
          type: [outcome],
          description: 'One for each item, in the order of the input.',
          resolve: ({ results }) => results as Outcome[],
        }),
      }),
    });
  builder.mutationField(field, (t) =>
    t.field({
      type: outcomeUnion(
        `${name}Outcome`,
        `What ${field} answers: an answer to each item, or why none was looked at.`,
        success,
        ['Forbidden', 'InvalidInput'],
      ),
      description:
        `Calls \`${verb}\` for up to ${MOST_ITEMS} items: each in its own transaction, with its own answer. ` +
        'The order in which they run is free, but for items with the same key. A call counts as its items.',
      args: {
        input: t.arg({
          type: ManyInput,
          required: true,
          description: `The ${items}, each as one call of \`${verb}\` takes it.`,
        }),
      },
      resolve: async (_, args, context) => {
        const all = (args.input as { readonly items: readonly Item[] }).items;
        countItems(context, all.length);
        const results = await answersOf(verb, context, all, run);
        groupAnswers(results);
        return { results };
      },
    }),
  );
}

/** The call itself was counted at the door. */
function countItems({ session, countCalls }: Context, items: number): void {
  const waitMs = items > 1 ? countCalls(session as Session, items - 1) : 0;
  if (waitMs === 0) return;
  const seconds = Math.ceil(waitMs / 1_000);
  throw new GraphQLError(`These items are more calls than one may make at once. Try again in ${seconds} s.`, {
    extensions: { code: 'TOO_MANY_REQUESTS', retryAfterSeconds: seconds },
  });
}

/**
 * Each item's answer at its place. Items with one key run one after the other, so the first is the one that writes.
 * Behind a defect, or if the caller is gone, no other item begins; the call ends when those under way have ended.
 */
async function answersOf<Item extends Keyed>(
  verb: ManyVerb,
  context: Context,
  items: readonly Item[],
  run: (context: Context, item: Item) => Promise<object>,
): Promise<object[]> {
  const { lane, scope } = AUTHORITY[verb];
  const answers = new Array<object>(items.length);
  const lines = Map.groupBy(items.keys(), (at) => items[at]!.idempotencyKey).values();
  const take = lanePlaces(context.ledger, lane);
  const faults: unknown[] = [];
  const answer = async (item: Item) => {
    const leave = await take();
    try {
      if (context.isGone()) throw new CallerGone();
      if (faults.length > 0) return;
      return await answerRefusals(async () => {
        // As a call of its own would be: a token that was revoked meanwhile does no more.
        await context.refuseEnded(context.session as Session, scope);
        return await run(context, item);
      });
    } finally {
      leave();
    }
  };
  const work = async () => {
    for (const line of lines) for (const at of line) answers[at] = (await answer(items[at]!)) as object;
  };
  const works = Array.from({ length: WIDTH }, () => work().catch((fault: unknown) => faults.push(fault)));
  await Promise.all(works);
  if (faults.length > 0) throw faults[0];
  return answers;
}

/** Nobody reads it. */
class CallerGone extends GraphQLError {
  constructor() {
    super('The caller has disconnected. Repeat the call: what was done is answered again.', {
      extensions: { code: 'CALLER_GONE' },
    });
  }
}

const placesOf = new WeakMap<Ledger, Map<Lane, ReturnType<typeof openPlaces>>>();

/** The places of a lane that the items of all lists share, in the order in which they come. */
function lanePlaces(ledger: Ledger, lane: Lane): ReturnType<typeof openPlaces> {
  const places = placesOf.get(ledger) ?? new Map<Lane, ReturnType<typeof openPlaces>>();
  placesOf.set(ledger, places);
  const found = places.get(lane) ?? openPlaces(WIDTH);
  places.set(lane, found);
  return found;
}

/** Lets as many in at a time as there are places; resolves with what gives the place back. */
function openPlaces(count: number): () => Promise<() => void> {
  let free = count;
  const waiting: (() => void)[] = [];
  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    return leave;
  };
}
