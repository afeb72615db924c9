import type { MonitorFindings } from './findings.ts';
import type { LedgerAnswers } from './followed-ledger.ts';
import type { JudgedCut } from './judges/entry-judge.ts';
import type { MonitorParts } from './monitor-parts.ts';

/** How often the ledger may put off a passport. */
const PATIENCE = 10;

type AskerParts = Pick<MonitorParts, 'keys' | 'passports' | 'resumptions' | 'proved' | 'origin'>;

/** Asks for the passport of every cut that a proved head covers, and has it verified. */
export class PassportAsker {
  readonly #answers: LedgerAnswers;
  readonly #parts: AskerParts;
  readonly #findings: MonitorFindings;
  #putOff = 0;

  constructor(answers: LedgerAnswers, parts: AskerParts, findings: MonitorFindings) {
    this.#answers = answers;
    this.#parts = parts;
    this.#findings = findings;
  }

  async askDue(): Promise<void> {
    const { passports, proved } = this.#parts;
    for (let cut = passports.next(proved.size); cut !== null; ) {
      const again = passports.again();
      if (!(await this.#ask(cut))) return;
      if (again !== null) await this.#ask(again);
      cut = passports.next(proved.size);
    }
  }

  /** False where the ledger put it off. */
  async #ask(cut: JudgedCut): Promise<boolean> {
    const { keys, passports, resumptions, proved, origin } = this.#parts;
    const given = await this.#answers.passport(cut.changeSetId);
    if (given.text === null && given.later && this.#putOff < PATIENCE) {
      this.#putOff += 1;
      return false;
    }
    this.#putOff = 0;
    const { earlier } = resumptions;
    const known = { ...keys.known, origin: origin.present, earlier };
    const { finding, head } = passports.take(cut, given, known);
    if (finding !== null) this.#findings.add(finding);
    if (head === null || (await proved.holds(head))) return true;
    const message =
      `The passport of change set ${cut.changeSetId} rests on a head of ${head.size} positions ` +
      "that can't be proved to belong to the log that was followed.";
    this.#findings.report('inconsistent', cut.position, message, cut.entryId);
    return true;
  }
}
