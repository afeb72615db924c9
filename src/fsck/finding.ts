import type { Divergence } from '../drift/divergence.ts';

/** What a full check can find. A verdict is a word for programs; the sentence is for people. */

export const FINDING_VERDICTS = {
  edited: 'a value differs from what its record vouches for',
  deleted: 'a row that a record promises is gone',
  inserted: 'a row that no record accounts for',
  swapped: 'two rows have each other’s key',
  doubled: 'a value that must be unique is there more than once',
  replayed: 'a recorded row’s content is there again, under another key',
  'signature-moved': 'a signature is on another row than the one it was made for',
  truncated: 'the newest rows are gone',
  restored: 'the ledger is whole, but older than a head that was seen',
  forked: 'the ledger isn’t a continuation of a head that was seen',
  'record-altered': 'the body of a log record isn’t what was hashed',
  'record-unknown': 'a log record of a format that this version doesn’t know',
  'signature-invalid': 'a signature doesn’t verify',
  'key-invalid': 'a signature was made with a key that wasn’t valid there',
  'key-broken': 'a record about a key, or a registered key, that the keys before it don’t confirm',
  'resumption-broken': 'a record that resumes a ledger without the statements of both lanes',
  'contradicts-signature': 'a row says something else than was signed',
  'sod-broken': 'two parts that two persons must play were played by one',
  'state-illegal': 'an entry moved where the table of transitions has no arrow',
  'lineage-broken': 'a reference between rows leads nowhere, or not back',
  'approval-missing': 'a cut, or a record that is carried over, without an approval in force',
  'comments-open': 'an approval of a plan on which a comment was open',
  'coverage-broken': 'the records of a cut don’t add up to its source',
  'digest-differs': 'a digest isn’t that of what it names',
  'count-differs': 'a count isn’t that of the rows',
  'tree-altered': 'a node of the log’s tree isn’t the hash of what is under it',
  'cosignature-invalid': 'a cosignature of a checkpoint doesn’t verify',
  'head-altered': 'a head that was kept outside the database isn’t what the lanes signed',
} as const;
export type VerdictCode = keyof typeof FINDING_VERDICTS;

export interface FsckFinding {
  readonly verdict: VerdictCode;
  /** With its schema. */
  readonly table: string;
  readonly key: string;
  /** The altered column; null where the whole row is meant, or no fingerprint names one. */
  readonly column: string | null;
  /** The log positions between which it happened: after the first, before the second. Null where there is no bound. */
  readonly after: number | null;
  readonly before: number | null;
  /** The other row of a swap, a replay or a move. */
  readonly otherKey: string | null;
  readonly message: string;
}

/** Something that could not be read: a check that has any is not clean. */
export interface Unseen {
  readonly table: string;
  readonly message: string;
}

/** How much was checked. */
export interface FsckCoverage {
  /** Positions from 0 to before this one. */
  positions: number;
  /** Records that wait for their position. */
  pending: number;
  rows: number;
  signatures: number;
  cuts: number;
  entries: number;
  /** Nodes of the log's tree and cosignatures, where there are any. */
  nodes: number;
  cosignatures: number;
}

/** What a file of heads was good for. */
export interface ComparedHeads {
  readonly file: string;
  /** Heads of it that the log was compared with. */
  readonly compared: number;
  /** Whether the ledger itself writes it. */
  readonly isKept: boolean;
  readonly words: readonly string[];
}

export interface Report {
  readonly head: number;
  /** Null where the log's head names none. */
  readonly incarnation: string | null;
  readonly findings: readonly FsckFinding[];
  readonly unseen: readonly Unseen[];
  /** What of the database's shape isn't as the migrations made it. */
  readonly drift: readonly Divergence[];
  readonly coverage: FsckCoverage;
  /** The files of heads that the log was compared with. */
  readonly heads: readonly ComparedHeads[];
}

/** 0 clean, 1 findings, 2 something couldn't be seen. */
export function exitCodeOf({
  findings,
  unseen,
  drift,
}: Pick<Report, 'findings' | 'unseen' | 'drift'>): 0 | 1 | 2 {
  if (unseen.length > 0) return 2;
  return findings.length + drift.length > 0 ? 1 : 0;
}

export type NewFinding = Omit<FsckFinding, 'otherKey'> & { readonly otherKey?: string | null };
/** A row that a finding depends on. */
export type Ref = readonly [table: string, key: string | null | undefined];

/** Takes what a check finds. */
export interface Reporter {
  /** A finding with a cause of its own. */
  add(finding: NewFinding): void;
  /** One that follows from several rows. It is dropped where one of them is known to be altered. */
  derive(refs: readonly Ref[], finding: NewFinding): void;
}

/** Holds findings until it is known which rows are altered. */
export class Postponed implements Reporter {
  readonly #held: ((reporter: Reporter) => void)[] = [];

  add(finding: NewFinding): void {
    this.#held.push((reporter) => reporter.add(finding));
  }

  derive(refs: readonly Ref[], finding: NewFinding): void {
    this.#held.push((reporter) => reporter.derive(refs, finding));
  }

  report(reporter: Reporter): void {
    for (const one of this.#held) one(reporter);
  }
}

/** All findings, and the rows known to be altered: what follows from those is no finding of its own. */
export class FsckFindings implements Reporter {
  readonly all: FsckFinding[] = [];
  readonly #tainted: Set<string>;

  /** `tainted` is shared where a check goes in pages: a later page depends on rows of earlier ones. */
  constructor(tainted = new Set<string>()) {
    this.#tainted = tainted;
  }

  add(finding: NewFinding): void {
    this.all.push({ ...finding, otherKey: finding.otherKey ?? null });
    this.taint(finding.table, finding.key);
    if (finding.otherKey != null) this.taint(finding.table, finding.otherKey);
  }

  taint(table: string, key: string): void {
    this.#tainted.add(`${table} ${key}`);
  }

  isTainted(table: string, key: string | null | undefined): boolean {
    return key != null && this.#tainted.has(`${table} ${key}`);
  }

  /** Whether it was reported. */
  derive(refs: readonly Ref[], finding: NewFinding): boolean {
    if (refs.some(([table, key]) => this.isTainted(table, key))) return false;
    if (this.isTainted(finding.table, finding.key)) return false;
    this.all.push({ ...finding, otherKey: finding.otherKey ?? null });
    return true;
  }
}
