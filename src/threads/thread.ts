/** A thread that takes one task after the other, started when there is a first one. It keeps no process alive. */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

export interface Asked<Task> {
  readonly id: number;
  readonly task: Task;
}

export interface Answered<Result> {
  readonly id: number;
  readonly result?: Result;
  /** A defect, in its words; what a task refuses is a result. */
  readonly defect?: string;
}

interface Waiting<Result> {
  resolve(result: Result): void;
  reject(error: Error): void;
}

export class Thread<Task, Result> {
  readonly #file: URL;
  readonly #waiting = new Map<number, Waiting<Result>>();
  #worker: Worker | null = null;
  #lastId = 0;

  /** @param file the thread's program, without its ending, beside the module at `base` */
  constructor(file: string, base: ImportMeta) {
    // TypeScript from the sources, JavaScript where it was built.
    this.#file = new URL(`${file}${extname(base.filename)}`, base.url);
  }

  run(task: Task, transfer: readonly ArrayBuffer[] = []): Promise<Result> {
    const worker = this.#worker ?? this.#start();
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, task } satisfies Asked<Task>, [...transfer]);
    });
  }

  /** Ends it; what it was asked is lost. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(this.#file);
    this.#worker = worker;
    worker.on('message', ({ id, result, defect }: Answered<Result>) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) worker.unref();
      if (defect === undefined) waiting?.resolve(result as Result);
      else waiting?.reject(new Error(defect));
    });
    worker.on('error', (error) =>
      this.#lose(worker, error instanceof Error ? error : new Error(String(error))),
    );
    worker.on('exit', () => this.#lose(worker, new Error('a thread has ended')));
    return worker;
  }

  #lose(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
