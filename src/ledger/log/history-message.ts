import type { PlacedHistoryRow } from './history-page.ts';

/** Why a stream ended. The client reads the state anew, or resumes with its last cursor where the message says so. */
export type ResetReason = 'CURSOR_UNKNOWN' | 'INCARNATION_CHANGED' | 'LISTENER_LOST' | 'AUTHORITY_ENDED';

export interface Reset {
  readonly type: 'Reset';
  readonly reason: ResetReason;
  readonly message: string;
}

/** Ready, then replayed events, then CaughtUp once, then live events; or Reset, at any time, and the end. */
export type HistoryMessage =
  | { readonly type: 'Ready'; readonly cursor: string }
  | {
      readonly type: 'HistoryEvent';
      readonly cursor: string;
      readonly position: string;
      readonly rows: readonly PlacedHistoryRow[];
    }
  | { readonly type: 'CaughtUp'; readonly cursor: string }
  | Reset;

/**
 * Which rows a subscriber wants: all given conditions must hold. A record is delivered if one of its rows matches, with
 * its matching rows only, in one message. Absent and null mean any; an empty list matches nothing.
 */
export interface HistoryFilter {
  readonly entryIds?: readonly string[] | null;
  readonly changeKinds?: readonly string[] | null;
  readonly changedBy?: readonly string[] | null;
}

type RowTest = (row: PlacedHistoryRow) => boolean;

/** Compiles a filter, narrowed to the entries of the caller's token; null where every row passes. */
export function rowTest(
  filter: HistoryFilter | null,
  tokenEntryIds: ReadonlySet<string> | null,
): RowTest | null {
  const tests: RowTest[] = [];
  if (tokenEntryIds !== null) tests.push((row) => tokenEntryIds.has(row.entry_id));
  addTest(
    tests,
    filter?.entryIds?.map((id) => id.toLowerCase()),
    (row) => row.entry_id,
  );
  addTest(tests, filter?.changeKinds, (row) => row.change_kind);
  addTest(tests, filter?.changedBy, (row) => row.changed_by);
  return tests.length === 0 ? null : (row) => tests.every((test) => test(row));
}

function addTest(
  tests: RowTest[],
  wanted: readonly string[] | null | undefined,
  of: (row: PlacedHistoryRow) => string,
): void {
  if (wanted === null || wanted === undefined) return;
  const set = new Set(wanted);
  tests.push((row) => set.has(of(row)));
}
