/** What a monitor says at its end: how much it has seen, and whether that proves anything. */
import { countedWord } from '../terminal/report.ts';

/** How far one run came. */
export interface Watched {
  readonly url: string;
  readonly origin: string;
  readonly position: number;
  /** Records under a head that both lanes signed. */
  readonly provedSize: number;
  readonly openEntries: number;
  readonly passports: number;
  /** Whether this run has read the ledger to its end. */
  readonly hasCaughtUp: boolean;
}

/** Why a run without findings can't say that nothing is wrong; null where it can. */
export function whyUnproved({ url, position, provedSize, hasCaughtUp }: Watched): string | null {
  if (!hasCaughtUp)
    return (
      `The monitor was stopped before it had read ${url} to the end, ` +
      "so it can't say whether anything is wrong."
    );
  if (position === 0) return `${url} showed no record, so nothing was watched.`;
  if (provedSize === 0)
    return `The monitor was stopped before ${url} showed a head that both lanes signed, so nothing is proved.`;
  return null;
}

export function summaryOf(watched: Watched, findings: number): string {
  const { origin, position, provedSize, openEntries, passports } = watched;
  const outcome =
    findings === 0 ? (whyUnproved(watched) ?? 'Nothing is wrong.') : `${countedWord(findings, 'finding')}.`;
  return (
    `Watched ${position} records of ${origin}. Both lanes signed a head over ${provedSize} of them. ` +
    `Passports verified: ${passports}. Entries still open: ${openEntries}. ${outcome}`
  );
}
