import { MonitorFindings } from './findings.ts';
import type { Before, MonitorOptions, Next } from './followed-ledger.ts';
import type { MonitorFinding, MonitorVerdict } from './judges/finding.ts';
import { ShownHeads, sizeIn } from './judges/shown-heads.ts';
import { readCheckpoint } from './judges/signed-head.ts';
import type { Taken } from './judges/stream-judge.ts';
import { StreamRefused } from './judges/stream-refused.ts';
import { type MonitorParts, monitorParts, monitorState } from './monitor-parts.ts';
import { PassportAsker } from './passport-asker.ts';
import { RecordReader } from './record-reader.ts';
import type { MonitorState } from './saved-monitor.ts';

/**
 * Follows a ledger that it doesn't trust, with public keys alone. It folds the ledger's log, and holds every head to it
 * and to the head before. It reads every record by the hash that was folded, judges every entry, and verifies the
 * passport of every cut. It has no network and no clock of its own, and remembers what has not ended.
 *
 *     ┌────────┐ open() ┌──────┐ Ready ┌───────┐ CaughtUp ┌───────────┐ a head covers it, its  ┌──────────┐
 *     │ closed ├───────▶│ open ├──────▶│ begun ├─────────▶│ caught up ├───────────────────────▶│ complete │
 *     └────────┘        └──────┘       └───────┘          └───────────┘ passports verified     └──────────┘
 *
 *     what ends a connection                     next       what its owner does
 *     ─────────────────────────────────────────  ─────────  ─────────────────────────────────────
 *     LISTENER_LOST                              reconnect  open() again, from `cursor`
 *     AUTHORITY_ENDED                            refused    needs another token
 *     INCARNATION_CHANGED, or Ready of another   other      begins again, with `before`
 *     any other Reset, or a message refused      ended      reports the finding, and ends
 */
export class LedgerMonitor {
  readonly #options: MonitorOptions;
  readonly #parts: MonitorParts;
  readonly #findings = new MonitorFindings();
  readonly #records: RecordReader;
  readonly #passports: PassportAsker;
  readonly #shown = new ShownHeads();
  /** Whether this connection has said where it begins, and where the log ended when it had caught up with it. */
  #begun = false;
  #caughtUpAt: number | null = null;

  constructor(options: MonitorOptions) {
    this.#options = options;
    this.#parts = monitorParts(options);
    this.#records = new RecordReader(options, this.#parts, this.#findings);
    this.#passports = new PassportAsker(options.answers, this.#parts, this.#findings);
  }

