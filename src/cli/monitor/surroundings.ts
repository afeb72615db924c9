import { errorTerminal, linePrinter, type Terminal } from '../terminal/terminal.ts';
import type { MonitorCommand } from './task.ts';

/** What a monitor has around it: its output, its clock, a terminal and its patience. */
export interface Surroundings {
  readonly print: (line: string) => void;
  readonly now: () => number;
  /** Where a person can be asked whether it is the right ledger. Null: nobody can be asked. */
  readonly terminal: Terminal | null;
  /** Ends it in good order. */
  readonly signal: AbortSignal;
  /** The first rest after a lost connection. */
  readonly restMs: number;
  /** How often heads are asked for. */
  readonly tickMs: number;
  /** How long the first message may take, and with --once the head that covers all. */
  readonly patienceMs: number;
}

export function aroundProcess({ once, json }: MonitorCommand): Surroundings {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => ending.abort());
  return {
    print: linePrinter(json),
    now: Date.now,
    terminal: errorTerminal(),
    signal: ending.signal,
    restMs: 100,
    tickMs: once ? 500 : 5000,
    patienceMs: 30_000,
  };
}
