/**
 * Threads for long tasks. Each takes one task at a time and gives its result back in pieces, the next when the last was
 * taken. What waits, how long a task may take, and its memory are bounded. A thread ends when it isn't needed.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';

/** What the thread is asked: a task, or the next piece of its result. */
export type Order<Task> = { readonly task: Task } | { readonly next: true };

/** What it answers. A defect comes in its words; what a task refuses is a piece. */
export type Delivery<Piece> =
  | { readonly piece: Piece }
  | { readonly done: true }
  | { readonly defect: string };

export interface TaskLimits {
  /** Threads at most. */
  readonly threads: number;
  /** Tasks that may wait for a thread. */
  readonly waiting: number;
  /** How long one may wait for its thread. */
  readonly waitMs: number;
  /** How long a thread may work at a task. */
  readonly workMs: number;
  /** A thread without a task ends after so long. */
  readonly idleMs: number;
  /** The heap of a thread. */
  readonly heapMb: number;
}

export type LimitKind = 'queue' | 'wait' | 'work' | 'heap';

/** A task that met a limit. */
export class TaskLimit extends Error {
  override readonly name = 'TaskLimit';
  readonly kind: LimitKind;

  constructor(kind: LimitKind) {
    super(`a task met the limit of its threads: ${kind}`);
    this.kind = kind;
  }
}

interface Job<Task, Piece> {
  readonly task: Task;
  readonly isLast: boolean;
  readonly take: (piece: Piece) => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  timer: NodeJS.Timeout | null;
}

/** A thread without a task. */
interface Idle {
  readonly worker: Worker;
  readonly timer: NodeJS.Timeout;
  readonly forget: () => void;
}

export class TaskThreads<Task, Piece> {
  readonly #file: URL;
  readonly #limits: TaskLimits;
  readonly #waiting: Job<Task, Piece>[] = [];
  readonly #busy = new Set<Worker>();
  readonly #idle: Idle[] = [];

  /** @param file the thread's program, without its ending, beside the module at `base` */
  constructor(file: string, base: ImportMeta, limits: TaskLimits) {
    this.#file = new URL(`${file}${extname(base.filename)}`, base.url);
    this.#limits = limits;
  }

  /**
   * Runs a task. `take` gets the pieces in order, each in a turn of the event loop of its own.
   * @param isLast end the thread behind this task: what it used goes back at once
   * @throws TaskLimit where a limit is met; the thread of a task that goes on too long is ended
   */
  run(task: Task, take: (piece: Piece) => void, isLast = false): Promise<void> {
    const isFull = this.#busy.size >= this.#limits.threads && this.#waiting.length >= this.#limits.waiting;
    if (isFull) return Promise.reject(new TaskLimit('queue'));
    return new Promise((resolve, reject) => {
      const job: Job<Task, Piece> = { task, isLast, take, resolve, reject, timer: null };
      this.#waiting.push(job);
      job.timer = setTimeout(() => this.#giveUp(job), this.#limits.waitMs);
      this.#startNext();
    });
  }

  /** Threads that there are. */
  get size(): number {
    return this.#busy.size + this.#idle.length;
  }

  #giveUp(job: Job<Task, Piece>): void {
    const place = this.#waiting.indexOf(job);
    if (place === -1) return;
    this.#waiting.splice(place, 1);
    job.reject(new TaskLimit('wait'));
  }

  #startNext(): void {
    if (this.#busy.size >= this.#limits.threads) return;
    const job = this.#waiting.shift();
    if (job === undefined) return;
    clearTimeout(job.timer ?? undefined);
    const worker = this.#takeThread();
    this.#busy.add(worker);
    this.#work(worker, job);
  }

  #takeThread(): Worker {
    const kept = this.#idle.pop();
    if (kept === undefined)
      return new Worker(this.#file, { resourceLimits: { maxOldGenerationSizeMb: this.#limits.heapMb } });
    clearTimeout(kept.timer);
    kept.worker.off('error', kept.forget).off('exit', kept.forget).ref();
    return kept.worker;
  }

  #work(worker: Worker, job: Job<Task, Piece>): void {
    const end = (error: Error | null, isWhole: boolean) => {
      if (!this.#busy.delete(worker)) return;
      clearTimeout(job.timer ?? undefined);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      if (isWhole && !job.isLast) this.#keep(worker);
      else endThread(worker);
      if (error === null) job.resolve();
      else job.reject(error);
      this.#startNext();
    };
    job.timer = setTimeout(() => end(new TaskLimit('work'), false), this.#limits.workMs);
    const onMessage = (delivery: Delivery<Piece>) => {
      if ('defect' in delivery) end(new Error(delivery.defect), false);
      else if ('done' in delivery) end(null, true);
      else {
        try {
          job.take(delivery.piece);
        } catch (error) {
          end(error as Error, false);
          return;
        }
        // Others' turns come between two pieces.
        setImmediate(() => this.#busy.has(worker) && worker.postMessage({ next: true }));
      }
    };
    const onError = (error: unknown) => end(faultOf(error), false);
    const onExit = () => end(new Error('a thread has ended'), false);
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage({ task: job.task } satisfies Order<Task>);
  }

  /** It keeps no process alive. */
  #keep(worker: Worker): void {
    const forget = () => {
      const place = this.#idle.findIndex((kept) => kept.worker === worker);
      if (place !== -1) clearTimeout(this.#idle.splice(place, 1)[0]?.timer);
      worker.off('error', forget).off('exit', forget);
      endThread(worker);
    };
    worker.on('error', forget).on('exit', forget).unref();
    this.#idle.push({ worker, forget, timer: setTimeout(forget, this.#limits.idleMs).unref() });
  }
}

function endThread(worker: Worker): void {
  // It may still fail while it ends.
  worker.on('error', () => {});
  void worker.terminate();
}

function faultOf(error: unknown): Error {
  if ((error as NodeJS.ErrnoException | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new TaskLimit('heap');
  return error instanceof Error ? error : new Error(String(error));
}
