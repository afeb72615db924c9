import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cutter } from '../harness/cli.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { RUNS_PROGRAMS_MS } from '../harness/timeouts.ts';
import { cosigned, everyKindOfPhase, tamper } from './fsck-ground.ts';

vi.setConfig({ testTimeout: RUNS_PROGRAMS_MS });

let server: TestServer;
const home = mkdtempSync(join(tmpdir(), 'cutter-fsck-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

beforeAll(async () => {
  server = await testServer();
  await everyKindOfPhase(server);
  await cosigned(server);
  writeFileSync(join(home, 'secrets.json'), JSON.stringify(server.database.secrets), { mode: 0o600 });
});

const fsck = (...args: string[]) =>
  cutter(home, ['fsck', ...args], { env: { CUTTER_DATABASE_URL: server.database.ownerUrl } });
const objects = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('cutter fsck', () => {
  test('says in sentences that an untouched ledger is clean, with status 0', async () => {
    const { code, out, err } = await fsck();
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^Checked \d+ records, \d+ rows, .*\n.*checkpoints holds no head of this ledger, so this check can't see whether the ledger was set back\. Name other heads with --heads FILE\.\nClean\.\n$/,
    );
  });

  test('--json gives one object a line, the last one a summary', async () => {
    const { code, out } = await fsck('--json');
    expect(code).toBe(0);
    expect(objects(out)).toEqual([
      expect.objectContaining({ type: 'summary', verdict: 'clean', findings: 0 }),
    ]);
  });

  test('names each finding, with status 1', async () => {
    const id = (
      await server.superuser.query(
        `select history_id::text as id from cutter_governance.decision_backlog_history limit 1`,
      )
    ).rows[0].id;
    const table = 'cutter_governance.decision_backlog_history';
    await tamper(
      server,
      [table],
      [`update ${table} set rationale = 'another' where history_id = '${id}'`],
      async () => {
        const told = await fsck();
        expect(told.code).toBe(1);
        expect(told.out).toMatch(
          new RegExp(
            `^edited: ${table} ${id} rationale: Column rationale isn't what was written at position \\d+\\. \\(after position \\d+, before \\d+\\)\n`,
          ),
        );
        const [finding, summary] = objects((await fsck('--json')).out);
        expect(finding).toMatchObject({
          type: 'finding',
          verdict: 'edited',
          table,
          key: id,
          column: 'rationale',
        });
        expect(summary).toMatchObject({ type: 'summary', verdict: 'findings', findings: 1 });
      },
    );
  });

  test('compares with heads that were kept in a file', async () => {
    const answer = await server.gql(server.tokens.observer, '{ checkpoint { note } }');
    const note = answer.body.data.checkpoint.note as string;
    const file = join(home, 'heads.txt');
    writeFileSync(file, `${note}\n`);
    expect((await fsck('--heads', file)).code).toBe(0);
    writeFileSync(file, `${note.replace(/\n\d+\n/, '\n9999\n')}\n`);
    const { code, out } = await fsck('--heads', file);
    expect(code).toBe(1);
    expect(out).toMatch(/^restored: cutter_log.log /);
  });

  test('that can look at nothing says so, with status 2', async () => {
    const nowhere = await cutter(home, ['fsck'], {
      env: { CUTTER_DATABASE_URL: 'postgres://cutter@127.0.0.1:1/none' },
    });
    expect([nowhere.code, nowhere.out]).toEqual([
      2,
      expect.stringMatching(/^Nothing could be checked: No PostgreSQL answers/),
    ]);
    const empty = await cutter(join(home, 'nothing'), ['fsck', '--json']);
    expect([empty.code, objects(empty.out)[0].type]).toEqual([2, 'unseen']);
    const heads = await fsck('--heads', join(home, 'secrets.json'));
    expect(heads.code).toBe(2);
  });
});
