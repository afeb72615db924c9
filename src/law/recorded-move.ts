import { ENTRY_STATES, type EntryState } from './states.ts';

/** One move of an entry, as a record of the log says it: its history row, in the columns that observers see. */
export interface RecordedMove {
  readonly history_id: string;
  readonly entry_id: string;
  readonly entry_version_before: EntryState | null;
  readonly entry_version_after: EntryState;
  /** The law of the way refuses one that no verb writes. */
  readonly change_kind: string;
  readonly changed_by: string;
  readonly changed_at: string;
}

const STATES: ReadonlySet<unknown> = new Set(ENTRY_STATES);
const TEXTS = ['history_id', 'entry_id', 'change_kind', 'changed_by', 'changed_at'] as const;

/**
 * Whether a value has the form in which verbs write moves. A hand that altered a record may have altered its names
 * too.
 */
export function isRecordedMove(value: unknown): value is RecordedMove {
  if (typeof value !== 'object' || value === null) return false;
  const said = value as Readonly<Record<string, unknown>>;
  const before = said['entry_version_before'];
  return (
    (before === null || STATES.has(before)) &&
    STATES.has(said['entry_version_after']) &&
    TEXTS.every((name) => typeof said[name] === 'string')
  );
}
