import { hash } from 'node:crypto';
import type { ParsedRecord } from '../../law/parse-record.ts';
import { nextState } from '../../law/states.ts';
import type { HistoryChangeKind } from '../../law/values.ts';
import { canonicalJson } from '../../proof/canonical.ts';
import type { MonitorVerdict } from './finding.ts';
import type { Move, OpenEntry, Party } from './open-entry.ts';
import type { WrittenRows } from './written-rows.ts';

/** One move, where it stands, and how a finding about it is told. */
export interface Step {
  readonly move: Move;
  readonly record: ParsedRecord;
  readonly rows: WrittenRows;
  readonly position: number;
  readonly tell: (verdict: MonitorVerdict, message: string) => void;
}

export function holdArrow({ move, record, tell }: Step, entry: OpenEntry | null, missed: boolean): void {
  const { entry_version_before: from, entry_version_after: to, change_kind: kind } = move;
  const moved = `Entry ${move.entry_id} moved by ${kind} from ${from ?? 'nothing'} to ${to}`;
  if ((entry?.state ?? null) !== from && !missed)
    tell('state-illegal', `${moved}, but it stood in ${entry?.state ?? 'no state'}`);
  if (nextState(from, kind as HistoryChangeKind, record.lane) !== to)
    tell('state-illegal', `${moved}, and the lane ${record.lane} has no such arrow`);
  if (kind.split(':')[0] !== VERB_OF_MOVE[record.verb] && !(record.verb === 'verify' && kind === 'mark'))
    tell('state-illegal', `${moved} in a record of the verb ${record.verb}`);
  if (move.changed_by !== record.principalId)
    tell('state-illegal', `${moved} by ${record.principalId}, but its history names ${move.changed_by}`);
}

const VERB_OF_MOVE: Readonly<Record<string, string>> = {
  mark: 'mark',
  sweep: 'sweep_promote',
  review: 'review',
  cut: 'cut',
  verify: 'verify',
  abandon: 'abandon',
};

/** Who marks doesn't review, and who cuts doesn't verify. */
export function holdParties({ move, tell }: Step, entry: OpenEntry | null, caller: Party): void {
  const kind = move.change_kind;
  if (entry === null) return;
  if (kind.startsWith('review:')) holdDistinct('marked', 'reviewed', entry.marker);
  if (kind.startsWith('verify:') && entry.cut !== null) holdDistinct('cut', 'verified', entry.cut.executor);

  function holdDistinct(did: string, does: string, other: Party | null): void {
    if (other === null) return;
    const shared = (['principal', 'person'] as const).find((part) => other[part] === caller[part]);
    if (shared === undefined) return;
    tell('sod-broken', `The ${shared} ${caller[shared]} both ${did} and ${does} entry ${move.entry_id}`);
  }
}

/** An entry's status is set where a move of the same record says so, to what it says, and nowhere else. */
export function holdUpdates(
  record: ParsedRecord,
  moves: ReadonlyMap<string, Move>,
  tell: (entryId: string | null) => (verdict: MonitorVerdict, message: string) => void,
): void {
  const due = new Set(
    [...moves.values()].filter((move) => move.change_kind !== 'mark').map((move) => move.entry_id),
  );
  for (const row of record.rows) {
    if (row.op !== 'update' || row.table !== 'decision_backlog_entry') continue;
    const status = moves.get(row.id)?.entry_version_after ?? null;
    const stated = canonicalJson({ columns: { status }, id: row.id, op: 'update', table: row.table });
    if (due.delete(row.id) && hash('sha256', stated, 'base64url') === row.digest) continue;
    tell(row.id)(
      'state-illegal',
      `The ${record.verb} set entry ${row.id} to another status than its history says`,
    );
  }
  for (const entryId of due)
    tell(entryId)(
      'record-incomplete',
      `The ${record.verb} tells of a move of entry ${entryId}, and left its status as it was`,
    );
}
