/** The package as it is built: what a program of others gets, in Node, in a browser and from a compiler. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { formatKeys } from '../../../src/proof/keys-file.ts';
import { CHROMIUM, openBrowser } from '../../harness/chromium.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { RUNS_A_BROWSER_MS } from '../../harness/timeouts.ts';
import { type PassportGround, passportGround } from '../../passport/passport-ground.ts';

vi.setConfig({ testTimeout: RUNS_A_BROWSER_MS, hookTimeout: RUNS_A_BROWSER_MS });

const ROOT = new URL('../../..', import.meta.url).pathname;
const PACKAGE = join(ROOT, 'packages/client');
let project: string;
let ground: PassportGround;
let server: TestServer;

/** The server here answers while the program runs. */
async function runBeside(program: string, words: readonly string[], cwd: string): Promise<string> {
  const child = spawn(program, words, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await once(child, 'close');
  return said;
}

function run(program: string, words: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(program, words, { cwd, encoding: 'utf8' });
  if (status !== 0)
    throw new Error(`${program} ${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

beforeAll(async () => {
  run('npm', ['run', '--silent', 'build'], PACKAGE);
  project = mkdtempSync(join(tmpdir(), 'cutter-consumer-'));
  mkdirSync(join(project, 'node_modules/@cutter-ledger'), { recursive: true });
  symlinkSync(PACKAGE, join(project, 'node_modules/@cutter-ledger/client'));
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  ground = await passportGround();
  server = await testServer();
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the built package', () => {
  test('imports its dependencies and nothing else: nothing of Node’s', () => {
    const { dependencies } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
    const imported = globSync('dist/{*,parts/*}.js', { cwd: PACKAGE })
      .filter((name) => name !== 'dist/codegen.js')
      .flatMap((name) => [
        ...readFileSync(join(PACKAGE, name), 'utf8').matchAll(/^(?:import|export) .*?from "([^".][^"]*)"/gm),
      ])
      .map(([, from = '']) => /^(@[^/]+\/)?[^/]+/.exec(from)?.[0]);
    expect([...new Set(imported)].sort()).toEqual(Object.keys(dependencies).sort());
  });

  test('has types that stand alone: without Node’s, and without another package’s', () => {
    writeFileSync(
      join(project, 'consumer.ts'),
      `import { createClient, AnswerLost, type LedgerClient } from '@cutter-ledger/client';
       import { CutDocument, type CutInput } from '@cutter-ledger/client/operations';
       import { openKeys, type PassportVerdict } from '@cutter-ledger/client/verify';
       import { possibleTypes, typePolicies } from '@cutter-ledger/client/apollo';
       import { keys } from '@cutter-ledger/client/graphcache';
       const ledger: LedgerClient = createClient({ url: 'http://127.0.0.1:4000', token: async () => 't' });
       export async function cut(input: CutInput): Promise<boolean> {
         const { outcome } = await ledger.perform(CutDocument, { input });
         if (outcome.__typename !== 'CutSuccess') throw new Error(outcome.message);
         // @ts-expect-error: no such member
         outcome.nothing;
         return outcome.replayed;
       }
       export async function last(): Promise<string | null> {
         const follower = ledger.follow({ after: '' });
         for await (const message of follower) if (message.__typename === 'HistoryEvent') return message.position;
         return follower.cursor;
       }
       export const judge = (file: string, by: string): PassportVerdict => openKeys(by).passport(file);
       export const known: unknown[] = [possibleTypes['Refusal'], typePolicies['Query'], keys['Plan'], AnswerLost];`,
    );
    const settings = {
      compilerOptions: {
        target: 'es2022',
        module: 'esnext',
        moduleResolution: 'bundler',
        lib: ['es2024', 'dom', 'dom.iterable'],
        types: [],
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true,
      },
      files: ['consumer.ts'],
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(settings));
    run('tsc', ['-p', project], ROOT);
  });

  test('runs in Node: asks a ledger, and judges a passport', async () => {
    writeFileSync(join(project, 'keys.json'), formatKeys(ground.keys));
    writeFileSync(join(project, 'passport.json'), ground.text);
    writeFileSync(
      join(project, 'consumer.js'),
      `import { readFileSync } from 'node:fs';
       import { createClient } from '@cutter-ledger/client';
       import { ListEntriesDocument } from '@cutter-ledger/client/operations';
       import { openKeys } from '@cutter-ledger/client/verify';
       const ledger = createClient({ url: ${JSON.stringify(server.url)}, token: ${JSON.stringify(server.tokens.observer)} });
       const { entries } = await ledger.request(ListEntriesDocument, { first: 1 });
       const verdict = openKeys(readFileSync('keys.json', 'utf8')).passport(readFileSync('passport.json'));
       console.log(Array.isArray(entries.edges), verdict.ok, verdict.ok && verdict.said.changeSetId);`,
    );
    const said = await runBeside(process.execPath, ['consumer.js'], project);
    expect(said).toMatch(/^true true [0-9a-f-]{36}\n$/);
  });

  test.skipIf(CHROMIUM === null)(
    'runs in a browser: judges a passport as the command line does',
    async () => {
      writeFileSync(join(project, 'page.js'), `export * from '@cutter-ledger/client/verify';`);
      const built = await build({
        configFile: false,
        logLevel: 'warn',
        root: project,
        build: { write: false, lib: { entry: join(project, 'page.js'), formats: ['iife'], name: 'cutter' } },
      });
      const [output] = Array.isArray(built) ? built : [built];
      if (output === undefined || !('output' in output)) throw new Error('Nothing was bundled.');
      const browser = await openBrowser(CHROMIUM as string);
      try {
        const tab = await browser.tab();
        await tab.evaluate(`${output.output[0].code}; globalThis.cutter = cutter`);
        const judge = (text: string) =>
          tab.evaluate(
            `cutter.openKeys(${JSON.stringify(formatKeys(ground.keys))}).passport(${JSON.stringify(text)})`,
          );
        expect(await judge(ground.text)).toMatchObject({ ok: true, said: { origin: ground.keys.origin } });
        const altered = ground.text.replace(
          '"risk_class_assessment":"standard"',
          '"risk_class_assessment":"high"',
        );
        expect(await judge(altered)).toMatchObject({ ok: false });
        expect(tab.errors).toEqual([]);
      } finally {
        await browser.close();
      }
    },
  );
});
