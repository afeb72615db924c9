/** What a monitor keeps in a file so that it can be ended and go on: written whole or not at all. */

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { syncFolder } from '../../home/private-file.ts';
import type { MonitorFinding } from '../../monitor/judges/finding.ts';
import { StateFault } from '../../monitor/saved-monitor.ts';
import { whyUnreadable } from '../client/tokens.ts';

/** Findings are kept until a person has looked at them; of very many, the first. */
const KEPT = 100;

const finding = z.strictObject({
  verdict: z.string(),
  position: z.number().nullable(),
  entryId: z.string().nullable(),
  message: z.string(),
});
const file = z.strictObject({
  monitor: z.unknown(),
  findings: z.array(finding),
});

export interface KeptState {
  /** What the monitor said that it needs; undefined where it never ran. */
  readonly monitor: unknown;
  /** What was found and not yet acknowledged. */
  readonly findings: readonly MonitorFinding[];
}

const NOTHING: KeptState = { monitor: undefined, findings: [] };

/** Reads a state file; one that isn't there is an empty one. Throws a StateFault. */
export function readState(path: string): KeptState {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING;
    throw new StateFault(`The state file ${path} can't be read: ${whyUnreadable(error)}.`);
  }
  try {
    return file.parse(JSON.parse(text)) as KeptState;
  } catch {
    throw new StateFault(
      `${path} does not hold a monitor's state, or was altered. If the state is lost, name another file: ` +
        "the monitor then judges everything again from the log's first record.",
    );
  }
}

/** Throws a StateFault where it can't be kept. */
export function writeState(path: string, { monitor, findings }: KeptState): void {
  const beside = `${path}.new`;
  try {
    const handle = openSync(beside, 'w', 0o600);
    try {
      writeSync(handle, `${JSON.stringify({ monitor, findings: findings.slice(0, KEPT) })}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(beside, path);
    syncFolder(dirname(path));
  } catch (error) {
    throw new StateFault(`The state can't be written to ${path}: ${whyUnreadable(error)}.`);
  }
}
