import { z } from 'zod';
import type { KeyInForce } from '../law/resume-statement.ts';
import { originOf } from '../proof/checkpoint.ts';
import type { KnownKeys } from '../proof/keys-file.ts';
import { CoveredInTime } from './covered-in-time.ts';
import { type Bounds, EntryJudge, type JudgedCut } from './judges/entry-judge.ts';
import type { MonitorFinding, MonitorVerdict } from './judges/finding.ts';
import { requireRows, streamedRow } from './judges/held-rows.ts';
import { KeyJudge } from './judges/key-judge.ts';
import { PassportJudge } from './judges/passport-judge.ts';
import { type AskProof, type Head, ProvedHeads } from './judges/proved-heads.ts';
import { openBody } from './judges/record-judge.ts';
import { ResumptionJudge } from './judges/resumption-judge.ts';
import { ShownHeads, sizeIn } from './judges/shown-heads.ts';
import { signedHead } from './judges/signed-head.ts';
import { StreamJudge, type Taken } from './judges/stream-judge.ts';
import { StreamRefused } from './judges/stream-refused.ts';
import { MONITOR_FORMAT, type MonitorState, savedMonitor, type UnreadRecord } from './saved-monitor.ts';

/** What the ledger that is followed answers when it is asked. */
export interface LedgerAnswers {
  /** The bodies of records, null where it has none. */
  bodies(positions: readonly number[]): Promise<readonly (string | null)[]>;
  /** The newest head that both lanes have signed, as a note; null before the first. */
  checkpoint(): Promise<string | null>;
  readonly consistencyProof: AskProof;
  passport(changeSetId: string): Promise<GivenPassport>;
}

/** The file; or why there is none, and whether that may change. */
type GivenPassport =
  | { readonly text: string }
  | { readonly text: null; readonly why: string; readonly later: boolean };

/** What was seen of a ledger before it was set back. */
export interface Before {
  readonly position: number;
  readonly heads: readonly Head[];
}

export interface MonitorOptions {
  readonly known: KnownKeys;
  readonly bounds: Bounds;
  readonly answers: LedgerAnswers;
  /** The monitor's own clock. */
  readonly now: () => number;
  /** What `state` gave. */
  readonly state?: unknown;
  /** How far another monitor had followed the ledger before it was of another incarnation. */
  readonly before?: Before;
}

/** What follows from a message. `reconnect`: the stream ended in good order. `other`: the ledger is of another incarnation now. `ended`: nothing more of this ledger is believed. */
export type Next = 'go-on' | 'reconnect' | 'refused' | 'other' | 'ended';

/** Records asked for in one request. */
const BATCH = 20;
/** How often a passport may be put off. */
const PATIENCE = 10;

const event = z.object({ recordHash: z.string(), rows: z.array(streamedRow) });

/**
 * Follows a ledger that it doesn't trust, with public keys alone: folds its log, holds every head to it and to the head before, reads every
 * record by the hash that was folded, judges every entry, and verifies the passport of every cut. It has no network and no clock of its
 * own, and remembers what is under way.
 */
export class LedgerMonitor {
  readonly #options: MonitorOptions;
  readonly #stream: StreamJudge;
  readonly #entries: EntryJudge;
  readonly #keys: KeyJudge;
  readonly #passports: PassportJudge;
  readonly #resumptions: ResumptionJudge;
  readonly #proved: ProvedHeads;
  readonly #shown = new ShownHeads();
  readonly #covered: CoveredInTime;
  readonly #unread: UnreadRecord[];
  readonly #found: MonitorFinding[] = [];
  readonly #notices: string[] = [];
  /** By which the ledger goes, and the one that was given where it has yet to show how it came from there. */
  #origin: string;
  #owed: string | null = null;
  #isPresentTold = false;
  /** Whether this connection has said where it begins, and where the log ended when it had caught up with it. */
  #begun = false;
  #caughtUpAt: number | null = null;
  #putOff = 0;

