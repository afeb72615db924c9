import { z } from 'zod';
import type { ParsedRecord } from '../../law/parse-record.ts';
import { RECORD_VERBS } from '../../law/record-verbs.ts';
import { isRecordedMove, type RecordedMove } from '../../law/recorded-move.ts';
import { RULES_OF_ORIGIN, type Rules, readRules } from '../../law/rules/rules.ts';
import { VERIFIER_LANE } from '../../law/values.ts';
import {
  ENTRY_TABLE,
  mayHaveMissed,
  type StatusFault,
  statusFaults,
  stepOn,
  type Way,
  wayFaultText,
} from '../../law/way.ts';
import type { MonitorFinding, MonitorVerdict } from './finding.ts';
import { type OpenEntry, openEntry, wayOf } from './open-entry.ts';
import { type PhaseRows, takePhaseRows } from './phase-rows.ts';
import { WrittenRows } from './written-rows.ts';

/** How long something may take. */
export interface Bounds {
  /** From a cut to its verification. */
  readonly verifyMs: number;
  /** From an escalation to its end. */
  readonly escalationMs: number;
  /** From a record to the head that both lanes signed over it. */
  readonly unsignedMs: number;
}

/** Reports a finding about one entry at the current position. */
type ReportEntry = (verdict: MonitorVerdict, message: string) => void;

/** One move, its record, and its position. */
interface MoveAt {
  readonly move: RecordedMove;
  readonly record: ParsedRecord;
  readonly rows: WrittenRows;
  readonly position: number;
  readonly report: ReportEntry;
}

/** A cut that the other lane has judged: its passport is due. */
export interface JudgedCut {
  readonly changeSetId: string;
  readonly entryId: string;
  /** Of the verification. */
  readonly position: number;
}

export interface JudgedRecord {
  readonly findings: readonly MonitorFinding[];
  readonly cuts: readonly JudgedCut[];
}

export const entriesState = z.strictObject({
  open: z.record(z.string(), openEntry),
  blanks: z.number().int().nonnegative(),
  /** The rules in force; absent while the log has shown none. */
  rules: z.custom<Rules>((value) => readRules(value, []).rules !== null).optional(),
});
export type EntriesState = z.infer<typeof entriesState>;

/**
 * Judges every entry from the log's records alone, in their order: its way through the states, the lanes, the persons
 * and principals, the approval of its cut, and how long it took. It remembers only entries that have not ended.
 */
export class EntryJudge {
  readonly #bounds: Bounds;
  readonly #open: Map<string, OpenEntry>;
  /** Records that could not be read: a move may be missing since. */
  #blanks: number;
  #rules: Rules | undefined;

  constructor(bounds: Bounds, state: EntriesState = { open: {}, blanks: 0 }) {
    this.#bounds = bounds;
    this.#open = new Map(Object.entries(state.open));
    this.#blanks = state.blanks;
    this.#rules = state.rules;
  }

  get open(): number {
    return this.#open.size;
  }

