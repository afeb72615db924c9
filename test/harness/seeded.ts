import { randomInt } from 'node:crypto';
import { onTestFailed } from 'vitest';

/** Numbers that look random and follow from a seed alone. */
export interface Seeded {
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  pick<T>(choices: readonly T[]): T;
  /** Another source whose numbers follow from this one and its name, however often this one is asked. */
  named(name: string): Seeded;
}

/** A change is judged by the cases that the change before it passed. Other cases are looked for on purpose. */
const USUAL_SEED = 'cutter';
const given = process.env['CUTTER_TEST_SEED'] ?? USUAL_SEED;
const seed = given === 'random' ? String(randomInt(2 ** 32)) : given;

/**
 * The seed of this file's run: that of CUTTER_TEST_SEED, a new one where that is `random`, else the usual one. It is
 * printed when the running test fails.
 */
export function testSeed(): string {
  onTestFailed(() => {
    process.stdout.write(`The seed was ${seed}; CUTTER_TEST_SEED=${seed} makes the same choices.\n`);
  });
  return seed;
}

export function seeded(seed: string): Seeded {
  let state = hashed(seed);
  /** mulberry32 */
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    between,
    pick: <T>(choices: readonly T[]) => choices[between(0, choices.length - 1)] as T,
    named: (name) => seeded(`${seed}/${name}`),
  };
}

/** FNV-1a */
function hashed(text: string): number {
  let hash = 0x811c9dc5;
  for (const unit of text) hash = Math.imul(hash ^ (unit.codePointAt(0) as number), 0x01000193);
  return hash;
}
