/**
 * The messages of one socket, one a turn of the event loop, and so many under preparation at a time: a burst waits
 * at its sender and not in front of everybody else.
 */
import type { WebSocket } from 'ws';

/** Operations of one socket that are looked up and prepared at a time. */
const PREPARING = 8;
/** Messages that wait here before the socket is read no further. */
const WAITING = 32;

export class Inbox {
  readonly #socket: WebSocket;
  readonly #handle: (data: Buffer, isBinary: boolean) => Promise<void> | undefined;
  readonly #waiting: { readonly data: Buffer; readonly isBinary: boolean }[] = [];
  #preparing = 0;
  #isDue = false;

  /** @param admits whether one more may be taken @param handle a promise holds back what comes behind */
  constructor(
    socket: WebSocket,
    admits: () => boolean,
    handle: (data: Buffer, isBinary: boolean) => Promise<void> | undefined,
  ) {
    this.#socket = socket;
    this.#handle = handle;
    socket.on('message', (data: Buffer, isBinary) => {
      if (!admits()) return;
      this.#waiting.push({ data, isBinary });
      if (this.#waiting.length > WAITING) socket.pause();
      this.#next();
    });
    socket.once('close', () => this.#waiting.splice(0));
  }

  /** Runs what has to end before many more messages are taken. */
  async prepare<Result>(task: () => Promise<Result>): Promise<Result> {
    this.#preparing += 1;
    try {
      return await task();
    } finally {
      this.#preparing -= 1;
      this.#next();
    }
  }

  #next(): void {
    if (this.#isDue || this.#waiting.length === 0 || this.#preparing >= PREPARING) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      const message = this.#waiting.shift();
      if (message === undefined || this.#socket.readyState !== this.#socket.OPEN) return;
      if (this.#waiting.length === 0 && this.#socket.isPaused) this.#socket.resume();
      this.#go(message.data, message.isBinary);
    });
  }

  #go(data: Buffer, isBinary: boolean): void {
    const handled = this.#handle(data, isBinary);
    if (handled === undefined) {
      this.#next();
      return;
    }
    this.#isDue = true;
    void handled.finally(() => {
      this.#isDue = false;
      this.#next();
    });
  }
}
