import type { StreamFault } from './stream-refused.ts';

/** What a monitor can find, with the faults of the stream itself. A verdict is for programs, a sentence for people. */
export type MonitorVerdict =
  | StreamFault
  /** The server gives no body for a record of the log. */
  | 'record-withheld'
  /** A body isn’t the one whose hash is in the log. */
  | 'record-altered'
  /** A record of a form that this version doesn’t know. */
  | 'record-unknown'
  /** A record moves an entry without the rows that belong to the move. */
  | 'record-incomplete'
  /** A record writes rows that belong to no move of it. */
  | 'record-excessive'
  /** A record is dated in the future. */
  | 'dated-wrong'
  /** An entry moved where the table of transitions has no arrow, or in another lane. */
  | 'state-illegal'
  /** Two parts that two persons must play were played by one. */
  | 'sod-broken'
  /** Sample persons and real ones worked on one entry. */
  | 'modes-mixed'
  /** A cut without the approval in force. */
  | 'approval-missing'
  /** A cut was not verified in time. */
  | 'verify-late'
  /** A failed verification without compensation or escalation. */
  | 'escalation-missing'
  /** An escalation was not ended in time. */
  | 'escalation-late'
  /** A record about a key that its signatures don’t carry. */
  | 'key-refused'
  /** A lane’s keys begin with one that the keys given don’t have. */
  | 'key-unknown'
  /** The server gives no passport of a verified cut. */
  | 'passport-missing'
  /** A passport doesn’t verify, or is of another cut. */
  | 'passport-refused'
  /** A passport is not the one that was given before. */
  | 'passport-changed'
  /** A head that can’t be proved to belong to the others. */
  | 'inconsistent'
  /** The newest records are covered by no head that both lanes signed. */
  | 'unsigned'
  /** The ledger isn’t the one that was seen, or was set back. */
  | 'restored'
  /** Nothing was heard from the ledger for longer than was agreed. */
  | 'silence'
  /** The monitor itself ended: it was no longer allowed or able to watch. */
  | 'unwatched';

export interface MonitorFinding {
  readonly verdict: MonitorVerdict;
  /** The position in the log; null where it has none. */
  readonly position: number | null;
  readonly entryId: string | null;
  readonly message: string;
}
