import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { testDatabase } from '../harness/database.ts';
import { RUNS_PROGRAMS_MS } from '../harness/timeouts.ts';

test(
  'the input of a cut enters no file twice, but for those that the trace names with a reason',
  async () => {
    const { urls, secrets, tokens, pools } = await testDatabase();
    await pools.close(); // the trace's own server needs their connections
    const trace = spawn(process.execPath, ['bench/trace-cut.ts', '--given'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    trace.stdin.end(`${JSON.stringify({ urls, secrets, tokens })}\n`);
    const [printed, [status]] = await Promise.all([text(trace.stdout), once(trace, 'exit')]);
    const places = printed.split('\n\n')[0]?.split('\n') ?? [];
    // It follows what it says that it follows.
    for (const file of ['doors/http', 'ledger/cut', 'ledger/envelope/writes', 'log/queue/pending'])
      expect(places.filter((line) => line.startsWith(`src/${file}.ts `))).toHaveLength(1);
    expect(printed).toMatch(/\d+ entries into \d+ files\. 9 files are entered again:/);
    expect(status, printed).toBe(0);
  },
  RUNS_PROGRAMS_MS,
);
