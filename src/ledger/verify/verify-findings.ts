import type { CutFinding } from './verify-look.ts';

/** What is compared, in the order in which findings are named. */
const SECTIONS = ['cut', 'block', 'unit', 'version', 'affected', 'stranger', 'axis'] as const;
type Section = (typeof SECTIONS)[number];

/** Notes one finding. */
export type Note = (axis: CutFinding['axis'], unit: string | null, code: string, message: string) => void;

/** Findings in a fixed order, whatever the order in which rows are read. */
export class Findings {
  readonly #noted: { readonly section: number; readonly place: number; readonly finding: CutFinding }[] = [];

  /** @param place of what is compared, within its section */
  noteOf(section: Section, place = 0): Note {
    return (axis, unit, code, message) =>
      this.#noted.push({
        section: SECTIONS.indexOf(section),
        place,
        finding: { axis, unit, code, message },
      });
  }

  inOrder(): readonly CutFinding[] {
    return this.#noted
      .toSorted((a, b) => a.section - b.section || a.place - b.place)
      .map(({ finding }) => finding);
  }
}
