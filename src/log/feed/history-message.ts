import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import type { PlacedHistoryRow, RecordEvent } from './history-page.ts';

/** Why a stream ended. The client reads the state again, or resumes with its last cursor where the message says so. */
export type ResetReason =
  | 'CURSOR_UNKNOWN'
  | 'INCARNATION_CHANGED'
  | 'LISTENER_LOST'
  | 'LOG_BROKEN'
  | 'AUTHORITY_ENDED';

export interface Reset {
  readonly type: 'Reset';
  readonly reason: ResetReason;
  readonly message: string;
}

/**
 * Ready, then replayed events, then CaughtUp once, then live events; a Heartbeat wherever nothing else was sent for a
 * while; or Reset, at any time, and the end. docs/reference/stream.md says what a client may rely on.
 */
export type HistoryMessage =
  | {
      readonly type: 'Ready';
      readonly cursor: string;
      /** How many positions the log has now. */
      readonly head: string;
      readonly heartbeatMs: number;
      readonly incarnation: string;
    }
  | {
      readonly type: 'HistoryEvent';
      readonly cursor: string;
      readonly position: string;
      readonly recordHash: string;
      readonly rows: readonly PlacedHistoryRow[];
      /** The sources that the record registered. */
      readonly sourceIds: readonly string[];
      /** The dependencies that it declared. */
      readonly dependencyIds: readonly string[];
      /** The profiles and the words that it registered. */
      readonly profileIds: readonly string[];
      readonly termIds: readonly string[];
      /** What it says of a plan, and what it settles. */
      readonly commentIds: readonly string[];
      readonly resolutionIds: readonly string[];
    }
  | {
      readonly type: 'CaughtUp';
      readonly cursor: string;
      /** The newest head that both lanes signed; null before the first, or where it can't be read. */
      readonly checkpoint: Checkpoint | null;
    }
  | {
      readonly type: 'Heartbeat';
      readonly cursor: string;
      /** Everything before this position has been sent, or matched nothing. */
      readonly head: string;
      /** The newest head that both lanes signed; null as above, and where it covers what is still on its way. */
      readonly checkpoint: Checkpoint | null;
    }
  | Reset;

/** What every stream says of itself. */
export type StreamMessage = Exclude<HistoryMessage, { type: 'HistoryEvent' }>;

/** A condition on entries that needs more than their history rows. */
export interface EntryTest {
  /** The same for tests that ask the same. */
  readonly key: string;
  /** Those of the entries that the record moves which meet it. */
  matching(event: RecordEvent): Promise<ReadonlySet<string>>;
}

/** The columns that a subscriber may ask for values of. */
export type FilterableColumn =
  | 'history_id'
  | 'entry_id'
  | 'entry_kind'
  | 'change_kind'
  | 'entry_version_after'
  | 'changed_by';

/**
 * Which rows a subscriber wants: all conditions must hold. A record is delivered if one of its rows matches, with its
 * matching rows only, in one message.
 */
export interface HistoryFilter {
  readonly equal?: readonly {
    readonly column: FilterableColumn;
    /** Any of these; an empty list matches nothing. */
    readonly values: readonly string[];
  }[];
  /** UTC text with microseconds, inclusive. */
  readonly changedAtFrom?: string | undefined;
  /** UTC text with microseconds, exclusive. */
  readonly changedAtUntil?: string | undefined;
  /** Judged beside the rows. */
  readonly entries?: EntryTest | undefined;
}

type RowTest = (row: PlacedHistoryRow) => boolean;

/** Compiles a filter, narrowed to the entries of the caller's token; null where every row passes. */
export function rowTest(
  filter: HistoryFilter | null,
  tokenEntryIds: ReadonlySet<string> | null,
): RowTest | null {
  const tests: RowTest[] = [];
  if (tokenEntryIds !== null) tests.push((row) => tokenEntryIds.has(row.entry_id));
  for (const { column, values } of filter?.equal ?? []) {
    const wanted = new Set(values);
    tests.push((row) => wanted.has(row[column]));
  }
  // Times of one form and zone sort as text.
  const { changedAtFrom, changedAtUntil } = filter ?? {};
  if (changedAtFrom !== undefined) tests.push((row) => row.changed_at >= changedAtFrom);
  if (changedAtUntil !== undefined) tests.push((row) => row.changed_at < changedAtUntil);
  return tests.length === 0 ? null : (row) => tests.every((test) => test(row));
}
