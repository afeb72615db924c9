import { randomInt } from 'node:crypto';

/** Words of one element: a tag, 4 words of an id, 4 of a digest. */
export const ELEMENT_WORDS = 9;
const STRIDE = ELEMENT_WORDS + 2;
const HASHES = 3;

export interface Difference {
  /** 1: put in more often than taken out. */
  readonly sign: 1 | -1;
  readonly words: Int32Array;
}

/**
 * The difference of two sets of any size in constant memory: what is put in and taken out again leaves no trace, whatever the order,
 * and what is left is given back element by element. An invertible Bloom look-up table; its hashes are seeded anew in every run,
 * so nobody can prepare elements that hide each other.
 */
export class Sketch {
  readonly #cells: Int32Array;
  readonly #size: number;
  readonly #seeds: readonly number[];

  constructor(cells: number) {
    this.#size = Math.ceil(cells / HASHES);
    this.#cells = new Int32Array(this.#size * HASHES * STRIDE);
    this.#seeds = Array.from({ length: HASHES + 1 }, () => randomInt(2 ** 32));
  }

  put(words: Int32Array, sign: 1 | -1): void {
    const check = mix(this.#seeds[HASHES] as number, words);
    for (let part = 0; part < HASHES; part += 1) this.#put(this.#placeOf(part, words), words, check, sign);
  }

  /** Every element that is left; null where there are more than it can tell apart. */
  differences(): Difference[] | null {
    const found: Difference[] = [];
    const queue: number[] = [];
    for (let at = 0; at < this.#cells.length; at += STRIDE) queue.push(at);
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      const difference = this.#pure(at);
      if (difference === null) continue;
      found.push(difference);
      this.put(difference.words, difference.sign === 1 ? -1 : 1);
      for (let part = 0; part < HASHES; part += 1) queue.push(this.#placeOf(part, difference.words));
    }
    return this.#cells.every((word) => word === 0) ? found : null;
  }

  #pure(at: number): Difference | null {
    const count = this.#cells[at];
    if (count !== 1 && count !== -1) return null;
    const words = this.#cells.slice(at + 2, at + STRIDE);
    if (mix(this.#seeds[HASHES] as number, words) !== this.#cells[at + 1]) return null;
    const part = Math.floor(at / STRIDE / this.#size);
    return this.#placeOf(part, words) === at ? { sign: count, words } : null;
  }

  #placeOf(part: number, words: Int32Array): number {
    const place = (mix(this.#seeds[part] as number, words) >>> 0) % this.#size;
    return (part * this.#size + place) * STRIDE;
  }

  #put(at: number, words: Int32Array, check: number, sign: number): void {
    const cells = this.#cells;
    cells[at] = (cells[at] as number) + sign;
    cells[at + 1] = (cells[at + 1] as number) ^ check;
    for (let i = 0; i < ELEMENT_WORDS; i += 1)
      cells[at + 2 + i] = (cells[at + 2 + i] as number) ^ (words[i] as number);
  }
}

function mix(seed: number, words: Int32Array): number {
  let h = seed | 0;
  for (let i = 0; i < ELEMENT_WORDS; i += 1) {
    h = Math.imul(h ^ (words[i] as number), 0x9e3779b1);
    h = Math.imul(h ^ (h >>> 15), 0x85ebca77);
    h ^= h >>> 13;
  }
  return h | 0;
}
