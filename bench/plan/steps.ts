/** How many steps a plan takes, counted: the same on every machine, however busy. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A shape of so many characters, to plan at the finest granularity that the profile has. */
export interface StepsErrand {
  readonly profile: string;
  readonly shape: string;
  readonly length: number;
}

const PROGRAM = fileURLToPath(new URL('./steps-process.ts', import.meta.url));
/** Code that V8 compiles for speed counts nothing. */
const FLAGS = ['--no-opt', '--no-maglev'];

/**
 * How many blocks of this program's code each plan runs through, by a process of its own. What the engine does by
 * itself, as in a pattern, is not counted.
 */
export function countSteps(errands: readonly StepsErrand[]): number[] {
  const input = JSON.stringify(errands);
  return JSON.parse(execFileSync(process.execPath, [...FLAGS, PROGRAM], { input, encoding: 'utf8' }));
}
