/** The hierarchy of a plan: parents that exist and are units, no cycle, and a dense order among siblings. */
import type { Span } from './spans.ts';
import { labelOf } from './spans.ts';
import type { DocumentProblem } from './types.ts';

function parentProblem(span: Span, code: string, message: string): DocumentProblem {
  return { path: [...span.path, 'parentLocalId'], code, message: `${labelOf(span)} ${message}` };
}

/** Every parent that is missing, excluded or held by its own child. */
export function parentProblems(spans: readonly Span[]): DocumentProblem[] {
  if (haveParentsBefore(spans)) return [];
  const byId = new Map(spans.map((span) => [span.localId, span]));
  const problems: DocumentProblem[] = [];
  for (const span of spans) {
    if (span.parentLocalId === null) continue;
    const parent = byId.get(span.parentLocalId);
    const name = `"${span.parentLocalId.slice(0, 200)}"`;
    if (parent === undefined) {
      problems.push(
        parentProblem(span, 'unknown_parent', `names the parent ${name}, which no unit has as its localId.`),
      );
    } else if (parent.excludedBecause !== null) {
      problems.push(
        parentProblem(span, 'excluded_parent', `names the parent ${name}, which is excluded and no unit.`),
      );
    }
  }
  const parentOf = new Map(spans.map((span) => [span.localId, span.parentLocalId]));
  for (const localId of cycleMembers(parentOf)) {
    problems.push(parentProblem(byId.get(localId)!, 'parent_cycle', 'is among its own ancestors.'));
  }
  return problems;
}

/** Whether each parent is a unit that comes before its children, as in a plan by a profile: then none is amiss. */
function haveParentsBefore(spans: readonly Span[]): boolean {
  const isUnit = new Map<string, boolean>();
  for (const { localId, parentLocalId, excludedBecause } of spans) {
    if (parentLocalId !== null && isUnit.get(parentLocalId) !== true) return false;
    if (isUnit.has(localId)) return false;
    isUnit.set(localId, excludedBecause === null);
  }
  return true;
}

/** The keys that are in a cycle of parents. */
export function cycleMembers<K>(parentOf: ReadonlyMap<K, K | null>): K[] {
  const done = new Set<K>();
  const members: K[] = [];
  for (const [start, parent] of parentOf) {
    if (parent === null || done.has(parent)) {
      done.add(start);
      continue;
    }
    const walk = new Set<K>();
    let at: K | null | undefined = start;
    while (at != null && !done.has(at) && !walk.has(at)) {
      walk.add(at);
      at = parentOf.get(at);
    }
    if (at != null && walk.has(at)) {
      const path = [...walk];
      for (const member of path.slice(path.indexOf(at))) members.push(member);
    }
    for (const key of walk) done.add(key);
  }
  return members;
}

/** The place of each unit among those of the same parent, in the order of the source; null for excluded stretches. */
export function sortOrders(spans: readonly Span[]): (number | null)[] {
  const counts = new Map<string | null, number>();
  return spans.map((span) => {
    if (span.excludedBecause !== null) return null;
    const order = counts.get(span.parentLocalId) ?? 0;
    counts.set(span.parentLocalId, order + 1);
    return order;
  });
}
