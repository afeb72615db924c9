/**
 * `cutter monitor URL`: follows a ledger that it doesn't trust, with public keys alone, and says what is wrong: by its
 * exit status, or to a webhook. Status 0 nothing wrong, 1 findings, 2 nothing could be watched.
 */
import type { Config } from '../config.ts';
import { isForeseen, LedgerWatch } from './monitor/ledger-watch.ts';
import { aroundProcess, type Surroundings } from './monitor/surroundings.ts';
import { type MonitorCommand, taskOf } from './monitor/task.ts';
import type { MonitorStatus } from './monitor/watch-end.ts';

export async function monitorLedger(
  url: string | undefined,
  command: MonitorCommand,
  config: Pick<Config, 'home' | 'client'>,
  around: Surroundings = aroundProcess(command),
): Promise<MonitorStatus> {
  try {
    return await new LedgerWatch(taskOf(url, command, config, around.terminal), command, around).run();
  } catch (error) {
    if (!isForeseen(error)) throw error;
    const { message } = error;
    around.print(
      command.json ? JSON.stringify({ type: 'unseen', message }) : `Nothing can be watched: ${message}`,
    );
    return 2;
  }
}
