/**
 * Large bodies are read on a thread: the long texts are taken out, a placeholder that nobody can guess takes the
 * place of each, and what is left is as small as any other body. The texts come back into the variables as
 * they are.
 */
import { randomUUID } from 'node:crypto';
import { Thread } from '../threads/thread.ts';
import { parseScanned, type TextSpan } from './json.ts';
import { DoorRefusal } from './refuse.ts';

export interface LongTextTask {
  readonly bytes: Uint8Array;
  readonly places: readonly TextSpan[];
  readonly words: readonly string[];
}

/** The rest of the text, and what was taken out of it; null where the text isn't JSON in UTF-8. */
export type LongTextResult = { readonly rest: Uint8Array; readonly texts: readonly string[] } | null;

/** A text is long from so many bytes on. */
export const LONG_TEXT_BYTES = 128 * 1024;

/** Longer than the id of any operation may be, so that no placeholder is taken for one. */
const WORD_PADDING = 'x'.repeat(260);

export interface Shortened {
  readonly rest: Buffer;
  readonly texts: ReadonlyMap<string, string>;
}

export class LongTexts {
  readonly #thread = new Thread<LongTextTask, LongTextResult>('./long-texts-thread', import.meta);
  readonly #mostBytes: number;

  /** @param mostBytes what may be left when the long texts are gone */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** The value of a large text. Nobody may use `bytes` after that. */
  async read(bytes: Buffer, places: readonly TextSpan[]): Promise<unknown> {
    const { rest, texts } = await this.take(bytes, places);
    return putBack(parseScanned(rest), texts);
  }

  /** Takes the texts at these places out of `bytes`, which nobody may use after that. */
  async take(bytes: Buffer, places: readonly TextSpan[]): Promise<Shortened> {
    // A buffer that shares its memory can't be given away.
    const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
    const words = places.map(() => `${randomUUID()}${WORD_PADDING}`);
    const task = { bytes: own, places, words };
    const result = await this.#thread.run(task, [own.buffer as ArrayBuffer]);
    if (result === null) throw new DoorRefusal(400, 'BAD_JSON', 'The body is not valid JSON in UTF-8.');
    const { rest, texts } = result;
    if (rest.byteLength > this.#mostBytes) {
      const message = `A body may have at most ${this.#mostBytes} bytes, apart from the content of a document.`;
      throw new DoorRefusal(413, 'BODY_TOO_LARGE', message);
    }
    return {
      rest: Buffer.from(rest.buffer, rest.byteOffset, rest.byteLength),
      texts: new Map(words.map((word, index) => [word, texts[index] as string])),
    };
  }

  close(): Promise<void> {
    return this.#thread.close();
  }
}

/** Puts the texts back in the place of their placeholders. */
export function putBack(value: unknown, texts: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return texts.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => putBack(item, texts));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, putBack(item, texts)]));
}
