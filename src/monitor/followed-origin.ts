import { originOf } from '../proof/checkpoint.ts';
import type { MonitorFindings } from './findings.ts';
import type { Before } from './followed-ledger.ts';
import type { ProvedHeads } from './judges/proved-heads.ts';
import type { ResumptionJudge } from './judges/resumption-judge.ts';
import { StreamRefused } from './judges/stream-refused.ts';

/**
 * The origin by which the ledger goes. A ledger that was set back goes on under another one, and has to show that both
 * lanes accepted that.
 *
 *     ┌───────┐  Ready of another origin, read from the first record   ┌──────┐
 *     │ known ├───────────────────────────────────────────────────────▶│ owed │
 *     │       │◀───────────────────────────────────────────────────────┤      ├──▶ refused: other-incarnation
 *     └───────┘  CaughtUp, and a record says that both lanes           └──────┘    CaughtUp, and no record says so
 *                accepted it
 */
export class FollowedOrigin {
  /** By which the ledger goes now. */
  #present: string;
  /** The one that was given, while the ledger has yet to show how it came from there. */
  #owed: string | null = null;
  #isPresentJudged = false;

  constructor(origin: string) {
    this.#present = origin;
  }

  get present(): string {
    return this.#present;
  }
  get isOwed(): boolean {
    return this.#owed !== null;
  }

  /**
   * Whether a ledger that begins with this message isn't the one that was followed. One that is followed from its first
   * record (`followed` is null) may show how it became another.
   */
  isOther(ready: unknown, followed: string | null): boolean {
    const { incarnation } = ready as { readonly incarnation?: unknown };
    if (typeof incarnation !== 'string' || originOf(incarnation) === this.#present) return false;
    if (followed !== null) return true;
    this.#owed ??= this.#present;
    this.#present = originOf(incarnation);
    return false;
  }

  /**
   * Once the whole log was read: both lanes must have accepted what it is now, and it must be what was seen up to
   * there.
   */
  async holdToPast(
    { resumptions, proved }: { readonly resumptions: ResumptionJudge; readonly proved: ProvedHeads },
    before: Before | undefined,
    findings: MonitorFindings,
  ): Promise<void> {
    if (this.#owed === null) {
      if (!this.#isPresentJudged) findings.add(...resumptions.present(this.#present));
      this.#isPresentJudged = true;
      return;
    }
    const set = resumptions.way(this.#owed, this.#present);
    if (set === null)
      throw new StreamRefused(
        'other-incarnation',
        `The ledger goes by ${this.#present} now and the keys given are those of ${this.#owed}, ` +
          'and no record says that both lanes accepted it: it was restored, or is another.',
      );
    const { position, heads } = before ?? { position: 0, heads: [] };
    for (const head of heads.filter(({ size }) => size > 0 && size <= Math.min(set, proved.size)))
      if (!(await proved.holds(head)))
        findings.report(
          'restored',
          head.size,
          `The log before position ${head.size} is not the one that was seen before it was set back.`,
        );
    const lost =
      position > set ? `; what was seen from there up to position ${position - 1} is given up` : '';
    findings.notify(
      `The ledger was set back to position ${set} and goes by ${this.#present} now: ` +
        `both lanes accepted it${lost}. Take its keys anew.`,
    );
    this.#owed = null;
  }
}
