/** The processor time of a ledger: of its server's process and of the backends that serve it. */
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import type { BenchDatabase } from './ground.ts';

/**
 * Milliseconds that a process has run so far; null where the system doesn't tell (it isn't Linux), or the process
 * has ended.
 */
export function takenBy(pid: number): number | null {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const ranNs = threads.map((thread) =>
      Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
    );
    return ranNs.reduce((a, b) => a + b, 0) / 1e6;
  } catch {
    return null;
  }
}

export interface ProcessorMeter {
  /** Milliseconds taken since the last call; null where the system doesn't tell. */
  lap(): Promise<number | null>;
  /** Resolves when all that was queued is in the log, and the tree has been folded so far where somebody folds it. */
  settled(isFolded: boolean): Promise<void>;
  close(): Promise<void>;
}

export async function processorMeter(database: BenchDatabase, serverPid: number): Promise<ProcessorMeter> {
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  const taken = new Map<number, number>();
  return {
    async lap() {
      const { rows } = await owner.query<{ pid: number }>(
        'select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      let lap: number | null = null;
      for (const pid of [serverPid, ...rows.map((row) => row.pid)]) {
        const now = takenBy(pid);
        if (now === null) continue;
        lap = (lap ?? 0) + now - (taken.get(pid) ?? 0);
        taken.set(pid, now);
      }
      return lap;
    },
    async settled(isFolded) {
      for (;;) {
        const { rows } = await owner.query<{ queued: boolean; folded: boolean }>(
          `select exists (select from cutter_log.pending) as queued,
            (select size from cutter_log.tree_head) = (select next_position from cutter_log.head) as folded`,
        );
        if (rows[0]?.queued === false && (rows[0].folded || !isFolded)) return;
      }
    },
    close: () => owner.end(),
  };
}
