import { badInput } from '../bad-input.ts';
import { checkValue, microsecondsOf } from '../bind.ts';

/** Whole steps of UTC that cover a range of time. */
export interface Steps {
  /** The beginning of the first, in milliseconds. */
  readonly start: number;
  readonly stepMs: number;
  readonly count: number;
}

export const HOUR_MS = 3_600_000;
/** The first Monday of the epoch: weeks begin on Mondays. */
const MONDAY_MS = 4 * 24 * HOUR_MS;

/** The step that a time lies in, counted from the epoch. */
function stepOf(microseconds: bigint, stepMs: number, originMs: number): number {
  const [from, step] = [microseconds - BigInt(originMs) * 1000n, BigInt(stepMs) * 1000n];
  const whole = from / step;
  return Number(from < whole * step ? whole - 1n : whole);
}

/**
 * The steps from `from` until before `until`, the one that each lies in as a whole. Refuses what is no range, and what
 * has more than `most` steps, with `way` as the way out.
 */
export function stepsBetween(
  field: string,
  { from, until }: { readonly from: string; readonly until: string },
  { stepMs, most, way }: { readonly stepMs: number; readonly most: number; readonly way: string },
): Steps {
  const [first, end] = [timeOf(field, 'from', from), timeOf(field, 'until', until)];
  if (end <= first) throw badInput(`${field}(until:)`, 'must be after from.');
  const originMs = stepMs > 24 * HOUR_MS ? MONDAY_MS : 0;
  const [at, last] = [stepOf(first, stepMs, originMs), stepOf(end - 1n, stepMs, originMs)];
  const count = last - at + 1;
  if (count > most)
    throw badInput(
      `${field}(until:)`,
      `is ${count.toLocaleString('en')} steps after from, and one answer has ${most.toLocaleString('en')}. ${way}`,
    );
  return { start: originMs + at * stepMs, stepMs, count };
}

function timeOf(field: string, name: string, value: string): bigint {
  return microsecondsOf(String(checkValue('time', value, `${field}(${name}:)`)));
}

/** A whole second as the database writes its times. */
export function stepText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}.000000Z`;
}
