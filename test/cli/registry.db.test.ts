import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cutter, fileOf } from '../harness/cli.ts';
import { send } from '../harness/doors.ts';
import { profileBody } from '../harness/registry.ts';
import { type Command, cutterStart, homeWithCluster, urlOf } from '../harness/start-command.ts';
import { RESTARTS_POSTGRES_MS } from '../harness/timeouts.ts';

const home = homeWithCluster();
let server: Command;
beforeAll(async () => {
  server = cutterStart({ CUTTER_HOME: home });
  await server.says('Ctrl-C');
});
afterAll(async () => {
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
});

const run = (...args: string[]) => cutter(home, args, { url: urlOf(server) });
const profile = (other: object = {}) =>
  fileOf('own.json', JSON.stringify({ ...profileBody(), name: 'own-law', version: '1', ...other }));

test(
  'cutter sweep promotes what waits, and keeps that a timer started it',
  async () => {
    expect(await run('sweep', '--scheduled')).toMatchObject({
      code: 0,
      out: 'Looked at 0 entries; 0 now wait for review.\n',
    });
    const { observer } = JSON.parse(readFileSync(join(home, 'tokens.json'), 'utf8'));
    const query = '{ sweepPasses(last: 1) { nodes { triggerKind } } }';
    const answer = await send(urlOf(server), { token: observer, body: { query } });
    expect(answer.json().data).toEqual({ sweepPasses: { nodes: [{ triggerKind: 'SCHEDULED' }] } });
  },
  RESTARTS_POSTGRES_MS,
);

describe('cutter profile and cutter vocabulary', { timeout: RESTARTS_POSTGRES_MS }, () => {
  test('add a word, which the list shows from then on', async () => {
    const add = () => run('vocabulary', 'add', 'unit_kind', 'law_unit', 'A unit of a law.', '--at-most', '9');
    expect(await run('vocabulary', 'add', 'unit_kind', 'law_unit', 'x', '--dry-run')).toMatchObject({
      code: 0,
      out: 'unit_kind law_unit can be registered.\n',
    });
    expect(await add()).toMatchObject({ code: 0, out: 'unit_kind law_unit is registered.\n' });
    expect(await add()).toMatchObject({ code: 0, out: 'unit_kind law_unit is registered already.\n' });
    const { out } = await run('vocabulary', 'list');
    expect(out).toContain('unit_kind law_unit (at most 9): A unit of a law. [registered]\n');
    expect(out).toContain('section_type title (at most 1): The title of the document.\n');
  });

  test('refuse a word that is there with another meaning, and one that nobody can write', async () => {
    const other = await run('vocabulary', 'add', 'unit_kind', 'section', 'Something else.');
    expect(other.code).toBe(1);
    expect(other.err.replace(/\s+/g, ' ')).toMatch(
      /AlreadyRegistered.*"section" is there already.*leave it out/,
    );
    expect((await run('vocabulary', 'add', 'kind', 'word', 'A word.')).code).toBe(64);
    expect((await run('vocabulary', 'add', 'unit_kind', 'word', 'A word.', '--at-most', '0')).code).toBe(64);
  });

  test('register a profile from a file, by which a document is then cut', async () => {
    expect(await run('profile', 'add', profile(), '--dry-run')).toMatchObject({ code: 0 });
    const { code, out } = await run('profile', 'add', profile());
    expect([code, out]).toEqual([0, expect.stringMatching(/^own-law@1 is registered, sha256:\w{64}\.\n$/)]);
    const list = await run('profile', 'list');
    expect(list.out).toMatch(/^markdown@1 sha256:\w{64} comes with the program\n/);
    expect(list.out).toMatch(/own-law@1 sha256:\w{64} registered \d{4}-/);
    const law = fileOf('principles.md', '# Law\n\n## NT1 Care\n\n(1) Take care.\n');
    const cut = await run('run', law, '--yes', '--profile', 'own-law');
    expect([cut.code, cut.err]).toEqual([0, '']);
    expect((await run('profile', 'add', profile({ titleLength: 9 }))).err.replace(/\s+/g, ' ')).toMatch(
      /Register this one as version 2/,
    );
    expect((await cutter(home, ['fsck'])).out).toMatch(/Clean\.\n$/);
  });

  test.each([
    ['no JSON', '{', /is no JSON/],
    ['no object', '[]', /is no JSON object/],
    ['no name', '{}', /has no "name" and "version"/],
  ])('name a file that is %s', async (_, text, words) => {
    const { code, err } = await run('profile', 'add', fileOf('bad.json', text));
    expect(code).toBe(1);
    expect(err.replace(/\s+/g, ' ')).toMatch(words);
  });
});

describe('cutter rules', { timeout: RESTARTS_POSTGRES_MS }, () => {
  const rulesFile = (body: object) => fileOf('rules.json', JSON.stringify(body));
  const shown = async (...version: string[]) => JSON.parse((await run('rules', 'show', ...version)).out);

  test('show prints what change takes, and change says what would be weaker before it does so', async () => {
    const before = await shown();
    expect(before).toMatchObject({ format: 'cutter-rules/1', quorum: { high: { reviewers: 2 } } });
    const weaker = rulesFile({ ...before, quorum: { ...before.quorum, high: { reviewers: 1, roles: [] } } });
    const tried = await run('rules', 'change', weaker, '--dry-run');
    expect([tried.code, tried.out]).toEqual([0, expect.stringMatching(/^Version 2 .*They are weaker/s)]);
    expect(await shown()).toEqual(before);
    const changed = await run('rules', 'change', weaker, '--reason', 'There are few of us.');
    expect([changed.code, changed.out]).toEqual([0, expect.stringMatching(/^Version 2 .*\(position \d+\)/)]);
    expect(await shown()).toMatchObject({ quorum: { high: { reviewers: 1 } } });
    expect(await shown('1')).toEqual(before);
  });

  test('a version that is not there, a mistyped member and what is no object are refused', async () => {
    expect(await run('rules', 'show', '99')).toMatchObject({ code: 1, out: '' });
    const before = await shown();
    for (const wrong of [{ ...before, apart: [['preparer', 'cuter']] }, { ...before, quorom: {} }, []]) {
      const { code, out, err } = await run('rules', 'change', rulesFile(wrong));
      expect([code, out]).toEqual([1, '']);
      expect(err).toMatch(/cuter|quorom|no JSON object/);
    }
    expect(await shown()).toEqual(before);
  });
});
