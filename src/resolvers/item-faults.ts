/** Faults of single items of a list: they become the answers at their places, and the other items run. */
import { InputValidationError } from '@pothos/plugin-validation';
import { RefusalAnswer } from '../schema/refusals.ts';
import { faultsOfIssues } from './answer-refusals.ts';
import { type InputFault, invalidInput } from './faults/invalid-input.ts';
import { MOST_ITEMS } from './many-verbs.ts';

type Args = Readonly<Record<string, unknown>>;
type Run = (args: Args) => unknown;
type Faulty = ReadonlyMap<number, readonly InputFault[]>;

/**
 * Runs the resolver of a list with its sound items. `faults` were found before: what is in their places isn't what the
 * caller sent. Faults that the resolver's own validation finds are added to them.
 */
export async function answerSoundItems(
  run: Run,
  args: Args,
  faults: readonly InputFault[],
): Promise<unknown> {
  const { items } = args['input'] as { readonly items: readonly unknown[] };
  if (items.length > MOST_ITEMS) throw invalidInput([TOO_LONG]);
  const found = faultyItems(faults);
  try {
    return await runWithout(found, run, args);
  } catch (error) {
    if (!(error instanceof InputValidationError)) throw error;
    // Validated is what was handed on, before any of it ran: the places are those of the items that were left.
    const places = soundPlaces(items, found);
    const more = faultyItems(
      faultsOfIssues(error.issues).map((fault) => ({ ...fault, path: pathBefore(fault.path, places) })),
    );
    return await runWithout(new Map([...found, ...more]), run, args);
  }
}

const TOO_LONG: InputFault = {
  path: ['input', 'items'],
  code: 'invalid',
  complaint: `may have at most ${MOST_ITEMS} members`,
};

async function runWithout(faulty: Faulty, run: Run, args: Args): Promise<unknown> {
  const input = args['input'] as { readonly items: readonly unknown[] };
  const sound = soundPlaces(input.items, faulty).map((at) => input.items[at]);
  const { results } = (await run({ ...args, input: { ...input, items: sound } })) as {
    readonly results: readonly unknown[];
  };
  if (faulty.size === 0) return { results };
  const answers = results.values();
  return {
    results: input.items.map((_, at) => {
      const faults = faulty.get(at);
      return faults === undefined ? answers.next().value : new RefusalAnswer(invalidInput(faults));
    }),
  };
}

const soundPlaces = (items: readonly unknown[], faulty: Faulty): number[] =>
  [...items.keys()].filter((at) => !faulty.has(at));

/** The faults by their items. Throws InvalidInput where one is of no item: then the list itself is at fault. */
function faultyItems(faults: readonly InputFault[]): Faulty {
  const byItem = Map.groupBy(faults, ({ path }) => itemOf(path));
  if (byItem.has(null)) throw invalidInput(faults);
  return byItem as Faulty;
}

/** The index of the item that a fault is of: input, items, index, … */
function itemOf([, list, at]: readonly string[]): number | null {
  return list === 'items' && at !== undefined && Number.isInteger(Number(at)) ? Number(at) : null;
}

/** The path of a fault in the list as it came. */
function pathBefore(path: readonly string[], places: readonly number[]): readonly string[] {
  const at = itemOf(path);
  return at === null ? path : path.with(2, String(places[at]));
}
