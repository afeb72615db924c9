import { z } from 'zod';
import { originOf, parseCheckpointText, type TreeHead } from '../proof/checkpoint.ts';
import type { KnownKeys } from '../proof/keys-file.ts';
import { verifyConsistency } from '../proof/merkle.ts';
import { NoteFault, parseNote } from '../proof/note.ts';
import { type Bounds, EntryJudge, entriesState, type JudgedCut } from './entry-judge.ts';
import type { MonitorFinding, MonitorVerdict } from './finding.ts';
import { requireRows, streamedRow } from './held-rows.ts';
import { KeyJudge, keysState } from './key-judge.ts';
import { PassportJudge, passportsState } from './passport-judge.ts';
import { openBody } from './record-judge.ts';
import { signedHead } from './signed-head.ts';
import { StreamJudge, type Taken } from './stream-judge.ts';
import { StreamRefused } from './stream-refused.ts';

/** What the ledger that is followed answers when it is asked. */
export interface LedgerAnswers {
  /** The bodies of records, null where it has none. */
  bodies(positions: readonly number[]): Promise<readonly (string | null)[]>;
  /** The newest head that both lanes have signed, as a note; null before the first. */
  checkpoint(): Promise<string | null>;
  /** Null where it can't or won't prove. */
  consistencyProof(from: number, to: number): Promise<readonly Uint8Array[] | null>;
  /** The file; or why there is none, and whether that may change. */
  passport(
    changeSetId: string,
  ): Promise<
    { readonly text: string } | { readonly text: null; readonly why: string; readonly later: boolean }
  >;
}

/** What follows from a message. `reconnect`: the stream ended in good order. `ended`: nothing more of this ledger is believed. */
export type Next = 'go-on' | 'reconnect' | 'refused' | 'ended';

/** Records asked for in one request. */
const BATCH = 20;
/** How often a passport may be put off. */
const PATIENCE = 10;
const FORMAT = 'cutter-monitor/1';

const event = z.object({ recordHash: z.string(), rows: z.array(streamedRow) });
const place = z.number().int().nonnegative();
const savedState = z.strictObject({
  format: z.literal(FORMAT),
  origin: z.string(),
  stream: z.unknown(),
  entries: entriesState,
  keys: keysState,
  passports: passportsState,
  unread: z.array(z.strictObject({ position: place, recordHash: z.string(), rows: z.array(streamedRow) })),
  proved: z.strictObject({ size: place, root: z.base64() }).nullable(),
  held: z.string().nullable(),
});
export type MonitorState = z.infer<typeof savedState>;

/** A saved state that is none, or of another ledger; the message is for people. */
export class StateFault extends Error {
  override readonly name = 'StateFault';
}

export interface MonitorOptions {
  readonly known: KnownKeys;
  readonly bounds: Bounds;
  readonly answers: LedgerAnswers;
  /** The monitor's own clock. */
  readonly now: () => number;
  readonly state?: unknown;
}

