/**
 * Plans of large documents are made on a thread, so that nobody else waits for them. The same pure function runs
 * there; its records come back in pieces, for to take over all of them at once would hold up others, too.
 */
import { type PlanInput, planDocument } from '../../document/plan.ts';
import type { DocumentPlan, PlanRecord } from '../../document/types.ts';
import { Thread } from '../../threads/thread.ts';

/** Bytes from which on a document is planned on the thread: below, to go there and back costs as much. */
const LARGE_BYTES = 32 * 1024;
/** Spans that a caller marks, likewise. */
const MANY_SPANS = 200;

/** Bytes of a leaf hash. */
const HASH_BYTES = 32;

export type PlanTask =
  | { readonly input: PlanInput }
  /** The records of a plan that was made, from one on; those that are last end it. */
  | { readonly ticket: number; readonly from: number };

interface PlanMade {
  readonly ticket: number;
  readonly plan: Omit<DocumentPlan, 'records' | 'leafHashes'>;
  readonly count: number;
  /** All leaf hashes, one behind the other. */
  readonly hashes: Uint8Array;
}

export type PlanResult = PlanMade | { readonly records: readonly PlanRecord[] };

const thread = new Thread<PlanTask, PlanResult>('./plan-apart-thread', import.meta);

/** The plan, made here or on the thread. */
export async function planApart(input: PlanInput): Promise<DocumentPlan> {
  const { bytes, spec } = input;
  const isLarge = bytes.byteLength > LARGE_BYTES || ('units' in spec && spec.units.length > MANY_SPANS);
  if (!isLarge) return planDocument(input);
  const made = await thread.run({ input });
  if ('records' in made) throw new Error('the thread of plans answered with records');
  const records: PlanRecord[] = [];
  while (records.length < made.count) {
    const next = await thread.run({ ticket: made.ticket, from: records.length });
    if (!('records' in next)) throw new Error('the thread of plans answered with a plan');
    for (const record of next.records) records.push(record);
  }
  return { ...made.plan, records, leafHashes: hashesOf(made) };
}

function hashesOf({ hashes, count }: PlanMade): Buffer[] {
  const all = Buffer.from(hashes.buffer, hashes.byteOffset, hashes.byteLength);
  return Array.from({ length: count }, (_, at) => all.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}
