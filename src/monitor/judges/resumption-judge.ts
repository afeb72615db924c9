import { z } from 'zod';
import type { ParsedRecord } from '../../law/parse-record.ts';
import { judgeResumption, type KeyInForce, RESUME_VERB } from '../../law/resume-statement.ts';
import { originOf } from '../../proof/checkpoint.ts';
import { verifySignature } from '../../proof/ed25519.ts';
import type { MonitorFinding } from './finding.ts';
import type { Head } from './proved-heads.ts';

const accepted = z.strictObject({
  previous: z.string(),
  incarnation: z.string(),
  position: z.number().int().nonnegative(),
  root: z.base64(),
  /** Whether the root was proved to be that of the log before the position. */
  proved: z.boolean(),
});
export const resumptionsState = z.array(accepted);
export type ResumptionsState = z.infer<typeof resumptionsState>;

/** The positions from which the ledger was resumed after a set-back, as both lanes accepted them. */
export class ResumptionJudge {
  readonly #accepted: ResumptionsState;

  constructor(state: ResumptionsState = []) {
    this.#accepted = [...state];
  }

  state(): ResumptionsState {
    return this.#accepted;
  }

  /** Takes a record that resumes the ledger, and returns what is wrong with it. */
  take({ verb, statements }: ParsedRecord, position: number, keys: KeyInForce): MonitorFinding[] {
    if (verb !== RESUME_VERB) return [];
    const judged = judgeResumption(statements, keys, verifySignature);
    const why = typeof judged === 'string' ? judged : this.#misfit(judged, position);
    if (why !== null)
      return [
        resumptionFinding(
          position,
          `The record that resumes the ledger at position ${position} is not believed: ${why}`,
        ),
      ];
    const { previous, incarnation, root } = judged as Exclude<typeof judged, string>;
    this.#accepted.push({ previous, incarnation, position, root: root.toString('base64'), proved: false });
    return [];
  }

  /** Proves that the lanes accepted the log as it is before each such position, as far as `size`. */
  async prove(size: number, holds: (head: Head) => Promise<boolean>): Promise<MonitorFinding[]> {
    const findings: MonitorFinding[] = [];
    for (const one of this.#accepted) {
      if (one.proved || one.position > size) continue;
      const { position } = one;
      if (position > 0 && !(await holds({ size: position, root: Buffer.from(one.root, 'base64') })))
        findings.push(
          resumptionFinding(
            position,
            `What both lanes accepted before position ${position} is not the log that is there.`,
          ),
        );
      one.proved = true;
    }
    return findings;
  }

  /** The smallest position that the ledger was set back to between two origins; null where the lanes accepted none. */
  way(from: string, to: string): number | null {
    const first = this.#accepted.findIndex(({ previous }) => originOf(previous) === from);
    const last = this.#accepted.at(-1);
    if (first === -1 || last === undefined || originOf(last.incarnation) !== to) return null;
    return Math.min(...this.#accepted.slice(first).map(({ position }) => position));
  }

  /** What is wrong where the whole log was read, and the ledger has this origin. */
  present(origin: string): MonitorFinding[] {
    const last = this.#accepted.at(-1);
    if (last === undefined || originOf(last.incarnation) === origin) return [];
    return [
      resumptionFinding(
        last.position,
        `The lanes resumed the ledger as ${originOf(last.incarnation)}, and it says that it is ${origin}.`,
      ),
    ];
  }

  /** The earlier origins, the oldest first, and up to which size heads of each bind. */
  get earlier(): { readonly origin: string; readonly until: number }[] {
    return this.#accepted.map(({ previous, position }) => ({ origin: originOf(previous), until: position }));
  }

  #misfit(
    { previous, position: made }: { previous: string; position: number },
    position: number,
  ): string | null {
    if (made !== position) return `it was made for position ${made}.`;
    const before = this.#accepted.at(-1)?.incarnation;
    return before === undefined || before === previous
      ? null
      : `it resumes ${previous}, and the ledger was ${before}.`;
  }
}

function resumptionFinding(position: number, message: string): MonitorFinding {
  return { verdict: 'restored', position, entryId: null, message };
}
