import { originOf } from '../proof/checkpoint.ts';
import type { MonitorFindings } from './findings.ts';
import type { Before } from './followed-ledger.ts';
import type { ProvedHeads } from './judges/proved-heads.ts';
import type { ResumptionJudge } from './judges/resumption-judge.ts';
import { StreamRefused } from './judges/stream-refused.ts';

/**
 * The origin of the ledger. A ledger that was set back gets another one, and has to show that both lanes accepted that.
 *
 *     ┌───────┐  Ready of another origin, read from the first record   ┌──────┐
 *     │ known ├───────────────────────────────────────────────────────▶│ owed │
 *     │       │◀───────────────────────────────────────────────────────┤      ├──▶ refused: other-incarnation
 *     └───────┘  CaughtUp, and a record says that both lanes           └──────┘    CaughtUp, and no record says so
 *                accepted it
 */
export class FollowedOrigin {
  /** The origin of the ledger now. */
  #present: string;
  /** The origin that was given, until the ledger has shown that both lanes accepted the new one. */
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
   * record (`followed` is null) may show that it was resumed.
   */
  isOther(ready: unknown, followed: string | null): boolean {
    const { incarnation } = ready as { readonly incarnation?: unknown };
    if (typeof incarnation !== 'string' || originOf(incarnation) === this.#present) return false;
    if (followed !== null) return true;
    this.#owed ??= this.#present;
    this.#present = originOf(incarnation);
    return false;
  }

  /** Judges the whole log once it was read: both lanes must have accepted it, and it must be the one that was seen. */
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
        `The ledger is ${this.#present} now and the keys given are those of ${this.#owed}, ` +
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
      `The ledger was set back to position ${set} and is ${this.#present} now: ` +
        `both lanes accepted it${lost}. Get its keys again.`,
    );
    this.#owed = null;
  }
}
