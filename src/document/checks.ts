/**
 * The three axes of a verification, over what was read back from rows and never over what a plan says of itself:
 * A reconstruction, B vocabulary, C hierarchy. No problems means the axis holds.
 */
import { createHash } from 'node:crypto';
import { byBytes } from './actions.ts';
import { cycleMembers } from './tree.ts';
import type { DocumentProblem, VocabularyTerm } from './types.ts';
import { termProblems } from './vocabulary.ts';

/** A unit as its row has it: what it is called by, and by what it and its parent are known (an id, usually). */
export interface HierarchyUnit {
  readonly address: string;
  readonly unitKey: string;
  readonly parentKey: string | null;
  readonly sortOrder: number | null;
}

/** Axis A: the texts of the records, in order, give back the source. */
export class SourceReconstruction {
  readonly #hash = createHash('sha256');
  #bytes = 0;

  add(text: string): void {
    this.#hash.update(text);
    this.#bytes += Buffer.byteLength(text);
  }

  problems(sourceDigest: string): DocumentProblem[] {
    const digest = `sha256:${this.#hash.digest('hex')}`;
    if (digest === sourceDigest) return [];
    const given = `The records give back ${this.#bytes} bytes with digest ${digest}`;
    const message = `${given}, but the source has ${sourceDigest}.`;
    return [{ path: ['A'], code: 'reconstruction_differs', message }];
  }
}

/** Axis B: every kind and section type is in the vocabulary, none more often than a document may have it. */
export function checkVocabulary(
  units: readonly { readonly address: string; readonly kind: string; readonly sectionType: string }[],
  vocabulary: readonly VocabularyTerm[],
): DocumentProblem[] {
  return termProblems(units, vocabulary, ({ address }) => {
    return { label: `Unit "${address}"`, path: ['B', address] };
  });
}

/** Axis C: parents resolve, no unit is its own ancestor, and siblings are numbered 0, 1, 2, … */
export function checkHierarchy(units: readonly HierarchyUnit[]): DocumentProblem[] {
  const byKey = new Map(units.map((unit) => [unit.unitKey, unit]));
  const problems: DocumentProblem[] = [];
  for (const unit of units) {
    if (unit.parentKey === null || byKey.has(unit.parentKey)) continue;
    problems.push(
      unitProblem(
        unit,
        'parent',
        'unknown_parent',
        `has the parent ${unit.parentKey}, which is no unit of this cut.`,
      ),
    );
  }
  for (const key of cycleMembers(new Map(units.map((unit) => [unit.unitKey, unit.parentKey])))) {
    problems.push(unitProblem(byKey.get(key)!, 'parent', 'parent_cycle', 'is among its own ancestors.'));
  }
  return [...problems, ...orderProblems(units)];
}

function orderProblems(units: readonly HierarchyUnit[]): DocumentProblem[] {
  const problems: DocumentProblem[] = [];
  const siblings = Map.groupBy(units, (unit) => unit.parentKey);
  for (const group of siblings.values()) {
    const sorted = group.toSorted(
      (a, b) => (a.sortOrder ?? -1) - (b.sortOrder ?? -1) || byBytes(a.address, b.address),
    );
    sorted.forEach((unit, place) => {
      if (unit.sortOrder === place) return;
      const message = `has the order ${unit.sortOrder} among its siblings, where ${place} is due.`;
      problems.push(unitProblem(unit, 'sortOrder', 'order_not_dense', message));
    });
  }
  return problems;
}

function unitProblem(unit: HierarchyUnit, field: string, code: string, message: string): DocumentProblem {
  return { path: ['C', unit.address, field], code, message: `Unit "${unit.address}" ${message}` };
}
