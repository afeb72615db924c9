/** Which document a file is: none is taken for another. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { runDocument } from '../../../src/cli/run.ts';
import { caller } from '../../harness/callers.ts';
import { clientConfig, cutter, homeOf, person } from '../../harness/cli.ts';
import { fresh } from '../../harness/cycle.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { RUNS_PROGRAMS_MS } from '../../harness/timeouts.ts';

vi.setConfig({ testTimeout: RUNS_PROGRAMS_MS });

let server: TestServer;
let home: string;
let folder: string;
let name: string;
beforeAll(async () => {
  server = await testServer();
});
beforeEach(() => {
  home = homeOf(server);
  folder = mkdtempSync(join(tmpdir(), 'cutter-documents-'));
  name = fresh('law');
});

function file(path: string, text = '# A\n\nFirst.\n'): string {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  return whole;
}

const takes = (path: string, ...more: string[]) => cutter(home, ['run', path, '--yes', ...more], server);

async function sourcesOf(docCode: string): Promise<number> {
  const { rows } = await server.superuser.query<{ count: string }>(
    'select count(*) from cutter_source.source where doc_code = $1',
    [docCode],
  );
  return Number(rows[0]?.count);
}

describe('cutter run takes no document for another', () => {
  test.each([
    ['of the same name in another folder', 'a/NAME.md', 'b/NAME.md'],
    ['of the same name in capitals', 'a/NAME.md', 'b/Name.md'],
    ['of another ending', 'NAME.md', 'NAME.txt'],
    ['with the same text', 'a/NAME.md', 'b/NAME.md', 'same'],
  ])(
    'a file %s is refused where nobody can be asked, and nothing is registered',
    async (_, first, second, ...same) => {
      const named = (path: string) => path.replace('NAME', name).replace('Name', name.toUpperCase());
      const text = '# A\n\nFirst.\n';
      expect((await takes(file(named(first), text))).code).toBe(0);
      const other = file(named(second), same.length > 0 ? text : '# B\n\nSecond.\n');
      const refused = await takes(other);
      expect(refused.code).toBe(1);
      expect(refused.err).toMatch(
        /has a document ".*" already, from .*Nothing was registered\. .*--doc-code .*\n$/,
      );
      expect(await sourcesOf(name)).toBe(1);
      const [, suggested = ''] = /for example --doc-code (\S+)\.$/m.exec(refused.err) ?? [];
      expect((await takes(other, '--doc-code', suggested)).code).toBe(0);
      expect(await sourcesOf(suggested)).toBe(1);
    },
  );

  test('two titles in Cyrillic letters with the same year are two documents', async () => {
    const [one, other] = [`налоговый-${name}-2024`, `трудовой-${name}-2024`];
    expect((await takes(file(`Налоговый ${name} 2024.md`))).code).toBe(0);
    expect((await takes(file(`Трудовой ${name} 2024.md`))).code).toBe(0);
    expect([await sourcesOf(one), await sourcesOf(other)]).toEqual([1, 1]);
  });

  test('the same file, edited, is the next version without a question', async () => {
    const path = file(`${name}.md`);
    expect((await takes(path)).code).toBe(0);
    file(`${name}.md`, '# A\n\nSecond.\n');
    const amended = await takes(path);
    expect(amended.code).toBe(0);
    expect(amended.out).toContain('1 with a next version');
    expect(amended.out).toMatch(/ {9}~ /);
  });

  test('in a terminal a person says whether it is the next version, and is remembered', async () => {
    await takes(file(`a/${name}.md`));
    const moved = file(`b/${name}.md`, '# A\n\nSecond.\n');
    const config = clientConfig(server.url, home);
    const no = person('n');
    expect(await runDocument(moved, { yes: true }, config, no)).toBe(1);
    expect(no.said()).toContain(`already, from ${join(folder, `a/${name}.md`)}`.split(', ')[0]);
    expect(await sourcesOf(name)).toBe(1);
    expect(await runDocument(moved, { yes: true }, config, person('y'))).toBe(0);
    expect((await takes(moved)).code).toBe(0);
    expect((await takes(file(`a/${name}.md`, '# A\n\nThird.\n'))).code).toBe(1);
  });

  test('another title is asked about; the code decides where it is named', async () => {
    const path = file(`${name}.md`);
    expect((await takes(path, '--title', 'Of tea')).code).toBe(0);
    file(`${name}.md`, '# A\n\nSecond.\n');
    const refused = await takes(path, '--title', 'Of cake');
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('with the title "Of tea"');
    expect((await takes(path, '--title', 'Of cake', '--doc-code', name)).code).toBe(0);
  });

  test('a title that the ledger gives is shown without orders to the terminal, in lines of 80 columns', async () => {
    const path = file(`${name}.md`);
    const title = `Of tea \u202e${'and of what is eaten with it '.repeat(4)}`;
    expect((await takes(path, '--title', title)).code).toBe(0);
    const asked = person('n');
    const named = { yes: true, title: 'Of cake' };
    expect(await runDocument(path, named, clientConfig(server.url, home), asked)).toBe(1);
    expect(asked.said()).toContain('with the title "Of tea and');
    expect(asked.said()).not.toContain('\u202e');
    for (const line of asked.said().split('\n').slice(0, 2)) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('another home knows a document by its text alone', async () => {
    const path = file(`${name}.md`);
    expect((await takes(path)).code).toBe(0);
    home = homeOf(server);
    file(`b/${name}.md`, '# B\n');
    const refused = await takes(join(folder, `b/${name}.md`));
    expect(refused.err).toContain('from a file that this home does not know');
    expect((await takes(path)).code).toBe(0);
  });

  test('a file that the ledger refused leaves its code to the next one', async () => {
    expect((await takes(file(`a/${name}.md`, ''))).code).toBe(1);
    expect((await takes(file(`b/${name}.md`))).code).toBe(0);
  });
});

test('document: what was registered under a code, for those who may read documents', async () => {
  await takes(file(`${name}.md`), '--title', 'Of tea');
  const query = `{ document(docCode: "${name}") { docCode title } }`;
  const seen = await server.gql(server.tokens.reviewer, query);
  expect(seen.body.data.document).toEqual({ docCode: name, title: 'Of tea' });
  const none = await server.gql(server.tokens.reviewer, '{ document(docCode: "no such") { docCode } }');
  expect(none.body.data.document).toBeNull();
  const { token } = await caller(server, { scopes: ['ledger:observe', 'ledger:evidence'] });
  const refused = await server.gql(token, query);
  expect(refused.body.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
});
