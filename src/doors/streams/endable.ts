/**
 * A stream that can be ended from outside, at once. `return()` of an async generator waits for a `next()` under
 * way, which for a quiet subscription may take for ever; this one answers its reader immediately and passes the end
 * on. Where the source fails, the reader gets a last value that says so, in words fit for it; and where a value is
 * itself the word that one was lost, nothing comes after it.
 */
export interface EndableHooks<Value> {
  onEnd(stream: Endable<Value>): void;
  onFault(error: unknown): Value;
  /** Whether nothing may follow this value. */
  isLast(value: Value): boolean;
}

const DONE = { done: true, value: undefined } as const;

export class Endable<Value> implements AsyncGenerator<Value, undefined, undefined> {
  /** Whether the source came to its own end, and wasn't ended from outside. */
  completed = false;
  readonly #source: AsyncIterator<Value>;
  readonly #hooks: EndableHooks<Value>;
  #ended = false;
  #waiting: ((result: IteratorResult<Value, undefined>) => void) | null = null;

  constructor(source: AsyncIterable<Value>, hooks: EndableHooks<Value>) {
    this.#source = source[Symbol.asyncIterator]();
    this.#hooks = hooks;
  }

  next(): Promise<IteratorResult<Value, undefined>> {
    if (this.#ended) return Promise.resolve(DONE);
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#source.next().then(
        (result) => {
          this.#waiting = null;
          if (this.#ended) return resolve(DONE);
          if (result.done) {
            this.#finish();
            return resolve(DONE);
          }
          if (this.#hooks.isLast(result.value)) {
            this.#finish();
            this.#leave();
          }
          resolve({ done: false, value: result.value });
        },
        (error: unknown) => {
          this.#waiting = null;
          // After the end nobody listens: a failure on the way out is no news.
          if (this.#ended) return resolve(DONE);
          this.#finish();
          resolve({ done: false, value: this.#hooks.onFault(error) });
        },
      );
    });
  }

  #finish(): void {
    if (this.#ended) return;
    this.completed = true;
    this.#ended = true;
    this.#hooks.onEnd(this);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#hooks.onEnd(this);
    this.#waiting?.(DONE);
    this.#leave();
  }

  #leave(): void {
    this.#source.return?.()?.then(undefined, () => {});
  }

  return(): Promise<IteratorResult<Value, undefined>> {
    this.end();
    return Promise.resolve(DONE);
  }

  throw(error: unknown): Promise<IteratorResult<Value, undefined>> {
    this.end();
    return Promise.reject(error);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.end();
    return Promise.resolve();
  }
}
