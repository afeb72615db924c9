import { randomInt } from 'node:crypto';

/** Words of an element about a row: a tag, 4 words of an id, 4 of a digest. */
export const ELEMENT_WORDS = 9;
/** What a cell holds beside the words of its elements: how many there are, and a check. */
const CELL_WORDS = 2;
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
  /** Words of each element. */
  readonly width: number;
  readonly seeds: Int32Array;
  readonly cells: Int32Array | null;
}

/**
 * The difference of two sets of any size in constant memory: an invertible Bloom look-up table. What is put in and
 * taken out again leaves no trace, in any order. What is left comes out element by element. Each run has new seeds, so
 * nobody can prepare elements that hide each other.
 */
export class Sketch {
  readonly #cells: Int32Array;
  readonly #mask: number;
  readonly #width: number;
  readonly #stride: number;
  readonly #seeds: Int32Array;
  /** Of the current element: where its cells begin, and the check word by which a cell with it alone is known. */
  readonly #places = new Int32Array(PARTS);
  #check = 0;

  constructor({ size, width, seeds, cells }: SketchState) {
    this.#mask = size - 1;
    this.#width = width;
    this.#stride = width + CELL_WORDS;
    this.#seeds = seeds;
    this.#cells = cells ?? new Int32Array(PARTS * size * this.#stride);
  }

  /** An empty one with new seeds. `size`: cells of each part, a power of two. `width`: words of an element. */
  static ofSize(size: number, width = ELEMENT_WORDS): Sketch {
    const seeds = Int32Array.from({ length: 2 }, () => randomInt(2 ** 32));
    return new Sketch({ size, width, seeds, cells: null });
  }

  state(): SketchState {
    return { size: this.#mask + 1, width: this.#width, seeds: this.#seeds, cells: this.#cells };
  }

  /** For an empty one with the same seeds, which can be added. */
  emptyState(): SketchState {
    return { ...this.state(), cells: null };
  }

  /** Adds all that was put into another one with the same seeds. */
  add({ cells }: SketchState): void {
    if (cells === null) return;
    for (let at = 0; at < cells.length; at += 1) {
      const mine = this.#cells[at] as number;
      this.#cells[at] = at % this.#stride === 0 ? mine + (cells[at] as number) : mine ^ (cells[at] as number);
    }
  }

  put(words: Int32Array, sign: 1 | -1): void {
    this.#find(words);
    for (let part = 0; part < PARTS; part += 1) this.#put(this.#places[part] as number, words, sign);
  }

  /** Every element that is left; null where there are more than it can separate. */
  differences(): Difference[] | null {
    const found: Difference[] = [];
    const queue: number[] = [];
    for (let at = 0; at < this.#cells.length; at += this.#stride) queue.push(at);
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
    const words = this.#cells.slice(at + CELL_WORDS, at + this.#stride);
    this.#find(words);
    return this.#check === this.#cells[at + 1] && this.#places.includes(at) ? { sign: count, words } : null;
  }

  /** Two hashes of an element, which give its three places and its check. Most of its words are random already. */
  #find(words: Int32Array): void {
    let [one, other] = [this.#seeds[0] as number, this.#seeds[1] as number];
    const [width, stride] = [this.#width, this.#stride];
    for (let i = 0; i < width; i += 1) {
      const word = words[i] as number;
      one = Math.imul(one ^ word, 0x9e3779b1);
      other = Math.imul(other + word, 0x85ebca77);
      one ^= one >>> 15;
      other ^= other >>> 13;
    }
    const third = Math.imul(one, 0xc2b2ae3d) + Math.imul(other, 0x27d4eb2f);
    const size = this.#mask + 1;
    this.#places[0] = (one & this.#mask) * stride;
    this.#places[1] = (size + (other & this.#mask)) * stride;
    this.#places[2] = (2 * size + ((third >>> 11) & this.#mask)) * stride;
    this.#check = Math.imul(one ^ (other >>> 16), 0x165667b1) ^ other;
  }

  #put(at: number, words: Int32Array, sign: number): void {
    const cells = this.#cells;
    cells[at] = (cells[at] as number) + sign;
    cells[at + 1] = (cells[at + 1] as number) ^ this.#check;
    for (let i = 0; i < this.#width; i += 1)
      cells[at + CELL_WORDS + i] = (cells[at + CELL_WORDS + i] as number) ^ (words[i] as number);
  }
}
