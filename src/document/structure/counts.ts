/** How the marks of a text count on: which number each level has reached, and whether a mark goes on from there. */
import type { CompiledLevel } from './compile.ts';
import { type Ordinal, ordinalOf } from './ordinals.ts';

/**
 * How a mark stands to those before it: the next number; the first of a list; a later number, with some left out; the
 * first again; or none of these. `free`: marks of the level have no number.
 */
export type Standing = 'free' | 'next' | 'first' | 'gap' | 'again' | 'odd';

export class CountsReached {
  readonly #reached = new Map<number, Ordinal>();

  standingOf(level: CompiledLevel, code: string | null): Standing {
    if (level.counts === null) return 'free';
    const ordinal = code === null ? null : ordinalOf(code, level.counts);
    if (ordinal === null) return 'odd';
    const reached = this.#reached.get(level.rank);
    if (reached === undefined) return ordinal.base === 1 ? 'first' : level.role === 'section' ? 'gap' : 'odd';
    if (isNext(reached, ordinal)) return 'next';
    if (ordinal.base > reached.base) return 'gap';
    return ordinal.base === 1 ? 'again' : 'odd';
  }

  /** Notes a mark that was taken; only the levels that are open around it go on. */
  take(level: CompiledLevel, code: string | null, open: ReadonlySet<number>): void {
    for (const rank of this.#reached.keys()) if (!open.has(rank)) this.#reached.delete(rank);
    const ordinal = level.counts === null || code === null ? null : ordinalOf(code, level.counts);
    if (ordinal !== null) this.#reached.set(level.rank, ordinal);
  }
}

/** Whether `next` follows `at` in an alphabet: 4 after 3, 3a after 3, 3b after 3a. */
export function isNext(at: Ordinal, next: Ordinal): boolean {
  if (next.base === at.base + 1) return true;
  return next.base === at.base && next.suffix > at.suffix;
}