  constructor(options: MonitorOptions) {
    const { known, bounds, answers } = options;
    const saved = options.state === undefined ? null : savedMonitor(options.state, known);
    const proved = (saved?.proved ?? []).map(({ size, root }) => ({
      size,
      root: Buffer.from(root, 'base64'),
    }));
    this.#options = options;
    this.#origin = saved?.origin ?? known.origin;
    this.#keys = new KeyJudge(known, saved?.keys);
    this.#entries = new EntryJudge(bounds, saved?.entries);
    this.#passports = new PassportJudge(saved?.passports);
    this.#resumptions = new ResumptionJudge(saved?.resumptions);
    this.#covered = new CoveredInTime(bounds.unsignedMs);
    this.#proved = new ProvedHeads((from, to) => answers.consistencyProof(from, to), proved);
    this.#unread = saved?.unread ?? [];
    this.#stream = new StreamJudge(
      { everyRecord: true, from: 'start', keys: this.#keys.headKeys },
      saved?.stream ?? undefined,
    );
  }

  /** Where to begin or go on. */
  get cursor(): string {
    return this.#stream.cursor ?? '';
  }
  get position(): number {
    return this.#stream.next ?? 0;
  }
  get openEntries(): number {
    return this.#entries.open;
  }
  get provedSize(): number {
    return this.#proved.size;
  }
  /** Passports that verified. */
  get passports(): number {
    return this.#passports.good;
  }
  /** Whether this connection has read everything that was there. */
  get caughtUp(): boolean {
    return this.#caughtUpAt !== null;
  }
  /** Whether everything that the log held when it was caught up with is covered by a head, and has its passports. */
  get complete(): boolean {
    const size = this.#caughtUpAt;
    return size !== null && this.provedSize >= size && this.#passports.next(size) === null;
  }

