/** Answers that one call gave: what is asked of a row of each is read once for all of them. */
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import type { NounName } from '../reading/nouns/noun-name.ts';
import { readShared } from '../reading/read.ts';
import { responsePlace } from './streamed-rows.ts';

type Reading = ReturnType<typeof readShared>;
type Ids = () => readonly string[];

const groups = new WeakMap<object, AnswerGroup>();

class AnswerGroup {
  readonly answers: readonly object[];
  readonly #readings = new Map<string, Reading>();

  constructor(answers: readonly object[]) {
    this.answers = answers;
  }

  read(context: Context, info: GraphQLResolveInfo, noun: NounName, ids: Ids): Reading {
    const place = responsePlace(info);
    const reading = this.#readings.get(place) ?? readShared(context, info, noun, [...new Set(ids())]);
    this.#readings.set(place, reading);
    return reading;
  }
}

/** Says that these answers were given together. */
export function groupAnswers(answers: readonly object[]): void {
  const group = new AnswerGroup(answers);
  for (const answer of answers) groups.set(answer, group);
}

/** All that were given with this answer. */
export function groupOf(answer: object): AnswerGroup | null {
  return groups.get(answer) ?? null;
}
