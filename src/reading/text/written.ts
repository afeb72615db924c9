import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../context.ts';
import { answerAround, MISSING } from './row.ts';

interface WrittenAs {
  /** The response key of a root field whose text has all that stands around it. */
  readonly key?: string;
  /** Makes the parsed text into what the resolver would have answered instead. */
  readonly revive?: (value: unknown) => unknown;
}

/**
 * The JSON text of a root field, as the database wrote it: a resolver's answer where text was asked for. It is kept as
 * the bytes that came, which most often go out as they are.
 */
export class WrittenText {
  /** The bytes of the answer that has this field alone; null where that was not written. */
  readonly answer: Buffer | null;
  readonly #bytes: Buffer;
  readonly #key: string | null;
  readonly #revive: (value: unknown) => unknown;

  constructor(written: Buffer | string, { key, revive = (value) => value }: WrittenAs = {}) {
    const bytes = typeof written === 'string' ? Buffer.from(written) : written;
    if (bytes.includes(MISSING_BYTE))
      throw new Error(`A row has no ${keyIn(bytes)}, which the ledger promises.`);
    this.answer = key === undefined ? null : bytes;
    this.#bytes = bytes;
    this.#key = key ?? null;
    this.#revive = revive;
  }

  /** The same, made into another answer where it is read. */
  revivedBy(revive: (value: unknown) => unknown): WrittenText {
    return new WrittenText(this.#bytes, { ...(this.#key === null ? {} : { key: this.#key }), revive });
  }

  /** The text of the field itself. */
  get text(): string {
    const text = this.#bytes.toString();
    if (this.#key === null) return text;
    const { before, after } = answerAround(this.#key);
    return text.slice(before.length, -after.length);
  }

  /** The value itself, for those that read the answer and do not send it. */
  read(): unknown {
    return this.#revive(JSON.parse(this.text));
  }

  toJSON(): unknown {
    return this.read();
  }
}

const MISSING_BYTE = MISSING.charCodeAt(0);

function keyIn(bytes: Buffer): string | undefined {
  return bytes.toString().split(MISSING, 2)[1];
}

const ASKS = Symbol('asks for text');

/** The context of resolvers that may answer with text. */
export function askingForText(context: unknown): Context {
  return { ...(context as Context), [ASKS]: true } as Context;
}

/** Whether the resolver of a root field may answer with text. */
export function asksForText(context: Context, { path }: GraphQLResolveInfo): boolean {
  return path.prev === undefined && (context as { readonly [ASKS]?: true })[ASKS] === true;
}
