/** Where a monitor reports what it found: in lines, to a webhook, and for the next run. */
import type { MonitorFinding } from '../../monitor/judges/finding.ts';
import { plainLine } from '../../text/plain.ts';
import { countedWord } from '../terminal/report.ts';
import { callWebhook, WebhookFault } from './webhook.ts';

export interface FindingsSinkOptions {
  readonly print: (line: string) => void;
  readonly now: () => number;
  /** JSON lines instead of sentences. */
  readonly json: boolean;
  readonly webhook: string | undefined;
  /** The first rest after a webhook that couldn't be reached. */
  readonly restMs: number;
  readonly url: string;
  readonly origin: string;
  /** What no line may show. */
  readonly token: string;
  /** Findings of earlier runs that nobody has looked at. */
  readonly earlier: readonly MonitorFinding[];
}

export class FindingsSink {
  readonly #options: FindingsSinkOptions;
  readonly #findings: MonitorFinding[];
  #undelivered = false;

  constructor(options: FindingsSinkOptions) {
    this.#options = options;
    this.#findings = [...options.earlier];
    const [first] = options.earlier;
    if (first !== undefined)
      this.say(
        `Nobody has acknowledged ${countedWord(options.earlier.length, 'finding')} of earlier runs. ` +
          `When somebody has looked at them, add --acknowledge. The first: ${first.message}`,
      );
  }

  /** Earlier ones that nobody has acknowledged, and those of this run. */
  get findings(): readonly MonitorFinding[] {
    return this.#findings;
  }
  /** Whether only the end of the program reports a finding. */
  get mustEnd(): boolean {
    return this.#undelivered || (this.#findings.length > 0 && this.#options.webhook === undefined);
  }

  async report(findings: readonly MonitorFinding[]): Promise<void> {
    for (const finding of findings) {
      const shown = { ...finding, message: plainLine(finding.message, [this.#options.token]) };
      const place = shown.position === null ? '' : `: position ${shown.position}`;
      this.#findings.push(shown);
      this.say(`${shown.verdict}${place}: ${shown.message}`, { type: 'finding', ...shown });
      await this.#callWebhook(shown);
    }
  }

  /** Reports to the webhook that the monitor stops. Everybody else sees that the program has ended. */
  async abandon(why: string): Promise<void> {
    const message = plainLine(`The monitor has stopped watching: ${why}`, [this.#options.token]);
    await this.#callWebhook({ verdict: 'unwatched', position: null, entryId: null, message });
  }

  say(line: string, json: object = { type: 'note', message: line }): void {
    this.#options.print(this.#options.json ? JSON.stringify(json) : line);
  }

  async #callWebhook(finding: MonitorFinding): Promise<void> {
    const { webhook, now, origin, url, restMs } = this.#options;
    if (webhook === undefined || this.#undelivered) return;
    try {
      const foundAt = new Date(now()).toISOString();
      await callWebhook(webhook, { ...finding, origin, url, foundAt }, restMs);
    } catch (error) {
      if (!(error instanceof WebhookFault)) throw error;
      this.#undelivered = true;
      this.say(error.message, { type: 'undelivered', message: error.message });
    }
  }
}