  /** Whether the ledger has yet to show that both lanes accepted what it is now: until then nothing of it is kept. */
  get isOwed(): boolean {
    return this.#owed !== null;
  }
  /** What another monitor of this ledger has to be held to. */
  get before(): Before {
    return { position: this.position, heads: this.#proved.heads };
  }

  state(): MonitorState {
    return {
      format: MONITOR_FORMAT,
      begun: this.#options.known.origin,
      origin: this.#origin,
      stream: this.#stream.state(),
      entries: this.#entries.state(),
      keys: this.#keys.state(),
      passports: this.#passports.state(),
      resumptions: this.#resumptions.state(),
      unread: this.#unread,
      proved: this.#proved.heads.map(({ size, root }) => ({
        size,
        root: Buffer.from(root).toString('base64'),
      })),
    };
  }

  /** A connection begins. */
  open(): void {
    this.#begun = false;
    this.#caughtUpAt = null;
    this.#shown.open(this.#stream.newest?.size ?? 0);
    this.#stream.open(this.#options.now());
  }

  /** A message arrived. Throws what the ledger doesn't answer; what was found until then is found all the same. */
  async take(message: unknown): Promise<Next> {
    return await this.#believed(() => this.#judge(message));
  }

  /** A head that was asked for beside the stream: under load, no heartbeat brings one. */
  async takeHead(note: string | null): Promise<Next> {
    return await this.#believed(async () => {
      await this.readRecords();
      if (note === null || !this.#begun) return 'go-on';
      // One that can't be read is refused like one in the stream.
      if (sizeIn(note) === null) signedHead(note, this.#stream.incarnation ?? '', null);
      this.#shown.ask(note);
      await this.#judgeShown();
      return 'go-on';
    });
  }

  /** Reads the records whose messages have arrived. */
  async readRecords(): Promise<void> {
    while (this.#unread.length > 0) {
      const page = this.#unread.slice(0, BATCH);
      const bodies = await this.#options.answers.bodies(page.map(({ position }) => position));
      for (const [at, expected] of page.entries()) this.#read(expected, bodies[at] ?? null);
      this.#unread.splice(0, page.length);
    }
  }

  /** What was found since this was last asked. */
  drain(): readonly MonitorFinding[] {
    const now = this.#options.now();
    this.#found.push(...this.#entries.overdue(now));
    // In a long replay the newest head lies ahead for as long as it takes to get there.
    const late = this.#shown.isAhead(this.position)
      ? null
      : this.#covered.look(this.position, this.provedSize, now);
    if (late !== null) this.#found.push(late);
    return this.#found.splice(0);
  }

  /** What a person should know, and is no fault. */
  drainNotices(): readonly string[] {
    return this.#notices.splice(0);
  }

  async #believed(judge: () => Promise<Next>): Promise<Next> {
    try {
      return await judge();
    } catch (error) {
      if (!(error instanceof StreamRefused)) throw error;
      this.#tell(error.fault, this.position, error.message);
      return 'ended';
    }
  }

  async #judge(message: unknown): Promise<Next> {
    const type = typeOf(message);
    if (type === 'HistoryEvent') return await this.#arrived(message);
    await this.readRecords();
    if (type === 'Ready' && this.#isOther(message)) return 'other';
    if (type === 'Heartbeat') await this.#judgeShown();
    const { rest, note } = withoutHead(message);
    const taken = this.#stream.take(rest, this.#options.now());
    if (taken.ended !== null) return this.#ended(taken.ended);
    if (type === 'Ready') this.#begun = true;
    if (type === 'CaughtUp') {
      this.#caughtUpAt = this.position;
    }
    if (type === 'Heartbeat' && this.caughtUp) this.#shown.requireEnd(this.position, note);
    if (note !== null) this.#shown.show(note, this.#stream.newest?.size ?? 0);
    await this.#holdHead(taken);
    await this.#judgeShown();
    if (type === 'CaughtUp') await this.#holdWay();
    return 'go-on';
  }

  async #arrived(message: unknown): Promise<Next> {
    this.#stream.take(message, this.#options.now());
    const position = this.position - 1;
    const read = event.safeParse(message);
    if (!read.success)
      throw new StreamRefused(
        'malformed',
        `The record at position ${position} came with rows of another form.`,
      );
    this.#unread.push({ position, ...read.data });
    if (this.#unread.length >= BATCH) await this.readRecords();
    return 'go-on';
  }

  #read({ position, recordHash, rows }: UnreadRecord, body: string | null): void {
    const { record, finding } = openBody(body, recordHash, position, this.#options.now());
    if (finding !== null) this.#found.push(finding);
    if (record === null) {
      this.#entries.blank();
      return;
    }
    requireRows(record, rows, position);
    const judged = this.#entries.take(record, position);
    this.#passports.expect(judged.cuts);
    const inForce: KeyInForce = (keyId, lane) => this.#keys.inForce(keyId, lane, position);
    this.#found.push(
      ...this.#keys.take(record, position),
      ...this.#resumptions.take(record, position, inForce),
      ...judged.findings,
    );
  }

  /** Whether the ledger isn't the one that was followed. One that is followed from its first record may show how it became another. */
  #isOther(message: unknown): boolean {
    const { incarnation } = message as { readonly incarnation?: unknown };
    if (typeof incarnation !== 'string' || originOf(incarnation) === this.#origin) return false;
    if (this.#stream.incarnation !== null) return true;
    this.#owed ??= this.#origin;
    this.#origin = originOf(incarnation);
    return false;
  }

  /** Where the whole log was read: both lanes must have accepted what it is now, and it must be what was seen up to there. */
  async #holdWay(): Promise<void> {
    if (this.#owed === null) {
      if (!this.#isPresentTold) this.#found.push(...this.#resumptions.present(this.#origin));
      this.#isPresentTold = true;
      return;
    }
    const set = this.#resumptions.way(this.#owed, this.#origin);
    if (set === null)
      throw new StreamRefused(
        'other-incarnation',
        `The ledger goes by ${this.#origin} now and the keys given are those of ${this.#owed}, and no record says that both lanes accepted it: it was restored, or is another.`,
      );
    const { position, heads } = this.#options.before ?? { position: 0, heads: [] };
    for (const head of heads.filter(({ size }) => size > 0 && size <= Math.min(set, this.provedSize)))
      if (!(await this.#proved.holds(head)))
        this.#tell(
          'restored',
          head.size,
          `The log before position ${head.size} is not the one that was seen before it was set back.`,
        );
    const lost =
      position > set ? `; what was seen from there up to position ${position - 1} is given up` : '';
    this.#notices.push(
      `The ledger was set back to position ${set} and goes by ${this.#origin} now: both lanes accepted it${lost}. Take its keys anew.`,
    );
    this.#owed = null;
  }

  async #judgeShown(): Promise<void> {
    const note = this.#begun ? this.#shown.due(this.position) : null;
    if (note !== null) {
      const head = String(this.position);
      const beat = { __typename: 'Heartbeat', cursor: this.cursor, head, checkpoint: { note } };
      await this.#holdHead(this.#stream.take(beat, this.#options.now()));
    }
    await this.#askPassports();
  }

  /** That a head is what was folded, the stream's judge has said. */
  async #holdHead({ checkpoint }: Taken): Promise<void> {
    if (checkpoint === null) return;
    const fault = await this.#proved.take(checkpoint);
    if (fault !== null) this.#tell('inconsistent', checkpoint.head.size, fault);
    this.#found.push(...(await this.#resumptions.prove(this.provedSize, (head) => this.#proved.holds(head))));
  }

  async #askPassports(): Promise<void> {
    for (let cut = this.#passports.next(this.provedSize); cut !== null; ) {
      const again = this.#passports.again();
      if (!(await this.#askPassport(cut))) return;
      if (again !== null) await this.#askPassport(again);
      cut = this.#passports.next(this.provedSize);
    }
  }

  /** False where it was put off. */
  async #askPassport(cut: JudgedCut): Promise<boolean> {
    const given = await this.#options.answers.passport(cut.changeSetId);
    if (given.text === null && given.later && this.#putOff < PATIENCE) {
      this.#putOff += 1;
      return false;
    }
    this.#putOff = 0;
    const { earlier } = this.#resumptions;
    const known = { ...this.#keys.known, origin: this.#origin, earlier };
    const { finding, head } = this.#passports.take(cut, given, known);
    if (finding !== null) this.#found.push(finding);
    if (head === null || (await this.#proved.holds(head))) return true;
    const message = `The passport of change set ${cut.changeSetId} rests on a head of ${head.size} positions that can't be proved to belong to the log that was followed.`;
    this.#tell('inconsistent', cut.position, message, cut.entryId);
    return true;
  }

  #ended({ reason, message }: NonNullable<Taken['ended']>): Next {
    if (reason === 'LISTENER_LOST') return 'reconnect';
    if (reason === 'AUTHORITY_ENDED') return 'refused';
    if (reason === 'INCARNATION_CHANGED') return 'other';
    const verdict = VERDICT_OF_END[reason] ?? 'malformed';
    this.#tell(verdict, this.position, `The server ended the stream (${reason}): ${message}`);
    return 'ended';
  }

  #tell(verdict: MonitorVerdict, position: number, message: string, entryId: string | null = null): void {
    this.#found.push({ verdict, position, entryId, message });
  }
}

const VERDICT_OF_END: Readonly<Record<string, MonitorVerdict>> = {
  LOG_BROKEN: 'gap',
  CURSOR_UNKNOWN: 'restored',
};

function typeOf(message: unknown): unknown {
  return (message as { readonly __typename?: unknown } | null | undefined)?.__typename;
}

/** A message without the head that it shows, and the head. One that can't be read is left to the stream's judge to refuse. */
function withoutHead(message: unknown): { readonly rest: unknown; readonly note: string | null } {
  const { checkpoint, ...rest } = (message ?? {}) as {
    readonly checkpoint?: { readonly note?: unknown } | null;
  };
  const note = checkpoint?.note;
  return typeof note === 'string' && sizeIn(note) !== null ? { rest, note } : { rest: message, note: null };
}
