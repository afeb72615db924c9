/** `cutter run DIR`: all documents of a folder, each once, whatever ends the run. */
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { folderFiles } from '../../src/cli/folder-files.ts';
import { runDocument } from '../../src/cli/run.ts';
import { clientConfig, cutter, homeOf, person } from '../harness/cli.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { RUNS_PROGRAMS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RUNS_PROGRAMS_MS });

let server: TestServer;
let home: string;
beforeAll(async () => {
  server = await testServer();
  home = homeOf(server);
});
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'cutter-folder-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const text = (name: string) => `# ${name}\n\n## § 1 Tea\n\nAt four in ${name}.\n`;

/** How often the documents of these codes were cut, and how often each verb was recorded. */
async function cutsOf(prefix: string): Promise<{ cuts: number; documents: number; verified: number }> {
  const { rows } = await server.superuser.query(
    `select count(*)::int as cuts, count(distinct s.doc_code)::int as documents,
       count(*) filter (where e.status = 'verified_complete')::int as verified
     from cutter_governance.cut_change_set c
     join cutter_governance.decision_backlog_entry e on e.entry_id = c.decision_backlog_entry_id
     join cutter_source.source s on e.payload->>'iu_ref' = 'source:' || s.source_id
     where s.doc_code like $1 || '%' and c.change_kind = 'cut'`,
    [prefix],
  );
  return rows[0];
}

test('a folder has its documents in the order of their paths, each with a code of its own', () => {
  const folder = folderOf({
    'b.md': text('b'),
    'a.TXT': text('a'),
    'c.pdf': '',
    '.hidden.md': '',
    'more/b.md': text('c'),
    '.git/x.md': '',
  });
  expect(
    folderFiles(folder).files.map(({ path, docCode }) => [path.slice(folder.length + 1), docCode]),
  ).toEqual([
    ['a.TXT', 'a'],
    ['b.md', 'b'],
    ['more/b.md', 'more-b'],
  ]);
});

test('of two files with one code one is taken, and the other is named', () => {
  const folder = folderOf({ 'a/x/b.md': text('1'), 'b.md': text('2'), 'c/x/b.md': text('3') });
  const { files, unfit } = folderFiles(folder);
  expect(files.map(({ docCode }) => docCode)).toEqual(['b', expect.stringMatching(/-b$/), 'x-b']);
  expect(unfit).toEqual([]);
  const { unfit: doubled } = folderFiles(folderOf({ 'a.md': '', 'd/x/a.md': '', 'e/x/a.md': '' }));
  expect(doubled).toEqual([
    {
      path: expect.stringContaining('e/x/a.md'),
      why: expect.stringMatching(/"x-a", as .*d\/x\/a\.md is\. Rename/),
    },
  ]);
});

const linesOf = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('a run that is killed in any phase goes on where it stopped, and nothing is done twice', async () => {
  const phases = ['registered', 'marked', 'planned', 'approved', 'cut'];
  const names = phases.flatMap((phase) => Array.from({ length: 6 }, (_, at) => `killed-${phase}-${at}`));
  const folder = folderOf(
    Object.fromEntries(names.map((name) => [`${name.split('-')[1]}/${name}.md`, text(name)])),
  );
  for (const phase of phases) {
    const killAt = new RegExp(`: 6 ${phase}\\n`);
    const killed = await cutter(home, ['run', join(folder, phase), '--yes'], { url: server.url, killAt });
    expect([phase, killed.signal, killed.err]).toEqual([phase, 'SIGKILL', '']);
  }
  const { code, out } = await cutter(home, ['run', folder, '--yes', '--json'], { url: server.url });
  const ends = linesOf(out);
  expect(ends.at(-1)).toEqual({ summary: { documents: 30, complete: 30, incomplete: 0 } });
  expect(code).toBe(0);
  expect(
    ends
      .slice(0, -1)
      .map(({ docCode }) => docCode)
      .sort(),
  ).toEqual(names.toSorted());
  expect(await cutsOf('killed-')).toEqual({ cuts: 30, documents: 30, verified: 30 });
});

test('many documents are marked, approved, cut and verified by lists', async () => {
  const names = Array.from({ length: 104 }, (_, at) => `listed-${String(at).padStart(3, '0')}`);
  const folder = folderOf(Object.fromEntries(names.map((name) => [`${name}.md`, text(name)])));
  let requests = 0;
  server.server.httpServer.on('request', () => {
    requests += 1;
  });
  const { code, out } = await cutter(home, ['run', folder, '--yes'], { url: server.url });
  expect(code).toBe(0);
  expect(out).toContain('1-100 of 104: 100 marked\n');
  expect(out).toContain('101-104 of 104: 4 verified\n');
  expect(out).toContain('104 documents: 104 verified, 0 not.');
  // A document is looked for, registered and planned alone: one call each.
  expect(requests).toBeLessThan(3 * 104 + 30);
  expect(await cutsOf('listed-')).toEqual({ cuts: 104, documents: 104, verified: 104 });
  const again = await cutter(home, ['run', folder, '--yes', '--json'], { url: server.url });
  expect(linesOf(again.out).at(-1)).toEqual({ summary: { documents: 104, complete: 104, incomplete: 0 } });
  expect(await cutsOf('listed-')).toEqual({ cuts: 104, documents: 104, verified: 104 });
});

