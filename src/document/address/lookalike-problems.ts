/** Addresses of a plan that deceive the eye: by themselves, or beside another one of their document. */
import type { Span } from '../spans.ts';
import type { DocumentProblem } from '../types.ts';
import type { BaseUnit } from './base.ts';
import { deceptionOf, skeletonOf } from './lookalike.ts';

export function lookalikeProblems(spans: readonly Span[], base: readonly BaseUnit[]): DocumentProblem[] {
  const known = new Set(base.map(({ address }) => address));
  const holders = new Map(base.map(({ address }) => [skeletonOf(address), address]));
  const problems: DocumentProblem[] = [];
  for (const { address, localId, path } of spans) {
    if (address === null) continue;
    const problem = (code: string, message: string) =>
      problems.push({ path: [...path, 'address'], code, message, address });
    const skeleton = skeletonOf(address);
    const holder = holders.get(skeleton);
    const deception = known.has(address) ? null : deceptionOf(address);
    if (deception !== null) problem(deception.code, `Unit "${localId.slice(0, 200)}": ${deception.message}`);
    else if (holder === undefined) holders.set(skeleton, address);
    else if (holder !== address && !known.has(address)) {
      problem(
        'address_lookalike',
        `Unit "${localId.slice(0, 200)}" has the address "${address}", which looks like "${holder}" of the same ` +
          'document. Write the same address, or another one.',
      );
    }
  }
  return problems;
}
