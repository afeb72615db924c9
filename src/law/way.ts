import { type Party, partyOf, type SeparateDeed, type SharedParty, sharedParties } from './parties.ts';
import { rowDigestOf } from './record.ts';
import { mayHoldMove } from './record-verbs.ts';
import type { RecordedMove } from './recorded-move.ts';
import type { RecordedRow } from './recorded-row.ts';
import type { Rules } from './rules/rules.ts';
import { type EntryState, isTerminal, nextState } from './states.ts';
import type { HistoryChangeKind, Lane } from './values.ts';

/*
 * The way of an entry through its states, replayed from the log's records alone. The full check and the monitor both
 * go this way, move by move, and report what is wrong in their own form.
 */

/** What has to be remembered of an entry under way. One that has ended is forgotten. */
export interface Way {
  readonly state: EntryState;
  /** Null of an entry whose birth wasn't seen. */
  readonly marker: Party | null;
  /** Everybody who gave a verdict on its plans. */
  readonly reviewers: readonly Party[];
  readonly executor: Party | null;
  /** How many records could not be read when it last moved. */
  readonly blanks: number;
}

/** What a record says of itself, and the law asks of a move in it. */
export interface MovingRecord {
  readonly verb: string;
  readonly lane: Lane | null;
  readonly principalId: string | null;
  readonly personId: string | null;
}

/** What is wrong with one move. */
export type WayFault =
  /** The entry was in another state than the move says. */
  | { readonly kind: 'elsewhere'; readonly state: EntryState | null }
  /** The table of transitions has no such arrow for this lane. */
  | { readonly kind: 'no-arrow' }
  /** Records of this verb hold no such move. */
  | { readonly kind: 'other-verb' }
  /** The move names another principal than its record. */
  | { readonly kind: 'other-caller' }
  | { readonly kind: 'same-party'; readonly shared: SharedParty };

export interface Step {
  readonly faults: readonly WayFault[];
  /** Null once the entry has ended. */
  readonly way: Way | null;
}

/**
 * The way of an entry after one more move. `blanks` counts the records so far that could not be read: a move may be
 * missing since. `rules`: those in force at the record's position.
 */
export function stepOn(
  way: Way | null,
  move: RecordedMove,
  record: MovingRecord,
  blanks: number,
  rules: Rules,
): Step {
  const caller = partyOf(record);
  const { entry_version_after: state, change_kind: kind } = move;
  const next = {
    state,
    marker: way?.marker ?? (kind === 'mark' ? caller : null),
    reviewers: kind.startsWith('review:') ? withParty(way?.reviewers ?? [], caller) : (way?.reviewers ?? []),
    executor: kind === 'cut' ? caller : (way?.executor ?? null),
    blanks,
  };
  return {
    faults: moveFaults(way, move, record, caller, blanks, rules),
    way: isTerminal(state) ? null : next,
  };
}

function withParty(parties: readonly Party[], party: Party): readonly Party[] {
  const isKnown = parties.some(
    ({ principal, person }) => principal === party.principal && person === party.person,
  );
  return isKnown ? parties : [...parties, party];
}

/** Whether moves of this entry may be missing, because a record could not be read since it last moved. */
export function mayHaveMissed(way: Pick<Way, 'blanks'> | null, blanks: number): boolean {
  return blanks > (way?.blanks ?? 0);
}

function moveFaults(
  way: Way | null,
  { entry_version_before: from, entry_version_after: to, ...move }: RecordedMove,
  { verb, lane, principalId }: MovingRecord,
  caller: Party,
  blanks: number,
  rules: Rules,
): readonly WayFault[] {
  const faults: WayFault[] = [];
  const state = way?.state ?? null;
  if (state !== from && !mayHaveMissed(way, blanks)) faults.push({ kind: 'elsewhere', state });
  if (lane === null || nextState(from, move.change_kind as HistoryChangeKind, lane) !== to)
    faults.push({ kind: 'no-arrow' });
  if (!mayHoldMove(verb, move.change_kind)) faults.push({ kind: 'other-verb' });
  if (move.changed_by !== principalId) faults.push({ kind: 'other-caller' });
  const shared = partiesOf(move.change_kind, way, caller, rules);
  return [...faults, ...shared.map((one) => ({ kind: 'same-party', shared: one }) as const)];
}

/** Who registered an entry's text isn't among the moves: that is for those who see the source. */
function partiesOf(kind: string, way: Way | null, caller: Party, rules: Rules): readonly SharedParty[] {
  const deed = deedOfMove(kind);
  if (way === null || deed === null) return [];
  const earlier = { marked: way.marker, reviewed: way.reviewers, cut: way.executor };
  return sharedParties(deed, caller, earlier, rules);
}

function deedOfMove(kind: string): SeparateDeed | null {
  if (kind.startsWith('review:')) return 'reviewed';
  if (kind.startsWith('verify:')) return 'verified';
  return kind === 'cut' ? 'cut' : null;
}

/** What is wrong with a move, as a sentence without its full stop. */
export function wayFaultText(fault: WayFault, move: RecordedMove, record: MovingRecord): string {
  const { entry_id: entryId, entry_version_before: from, entry_version_after: to, change_kind: kind } = move;
  const moved = `Entry ${entryId} moved by ${kind} from ${from ?? 'nothing'} to ${to}`;
  switch (fault.kind) {
    case 'elsewhere':
      return `${moved}, but it was in ${fault.state ?? 'no state'}`;
    case 'no-arrow':
      return `${moved}, and the lane ${record.lane} has no such arrow`;
    case 'other-verb':
      return `${moved} in a record of the verb ${record.verb}`;
    case 'other-caller':
      return `${moved} by ${record.principalId}, but its history names ${move.changed_by}`;
    case 'same-party': {
      const { did, alsoDid, part } = fault.shared;
      const who = part === 'person' ? record.personId : record.principalId;
      return `The ${part} ${who} both ${did} and ${alsoDid} entry ${entryId}`;
    }
  }
}

/** Where the status that a record sets and the move that it shows disagree. */
export interface StatusFault {
  readonly entryId: string;
  readonly kind: 'other-status' | 'status-left';
}

export const ENTRY_TABLE = 'decision_backlog_entry';

/**
 * An entry's status is set where a move of the same record says so, to what it says, and nowhere else. A birth sets
 * none: its status is part of the row. `updates` are the updates of entries in the record.
 */
export function statusFaults(
  history: readonly RecordedMove[],
  updates: readonly RecordedRow[],
): readonly StatusFault[] {
  const due = new Map(
    history
      .filter(({ entry_version_before: from }) => from !== null)
      .map((move) => [move.entry_id, move.entry_version_after]),
  );
  const others = updates.flatMap(({ id, digest }): StatusFault[] => {
    const status = due.get(id);
    due.delete(id);
    const isDue = status !== undefined && digest === statusUpdateDigest(id, status);
    return isDue ? [] : [{ entryId: id, kind: 'other-status' }];
  });
  const left = [...due.keys()].map((entryId) => ({ entryId, kind: 'status-left' }) as const);
  return [...others, ...left];
}

function statusUpdateDigest(id: string, status: EntryState): string {
  return rowDigestOf({ table: ENTRY_TABLE, id, op: 'update', columns: { status } });
}
