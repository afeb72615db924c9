/** One run of a monitor: its connections to the ledger, what each message means, and how the run ends. */
import { setTimeout as delay } from 'node:timers/promises';
import type { MonitorOptions } from '../../monitor/followed-ledger.ts';
import type { MonitorFinding } from '../../monitor/judges/finding.ts';
import { LedgerMonitor } from '../../monitor/ledger-monitor.ts';
import { StateFault } from '../../monitor/saved-monitor.ts';
import { KeysFault } from '../../proof/keys-file.ts';
import { ClientFault } from '../client/client.ts';
import { type FollowEnd, followOnce } from '../client/follow-ledger.ts';
import { openAnswers } from '../client/ledger-answers.ts';
import { FindingsSink } from './findings-sink.ts';
import { LedgerSilence } from './ledger-silence.ts';
import { incompleteFinding, OnceWait } from './once-wait.ts';
import { readState, writeState } from './state-file.ts';
import type { Surroundings } from './surroundings.ts';
import type { MonitorCommand, MonitorTask } from './task.ts';
import { type MonitorStatus, reportEnd } from './watch-end.ts';

const LONGEST_REST_MS = 30_000;
/** Connections that --once tries. */
const ATTEMPTS = 3;
const SAVE_MS = 2000;

export const isForeseen = (error: unknown): error is Error =>
  error instanceof ClientFault || error instanceof StateFault || error instanceof KeysFault;

export class LedgerWatch {
  readonly #task: MonitorTask;
  readonly #command: MonitorCommand;
  readonly #around: Surroundings;
  #monitor: LedgerMonitor;
  /** Whether the monitor began again because the ledger was of another incarnation. */
  #hasRestarted = false;
  readonly #answers: ReturnType<typeof openAnswers>;
  readonly #sink: FindingsSink;
  readonly #silence: LedgerSilence;
  #failures = 0;
  readonly #onceWait: OnceWait;
  #savedAt = 0;
  /** Whether this run has read the ledger to its end. */
  #hasCaughtUp = false;

