/**
 * So many calls of one token at a time; the others wait in their order, so that they don't fill the queues of
 * everybody.
 */

interface Queue {
  running: number;
  readonly waiting: (() => void)[];
}

export class Turnstile {
  readonly #running: number;
  readonly #waiting: number;
  readonly #queues = new Map<string, Queue>();

  /** @param running calls at a time @param waiting calls that may wait behind them */
  constructor(running: number, waiting: number) {
    this.#running = running;
    this.#waiting = waiting;
  }

  /** Resolves when it is this call's turn, with what ends it (once is enough); null where too many wait already. */
  async enter(who: string): Promise<(() => void) | null> {
    const queue = this.#queues.get(who) ?? { running: 0, waiting: [] };
    this.#queues.set(who, queue);
    if (queue.running < this.#running) queue.running += 1;
    else if (queue.waiting.length >= this.#waiting) return null;
    else await new Promise<void>((resolve) => queue.waiting.push(resolve));
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      this.#leave(who, queue);
    };
  }

  #leave(who: string, queue: Queue): void {
    // The place is handed on.
    const next = queue.waiting.shift();
    if (next !== undefined) next();
    else if (--queue.running === 0) this.#queues.delete(who);
  }
}
