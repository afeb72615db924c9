import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cutter, fileOf } from '../harness/cli.ts';
import { asOwner } from '../harness/cluster.ts';
import { ownerUrlOf } from '../harness/crash-processes.ts';
import { type Command, cutterStart, freshHome, urlOf } from '../harness/start-command.ts';
import { RESTARTS_POSTGRES_MS } from '../harness/timeouts.ts';

const home = freshHome();
let server: Command;
beforeAll(async () => {
  server = cutterStart({ CUTTER_HOME: home });
  await server.says('Ctrl-C');
  const path = fileOf('law.md', '# A law\n\nIts text.\n');
  expect((await run('run', path, '--yes', '--doc-code', 'a-law')).code).toBe(0);
});
afterAll(async () => {
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
});

const run = (...args: string[]) => cutter(home, args, { url: urlOf(server) });
const rowsOf = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('cutter audit', { timeout: RESTARTS_POSTGRES_MS }, () => {
  test('lists the acts of the log, more than a page of them, as JSON and for people', async () => {
    const owner = (text: string) => asOwner(ownerUrlOf(home), (client) => client.query(text));
    await owner(`insert into cutter_auth.audit (audit_id, at, operation, outcome, refusal, calls)
      select gen_random_uuid(), now() - n * interval '1 minute', 'mark', 'refused', 'Forbidden', 1
      from generate_series(1, 450) n`);
    const all = await run('audit', '--json');
    expect(all.code).toBe(0);
    const rows = rowsOf(all.out);
    expect(rows.filter(({ outcome, address }) => outcome === 'REFUSED' && address === null)).toHaveLength(
      450,
    );
    expect(rows.filter(({ outcome }) => outcome === 'ACCEPTED').map(({ operation }) => operation)).toEqual(
      expect.arrayContaining(['registerSource', 'mark', 'sweep', 'review', 'cut', 'verify']),
    );
    expect(rows.map(({ at }) => at)).toEqual(rows.map(({ at }) => at).toSorted());
    const { entryId } = rows.find(({ operation }) => operation === 'cut');
    const own = rowsOf((await run('audit', '--json', '--entry', entryId)).out);
    expect(own.map(({ operation }) => operation)).toEqual(['mark', 'sweep', 'review', 'cut', 'verify']);
    const from = rowsOf((await run('audit', '--json', '--from', rows.at(-1).at)).out);
    expect(from.at(-1)).toEqual(rows.at(-1));
    expect((await run('audit', '--entry', entryId)).out).toMatch(/ cut accepted, at position \d+, entry /);
    expect((await run('audit', '--from', '2099-01-01')).out).toBe('');
  });

  test('removes old months, and leaves a row that says how many rows they had', async () => {
    await asOwner(ownerUrlOf(home), (client) =>
      client.query(`insert into cutter_auth.audit (audit_id, at, operation, outcome, calls)
        select gen_random_uuid(), timestamptz '2020-02-03Z', 'mark', 'refused', 1 from generate_series(1, 7)`),
    );
    expect(await run('audit', '--drop-before', '2020-03')).toMatchObject({
      code: 0,
      out: 'Removed 7 rows of the audit from before 2020-03.\n',
    });
    const left = rowsOf((await run('audit', '--json')).out);
    expect(left.filter(({ at }) => at < '2020-03')).toEqual([]);
    expect(left.at(-1)).toMatchObject({ operation: 'audit', outcome: 'DROPPED', calls: 7 });
    expect((await run('audit', '--drop-before', '2020')).code).toBe(64);
    const next = new Date(Date.now() + 40 * 24 * 3_600_000).toISOString().slice(0, 7);
    expect((await run('audit', '--drop-before', next)).code).toBe(0);
    const months = await asOwner(ownerUrlOf(home), (client) =>
      client.query("select relname from pg_class where relname ~ '^audit_[0-9]{4}_[0-9]{2}$' order by 1"),
    );
    expect(months.rows[0].relname).toBe(`audit_${next.replace('-', '_')}`);
  });
});