type Proved = Pick<TreeHead, 'size' | 'root'>;

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
  readonly #unread: MonitorState['unread'];
  /** The newest head that belongs to what was folded. */
  #proved: Proved | null;
  /** A head beyond what has been read: the keys that signed it may stand in what is still to come. */
  #held: string | null;
  #grace = 1;
  /** What no head covers yet, and since when. */
  #uncovered: { readonly size: number; readonly since: number; told: boolean } | null = null;
  /** Whether this connection has said where it begins. */
  #begun = false;
  #putOff = 0;
  /** The size of the largest head that this connection has shown; what was known before it binds it. */
  #shown = 0;
  readonly #found: MonitorFinding[] = [];
  /** Where the log ended when this connection had caught up with it. */
  #caughtUpAt: number | null = null;

  constructor(options: MonitorOptions) {
    const saved = options.state === undefined ? null : savedOf(options.state, options.known);
    this.#options = options;
    this.#keys = new KeyJudge(options.known, saved?.keys);
    this.#entries = new EntryJudge(options.bounds, saved?.entries);
    this.#passports = new PassportJudge(saved?.passports);
    this.#unread = saved?.unread ?? [];
    this.#held = saved?.held ?? null;
    this.#proved = saved?.proved ? { ...saved.proved, root: Buffer.from(saved.proved.root, 'base64') } : null;
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
    return this.#proved?.size ?? 0;
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

  state(): MonitorState {
    return {
      format: FORMAT,
      origin: this.#options.known.origin,
      stream: this.#stream.state(),
      entries: this.#entries.state(),
      keys: this.#keys.state(),
      passports: this.#passports.state(),
      unread: this.#unread,
      proved:
        this.#proved === null
          ? null
          : { size: this.#proved.size, root: Buffer.from(this.#proved.root).toString('base64') },
      held: this.#held,
    };
  }

  /** A connection begins. */
  open(): void {
    this.#begun = false;
    this.#caughtUpAt = null;
    this.#shown = this.#stream.newest?.size ?? 0;
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
      if (note === null) return 'go-on';
      // One that can't be read is refused like one in the stream.
      this.#hold(note, 1);
      if (sizeIn(note) === null) signedHead(note, this.#stream.incarnation ?? '', null);
      await this.#judgeHeld();
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
    if (this.#caughtUpAt !== null) this.#holdSigned(now);
    return this.#found.splice(0);
  }

  /** Heads that both lanes sign have to keep up with the records; else a ledger could show old ones for as long as it likes. */
  #holdSigned(now: number): void {
    if (this.#uncovered === null || this.provedSize >= this.#uncovered.size) {
      this.#uncovered =
        this.position > this.provedSize ? { size: this.position, since: now, told: false } : null;
      return;
    }
    const { size, since, told } = this.#uncovered;
    if (told || now - since <= this.#options.bounds.unsignedMs) return;
    this.#uncovered.told = true;
    this.#found.push(
      finding(
        'unsigned',
        this.provedSize,
        `Positions ${this.provedSize} to ${size - 1} were there ${Math.round((now - since) / 1000)} s ago, and no head that both lanes signed covers them.`,
      ),
    );
  }

  async #believed(judge: () => Promise<Next>): Promise<Next> {
    try {
      return await judge();
    } catch (error) {
      if (!(error instanceof StreamRefused)) throw error;
      this.#found.push(finding(error.fault, this.position, error.message));
      return 'ended';
    }
  }

  async #judge(message: unknown): Promise<Next> {
    if (typeOf(message) === 'HistoryEvent') {
      this.#stream.take(message, this.#options.now());
      const read = event.safeParse(message);
      if (!read.success)
        throw new StreamRefused(
          'malformed',
          `The record at position ${this.position - 1} came with rows of another form.`,
        );
      this.#unread.push({ position: this.position - 1, ...read.data });
      if (this.#unread.length >= BATCH) await this.readRecords();
      return 'go-on';
    }
    await this.readRecords();
    this.#holdIncarnation(message);
    if (typeOf(message) === 'Heartbeat') await this.#judgeHeld();
    const { rest, note } = this.#withoutHead(message);
    const taken = this.#stream.take(rest, this.#options.now());
    if (taken.ended !== null) return this.#ended(taken.ended);
    if (typeOf(message) === 'Ready') this.#begun = true;
    if (typeOf(message) === 'CaughtUp') this.#caughtUpAt = this.position;
    if (note !== null && !this.#isOvertaken(note)) this.#hold(note, 0);
    this.#holdEnd(message);
    await this.#holdHead(taken);
    await this.#judgeHeld();
    await this.#askPassports();
    return 'go-on';
  }

  #read({ position, recordHash, rows }: MonitorState['unread'][number], body: string | null): void {
    const { record, finding: fault } = openBody(body, recordHash, position, this.#options.now());
    if (fault !== null) this.#found.push(fault);
    if (record === null) {
      this.#entries.blank();
      return;
    }
    requireRows(record, rows, position);
    const judged = this.#entries.take(record, position);
    this.#passports.expect(judged.cuts);
    this.#found.push(...this.#keys.take(record, position), ...judged.findings);
  }

  #holdIncarnation(message: unknown): void {
    if (typeOf(message) !== 'Ready') return;
    const { incarnation } = message as { readonly incarnation?: unknown };
    if (typeof incarnation !== 'string') return;
    if (originOf(incarnation) === this.#options.known.origin) return;
    throw new StreamRefused(
      'other-incarnation',
      `The ledger is of incarnation ${incarnation} now, and the keys given are those of ${this.#options.known.origin}: it was restored, or is another.`,
    );
  }

  /** The message without its head, and the head. */
  #withoutHead(message: unknown): { readonly rest: unknown; readonly note: string | null } {
    if (!['CaughtUp', 'Heartbeat'].includes(String(typeOf(message)))) return { rest: message, note: null };
    const { checkpoint, ...rest } = message as { readonly checkpoint?: { readonly note?: unknown } | null };
    const note = checkpoint?.note;
    // One that can't be read is the stream's judge's to refuse.
    return sizeIn(note) === null ? { rest: message, note: null } : { rest, note: note as string };
  }

  /** One that was on its way in the stream while a newer one was asked for. One older than the stream's own last is for its judge to refuse. */
  #isOvertaken(note: string): boolean {
    const size = sizeIn(note) ?? 0;
    if (size < this.#shown) return false;
    this.#shown = size;
    return size < (this.#stream.newest?.size ?? 0);
  }

  /** `grace`: heartbeats that may have been on their way before this head was asked for, and know nothing of it. */
  #hold(note: string, grace: number): void {
    if (this.#held !== note) this.#grace = grace;
    this.#held = note;
  }

  /** Whoever says that the log ends here must not have shown a head of more. */
  #holdEnd(message: unknown): void {
    const size = sizeIn(this.#held);
    if (
      this.#caughtUpAt === null ||
      typeOf(message) !== 'Heartbeat' ||
      size === null ||
      size <= this.position
    )
      return;
    this.#grace -= 1;
    if (this.#grace >= 0) return;
    throw new StreamRefused(
      'withheld',
      `A head of ${size} positions was shown, and the log is said to end at ${this.position}.`,
    );
  }

  /** Believes a head once its last record was read, and the keys that records introduce; until then it waits. */
  async #judgeHeld(): Promise<void> {
    const note = this.#held;
    const size = sizeIn(note);
    if (!this.#begun || note === null || size === null || size > this.position) return;
    this.#held = null;
    const head = String(this.position);
    const beat = { __typename: 'Heartbeat', cursor: this.cursor, head, checkpoint: { note } };
    await this.#holdHead(this.#stream.take(beat, this.#options.now()));
    await this.#askPassports();
  }

  /** Holds a head to the one before it by proof; that it is what was folded, the stream's judge has said. */
  async #holdHead({ checkpoint }: Taken): Promise<void> {
    if (checkpoint === null || checkpoint.judged === 'ahead') return;
    const { head, judged } = checkpoint;
    const before = this.#proved;
    if (before === null && judged !== 'agrees') return;
    if (before !== null && head.size <= before.size) return;
    if (before !== null && before.size > 0) {
      const why = await this.#unproved(before, head);
      if (why !== null)
        this.#found.push(
          finding(
            'inconsistent',
            head.size,
            `The server ${why} that the head of ${before.size} positions is the beginning of the one of ${head.size}.`,
          ),
        );
    }
    this.#proved = head;
  }

  async #unproved(from: Proved, to: Proved): Promise<string | null> {
    const proof = await this.#options.answers.consistencyProof(from.size, to.size);
    if (proof === null) return 'gives no proof';
    const claim = { from: from.size, fromRoot: from.root, to: to.size, toRoot: to.root, proof };
    return verifyConsistency(claim) ? null : 'gives a proof that does not hold';
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
    const { finding: fault, head } = this.#passports.take(cut, given, this.#keys.known);
    if (fault !== null) this.#found.push(fault);
    if (head === null) return true;
    if (!(await this.#belongs(head)))
      this.#found.push({
        ...finding(
          'inconsistent',
          cut.position,
          `The passport of change set ${cut.changeSetId} rests on a head of ${head.size} positions that can't be proved to belong to the log that was followed.`,
        ),
        entryId: cut.entryId,
      });
    return true;
  }

  async #belongs(head: Proved): Promise<boolean> {
    const proved = this.#proved as Proved;
    if (head.size === proved.size) return Buffer.compare(head.root, proved.root) === 0;
    return head.size < proved.size && (await this.#unproved(head, proved)) === null;
  }

  #ended({ reason, message }: NonNullable<Taken['ended']>): Next {
    if (reason === 'LISTENER_LOST') return 'reconnect';
    if (reason === 'AUTHORITY_ENDED') return 'refused';
    const verdict: MonitorVerdict =
      reason === 'LOG_BROKEN'
        ? 'gap'
        : ['CURSOR_UNKNOWN', 'INCARNATION_CHANGED'].includes(reason)
          ? 'restored'
          : 'malformed';
    this.#found.push(finding(verdict, this.position, `The server ended the stream (${reason}): ${message}`));
    return 'ended';
  }
}

function finding(verdict: MonitorVerdict, position: number, message: string): MonitorFinding {
  return { verdict, position, entryId: null, message };
}

function typeOf(message: unknown): unknown {
  return (message as { readonly __typename?: unknown } | null | undefined)?.__typename;
}

/** How many positions a note says; null where it is none. */
function sizeIn(note: unknown): number | null {
  if (typeof note !== 'string') return null;
  try {
    return parseCheckpointText(parseNote(note).text).size;
  } catch (error) {
    if (error instanceof NoteFault) return null;
    throw error;
  }
}

function savedOf(state: unknown, { origin }: KnownKeys): MonitorState {
  const read = savedState.safeParse(state);
  if (!read.success) throw new StateFault(`The saved state is none of the format ${FORMAT}, or was altered.`);
  if (read.data.origin !== origin)
    throw new StateFault(
      `The saved state is of ${read.data.origin}, and the keys given are those of ${origin}.`,
    );
  return read.data;
}
