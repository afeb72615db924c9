/**
 * What one caller can do to all others: each attack against a server of its own process, with the delays of its
 * event loop and the times of an honest caller at the same time. On a machine that has other work to do the delays
 * hold that work, too; "own" is what the server's main thread used itself. BENCH_ABUSE names one attack by a part
 * of its name.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ATTACKS, type Attack } from './abuse-attacks.ts';
import { type Ground, gqlAt } from './ground.ts';

/** Nothing keeps the event loop longer, but for one turn in a thousand (ms). */
const AIM_MS = 50;

interface Measured {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly most: number;
  /** The same in processor time of the main thread. */
  readonly turn999: number;
  readonly turnMost: number;
}

export async function benchAbuse(ground: Ground): Promise<void> {
  const database = await ground.database();
  const child = spawn(process.execPath, [join(import.meta.dirname, 'abuse-server.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const told = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.write(`${JSON.stringify({ urls: database.urls, secrets: ground.secrets })}\n`);
  const url = String((await told.next()).value);
  const measure = async (): Promise<Measured> => {
    child.stdin.write('\n');
    return JSON.parse(String((await told.next()).value)) as Measured;
  };
  const target = {
    url,
    reader: ground.tokens['observer'] as string,
    registrar: ground.tokens['marker'] as string,
  };
  console.log(
    `\nAbuse: delay of the event loop in ms (aim: p99.9 <= ${AIM_MS}), and an honest caller's wait in ms`,
  );
  console.log('     p50     p99   p99.9     max  own p99.9  max  honest p50  max');
  const gql = gqlAt(url);
  const honest = ground.tokens['verifier'] as string;
  await watched(
    () => gql(honest, '{ whoAmI { name } }', undefined),
    () => quiet(target),
  );
  const missed = { 'the delay': [] as string[], 'its own time': [] as string[] };
  const wanted = process.env['BENCH_ABUSE'] ?? '';
  for (const [name, attack] of Object.entries<Attack>({ 'nothing at all': quiet, ...ATTACKS })) {
    if (!name.includes(wanted)) continue;
    await measure();
    const { answer, waits } = await watched(
      () => gql(honest, '{ whoAmI { name } }', undefined),
      () => attack(target),
    );
    const { p50, p99, p999, most, turn999, turnMost } = await measure();
    const sorted = waits.toSorted((a, b) => a - b);
    const row = [
      p50,
      p99,
      p999,
      most,
      turn999,
      turnMost,
      sorted[Math.floor(sorted.length / 2)] ?? 0,
      sorted.at(-1) ?? 0,
    ];
    console.log(`${row.map((ms) => ms.toFixed(1).padStart(8)).join('')}  ${name}: ${answer}`);
    if (p999 > AIM_MS) missed['the delay'].push(name);
    if (turn999 > AIM_MS) missed['its own time'].push(name);
  }
  for (const [by, names] of Object.entries(missed)) {
    const verdict = names.length === 0 ? 'the aim is met' : `the aim is missed: ${names.join('; ')}`;
    console.log(`  by ${by} ${verdict}`);
  }
  await ended(child);
}

const quiet: Attack = async () => {
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  return 'the machine itself';
};

/** Runs `act` while an honest caller asks one question after another; how long each took, in ms. */
async function watched(
  ask: () => Promise<unknown>,
  act: () => Promise<string>,
): Promise<{ answer: string; waits: number[] }> {
  const waits: number[] = [];
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const begun = performance.now();
      await ask();
      waits.push(performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  const answer = await act();
  isOver = true;
  await asking;
  return { answer, waits };
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.stdin?.end();
  });
}
