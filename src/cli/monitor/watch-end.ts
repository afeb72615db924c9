/** How a monitor's run ends: its last lines, and the status of the program. */
import type { FindingsSink } from './findings-sink.ts';
import { summaryOf, type Watched, whyUnproved } from './summary.ts';

export type MonitorStatus = 0 | 1 | 2;

interface EndOptions {
  readonly sink: FindingsSink;
  readonly print: (line: string) => void;
  /** JSON lines instead of sentences. */
  readonly json: boolean;
}

/** Prints what was watched. 0 where nothing is wrong, 1 with findings, 2 where nothing is proved. */
export function reportEnd(watched: Watched, { sink, print, json }: EndOptions): MonitorStatus {
  const findings = sink.findings.length;
  const unproved = findings === 0 ? whyUnproved(watched) : null;
  if (unproved !== null && json) print(JSON.stringify({ type: 'unseen', message: unproved }));
  const { origin, position, provedSize, openEntries, passports } = watched;
  sink.say(summaryOf(watched, findings), {
    type: 'summary',
    origin,
    position,
    provedSize,
    openEntries,
    passports,
    findings,
  });
  if (unproved !== null) return 2;
  return findings === 0 ? 0 : 1;
}