  /** Where to go on; null where it begins. */
  get cursor(): string | null {
    return this.#parts.stream.cursor;
  }
  get position(): number {
    return this.#parts.stream.next ?? 0;
  }
  get openEntries(): number {
    return this.#parts.entries.open;
  }
  get provedSize(): number {
    return this.#parts.proved.size;
  }
  /** Passports that verified. */
  get passports(): number {
    return this.#parts.passports.good;
  }
  /** Whether this connection has read everything that was there when it began. */
  get caughtUp(): boolean {
    return this.#caughtUpAt !== null;
  }
  /** Whether a head covers everything that the log held at CaughtUp, and the passports of it have come. */
  get complete(): boolean {
    const size = this.#caughtUpAt;
    return size !== null && this.provedSize >= size && this.#parts.passports.next(size) === null;
  }
  /** Whether the ledger has yet to show that both lanes accepted its origin. Until then nothing of it is kept. */
  get isOwed(): boolean {
    return this.#parts.origin.isOwed;
  }
  /** What another monitor of this ledger has to compare with. */
  get before(): Before {
    return { position: this.position, heads: this.#parts.proved.heads };
  }

  state(): MonitorState {
    return monitorState(this.#parts, this.#options.known.origin);
  }

  /** A connection begins. */
  open(): void {
    const { stream } = this.#parts;
    this.#begun = false;
    this.#caughtUpAt = null;
    this.#shown.open(stream.newest?.size ?? 0);
    stream.open(this.#options.now());
  }

  /** A message arrived. Throws where the ledger doesn't answer; the findings until then remain. */
  async take(message: unknown): Promise<Next> {
    return await this.#believed(() => this.#judge(message));
  }

  /** A head that was asked for beside the stream: under load, no heartbeat brings one. */
  async takeHead(note: string | null): Promise<Next> {
    return await this.#believed(async () => {
      await this.readRecords();
      if (note === null || !this.#begun) return 'go-on';
      // One that can't be read is refused like one in the stream.
      if (sizeIn(note) === null) readCheckpoint(note);
      this.#shown.ask(note);
      await this.#judgeShown();
      return 'go-on';
    });
  }

  /** Reads the records whose messages have arrived. */
  async readRecords(): Promise<void> {
    await this.#records.readAll();
  }

  /** What was found since this was last asked. */
  drain(): readonly MonitorFinding[] {
    const { entries, covered } = this.#parts;
    const now = this.#options.now();
    this.#findings.add(...entries.overdue(now));
    // In a long replay the newest head lies ahead for as long as it takes to get there.
    const isAhead = this.#shown.isAhead(this.position);
    const late = isAhead ? null : covered.look(this.position, this.provedSize, now);
    if (late !== null) this.#findings.add(late);
    return this.#findings.drain();
  }

  /** What a person should know and is no fault. */
  drainNotices(): readonly string[] {
    return this.#findings.drainNotices();
  }

  async #believed(judge: () => Promise<Next>): Promise<Next> {
    try {
      return await judge();
    } catch (error) {
      if (!(error instanceof StreamRefused)) throw error;
      this.#findings.report(error.fault, this.position, error.message);
      return 'ended';
    }
  }

  async #judge(message: unknown): Promise<Next> {
    const { stream, origin } = this.#parts;
    const type = typeOf(message);
    if (type === 'HistoryEvent') {
      stream.take(message, this.#options.now());
      await this.#records.expect(message, this.position - 1);
      return 'go-on';
    }
    await this.readRecords();
    if (type === 'Ready' && origin.isOther(message, stream.incarnation)) return 'other';
    if (type === 'Heartbeat') await this.#judgeShown();
    const { rest, note } = withoutHead(message);
    const taken = stream.take(rest, this.#options.now());
    if (taken.ended !== null) return this.#nextAfter(taken.ended);
    if (type === 'Ready') this.#begun = true;
    if (type === 'CaughtUp') this.#caughtUpAt = this.position;
    if (type === 'Heartbeat' && this.caughtUp) this.#shown.requireEnd(this.position, note);
    if (note !== null) this.#shown.show(note, stream.newest?.size ?? 0);
    await this.#holdHead(taken);
    await this.#judgeShown();
    if (type === 'CaughtUp') await origin.holdToPast(this.#parts, this.#options.before, this.#findings);
    return 'go-on';
  }

  /** Judges the head that was shown, once its records were read; then asks for the passports that are due. */
  async #judgeShown(): Promise<void> {
    const note = this.#begun ? this.#shown.due(this.position) : null;
    if (note !== null) {
      const head = String(this.position);
      const beat = { __typename: 'Heartbeat', cursor: this.cursor, head, checkpoint: { note } };
      await this.#holdHead(this.#parts.stream.take(beat, this.#options.now()));
    }
    await this.#passports.askDue();
  }

  /** Holds a head to the one before. The stream's judge has held it to what was folded. */
  async #holdHead({ checkpoint }: Taken): Promise<void> {
    const { proved, resumptions } = this.#parts;
    if (checkpoint === null) return;
    const fault = await proved.take(checkpoint);
    if (fault !== null) this.#findings.report('inconsistent', checkpoint.head.size, fault);
    this.#findings.add(...(await resumptions.prove(proved.size, (head) => proved.holds(head))));
  }

  #nextAfter({ reason, message }: NonNullable<Taken['ended']>): Next {
    if (reason === 'LISTENER_LOST') return 'reconnect';
    if (reason === 'AUTHORITY_ENDED') return 'refused';
    if (reason === 'INCARNATION_CHANGED') return 'other';
    const verdict = VERDICT_OF_END[reason] ?? 'malformed';
    this.#findings.report(verdict, this.position, `The server ended the stream (${reason}): ${message}`);
    return 'ended';
  }
}

const VERDICT_OF_END: Readonly<Record<string, MonitorVerdict>> = {
  LOG_BROKEN: 'gap',
  CURSOR_UNKNOWN: 'restored',
};

function typeOf(message: unknown): unknown {
  return (message as { readonly __typename?: unknown } | null | undefined)?.__typename;
}

/**
 * A message without the head that it shows, and the head. One that can't be read is left to the stream's judge to
 * refuse.
 */
function withoutHead(message: unknown): { readonly rest: unknown; readonly note: string | null } {
  const { checkpoint, ...rest } = (message ?? {}) as {
    readonly checkpoint?: { readonly note?: unknown } | null;
  };
  const note = checkpoint?.note;
  return typeof note === 'string' && sizeIn(note) !== null ? { rest, note } : { rest: message, note: null };
}
