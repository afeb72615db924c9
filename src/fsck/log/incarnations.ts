import type { ReadRecord } from '../../law/read-record.ts';
import { judgeResumption, RESUME_VERB, type Resumption } from '../../law/resume-statement.ts';
import { incarnationOf } from '../../proof/checkpoint.ts';
import { verifySignature } from '../../proof/ed25519.ts';
import type { FsckFindings } from '../finding.ts';
import type { SeenHead } from '../heads.ts';
import type { LedgerKeys } from './ledger-keys.ts';
import { LOG, PARTS } from './log-lines.ts';

/**
 * The incarnations of the ledger by its log: the one that its first keys name, and each that began when both lanes
 * accepted a position to resume from.
 */
export class Incarnations {
  readonly #accepted: Resumption[] = [];
  readonly #faults: { readonly position: number; readonly recordId: string; readonly why: string }[] = [];
  #first: string | null = null;
  #isWhole = true;

  /** A record at its position. `keys` must have the records before it. */
  record(record: ReadRecord, position: number, reliable: boolean, keys: LedgerKeys): void {
    if (record.statements === undefined) return;
    this.#first ??= incarnationIn(record.statements[0]);
    if (record.verb !== RESUME_VERB) return;
    const judged = judgeResumption(
      record.statements,
      (keyId, lane) => keys.inForce(keyId, lane),
      verifySignature,
    );
    const why = typeof judged === 'string' ? judged : this.#misfit(judged, position);
    if (why === null) this.#accepted.push(judged as Resumption);
    else if (reliable) this.#faults.push({ position, recordId: record.recordId, why });
    else this.#isWhole = false;
  }

  #misfit({ previous, position: accepted }: Resumption, position: number): string | null {
    if (accepted !== position) return `It was made for position ${accepted}.`;
    return this.present === null || this.present === previous
      ? null
      : `It resumes ${previous}, and the ledger was ${this.present}.`;
  }

  /** The incarnation after the records so far; null before the first that names one. */
  get present(): string | null {
    return this.#accepted.at(-1)?.incarnation ?? this.#first;
  }

  /** The resumptions that both lanes accepted, the oldest first. */
  get accepted(): readonly Resumption[] {
    return this.#accepted;
  }

  /** Whether every record could be read that may begin one. */
  get isWhole(): boolean {
    return this.#isWhole && this.#faults.length === 0;
  }

  /** A record that can't be read, or isn't there. */
  blank(): void {
    this.#isWhole = false;
  }

  /** Whether a head still binds this ledger: one beyond the position from which it was resumed doesn't. */
  binds({ origin, size }: { readonly origin: string; readonly size: number }): boolean {
    const ended = this.#accepted.find(({ previous }) => previous === incarnationOf(origin));
    return ended === undefined || size <= ended.position;
  }

  /** What both lanes accepted of the log before each position that it was resumed from. */
  get heads(): SeenHead[] {
    return this.#accepted.map(({ position, root }) => ({
      size: position,
      root,
      key: null,
      where: 'what both lanes accepted',
    }));
  }

  /** Reports resumptions that aren't believed, and a log's head that names another incarnation than the log. */
  report(findings: FsckFindings, incarnation: string | null): void {
    for (const { position, recordId, why } of this.#faults)
      findings.derive([[PARTS, `${recordId}/0`]], {
        verdict: 'resumption-broken',
        table: LOG,
        key: String(position),
        column: null,
        after: position - 1,
        before: null,
        message: `The record that resumes the ledger at position ${position} isn't believed. ${why}`,
      });
    const { present } = this;
    if (!this.isWhole || present === null || present === incarnation) return;
    const named = incarnation === null ? 'no incarnation' : `the incarnation ${incarnation}`;
    findings.add({
      verdict: 'edited',
      table: 'cutter_log.head',
      key: 'true',
      column: 'incarnation',
      after: this.#accepted.at(-1)?.position ?? null,
      before: null,
      message: `The log's head names ${named}, and its records ${present}.`,
    });
  }
}

function incarnationIn(envelope: unknown): string | null {
  try {
    const { payload } = envelope as { payload: string };
    const said = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as { incarnation?: unknown };
    return typeof said.incarnation === 'string' ? said.incarnation : null;
  } catch {
    return null;
  }
}
