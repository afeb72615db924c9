/**
 * `cutter monitor URL`: follows a ledger that it doesn't trust, with public keys alone, and says what is wrong: by its exit status, or
 * to a webhook. Status 0 nothing wrong, 1 findings, 2 nothing could be watched.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { MonitorFinding } from '../monitor/finding.ts';
import { LedgerMonitor, StateFault } from '../monitor/ledger-monitor.ts';
import { plainLine } from '../monitor/plain.ts';
import { KeysFault, type KnownKeys, parseKeys } from '../proof/keys-file.ts';
import { ClientFault, endpointOf } from './client.ts';
import { durationOf } from './duration.ts';
import { followOnce } from './follow-ledger.ts';
import { openAnswers } from './ledger-answers.ts';
import { type KeptState, readState, writeState } from './monitor-state.ts';
import { whyUnreadable } from './tokens.ts';
import { callWebhook, WebhookFault } from './webhook.ts';

export interface MonitorCommand {
  readonly keys: string;
  readonly tokenFile?: string;
  readonly state?: string;
  readonly once: boolean;
  readonly webhook?: string;
  readonly json: boolean;
  readonly acknowledge: boolean;
  readonly maxVerifyAge: string;
  readonly maxEscalationAge: string;
  readonly maxSilence: string;
}

/** What a monitor has around it; a test has other things. */
export interface Surroundings {
  readonly print: (line: string) => void;
  readonly now: () => number;
  /** Ends it in good order. */
  readonly signal: AbortSignal;
  /** The first rest after a lost connection. */
  readonly restMs: number;
  /** How often heads are asked for. */
  readonly tickMs: number;
  /** How long the first message may take, and with --once the head that covers all. */
  readonly patienceMs: number;
}

const LONGEST_REST_MS = 30_000;
/** Connections that --once tries. */
const ATTEMPTS = 3;
const SAVE_MS = 2000;
/** The lanes sign within a second or two. */
const UNSIGNED_MS = 60_000;

export type MonitorStatus = 0 | 1 | 2;

export async function monitor(
  url: string | undefined,
  command: MonitorCommand,
  config: Pick<Config, 'client'>,
  around: Surroundings = aroundProcess(command),
): Promise<MonitorStatus> {
  try {
    return await new Watch(url ?? config.client.url, command, config, around).run();
  } catch (error) {
    if (!isForeseen(error)) throw error;
    around.print(
      command.json
        ? JSON.stringify({ type: 'unseen', message: error.message })
        : `Nothing can be watched: ${error.message}`,
    );
    return 2;
  }
}

const isForeseen = (error: unknown): error is Error =>
  error instanceof ClientFault || error instanceof StateFault || error instanceof KeysFault;

function aroundProcess({ once }: MonitorCommand): Surroundings {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => ending.abort());
  return {
    print: (line) => void process.stdout.write(`${line}\n`),
    now: Date.now,
    signal: ending.signal,
    restMs: 100,
    tickMs: once ? 500 : 5000,
    patienceMs: 30_000,
  };
}

class Watch {
  readonly #command: MonitorCommand;
  readonly #around: Surroundings;
  readonly #url: string;
  readonly #token: string;
  readonly #known: KnownKeys;
  readonly #monitor: LedgerMonitor;
  readonly #answers: ReturnType<typeof openAnswers>;
  readonly #maxSilenceMs: number;
  /** Earlier ones that nobody has acknowledged, and those of this run. */
  readonly #findings: MonitorFinding[];
  readonly #earlier: number;
  #undelivered = false;
  #savedAt = 0;
  #caughtUpAt: number | null = null;

