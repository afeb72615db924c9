import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../context.ts';
import { answerAround, MISSING } from './row.ts';

interface WrittenAs {
  /** The response key of a root field whose text has all that stands around it. */
  readonly key?: string;
  /** Makes the parsed text into what the resolver would have answered instead. */
  readonly revive?: (value: unknown) => unknown;
}

/** The JSON text of a root field, as the database wrote it: a resolver's answer where text was asked for. */
export class WrittenText {
  /** The text of the answer that has this field alone; null where that was not written. */
  readonly answer: string | null;
  readonly #text: string;
  readonly #key: string | null;
  readonly #revive: (value: unknown) => unknown;

  constructor(text: string, { key, revive = (value) => value }: WrittenAs = {}) {
    if (text.includes(MISSING)) throw new Error(`A row has no ${keyIn(text)}, which the ledger promises.`);
    this.answer = key === undefined ? null : text;
    this.#text = text;
    this.#key = key ?? null;
    this.#revive = revive;
  }

  /** The text of the field itself. */
  get text(): string {
    if (this.#key === null) return this.#text;
    const { before, after } = answerAround(this.#key);
    return this.#text.slice(before.length, -after.length);
  }

  /** The value itself, for those that read the answer and do not send it. */
  read(): unknown {
    return this.#revive(JSON.parse(this.text));
  }

  toJSON(): unknown {
    return this.read();
  }
}

function keyIn(text: string): string | undefined {
  return text.split(MISSING, 2)[1];
}

const ASKS = Symbol('asks for text');

/** The context of resolvers that may answer with text. */
export function askingForText(context: unknown): Context {
  return Object.create(context as object, { [ASKS]: { value: true } }) as Context;
}

/** Whether the resolver of a root field may answer with text. */
export function asksForText(context: Context, { path }: GraphQLResolveInfo): boolean {
  return path.prev === undefined && (context as { readonly [ASKS]?: true })[ASKS] === true;
}
