/**
 * What the sweep log says of a pass over named entries; a repeated call must name the same ones. `entryIds` are sorted.
 */
export function namedText(entryIds: readonly string[]): string {
  return `${PREFIX}${entryIds.join(' ')}`;
}

const PREFIX = 'entries named by the caller: ';

/** The entries that a pass named, by its rationale; null where it took the oldest. */
export function namedIn(rationale: string | null): readonly string[] | null {
  return rationale?.startsWith(PREFIX) ? rationale.slice(PREFIX.length).split(' ') : null;
}
