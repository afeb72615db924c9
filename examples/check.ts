/**
 * Builds each example and runs it against a ledger that this starts: `node examples/check.ts [NAME…]`. Pages run in
 * headless Chromium. Ends with a line `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHROMIUM, openBrowser } from '../test/harness/chromium.ts';
import { startLedger } from './check/ledger.ts';
import { runBot } from './check/run-bot.ts';
import { walkPage } from './check/walk-page.ts';
import { openWay } from './check/way.ts';

const EXAMPLES = ['bot', 'live-board', 'apollo-react', 'urql', 'relay'];
const here = (name: string) => join(import.meta.dirname, name);
const chosen = process.argv.slice(2);
const examples = EXAMPLES.filter((name) => chosen.length === 0 || chosen.includes(name));
/** Nothing that an example does takes so long. */
const PATIENCE_MS = 60_000;

let [passed, failed, skipped] = [0, 0, 0];
const pages = mkdtempSync(join(tmpdir(), 'cutter-pages-'));
const way = await openWay(pages);
const ledger = startLedger(way.origin);
ledger.catch(() => {});
const built = new Map<string, Promise<void>>();
// Two at a time: one waits for the disk while the other computes.
let before: Promise<void>[] = [];
for (const name of examples) {
  const ready = before.length < 2 ? Promise.resolve() : (before.at(-2) as Promise<void>).catch(() => {});
  const building = ready.then(() => build(name));
  building.catch(() => {});
  built.set(name, building);
  before = [...before, building];
}
way.lead((await ledger).url);

if (CHROMIUM === null)
  process.stdout.write('There is no Chromium here, so the pages are built and not run.\n');
const browser = CHROMIUM === null ? null : await openBrowser(CHROMIUM);
for (const name of examples) await run(name);
await browser?.close();
await way.close();
await (await ledger).close();
rmSync(pages, { recursive: true });
process.stdout.write(
  `examples: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
);
process.exitCode = failed > 0 ? 1 : 0;

async function run(name: string): Promise<void> {
  const what = (done: string) => {
    passed += 1;
    process.stdout.write(`${name}: ${done}\n`);
  };
  try {
    await built.get(name);
    what('builds');
    if (name === 'bot') return await inTime(runBot({ ledger: await ledger, way, passed: what }));
    if (browser === null) {
      skipped += 1;
      return;
    }
    const tab = await browser.tab();
    await inTime(walkPage(name, { tab, ledger: await ledger, way, passed: what })).catch(async (error) => {
      const shown = await tab.evaluate('document.body.innerText');
      throw new Error(`${error.message}\nThe page shows:\n${shown}\nIts errors: ${tab.errors.join('\n')}`);
    });
  } catch (error) {
    failed += 1;
    process.stdout.write(`${name}: FAILED: ${(error as Error).message}\n`);
  }
}

async function inTime(done: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Nothing came for ${PATIENCE_MS / 1000} s.`)), PATIENCE_MS);
  });
  try {
    await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Installs what the lock file names, and builds. What is installed already gets the client as it was built last. */
async function build(name: string): Promise<void> {
  const installed = here(`${name}/node_modules/@cutter-ledger/client`);
  if (process.env['CI'] !== undefined || !existsSync(installed)) await npm(name, 'ci');
  else
    for (const part of ['dist', 'package.json'])
      cpSync(here(`../packages/client/${part}`), join(installed, part), { recursive: true });
  await npm(name, 'run', '--silent', 'build');
  if (existsSync(here(`${name}/dist`))) cpSync(here(`${name}/dist`), join(pages, name), { recursive: true });
}

function npm(name: string, ...words: readonly string[]): Promise<void> {
  const child = spawn('npm', words, { cwd: here(name), stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text));
  return new Promise((resolve, reject) => {
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`npm ${words.join(' ')} ended with ${code}:\n${said}`)),
    );
  });
}
