/**
 * Plans of larger documents are made on threads, so that nobody else waits for them. The same pure function runs there.
 * Its records come back in pieces, because all of them at once would delay other callers, too.
 */
import { availableParallelism } from 'node:os';
import { type PlanInput, planDocument } from '../../document/plan.ts';
import type { DocumentPlan, PlanRecord } from '../../document/types.ts';
import { Busy, PlanTooCostly, problemAt } from '../../law/refusals.ts';
import { TaskLimit, type TaskLimits, TaskThreads } from '../../threads/task-threads.ts';

/** A document with more bytes is planned on a thread. For a smaller one, the way there and back costs as much. */
const APART_BYTES = 32 * 1024;
/** The same for the spans that a caller marks. */
const APART_SPANS = 200;
/** With more, a task waits in the line of large ones, and its thread ends behind it. */
const LARGE_BYTES = 1024 * 1024;
const LARGE_SPANS = 20_000;

/** Bytes of a leaf hash. */
const HASH_BYTES = 32;

export type PlanTask = PlanInput;

export type PlanPiece =
  | { readonly plan: Omit<DocumentPlan, 'records' | 'leafHashes'> }
  | {
      readonly records: readonly PlanRecord[];
      /** Their leaf hashes, one after another. */
      readonly hashes: Uint8Array;
    };

export type PlanLimits = Readonly<Record<'usual' | 'large', TaskLimits>>;

/**
 * A transaction is open meanwhile and may be idle for 60 s, so waiting and planning together take less. The largest
 * document of 16 MiB takes 4 s where nothing else runs.
 */
const LIMITS: PlanLimits = {
  usual: {
    threads: Math.max(1, Math.min(4, availableParallelism() - 1)),
    waiting: 256,
    waitMs: 20_000,
    workMs: 15_000,
    idleMs: 30_000,
    heapMb: 256,
  },
  large: { threads: 1, waiting: 16, waitMs: 20_000, workMs: 30_000, idleMs: 0, heapMb: 1_024 },
};

/** Makes plans within limits. Large documents have threads of their own: no small one waits behind them. */
export class PlanMaker {
  readonly #usual: TaskThreads<PlanTask, PlanPiece>;
  readonly #large: TaskThreads<PlanTask, PlanPiece>;
  readonly #limits: PlanLimits;

  constructor(limits = LIMITS) {
    this.#limits = limits;
    this.#usual = new TaskThreads('./plan-apart-thread', import.meta, limits.usual);
    this.#large = new TaskThreads('./plan-apart-thread', import.meta, limits.large);
  }

  /**
   * The plan, made here or on a thread.
   * @throws Busy where too many wait, PlanTooCostly where it takes too long or too much memory
   */
  async plan(input: PlanInput): Promise<DocumentPlan> {
    if (!isMore(input, APART_BYTES, APART_SPANS)) return planDocument(input);
    const isLarge = isMore(input, LARGE_BYTES, LARGE_SPANS);
    const threads = isLarge ? this.#large : this.#usual;
    let made: Omit<DocumentPlan, 'records' | 'leafHashes'> | null = null;
    const records: PlanRecord[] = [];
    const leafHashes: Buffer[] = [];
    const take = (piece: PlanPiece) => {
      if ('plan' in piece) made = piece.plan;
      else {
        for (const record of piece.records) records.push(record);
        for (const leaf of hashesOf(piece.hashes)) leafHashes.push(leaf);
      }
    };
    try {
      await threads.run(input, take, isLarge);
    } catch (error) {
      throw error instanceof TaskLimit ? this.#refusalOf(error, input, isLarge) : error;
    }
    if (made === null) throw new Error('a thread of plans ended without a plan');
    return { ...(made as Omit<DocumentPlan, 'records' | 'leafHashes'>), records, leafHashes };
  }

  /** Threads that there are at this moment. */
  get threads(): number {
    return this.#usual.size + this.#large.size;
  }

  #refusalOf({ kind }: TaskLimit, { docCode, bytes }: PlanInput, isLarge: boolean): Busy | PlanTooCostly {
    if (kind === 'queue' || kind === 'wait') {
      const message =
        `Other documents are being planned, and the document "${docCode}" had to wait too long. ` +
        'Repeat the call later, with the same idempotency key.';
      return new Busy(message, [problemAt([], `plan-${kind}`, message)]);
    }
    const { workMs, heapMb } = this.#limits[isLarge ? 'large' : 'usual'];
    const limit = kind === 'work' ? `${workMs / 1_000} s` : `${heapMb} MB of memory`;
    const message =
      `Planning the document "${docCode}" (${bytes.byteLength} bytes) took more than ${limit}. ` +
      'Split the document, or mark its units as explicit spans.';
    return new PlanTooCostly(message, [problemAt(['cutSpec'], `plan-${kind}`, message)]);
  }
}

const isMore = ({ bytes, spec }: PlanInput, most: number, spans: number): boolean =>
  bytes.byteLength > most || ('units' in spec && spec.units.length > spans);

function hashesOf(hashes: Uint8Array): Buffer[] {
  const all = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength);
  const count = hashes.byteLength / HASH_BYTES;
  return Array.from({ length: count }, (_, at) => all.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}
