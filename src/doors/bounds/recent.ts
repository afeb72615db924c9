/**
 * A small cache: the latest texts and what was made of them. Long texts are hardly ever asked twice and aren't
 * kept.
 */
export class Recent<Value> {
  readonly #kept = new Map<string, Value>();
  readonly #most: number;
  readonly #longest: number;

  constructor({ most, longest }: { most: number; longest: number }) {
    this.#most = most;
    this.#longest = longest;
  }

  get(text: string): Value | undefined {
    const value = this.#kept.get(text);
    if (value === undefined) return undefined;
    // Asked again: the youngest now, so that it outlives what is asked once.
    this.#kept.delete(text);
    this.#kept.set(text, value);
    return value;
  }

  set(text: string, value: Value): void {
    if (text.length > this.#longest) return;
    this.#kept.set(text, value);
    if (this.#kept.size <= this.#most) return;
    const oldest = this.#kept.keys().next();
    if (!oldest.done) this.#kept.delete(oldest.value);
  }
}