  state(): EntriesState {
    const rules = this.#rules === undefined ? {} : { rules: this.#rules };
    return { open: Object.fromEntries(this.#open), blanks: this.#blanks, ...rules };
  }

  /** A record that can't be read. */
  blank(): void {
    this.#blanks += 1;
  }

  take(record: ParsedRecord, position: number): JudgedRecord {
    const findings: MonitorFinding[] = [];
    const cuts: JudgedCut[] = [];
    const rows = new WrittenRows(record);
    const moves: RecordedMove[] = [];
    const reportOn = (entryId: string | null) => (verdict: MonitorVerdict, message: string) =>
      void findings.push({ verdict, position, entryId, message: `${message} (position ${position}).` });
    if (!RECORD_VERBS.has(record.verb))
      reportOn(null)('record-unknown', `The verb ${record.verb} is none that this version knows`);
    for (const row of record.history) {
      if (!isRecordedMove(row)) {
        reportOn(null)('record-unknown', `A move in the record ${record.recordId} can't be read`);
        continue;
      }
      moves.push(row);
      const cut = this.#move({ move: row, record, rows, position, report: reportOn(row.entry_id) });
      if (cut !== null) cuts.push(cut);
    }
    const updates = record.rows.filter(({ table, op }) => op === 'update' && table === ENTRY_TABLE);
    for (const fault of statusFaults(moves, updates)) noteStatus(record, fault, reportOn(fault.entryId));
    for (const { table, id } of rows.left)
      reportOn(null)(
        'record-excessive',
        `The ${record.verb} wrote the row ${id} of ${table}, which belongs to no move`,
      );
    this.#rules = record.rules?.rules ?? this.#rules;
    return { findings, cuts };
  }

  /** Entries that have waited for too long, each reported once. */
  overdue(now: number): MonitorFinding[] {
    const findings: MonitorFinding[] = [];
    for (const [entryId, entry] of this.#open) {
      if (entry.late) continue;
      const { cut, escalation, markedAt } = entry;
      if (cut !== null && now - Date.parse(cut.at) > this.#bounds.verifyMs) {
        entry.late = true;
        const message =
          `The cut of entry ${entryId} at position ${cut.position} still waits for its verification ` +
          `after ${durationText(now - Date.parse(cut.at))}; ${durationText(this.#bounds.verifyMs)} are allowed.`;
        findings.push({ verdict: 'verify-late', position: cut.position, entryId, message });
      } else if (escalation && now - Date.parse(markedAt) > this.#bounds.escalationMs) {
        entry.late = true;
        const message =
          `The escalation ${entryId} is open since ${markedAt} and nobody has ended it; ` +
          `${durationText(this.#bounds.escalationMs)} are allowed.`;
        findings.push({ verdict: 'escalation-late', position: null, entryId, message });
      }
    }
    return findings;
  }

  #move(at: MoveAt): JudgedCut | null {
    const { move, record, position, report } = at;
    const entry = this.#open.get(move.entry_id) ?? null;
    const known = entry === null ? null : wayOf(entry);
    const rules = this.#rules ?? RULES_OF_ORIGIN.rules;
    const { faults, way } = stepOn(known, move, record, this.#blanks, rules);
    for (const fault of faults)
      report(fault.kind === 'same-party' ? 'sod-broken' : 'state-illegal', wayFaultText(fault, move, record));
    if (entry !== null && entry.mode !== record.mode)
      report(
        'modes-mixed',
        `Entry ${move.entry_id} was marked in ${entry.mode}, and its ${move.change_kind} was made in ${record.mode}`,
      );
    const missed = mayHaveMissed(entry, this.#blanks);
    const taken = takePhaseRows({
      ...at,
      entry,
      missing: (what, verdict) => {
        if (!missed)
          report(
            verdict ?? 'record-incomplete',
            `The ${move.change_kind} of entry ${move.entry_id} is not whole: ${what}`,
          );
      },
    });
    this.#holdTime(at, entry);
    this.#keep(at, entry, way, taken);
    if (!move.change_kind.startsWith('verify:') || entry?.cut == null) return null;
    return { changeSetId: entry.cut.changeSetId, entryId: move.entry_id, position };
  }

  #holdTime({ move, record, report }: MoveAt, entry: OpenEntry | null): void {
    if (entry === null || entry.late || entry.cut === null) return;
    const tookMs = Date.parse(record.at) - Date.parse(entry.cut.at);
    if (tookMs <= this.#bounds.verifyMs) return;
    entry.late = true;
    report(
      'verify-late',
      `The ${move.change_kind} of entry ${move.entry_id} came ${durationText(tookMs)} after its cut; ` +
        `${durationText(this.#bounds.verifyMs)} are allowed`,
    );
  }

  #keep(
    { move, record, position }: MoveAt,
    entry: OpenEntry | null,
    way: Way | null,
    taken: PhaseRows,
  ): void {
    if (way === null) {
      this.#open.delete(move.entry_id);
      return;
    }
    const { approval = entry?.approval ?? null, cut } = taken;
    const executor = { principal: record.principalId, person: record.personId };
    this.#open.set(move.entry_id, {
      state: way.state,
      mode: entry?.mode ?? record.mode,
      markedAt: entry?.markedAt ?? record.at,
      escalation: entry?.escalation ?? record.lane === VERIFIER_LANE,
      marker: way.marker,
      reviewers: [...way.reviewers],
      approval,
      cut: cut === undefined ? (entry?.cut ?? null) : { ...cut, executor, at: record.at, position },
      late: entry?.late ?? false,
      blanks: way.blanks,
    });
  }
}

function noteStatus({ verb }: ParsedRecord, { entryId, kind }: StatusFault, report: ReportEntry): void {
  if (kind === 'other-status')
    report('state-illegal', `The ${verb} set entry ${entryId} to another status than its history says`);
  else
    report(
      'record-incomplete',
      `The ${verb} shows a move of entry ${entryId}, and left its status as it was`,
    );
}

function durationText(ms: number): string {
  return ms < 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