test('what cannot be read or registered is named, and the others go on', async () => {
  const folder = folderOf({
    'unfit-1.md': text('one'),
    'unfit-2.md': '',
    'unfit-3.md': 'caf\u00e9',
    'unfit-4.md': text('four'),
    'unfit-5.md': '',
  });
  writeFileSync(join(folder, 'unfit-3.md'), Buffer.from('caf\u00e9\n', 'latin1'));
  truncateSync(join(folder, 'unfit-5.md'), 17 * 1024 * 1024);
  const { code, out } = await cutter(home, ['run', folder, '--yes', '--json'], { url: server.url });
  expect(code).toBe(1);
  const ends = linesOf(out);
  expect(ends.pop()).toEqual({ summary: { documents: 5, complete: 2, incomplete: 3 } });
  const byCode = Object.fromEntries(ends.map((end) => [end.docCode, end]));
  expect(byCode['unfit-1']).toMatchObject({ status: 'verified_complete', error: null });
  expect(byCode['unfit-2'].error).toMatch(/empty|no bytes|nothing/i);
  expect(byCode['unfit-3'].error).toMatch(/Latin-1|UTF-8/);
  expect(byCode['unfit-4']).toMatchObject({ status: 'verified_complete', error: null });
  expect(byCode['unfit-5'].error).toMatch(/has 17825792 bytes; a document has at most/);
});

test('an amended folder is cut again, and what did not change is left alone', async () => {
  const names = ['changed-1', 'changed-2', 'changed-3'];
  const folder = folderOf(Object.fromEntries(names.map((name) => [`${name}.md`, text(name)])));
  const command = ['run', folder, '--yes', '--json'];
  expect((await cutter(home, command, { url: server.url })).code).toBe(0);
  writeFileSync(join(folder, 'changed-2.md'), text('changed-2').replace('four', 'five'));
  expect((await cutter(home, command, { url: server.url })).code).toBe(0);
  expect(await cutsOf('changed-')).toEqual({ cuts: 4, documents: 3, verified: 4 });
  // Back to the first text: an attempt of its own.
  writeFileSync(join(folder, 'changed-2.md'), text('changed-2'));
  expect((await cutter(home, command, { url: server.url })).code).toBe(0);
  expect(await cutsOf('changed-')).toEqual({ cuts: 5, documents: 3, verified: 5 });
});

test('a plan with warnings is held back alone, until they are accepted', async () => {
  const long = `# Long\n\n${'One sentence after the other goes on and on. '.repeat(400)}\n`;
  const folder = folderOf({ 'warned-1.md': text('one'), 'warned-2.md': long });
  const command = ['run', folder, '--yes', '--json'];
  const held = await cutter(home, command, { url: server.url });
  expect(held.code).toBe(1);
  const [, second] = linesOf(held.out).filter(({ docCode }) => docCode !== undefined);
  expect(second).toMatchObject({ docCode: 'warned-2', error: expect.stringContaining('--accept-warnings') });
  expect(await cutsOf('warned-')).toMatchObject({ documents: 1, verified: 1 });
  expect((await cutter(home, [...command, '--accept-warnings'], { url: server.url })).code).toBe(0);
  expect(await cutsOf('warned-')).toEqual({ cuts: 2, documents: 2, verified: 2 });
});

test('a person is shown the plans, and asked once before the approvals and once before the cuts', async () => {
  const folder = folderOf({ 'asked-1.md': text('asked-1'), 'asked-2.md': text('asked-2') });
  const atTerminal = async (...answers: string[]) => {
    const someone = person(...answers);
    const code = await runDocument(folder, { yes: false }, clientConfig(server.url, home), someone);
    // Lines are folded where the folder's name is long.
    return { code, said: someone.said().replace(/\s+/g, ' ') };
  };
  const no = await atTerminal('n');
  expect(no.code).toBe(1);
  expect(no.said).toMatch(/asked-1 Plan \d+ units/);
  expect(no.said).toContain('Approve 2 plans?');
  expect(no.said).toContain('asked-2.md: review_pending');
  expect(await cutsOf('asked-')).toMatchObject({ cuts: 0 });
  const half = await atTerminal('y', 'n');
  expect(half.code).toBe(1);
  expect(half.said).toContain('Cut 2 documents?');
  expect(half.said).toContain('asked-1.md: reviewed_approved');
  expect(await cutsOf('asked-')).toMatchObject({ cuts: 0 });
  // What was approved before is left to the walk of one document, which asks for each.
  const done = await atTerminal('y', 'y');
  expect(done.code).toBe(0);
  expect(await cutsOf('asked-')).toEqual({ cuts: 2, documents: 2, verified: 2 });
});

test('a ledger that is gone ends the run with a sentence', async () => {
  const gone = await testServer();
  const itsHome = homeOf(gone);
  const folder = folderOf({ 'gone-1.md': text('one') });
  await gone.close();
  const { code, err } = await cutter(itsHome, ['run', folder, '--yes'], { url: gone.url });
  expect(code).toBe(1);
  expect(err).toMatch(/No ledger answers at/);
});

test('a document that is refused stops no other, and the status says so', async () => {
  const folder = folderOf({
    'faulty-1.md': text('one'),
    'faulty-2.md': '\u0000',
    'faulty-3.md': text('three'),
  });
  const { code, out } = await cutter(home, ['run', folder, '--yes'], { url: server.url });
  expect(code).toBe(1);
  expect(out).toMatch(/3 documents: 2 verified, 1 not\./);
  expect(await cutsOf('faulty-')).toMatchObject({ documents: 2, verified: 2 });
});

test('without a terminal nobody can answer, so a folder needs --yes', async () => {
  const { code, err } = await cutter(home, ['run', folderOf({ 'x.md': text('x') })], { url: server.url });
  expect(code).toBe(1);
  expect(err).toContain('add --yes');
});
