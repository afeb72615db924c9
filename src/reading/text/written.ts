import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../context.ts';
import { MISSING } from './row.ts';

/** The JSON text of a root field, as the database wrote it: a resolver's answer where text was asked for. */
export class WrittenText {
  readonly text: string;
  readonly #revive: (value: unknown) => unknown;

  /** @param revive makes the parsed text into what the resolver would have answered instead */
  constructor(text: string, revive: (value: unknown) => unknown = (value) => value) {
    if (text.includes(MISSING)) throw new Error(`A row has no ${keyIn(text)}, which the ledger promises.`);
    this.text = text;
    this.#revive = revive;
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
