/**
 * Plans of large documents are made on a thread, so that nobody else waits for them. The same pure function runs
 * there. Its records come back in pieces, because all of them at once would delay other callers, too.
 */
import { type PlanInput, planDocument } from '../../document/plan.ts';
import type { DocumentPlan, PlanRecord } from '../../document/types.ts';
import { Thread } from '../../threads/thread.ts';

/** A document with more bytes is planned on the thread. For a smaller one, the way there and back costs as much. */
const LARGE_BYTES = 32 * 1024;
/** The same for the spans that a caller marks. */
const MANY_SPANS = 200;

/** Bytes of a leaf hash. */
const HASH_BYTES = 32;

export type PlanTask =
  | { readonly input: PlanInput }
  /** Asks for the records of a plan that was made, from one on; the last ones end it. */
  | { readonly ticket: number; readonly from: number };

interface PlanMade {
  readonly ticket: number;
  readonly plan: Omit<DocumentPlan, 'records' | 'leafHashes'>;
  readonly count: number;
  /** All leaf hashes, one after another. */
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
