import type { Session } from '../../auth/session.ts';
import { type EntryState, nextState } from '../../law/states.ts';
import type { HistoryChangeKind, Lane } from '../../law/values.ts';
import { ENTRY, moveStatus, moveStatuses, type NewEntry } from '../tables/entry.ts';
import { HISTORY, type NewHistory } from '../tables/history.ts';
import { insertRows, updateRows, type Write } from './writes.ts';

/** The arrow of the transition table that an entry takes, and what else its row of history says. */
interface Step<From extends EntryState | null> {
  readonly entryId: string;
  readonly from: From;
  readonly verb: HistoryChangeKind;
  readonly historyId: string;
  readonly rationale: string | null;
}
type Move = Step<EntryState>;
/** Who moves entries: a lane, and the principal that calls it. */
interface Mover {
  readonly lane: Lane;
  readonly caller: Pick<Session, 'principalId'>;
}

/** An entry that a verb makes. */
export interface NewBorn extends Omit<NewEntry, 'entry_id' | 'status'>, Omit<Step<null>, 'from'> {}

/** Both writes of a move. The caller checks that `moved` gives one row for each entry. */
interface Moved {
  /** Compare-and-set of the status. */
  readonly moved: Write;
  readonly history: Write;
}

/**
 * Moves one entry: the transition table names its next state, and from that follow the compare-and-set, the line of
 * the log's record and the row of history. This function and the next two make every change of a status.
 */
export function moveEntry(tx: Mover, move: Move): Moved {
  const { to, history } = stepOf(tx, move);
  const statement = moveStatus(move.entryId, move.from, to);
  return {
    moved: updateRows(ENTRY, statement, [{ id: move.entryId, columns: { status: to } }]),
    history: insertRows(HISTORY, [history]),
  };
}

/**
 * Moves any number of entries in one statement; `moved` returns the ids of those whose state was still the expected
 * one.
 */
export function moveEntries(tx: Mover, moves: readonly Move[]): Moved {
  const steps = moves.map((move) => ({ ...move, ...stepOf(tx, move) }));
  const changed = steps.map(({ entryId, to }) => ({ id: entryId, columns: { status: to } }));
  return {
    moved: updateRows(ENTRY, moveStatuses(steps), changed),
    history: insertRows(
      HISTORY,
      steps.map(({ history }) => history),
    ),
  };
}

/** Makes entries: each is born in the state that its verb leads to from nothing, with its first row of history. */
export function bearEntries(
  tx: Mover,
  born: readonly NewBorn[],
): { readonly entries: Write; readonly history: Write } {
  const steps = born.map((entry) => ({ entry, ...stepOf(tx, { ...entry, from: null }) }));
  const entries = steps.map(({ entry, to }): NewEntry => {
    const { entryId, kind, payload, scenario_ref } = entry;
    return { entry_id: entryId, kind, status: to, payload, scenario_ref };
  });
  return {
    entries: insertRows(ENTRY, entries),
    history: insertRows(
      HISTORY,
      steps.map(({ history }) => history),
    ),
  };
}

/**
 * The arrow's head and its row of history. A verb refuses what has no arrow before it writes, so a missing one is a
 * defect.
 */
function stepOf(tx: Mover, step: Step<EntryState | null>): { to: EntryState; history: NewHistory } {
  const { entryId, from, verb, historyId, rationale } = step;
  const to = nextState(from, verb, tx.lane);
  if (to === null)
    throw new Error(`The transition table has no ${verb} of ${tx.lane} from ${from ?? 'nothing'}`);
  const history = {
    history_id: historyId,
    entry_id: entryId,
    entry_version_before: from,
    entry_version_after: to,
    change_kind: verb,
    change_diff: { from, to },
    changed_by: tx.caller.principalId,
    rationale,
  };
  return { to, history };
}