  constructor(task: MonitorTask, command: MonitorCommand, around: Surroundings) {
    const { url, token, known, kept, webhook, maxSilenceMs: silenceMs } = task;
    const { print, now, restMs, signal } = around;
    const { json } = command;
    this.#task = task;
    this.#command = command;
    this.#around = around;
    this.#silence = new LedgerSilence(now, silenceMs);
    this.#onceWait = new OnceWait(now, around.patienceMs);
    this.#answers = openAnswers({ url, token, who: 'monitor', silenceMs, signal });
    this.#monitor = this.#open(kept.monitor == null ? {} : { state: kept.monitor });
    const { origin } = known;
    this.#sink = new FindingsSink({
      print,
      now,
      json,
      webhook,
      restMs,
      url,
      token,
      origin,
      earlier: kept.findings,
    });
  }

  /** Runs to the end. A fault that ends the monitor is sent to the webhook, too. */
  async run(): Promise<MonitorStatus> {
    try {
      return await this.#watch();
    } catch (error) {
      if (isForeseen(error)) await this.#sink.abandon(error.message);
      throw error;
    }
  }

  async #watch(): Promise<MonitorStatus> {
    if (this.#mustEnd()) return await this.#end();
    while (!this.#around.signal.aborted) {
      const end = await this.#connection();
      if (end === 'other') {
        if (!(await this.#restart())) return await this.#end(true);
      } else if (end !== 'reconnect') return await this.#end(end === 'ended');
      await this.#rest();
    }
    return await this.#end();
  }

  /** Once: the ledger is of another incarnation. Whether that is in order is read from its first record on. */
  async #restart(): Promise<boolean> {
    if (this.#hasRestarted || this.#monitor.isOwed) {
      const message =
        'The ledger was set back or replaced, and it does not show that both lanes accepted ' +
        'the position where it continues.';
      await this.#sink.report([this.#found('restored', message)]);
      return false;
    }
    this.#hasRestarted = true;
    this.#onceWait.restart();
    this.#hasCaughtUp = false;
    this.#monitor = this.#open({ before: this.#monitor.before });
    return true;
  }

  #open(more: Pick<MonitorOptions, 'state' | 'before'>): LedgerMonitor {
    const { known, bounds } = this.#task;
    return new LedgerMonitor({ known, bounds, answers: this.#answers, now: this.#around.now, ...more });
  }

  /** One connection, and what it means that it ended. Throws where nothing can be watched. */
  async #connection(): Promise<Exclude<FollowEnd, 'refused'>> {
    const before = this.#monitor.position;
    try {
      await this.#task.prove();
      const end = await this.#follow();
      this.#count(before);
      if (end === 'refused') throw new ClientFault('The token was revoked or has expired.', 'refused');
      if (end !== 'reconnect' || this.#failures === 0) return end;
      const endless = new ClientFault(`${this.#task.url} keeps ending the stream.`, 'refused');
      if (this.#command.once && this.#failures >= ATTEMPTS) throw endless;
      return await this.#unheard(endless);
    } catch (error) {
      await this.#sink.report(this.#monitor.drain());
      if (!(error instanceof ClientFault) || error.kind === 'refused') throw error;
      if (error.kind === 'unfit') {
        await this.#sink.report([this.#found('malformed', error.message)]);
        return 'ended';
      }
      this.#count(before);
      if (this.#command.once && this.#failures >= ATTEMPTS) throw error;
      return await this.#unheard(error);
    }
  }

  /** A connection that led nowhere is a failure, however it ended. */
  #count(before: number): void {
    this.#failures = this.#monitor.position > before || this.#monitor.caughtUp ? 0 : this.#failures + 1;
  }

  async #unheard({ message }: ClientFault): Promise<'left' | 'reconnect'> {
    if (this.#silence.isNewlyTooLong())
      await this.#sink.report([
        this.#found('silence', `The ledger has been silent for too long. ${message}`),
      ]);
    return this.#mustEnd() ? 'left' : 'reconnect';
  }

  #follow(): Promise<FollowEnd> {
    const { now, signal, tickMs, patienceMs: silenceMs } = this.#around;
    return followOnce({
      url: this.#task.url,
      token: this.#task.token,
      monitor: this.#monitor,
      answers: this.#answers,
      now,
      signal,
      tickMs,
      silenceMs,
      longestSilenceMs: this.#task.maxSilenceMs,
      step: (isMessage) => this.#step(isMessage),
    });
  }

  /** After each message: reports what was found, keeps the state, and says whether to go on. */
  async #step(isMessage: boolean): Promise<boolean> {
    this.#silence.hear(this.#monitor);
    this.#hasCaughtUp ||= this.#monitor.caughtUp;
    await this.#sink.report(this.#monitor.drain());
    if (isMessage) await this.#holdProgress();
    for (const notice of this.#monitor.drainNotices()) this.#sink.say(notice);
    if (this.#mustEnd()) return false;
    if (this.#around.now() - this.#savedAt >= SAVE_MS) this.#save();
    if (this.#hasRestarted && this.#monitor.caughtUp && !this.#monitor.isOwed) this.#hasRestarted = false;
    if (!this.#command.once) return true;
    if (this.#monitor.complete || this.#silence.isReported) return false;
    if (!this.#onceWait.isTooLong(this.#monitor)) return true;
    await this.#sink.report([incompleteFinding(this.#monitor)]);
    return false;
  }

  /** A replay that makes no progress counts as silence, however many messages it sends. */
  async #holdProgress(): Promise<void> {
    if (!this.#monitor.caughtUp) await this.#unheard(new ClientFault('It sends no further records.'));
  }

  /** With --once all is judged, whatever is found. */
  #mustEnd(): boolean {
    return this.#sink.mustEnd && !this.#command.once;
  }

  /** `isRefused`: what came last is not believed, so the state stays what it was. */
  async #end(isRefused = false): Promise<MonitorStatus> {
    await this.#sink.report(this.#monitor.drain());
    this.#save(isRefused);
    const { position, provedSize, openEntries, passports } = this.#monitor;
    const { url, known } = this.#task;
    const { json } = this.#command;
    return reportEnd(
      {
        url,
        origin: known.origin,
        position,
        provedSize,
        openEntries,
        passports,
        hasCaughtUp: this.#hasCaughtUp,
      },
      { sink: this.#sink, print: this.#around.print, json },
    );
  }

  #save(isRefused = false): void {
    const { state } = this.#command;
    if (state === undefined) return;
    // Nothing is kept of a ledger that hasn't shown yet how it became another.
    const isDoubtful = isRefused || this.#monitor.isOwed;
    this.#savedAt = this.#around.now();
    const monitor = isDoubtful ? readState(state).monitor : this.#monitor.state();
    writeState(state, { monitor, findings: this.#sink.findings });
  }

  #found(verdict: MonitorFinding['verdict'], message: string): MonitorFinding {
    return { verdict, position: this.#monitor.position, entryId: null, message };
  }

  async #rest(): Promise<void> {
    const { restMs, signal } = this.#around;
    const ms = Math.min(LONGEST_REST_MS, restMs * 2 ** Math.min(this.#failures, 20));
    await delay(ms * (1 + Math.random()), undefined, { signal }).catch(() => {});
  }
}
