import { randomInt } from 'node:crypto';

/** Words of one element: a tag, 4 words of an id, 4 of a digest. */
export const ELEMENT_WORDS = 9;
const STRIDE = ELEMENT_WORDS + 2;
/** Cells that each element goes into, one in each part. */
const PARTS = 3;

export interface Difference {
  /** 1: put in more often than taken out. */
  readonly sign: 1 | -1;
  readonly words: Int32Array;
}

/** A sketch in words that go from thread to thread. */
export interface SketchState {
  readonly size: number;
  readonly seeds: Int32Array;
  readonly cells: Int32Array | null;
}

/**
 * The difference of two sets of any size in constant memory: what is put in and taken out again leaves no trace, whatever the order,
 * and what is left is given back element by element. An invertible Bloom look-up table; its hashes are seeded anew in every run,
 * so nobody can prepare elements that hide each other.
 */
export class Sketch {
  readonly #cells: Int32Array;
  readonly #mask: number;
  readonly #seeds: Int32Array;
  /** Of the element under way: where its cells begin, and the word that tells a cell with it alone. */
  readonly #places = new Int32Array(PARTS);
  #check = 0;

  constructor({ size, seeds, cells }: SketchState) {
    this.#mask = size - 1;
    this.#seeds = seeds;
    this.#cells = cells ?? new Int32Array(PARTS * size * STRIDE);
  }

  /** An empty one, seeded anew. `size` is that of each part, a power of two. */
  static ofSize(size: number): Sketch {
    return new Sketch({ size, seeds: Int32Array.from({ length: 2 }, () => randomInt(2 ** 32)), cells: null });
  }

  state(): SketchState {
    return { size: this.#mask + 1, seeds: this.#seeds, cells: this.#cells };
  }

  /** For an empty one that is seeded alike, and can be added. */
  emptyState(): SketchState {
    return { ...this.state(), cells: null };
  }

  /** Takes in all that was put into another one which is seeded alike. */
  add({ cells }: SketchState): void {
    if (cells === null) return;
    for (let at = 0; at < cells.length; at += 1) {
      const mine = this.#cells[at] as number;
      this.#cells[at] = at % STRIDE === 0 ? mine + (cells[at] as number) : mine ^ (cells[at] as number);
    }
  }

  put(words: Int32Array, sign: 1 | -1): void {
    this.#find(words);
    for (let part = 0; part < PARTS; part += 1) this.#put(this.#places[part] as number, words, sign);
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
      queue.push(...this.#places);
    }
    return this.#cells.every((word) => word === 0) ? found : null;
  }

  #pure(at: number): Difference | null {
    const count = this.#cells[at];
    if (count !== 1 && count !== -1) return null;
    const words = this.#cells.slice(at + 2, at + STRIDE);
    this.#find(words);
    return this.#check === this.#cells[at + 1] && this.#places.includes(at) ? { sign: count, words } : null;
  }

  /** Two hashes of an element, which give its three places and its check. Most of its words are random already. */
  #find(words: Int32Array): void {
    let [one, other] = [this.#seeds[0] as number, this.#seeds[1] as number];
    for (let i = 0; i < ELEMENT_WORDS; i += 1) {
      const word = words[i] as number;
      one = Math.imul(one ^ word, 0x9e3779b1);
      other = Math.imul(other + word, 0x85ebca77);
      one ^= one >>> 15;
      other ^= other >>> 13;
    }
    const third = Math.imul(one, 0xc2b2ae3d) + Math.imul(other, 0x27d4eb2f);
    const size = this.#mask + 1;
    this.#places[0] = (one & this.#mask) * STRIDE;
    this.#places[1] = (size + (other & this.#mask)) * STRIDE;
    this.#places[2] = (2 * size + ((third >>> 11) & this.#mask)) * STRIDE;
    this.#check = Math.imul(one ^ (other >>> 16), 0x165667b1) ^ other;
  }

  #put(at: number, words: Int32Array, sign: number): void {
    const cells = this.#cells;
    cells[at] = (cells[at] as number) + sign;
    cells[at + 1] = (cells[at + 1] as number) ^ this.#check;
    for (let i = 0; i < ELEMENT_WORDS; i += 1)
      cells[at + 2 + i] = (cells[at + 2 + i] as number) ^ (words[i] as number);
  }
}
