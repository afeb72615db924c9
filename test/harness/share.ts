/** How much of what is long a tier tries. Nothing else differs: the adversary tier runs the same files again. */
import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Some cases of each kind, or all; `vitest.config.ts` says which. */
    share: 'some' | 'all';
  }
}

export const isAllTried = (): boolean => inject('share') === 'all';

/** How often something is tried. */
export function triedTimes({ some, all }: { readonly some: number; readonly all: number }): number {
  return isAllTried() ? all : some;
}
