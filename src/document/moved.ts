/** Which of the units that stood together stand in another order now. */

/** Where a unit was and is among those that share its parent. */
export interface Stood {
  readonly parent: string | null;
  /** Its place before, in the order of the document. */
  readonly before: number;
}

/**
 * The fewest units that have to move, so that the others of the same parents are in their old order. `units` are in
 * the present order; the answer has their indexes.
 */
export function movedAmong(units: readonly Stood[]): ReadonlySet<number> {
  const groups = Map.groupBy(units.keys(), (index) => units[index]?.parent ?? null);
  const moved = new Set<number>();
  for (const group of groups.values()) {
    const kept = new Set(longestRising(group.map((index) => units[index]?.before ?? 0)));
    for (const [at, index] of group.entries()) if (!kept.has(at)) moved.add(index);
  }
  return moved;
}

/** The indexes of a longest rising subsequence, by patience sorting. */
function longestRising(values: readonly number[]): number[] {
  const ends: number[] = [];
  const before = new Array<number>(values.length).fill(-1);
  for (const [index, value] of values.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[ends[middle] as number] as number) < value) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[index] = ends[low - 1] as number;
    ends[low] = index;
  }
  const rising: number[] = [];
  for (let at = ends.at(-1) ?? -1; at !== -1; at = before[at] as number) rising.push(at);
  return rising.reverse();
}
