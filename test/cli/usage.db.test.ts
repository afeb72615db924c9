/** How a command ends that was typed wrong, whose reader has gone, or that runs under an old Node. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import stringWidth from 'string-width';
import { describe, expect, test, vi } from 'vitest';
import { addressesOf } from '../../src/cli/start.ts';
import { COLUMNS, fittedText, foldedText, paddedText } from '../../src/cli/terminal/columns.ts';
import { commandText } from '../../src/cli/terminal/command-text.ts';
import { phaseLine } from '../../src/cli/terminal/report.ts';
import { linePrinter } from '../../src/cli/terminal/terminal.ts';
import { VERSION } from '../../src/version.ts';
import { cutter } from '../harness/cli.ts';
import { RUNS_PROGRAMS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RUNS_PROGRAMS_MS });

const ROOT = new URL('../..', import.meta.url).pathname;

describe('a usage error ends with 64', () => {
  test.each([
    ['nothing', []],
    ['an unknown command', ['nonsense']],
    ['an unknown option', ['fsck', '--nonsense']],
    ['a missing argument', ['run']],
    ['an empty argument', ['run', '']],
    ['an argument too many', ['run', 'a.md', 'b.md']],
    ['a missing option', ['monitor', 'http://127.0.0.1:1']],
    ['an option without its value', ['run', 'a.md', '--doc-code']],
    ['a plan of nothing', ['plan']],
    ['a plan of an empty name', ['plan', '']],
    ['a granularity that is none', ['plan', 'a.md', '--granularity', 'word']],
    ['a ledger that is no URL', ['run', 'a.md', '--url', 'ftp://ledger']],
    ['a monitored ledger that is no URL', ['monitor', 'nowhere', '--keys', 'k']],
    ['a webhook that is no URL', ['monitor', '--keys', 'k', '--webhook', 'x']],
    ['a time that is none', ['monitor', '--keys', 'k', '--max-silence', '9']],
    ['a document code in capitals', ['run', 'a.md', '--doc-code', 'Über']],
    ['a key that is none', ['run', 'a.md', '--ledger-key', 'x']],
    ['a group without its command', ['key']],
    ['an unknown command of a group', ['passport', 'nonsense']],
    ['a change set that is no UUID', ['passport', 'issue', 'x']],
    ['a passport without keys', ['passport', 'verify', 'x']],
    ['a lane that is none', ['key', 'rotate', 'DOT-1']],
    ['a purpose that is none', ['key', 'rotate', 'DOT-991', '--purpose', 'x']],
    ['a key id that is none', ['key', 'revoke', 'x', '--reason', 'y']],
    ['a lane to resume that is none', ['resume', '--lane', 'x']],
  ])('%s', async (_, args) => {
    const { code, out, err } = await cutter('/nowhere', args);
    expect([code, out]).toEqual([64, '']);
    expect(err).toMatch(/\S/);
    expect(err).not.toMatch(/ at .*\.[jt]s:\d/);
  });

  test.each([[['--help']], [['run', '--help']], [['--version']], [['help']]])('%j is none', async (args) => {
    expect((await cutter('/nowhere', args)).code).toBe(0);
  });

  test('files of keys that can’t be read are no usage error: 2, as what couldn’t be seen', async () => {
    expect((await cutter('/nowhere', ['passport', 'verify', 'x', '--keys', '/nowhere/k'])).code).toBe(2);
  });
});

test('a reader that has gone ends a command without a word', () => {
  const { stdout, stderr } = spawnSync('sh', ['-c', `"${process.execPath}" src/main.ts schema | head -1`], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).toBe('');
});

test('a plan is made of standard input, and its reader may leave after a line', () => {
  const planned = spawnSync(process.execPath, ['src/main.ts', 'plan', '--json', '-'], {
    cwd: ROOT,
    input: '# One\n\nText.\n',
    encoding: 'utf8',
  });
  expect([planned.status, planned.stderr]).toEqual([0, '']);
  expect(JSON.parse(planned.stdout)).toMatchObject({ file: '-', units: [{ address: 'document' }] });
  const many = Array.from({ length: 200 }, () => 'README.md CHANGELOG.md').join(' ');
  const left = spawnSync('sh', ['-c', `"${process.execPath}" src/main.ts plan --json ${many} | head -1`], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(left.stdout.trimEnd().split('\n')).toHaveLength(1);
  expect(left.stderr).toBe('');
});

test('bin/cutter.js is plain JavaScript that names the Node it needs', () => {
  const text = readFileSync(`${ROOT}bin/cutter.js`, 'utf8').replace(
    'process.versions.node)) await',
    "'20.0.0')) await",
  );
  // As under an old Node without another beside it: whatever it would hand over to is gone.
  const alone = text
    .replaceAll('process.versions.node', "'20.0.0'")
    .replace("resolve('node/package.json')", "resolve('no-such-node/package.json')")
    .replace('fileURLToPath(import.meta.url)', JSON.stringify(`${ROOT}bin/cutter.js`));
  const ran = spawnSync(process.execPath, ['--input-type=module', '-'], { input: alone, encoding: 'utf8' });
  expect(ran.status).toBe(1);
  expect(ran.stderr).toMatch(/^cutter: Node 24 or newer is needed; this is Node 20\.0\.0\.\n/);
});

test('a printed command is typed as npx in the clone, and by its path elsewhere', () => {
  expect(commandText('run FILE', ROOT.replace(/\/$/, ''))).toBe('npx cutter run FILE');
  const elsewhere = commandText('--version', '/');
  expect(elsewhere).toBe(`${ROOT}bin/cutter.js --version`);
  expect(execFileSync('sh', ['-c', elsewhere], { cwd: '/', encoding: 'utf8' })).toBe(`${VERSION}\n`);
});

test('a start names the page that verifies passports only where it was built', () => {
  const named = (hasPage: boolean) =>
    addressesOf({ home: '/h', graphiql: true }, 'http://127.0.0.1:4000/graphql', [], hasPage).map(
      ([name]) => name,
    );
  expect(named(true)).toContain('Verify a passport');
  expect(named(false)).toEqual(['GraphQL, WebSocket, events', 'GraphiQL', 'Start page', 'Health']);
});

describe('80 columns', () => {
  const LONG = [
    'Bộ luật Lao động quy định tiêu chuẩn lao động; quyền, nghĩa vụ, trách nhiệm của người lao động, người sử dụng lao động',
    '中华人民共和国劳动法第一条为了保护劳动者的合法权益调整劳动关系建立和维护适应社会主义市场经济的劳动制度',
    '日本国憲法 前文 日本国民は正当に選挙された国会における代表者を通じて行動しわれらとわれらの子孫のために',
    '👩‍👩‍👧‍👦 '.repeat(60),
  ];

  test.each(LONG)('hold %s', (text) => {
    for (const line of foldedText(`  ${text}`, 6).split('\n'))
      expect(stringWidth(line)).toBeLessThanOrEqual(COLUMNS);
    expect(foldedText(text).replaceAll(/\s/g, '')).toBe(text.replaceAll(/\s/g, ''));
    expect(stringWidth(fittedText(text, 40))).toBeLessThanOrEqual(40);
    expect(stringWidth(paddedText(fittedText(text, 40), 40))).toBe(40);
  });

  test('hold a phase, whatever the document is called', () => {
    const line = phaseLine({
      phase: 'REGISTER',
      lane: 'DOT-991',
      outcome: '法'.repeat(50),
      written: { replayed: false, position: '12345', rows: [{ table: 'source', inserted: 1, updated: 0 }] },
      at: new Date(0),
      elapsedMs: 12_345,
    });
    for (const part of foldedText(line).split('\n')) expect(stringWidth(part)).toBeLessThanOrEqual(COLUMNS);
    expect(foldedText(line).replaceAll(/\s/g, '')).toContain('法'.repeat(50));
  });

  test.each([
    ['a person in front of a terminal', false, true, 2],
    ['a file or a pipe', false, false, 1],
    ['JSON', true, true, 1],
  ])('a line of an answer to %s', (_, isJson, isTTY, lines) => {
    const output = Object.assign(new PassThrough(), { isTTY });
    linePrinter(isJson, output)('words '.repeat(20).trim());
    expect(String(output.read()).trimEnd().split('\n')).toHaveLength(lines);
  });

  test('addresses and commands stay whole', () => {
    const address = `http://ledger.example/${'x'.repeat(100)}`;
    expect(foldedText(`No ledger answers at ${address}.`)).toContain(address);
    const command = `  $ cutter passport issue ${'y'.repeat(36)} --url http://ledger.example:4000/graphql`;
    expect(foldedText(command)).toMatch(/ \\\n {6}http:/);
  });
});