  constructor(url: string, command: MonitorCommand, config: Pick<Config, 'client'>, around: Surroundings) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url))
      throw new ClientFault(`${url} is no URL of the form http://host:4000.`);
    if (command.webhook !== undefined && !/^https?:\/\//.test(command.webhook))
      throw new ClientFault(`${command.webhook} is no URL of the form https://host/path.`);
    this.#command = command;
    this.#around = around;
    this.#url = endpointOf(url);
    this.#token = tokenOf(command, config);
    this.#known = parseKeys(read(command.keys, 'The file of keys'));
    this.#maxSilenceMs = durationOf(command.maxSilence, '--max-silence');
    this.#answers = openAnswers({ url: this.#url, token: this.#token, who: 'monitor' });
    const kept: KeptState =
      command.state === undefined ? { monitor: undefined, findings: [] } : readState(command.state);
    this.#findings = command.acknowledge ? [] : [...kept.findings];
    this.#earlier = this.#findings.length;
    this.#monitor = new LedgerMonitor({
      known: this.#known,
      answers: this.#answers,
      now: around.now,
      bounds: {
        verifyMs: durationOf(command.maxVerifyAge, '--max-verify-age'),
        escalationMs: durationOf(command.maxEscalationAge, '--max-escalation-age'),
        unsignedMs: UNSIGNED_MS,
      },
      ...(kept.monitor == null ? {} : { state: kept.monitor }),
    });
  }

  async run(): Promise<MonitorStatus> {
    if (this.#earlier > 0)
      this.#say(
        `${this.#earlier} findings of earlier runs stand; when somebody has looked at them, say so by --acknowledge. The first: ${this.#findings[0]?.message}`,
      );
    if (this.#earlier > 0 && this.#mustEnd()) return this.#end();
    let [failures, heardAt, isSilent] = [0, this.#around.now(), false];
    while (!this.#around.signal.aborted) {
      try {
        const before = this.#monitor.position;
        const end = await this.#follow();
        if (end === 'refused') throw new ClientFault('The token was revoked or has expired.', 'refused');
        if (end !== 'reconnect') return await this.#end(end === 'ended');
        if (this.#monitor.position > before) failures = 0;
        [heardAt, isSilent] = [this.#around.now(), false];
      } catch (error) {
        await this.#tell(this.#monitor.drain());
        if (!(error instanceof ClientFault) || error.kind === 'refused') throw error;
        if (error.kind === 'unfit') {
          await this.#tell([found('malformed', this.#monitor.position, error.message)]);
          return await this.#end(true);
        }
        failures += 1;
        if (this.#command.once && failures >= ATTEMPTS) throw error;
        if (!isSilent && this.#around.now() - heardAt > this.#maxSilenceMs) {
          isSilent = true;
          await this.#tell([
            found('silence', this.#monitor.position, `Nothing has been heard for too long. ${error.message}`),
          ]);
          if (this.#mustEnd()) return await this.#end();
        }
      }
      await this.#rest(failures);
    }
    return await this.#end();
  }

  #follow() {
    const { now, signal, tickMs, patienceMs: silenceMs } = this.#around;
    return followOnce({
      url: this.#url,
      token: this.#token,
      monitor: this.#monitor,
      answers: this.#answers,
      now,
      signal,
      tickMs,
      silenceMs,
      step: () => this.#step(),
    });
  }

  /** After each message: tells what was found, keeps the state, and says whether to go on. */
  async #step(): Promise<boolean> {
    await this.#tell(this.#monitor.drain());
    if (this.#mustEnd()) return false;
    if (this.#around.now() - this.#savedAt >= SAVE_MS) this.#save();
    if (!this.#command.once) return true;
    if (this.#monitor.complete) return false;
    if (this.#monitor.caughtUp) this.#caughtUpAt ??= this.#around.now();
    if (this.#caughtUpAt === null || this.#around.now() - this.#caughtUpAt < this.#around.patienceMs)
      return true;
    await this.#tell([this.#incomplete()]);
    return false;
  }

  #incomplete(): MonitorFinding {
    const { provedSize, position } = this.#monitor;
    return provedSize < position
      ? found(
          'unsigned',
          provedSize,
          `Positions ${provedSize} to ${position - 1} are covered by no head that both lanes signed.`,
        )
      : found('passport-missing', position, 'The server puts off the passport of a verified cut.');
  }

  #mustEnd(): boolean {
    const { once, webhook } = this.#command;
    return this.#undelivered || (this.#findings.length > 0 && !once && webhook === undefined);
  }

  async #tell(findings: readonly MonitorFinding[]): Promise<void> {
    for (const finding of findings) {
      this.#findings.push(finding);
      const { verdict, position, message } = finding;
      this.#say(
        `${verdict}${position === null ? '' : `: position ${position}`}: ${plainLine(message, [this.#token])}`,
        { type: 'finding', ...finding, message: plainLine(message, [this.#token]) },
      );
      await this.#callWebhook(finding);
    }
  }

  async #callWebhook(finding: MonitorFinding): Promise<void> {
    const { webhook } = this.#command;
    if (webhook === undefined || this.#undelivered) return;
    try {
      const foundAt = new Date(this.#around.now()).toISOString();
      await callWebhook(
        webhook,
        { ...finding, origin: this.#known.origin, url: this.#url, foundAt },
        this.#around.restMs,
      );
    } catch (error) {
      if (!(error instanceof WebhookFault)) throw error;
      this.#undelivered = true;
      this.#say(error.message, { type: 'undelivered', message: error.message });
    }
  }

  /** `isRefused`: nothing of what came last is believed, so the state stays what it was. */
  async #end(isRefused = false): Promise<MonitorStatus> {
    await this.#tell(this.#monitor.drain());
    this.#save(isRefused);
    const { position, provedSize, openEntries, passports } = this.#monitor;
    const findings = this.#findings.length;
    this.#say(
      `Watched ${position} records of ${this.#known.origin}, ${provedSize} of them under a head that both lanes signed; ${passports} passports verified, ${openEntries} entries are on their way. ${findings === 0 ? 'Nothing is wrong.' : `${findings} finding${findings === 1 ? '' : 's'}.`}`,
      { type: 'summary', origin: this.#known.origin, position, provedSize, openEntries, passports, findings },
    );
    return findings === 0 ? 0 : 1;
  }

  #save(isRefused = false): void {
    const { state } = this.#command;
    if (state === undefined) return;
    this.#savedAt = this.#around.now();
    const monitor = isRefused ? readState(state).monitor : this.#monitor.state();
    writeState(state, { monitor, findings: this.#findings });
  }

  #say(line: string, json: object = { type: 'note', message: line }): void {
    this.#around.print(this.#command.json ? JSON.stringify(json) : line);
  }

  async #rest(failures: number): Promise<void> {
    const { restMs, signal } = this.#around;
    const ms = Math.min(LONGEST_REST_MS, restMs * 2 ** Math.min(failures, 20));
    await delay(ms * (1 + Math.random()), undefined, { signal }).catch(() => {});
  }
}

function found(verdict: MonitorFinding['verdict'], position: number, message: string): MonitorFinding {
  return { verdict, position, entryId: null, message };
}

/** From a file or the environment: what stands in a command line, others on the machine can read. */
function tokenOf({ tokenFile }: MonitorCommand, { client }: Pick<Config, 'client'>): string {
  const token =
    tokenFile === undefined ? client.monitorToken : read(tokenFile, 'The file of the token').trim();
  if (token === null || token === '')
    throw new ClientFault(
      'A token with the scopes ledger:observe and ledger:evidence is needed; name its file by --token-file, or set CUTTER_TOKEN_MONITOR.',
    );
  return token;
}

function read(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ClientFault(`${what} ${path} can't be read: ${whyUnreadable(error)}.`);
  }
}
