import { hash } from 'node:crypto';
import type { ReadRecord } from '../../law/read-record.ts';
import type { RecordedMove } from '../../law/recorded-move.ts';
import { type EntryState, nextState } from '../../law/states.ts';
import type { HistoryChangeKind } from '../../law/values.ts';
import type { Teller } from '../finding.ts';
import { kindNamed } from '../kinds.ts';

interface Party {
  readonly principal: string;
  readonly person: string;
}

/** An entry that can still move; those that have ended are forgotten, so the work under way is all that is in memory. */
interface Live {
  state: string;
  marker: Party | null;
  executor: Party | null;
  /** How many unreadable records there were when it last moved. */
  blanks: number;
}

const ENDED: ReadonlySet<string> = new Set<EntryState>([
  'verified_complete',
  'verify_failed_escalated',
  'reviewed_rejected',
  'abandoned',
]);
/** A record that was rewritten with its hash says nothing that is worth a finding of its own. */
const written = (position: number | null) => ['cutter_log.log', String(position)] as const;
/** What taints all that is said of an entry's way. */
export const MOVES_OF = 'moves of';
const HISTORY_TABLE = 'cutter_governance.decision_backlog_history';

/** Replays every entry from the records, in their order: each move against the table of transitions, each party against the others. */
export class Replay {
  entries = 0;
  /** Records that could not be read so far: a move may be missing since. */
  blanks = 0;
  readonly #live = new Map<string, Live>();
  readonly #findings: Teller;
  readonly #ended: (entryId: string, status: string) => void;

  /** `ended` is told the final status of each entry, once. */
  constructor(findings: Teller, ended: (entryId: string, status: string) => void) {
    this.#findings = findings;
    this.#ended = ended;
  }

  record(record: ReadRecord, position: number | null): void {
    for (const move of record.history) this.#move(record, move, position);
    this.#updates(record, position);
  }

  /** Hands over the entries that stand in the middle of their way. */
  finish(): void {
    for (const [entryId, live] of this.#live) {
      if (live.blanks === this.blanks) this.#ended(entryId, live.state);
    }
    this.#live.clear();
  }

  #move(record: ReadRecord, move: RecordedMove, position: number | null): void {
    const live = this.#live.get(move.entry_id) ?? null;
    const from = move.entry_version_before;
    const missed = this.blanks > (live?.blanks ?? 0);
    if ((live?.state ?? null) !== from && !missed)
      this.#illegal(move, position, `it stood in ${live?.state ?? 'no state'}`);
    const to = nextState(from as EntryState | null, move.change_kind as HistoryChangeKind, record.lane);
    if (to !== move.entry_version_after)
      this.#illegal(
        move,
        position,
        `${record.lane} has no arrow ${move.change_kind} from ${from ?? 'nothing'} to ${move.entry_version_after}`,
      );
    this.#parties(record, move, live, position);
    if (from === null) this.entries += 1;
    if (ENDED.has(move.entry_version_after)) {
      this.#live.delete(move.entry_id);
      this.#ended(move.entry_id, move.entry_version_after);
      return;
    }
    const caller = { principal: record.principalId, person: record.personId };
    this.#live.set(move.entry_id, {
      state: move.entry_version_after,
      marker: from === null ? caller : (live?.marker ?? null),
      executor: move.change_kind === 'cut' ? caller : (live?.executor ?? null),
      blanks: this.blanks,
    });
  }

  #parties(record: ReadRecord, move: RecordedMove, live: Live | null, position: number | null): void {
    if (move.change_kind.startsWith('review:'))
      this.#distinct(record, live?.marker, 'review_decision', 'decided_by', 'reviewed', 'marked', position);
    if (move.change_kind.startsWith('verify:'))
      this.#distinct(record, live?.executor, 'verify_result', 'verified_by', 'verified', 'cut', position);
    if (move.changed_by === record.principalId) return;
    this.#findings.derive([[HISTORY_TABLE, move.history_id], [MOVES_OF, move.entry_id], written(position)], {
      verdict: 'state-illegal',
      table: HISTORY_TABLE,
      key: move.history_id,
      column: 'changed_by',
      after: position,
      before: null,
      message: `The move was made by ${record.principalId}, but names ${move.changed_by}.`,
    });
  }

  #distinct(
    record: ReadRecord,
    other: Party | null | undefined,
    recorded: string,
    column: string,
    did: string,
    had: string,
    position: number | null,
  ): void {
    if (other == null) return;
    const shared =
      other.principal === record.principalId
        ? 'principal'
        : other.person === record.personId
          ? 'person'
          : null;
    if (shared === null) return;
    const [row] = record.rows.of(({ table, op }) => table === recorded && op === 'insert');
    this.#findings.derive([written(position)], {
      verdict: 'sod-broken',
      table: kindNamed(recorded)?.table ?? recorded,
      key: row?.id ?? record.recordId,
      column,
      after: position,
      before: null,
      message: `The same ${shared} ${had} and ${did} this entry (record ${record.recordId}).`,
    });
  }

  /** The update of an entry's status says what the history of the same record says. */
  #updates(record: ReadRecord, position: number | null): void {
    const after = new Map(record.history.map((move) => [move.entry_id, move]));
    const updates = record.rows.of(({ table, op }) => op === 'update' && table === 'decision_backlog_entry');
    for (const row of updates) {
      const move = after.get(row.id);
      const text = `{"columns":{"status":${JSON.stringify(move?.entry_version_after ?? null)}},"id":${JSON.stringify(row.id)},"op":"update","table":"decision_backlog_entry"}`;
      if (move !== undefined && hash('sha256', text, 'base64url') === row.digest) continue;
      this.#findings.derive([written(position)], {
        verdict: 'state-illegal',
        table: 'cutter_governance.decision_backlog_entry',
        key: row.id,
        column: 'status',
        after: position,
        before: null,
        message: `Record ${record.recordId} moves the entry to another status than its history row says.`,
      });
    }
  }

  #illegal(move: RecordedMove, position: number | null, why: string): void {
    this.#findings.derive([[HISTORY_TABLE, move.history_id], [MOVES_OF, move.entry_id], written(position)], {
      verdict: 'state-illegal',
      table: HISTORY_TABLE,
      key: move.history_id,
      column: 'entry_version_after',
      after: position,
      before: null,
      message: `Entry ${move.entry_id} moved by ${move.change_kind} from ${move.entry_version_before ?? 'nothing'} to ${move.entry_version_after}, but ${why}.`,
    });
  }
}
