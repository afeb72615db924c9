import { PHASES } from '../../law/phase-rows.ts';
import type { ReadRecord } from '../../law/read-record.ts';
import type { RecordedMove } from '../../law/recorded-move.ts';
import { RULES_OF_ORIGIN, type Rules } from '../../law/rules/rules.ts';
import {
  ENTRY_TABLE,
  type StatusFault,
  statusFaults,
  stepOn,
  type Way,
  type WayFault,
  wayFaultText,
} from '../../law/way.ts';
import type { NewFinding, Reporter } from '../finding.ts';
import { kindNamed } from '../kinds.ts';

/** Taints all findings about the way of an entry. */
export const MOVES_OF = 'moves of';
const HISTORY_TABLE = 'cutter_governance.decision_backlog_history';

/** What a record says that was rewritten with its hash is no finding of its own. */
const writtenAt = (position: number | null) => ['cutter_log.log', String(position)] as const;

/** Replays the way of every entry from the records, in their order, and reports each move that breaks the law. */
export class WayReplay {
  entries = 0;
  /** Records that could not be read so far: a move may be missing since. */
  blanks = 0;
  /**
   * Entries that can still move. Those that have ended are forgotten, so the work under way is all that is in memory.
   */
  readonly #ways = new Map<string, Way>();
  /** Those in force at the next record. */
  #rules: Rules = RULES_OF_ORIGIN.rules;
  readonly #findings: Reporter;
  readonly #ended: (entryId: string, status: string) => void;

  /** `ended` gets the final status of each entry, once. */
  constructor(findings: Reporter, ended: (entryId: string, status: string) => void) {
    this.#findings = findings;
    this.#ended = ended;
  }

  record(record: ReadRecord, position: number | null): void {
    for (const move of record.history) this.#move(record, move, position);
    const updates = record.rows.of(({ table, op }) => op === 'update' && table === ENTRY_TABLE);
    for (const fault of statusFaults(record.history, updates)) this.#status(record, fault, position);
    this.#rules = record.rules?.rules ?? this.#rules;
  }

  /** Hands over the entries that have not ended. */
  finish(): void {
    for (const [entryId, way] of this.#ways) {
      if (way.blanks === this.blanks) this.#ended(entryId, way.state);
    }
    this.#ways.clear();
  }

  #move(record: ReadRecord, move: RecordedMove, position: number | null): void {
    const known = this.#ways.get(move.entry_id) ?? null;
    const { faults, way } = stepOn(known, move, record, this.blanks, this.#rules);
    for (const fault of faults) this.#fault(record, move, fault, position);
    if (move.entry_version_before === null) this.entries += 1;
    if (way !== null) {
      this.#ways.set(move.entry_id, way);
      return;
    }
    this.#ways.delete(move.entry_id);
    this.#ended(move.entry_id, move.entry_version_after);
  }

  #fault(record: ReadRecord, move: RecordedMove, fault: WayFault, position: number | null): void {
    const message = `${wayFaultText(fault, move, record)}.`;
    const place = { after: position, before: null, message };
    if (fault.kind === 'same-party') {
      this.#findings.derive([writtenAt(position)], { ...sharedRow(record, fault), ...place });
      return;
    }
    const refs = [[HISTORY_TABLE, move.history_id], [MOVES_OF, move.entry_id], writtenAt(position)] as const;
    this.#findings.derive(refs, {
      verdict: 'state-illegal',
      table: HISTORY_TABLE,
      key: move.history_id,
      column: COLUMN_OF[fault.kind],
      ...place,
    });
  }

  /** The update of an entry's status says what the history of the same record says. */
  #status({ recordId }: ReadRecord, { entryId, kind }: StatusFault, position: number | null): void {
    const message =
      kind === 'other-status'
        ? `Record ${recordId} moves the entry to another status than its history row says.`
        : `Record ${recordId} shows a move of the entry, and left its status as it was.`;
    this.#findings.derive([writtenAt(position)], {
      verdict: 'state-illegal',
      table: 'cutter_governance.decision_backlog_entry',
      key: entryId,
      column: 'status',
      after: position,
      before: null,
      message,
    });
  }
}

/** The column of the history row that a fault is about. */
const COLUMN_OF: Readonly<Record<Exclude<WayFault['kind'], 'same-party'>, string>> = {
  elsewhere: 'entry_version_after',
  'no-arrow': 'entry_version_after',
  'other-verb': 'change_kind',
  'other-caller': 'changed_by',
};

/** The row that shows that one party did both: the decision, the cut or the verdict that the record wrote. */
function sharedRow(
  record: ReadRecord,
  { shared: { alsoDid } }: Extract<WayFault, { kind: 'same-party' }>,
): Pick<NewFinding, 'verdict' | 'table' | 'key' | 'column'> {
  const { table: recorded, author } = {
    reviewed: PHASES.review.rows.decision,
    cut: PHASES.cut.rows.changeSet,
    verified: PHASES.verify.rows.result,
  }[alsoDid];
  const [row] = record.rows.of(({ table, op }) => table === recorded && op === 'insert');
  return {
    verdict: 'sod-broken',
    table: kindNamed(recorded)?.table ?? recorded,
    key: row?.id ?? record.recordId,
    column: author,
  };
}
