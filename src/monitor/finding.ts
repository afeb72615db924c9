import type { StreamFault } from './stream-refused.ts';

/** What a monitor can find, beside what is wrong with the stream itself. A verdict is a word for programs; the sentence is for people. */
export const MONITOR_VERDICTS = {
  'record-withheld': 'the server gives no body for a record of the log',
  'record-altered': 'a body isn’t the one whose hash stands in the log',
  'record-unknown': 'a record of a form that this version doesn’t know',
  'record-incomplete': 'a record moves an entry without the rows that belong to the move',
  'record-excessive': 'a record writes rows that belong to no move of it',
  'dated-wrong': 'a record is dated in the future',
  'state-illegal': 'an entry moved where the table of transitions has no arrow, or in another lane',
  'sod-broken': 'two parts that two persons must play were played by one',
  'modes-mixed': 'sample persons and real ones worked on one entry',
  'approval-missing': 'a cut without the approval in force',
  'verify-late': 'a cut was not verified in time',
  'escalation-missing': 'a failed verification without compensation or escalation',
  'escalation-late': 'an escalation was not ended in time',
  'key-refused': 'a record about a key that its signatures don’t carry',
  'key-unknown': 'a lane’s keys begin with one that the keys given don’t have',
  'passport-missing': 'the server gives no passport of a verified cut',
  'passport-refused': 'a passport doesn’t verify, or is of another cut',
  'passport-changed': 'a passport is not the one that was given before',
  inconsistent: 'a head that can’t be proved to belong to the others',
  unsigned: 'the newest records are covered by no head that both lanes signed',
  restored: 'the ledger isn’t the one that was seen, or was set back',
  silence: 'nothing was heard from the ledger for longer than was agreed',
} as const;
export type MonitorVerdict = keyof typeof MONITOR_VERDICTS | StreamFault;

export interface MonitorFinding {
  readonly verdict: MonitorVerdict;
  /** Where in the log; null where it is no place there. */
  readonly position: number | null;
  readonly entryId: string | null;
  readonly message: string;
}
