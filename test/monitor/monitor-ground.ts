import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Surroundings } from '../../src/cli/monitor/surroundings.ts';
import type { MonitorCommand } from '../../src/cli/monitor/task.ts';
import type { MonitorStatus } from '../../src/cli/monitor/watch-end.ts';
import { monitorLedger } from '../../src/cli/monitor.ts';
import { ledgerKeyOf } from '../../src/home/ledger-key.ts';
import type { MonitorFinding } from '../../src/monitor/judges/finding.ts';
import { clientConfig } from '../harness/cli.ts';
import type { TestServer } from '../harness/server.ts';
import { keysFile } from '../passport/passport-ground.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function monitorFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cutter-monitor-'));
  folders.push(folder);
  return folder;
}

export interface Watched {
  readonly status: MonitorStatus;
  readonly lines: readonly string[];
  readonly findings: readonly MonitorFinding[];
  /** Verdicts, in the order in which they were told. */
  readonly verdicts: readonly string[];
  readonly summary:
    | {
        readonly position: number;
        readonly provedSize: number;
        readonly openEntries: number;
        readonly passports: number;
      }
    | undefined;
}

export interface WatchOptions extends Partial<MonitorCommand> {
  readonly url?: string;
  /** The text of the file of keys; absent: those of the registry. */
  readonly keysText?: string;
  readonly token?: string;
  readonly around?: Partial<Surroundings>;
}

/** `cutter monitor` in this process, on what the server shows; the token is one that may see evidence. */
export async function watched(server: TestServer, options: WatchOptions = {}): Promise<Watched> {
  const { url = server.url, keysText, token = server.tokens.administrator, around, ...more } = options;
  const keys = join(monitorFolder(), 'keys.json');
  writeFileSync(keys, keysText ?? (await keysFile(server.database)));
  const lines: string[] = [];
  const { client, home } = clientConfig(url, '', ledgerKeyOf(server.database.secrets));
  const command: MonitorCommand = {
    keys,
    once: true,
    json: true,
    acknowledge: false,
    maxVerifyAge: '24h',
    maxEscalationAge: '7d',
    maxSilence: '5m',
    ...more,
  };
  const status = await monitorLedger(
    url,
    command,
    { home, client: { ...client, monitorToken: token } },
    {
      print: (line) => lines.push(line),
      now: Date.now,
      terminal: null,
      signal: new AbortController().signal,
      restMs: 10,
      tickMs: 50,
      patienceMs: 20_000,
      ...around,
    },
  );
  const told = command.json ? lines.map((line) => JSON.parse(line)) : [];
  const findings = told.filter(({ type }) => type === 'finding') as MonitorFinding[];
  return {
    status,
    lines,
    findings,
    verdicts: findings.map(({ verdict }) => verdict),
    summary: told.find(({ type }) => type === 'summary'),
  };
}
