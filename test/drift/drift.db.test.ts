import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkDrift, readDrift } from '../../src/drift/check-drift.ts';
import { mendingStatements } from '../../src/drift/divergence.ts';
import { checkLedger } from '../../src/fsck/check.ts';
import { exitCodeOf } from '../../src/fsck/finding.ts';
import { startScrub } from '../../src/fsck/scrub/scrub.ts';
import { cutter } from '../harness/cli.ts';
import { call, marked, reviewed, verifyCut, wasCut } from '../harness/cycle.ts';
import { issuedToken } from '../harness/parties.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { RUNS_PROGRAMS_MS } from '../harness/timeouts.ts';

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await testServer();
  token = server.tokens.reviewer;
});

const DRIFT = '{ drift { kind name expected found mend message } }';

async function drift() {
  const { body } = await server.gql(token, DRIFT);
  expect(body.errors).toBeUndefined();
  return body.data.drift;
}

test('a database that the migrations made has none, for a caller and for fsck', async () => {
  expect(await drift()).toEqual([]);
  const report = await checkLedger({ url: server.pools.urls.evidence });
  expect([report.drift, exitCodeOf(report)]).toEqual([[], 0]);
});

test('several alterations are each named, with the statement that mends them', async () => {
  const { superuser } = server;
  await superuser.query(`alter table cutter_source.source disable row level security;
    grant delete on cutter_governance.review_decision to cutter_exec;
    alter table cutter_source.source rename column title to heading`);
  expect(await drift()).toEqual([
    {
      kind: 'column',
      name: 'cutter_source.source.title',
      expected: 'cutter_source.source.title',
      found: 'cutter_source.source.heading',
      mend: ['alter table cutter_source.source rename column heading to title'],
      message: expect.stringMatching(/^Column cutter_source\.source\.title has the name /),
    },
    {
      kind: 'grant',
      name: 'delete on cutter_governance.review_decision to cutter_exec',
      expected: null,
      found: 'granted',
      mend: ['revoke delete on cutter_governance.review_decision from cutter_exec'],
      message:
        'Grant delete on cutter_governance.review_decision to cutter_exec is there: granted. The ledger has none. ' +
        'To mend it: revoke delete on cutter_governance.review_decision from cutter_exec;',
    },
    {
      kind: 'row security',
      name: 'cutter_source.source',
      expected: 'enabled',
      found: 'disabled',
      mend: [
        'alter table cutter_source.source enable row level security; alter table cutter_source.source no force row level security',
      ],
      message: expect.stringMatching(
        /^Row security cutter_source\.source is: disabled\. The ledger has it as: enabled\./,
      ),
    },
  ]);
  for (const statement of mendingStatements(await readDrift(server.pools.urls.evidence)))
    await superuser.query(statement);
  expect(await drift()).toEqual([]);
});

test('fsck names what diverges, and isn’t clean', async () => {
  await server.superuser.query('create table cutter_log.altered (a int)');
  const report = await checkLedger({ url: server.pools.urls.evidence });
  expect(report.findings).toEqual([]);
  expect(report.drift).toMatchObject([{ kind: 'relation', name: 'cutter_log.altered', found: 'table' }]);
  expect(exitCodeOf(report)).toBe(1);
  await server.superuser.query('drop table cutter_log.altered');
});

test('where a table that fsck reads has lost a column, fsck names that, and says what it couldn’t check', async () => {
  const { superuser } = server;
  await superuser.query('alter table cutter_governance.verify_result rename column findings to altered');
  const report = await checkLedger({ url: server.pools.urls.evidence });
  expect(report.drift).toMatchObject([{ kind: 'column', name: 'cutter_governance.verify_result.findings' }]);
  expect(report.unseen).toMatchObject([{ table: 'cutter_governance.verify_result' }]);
  expect(exitCodeOf(report)).toBe(2);
  for (const statement of mendingStatements(report.drift)) await superuser.query(statement);
  expect((await checkLedger({ url: server.pools.urls.evidence })).drift).toEqual([]);
});

test('a login that writes sees the same shape', async () => {
  const { exec } = server.pools.urls;
  const { Client } = await import('pg').then(({ default: pg }) => pg);
  const client = new Client({ connectionString: exec as string });
  await client.connect();
  expect(await checkDrift(client)).toEqual([]);
  await client.end();
});

test('a caller without the scope, or with a token narrowed to entries, isn’t answered', async () => {
  const { entryId } = await marked(server);
  const observer = await issuedToken(server, {}, { scopes: ['LEDGER_OBSERVE'] });
  const narrowed = await issuedToken(server, { entryIds: [entryId] }, { scopes: ['LEDGER_EVIDENCE'] });
  for (const { secret } of [observer, narrowed]) {
    const { body } = await server.gql(secret, DRIFT);
    expect(body.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  }
});

test('the background check raises one alarm for each divergence', async () => {
  const heard: { alarm?: string; divergence?: string }[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void heard.push(JSON.parse(line)) });
  await server.superuser.query('create table cutter_log.altered (a int)');
  const pace = { page: { records: 50, rows: 1000 }, rest: 0, leastRestMs: 1, passRestMs: 1 };
  const scrub = startScrub({ url: server.pools.urls.evidence, log, ...pace });
  try {
    await expect.poll(() => heard.length).toBe(1);
    const first = scrub.state().lastPass?.startedAt;
    await expect.poll(() => scrub.state().lastPass?.startedAt).not.toBe(first);
    expect(heard).toMatchObject([{ alarm: 'DRIFT', divergence: 'cutter_log.altered' }]);
  } finally {
    await scrub.close();
    await server.superuser.query('drop table cutter_log.altered');
  }
});

describe('in a database that was altered', () => {
  const ALTERED =
    'create policy altered on public.unit_version using (true); grant delete on public.unit_version to cutter_exec';
  const MENDED =
    'drop policy altered on public.unit_version; revoke delete on public.unit_version from cutter_exec';
  const refused = {
    __typename: 'Drifted',
    guard: 'G-CUT-DRIFT',
    retryable: false,
    message: expect.stringMatching(/^Policy altered on public\.unit_version is there: .* 1 more differs\. /),
    problems: [
      { path: [], code: 'drift', message: expect.stringMatching(/^Policy altered /) },
      { path: [], code: 'drift', message: expect.stringMatching(/^Grant delete on public\.unit_version /) },
    ],
  };

  test('CUT is refused, tried or meant, writes nothing, and succeeds once that is mended', async () => {
    const { name, entryId, manifestDigest } = await reviewed(server);
    const cut = (dryRun: boolean) =>
      call(
        server,
        server.tokens.executor,
        'cut',
        { idempotencyKey: `cut:${name}`, entryId, manifestDigest, dryRun },
        'changeSet { changeSetId }',
      );
    expect((await cut(true)).__typename).toBe('CutSuccess');
    const before = await fingerprint(server);
    await server.superuser.query(ALTERED);
    expect(await cut(true)).toMatchObject(refused);
    expect(await cut(false)).toMatchObject(refused);
    await server.superuser.query(MENDED);
    expect(await fingerprint(server)).toBe(before);
    expect((await cut(false)).__typename).toBe('CutSuccess');
    // What was answered once is answered again.
    await server.superuser.query(ALTERED);
    expect((await cut(false)).__typename).toBe('CutSuccess');
    await server.superuser.query(MENDED);
  });

  test('VERIFY is refused, and judges once that is mended', async () => {
    const made = await wasCut(server);
    const before = await fingerprint(server);
    await server.superuser.query(ALTERED);
    expect(await verifyCut(server, made)).toMatchObject(refused);
    await server.superuser.query(MENDED);
    expect(await fingerprint(server)).toBe(before);
    expect(await verifyCut(server, made)).toMatchObject({ result: { verdict: 'PASS' } });
  });

  test('the phases before CUT go on', async () => {
    await server.superuser.query(ALTERED);
    await reviewed(server);
    await server.superuser.query(MENDED);
  });
});

describe('cutter drift', () => {
  const home = mkdtempSync(join(tmpdir(), 'cutter-drift-'));
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  const run = (...args: string[]) =>
    cutter(home, args, { env: { CUTTER_DATABASE_URL: server.database.ownerUrl } });

  test(
    'ends with 0 and a sentence, with 1 and the statements, and prints JSON',
    async () => {
      writeFileSync(join(home, 'secrets.json'), JSON.stringify(server.database.secrets), { mode: 0o600 });
      expect(await run('drift')).toMatchObject({
        code: 0,
        out: 'The database is as the migrations made it.\n',
      });
      await server.superuser.query(
        // Roles are the whole server's, and other tests cut on it.
        `create table cutter_log.altered (a int);
          alter role cutter_exec in database ${server.database.name} set work_mem = '1MB'`,
      );
      const { code, out } = await run('drift');
      expect(code).toBe(1);
      expect(out).toMatch(
        /2 divergences\.\nTo mend all of them, run as the owner or a superuser, in this order:\n/,
      );
      expect(out).toContain('drop table cutter_log.altered;\n');
      const lines = (await run('drift', '--json')).out.trim().split('\n');
      expect(lines.map((line) => JSON.parse(line).type)).toEqual(['divergence', 'divergence', 'summary']);
      const [{ mend }] = [JSON.parse(lines.at(-1) as string)];
      for (const statement of mend) await server.superuser.query(statement);
      expect((await run('drift')).code).toBe(0);
    },
    RUNS_PROGRAMS_MS,
  );

  test(
    'leaves a database of an earlier version to the start that migrates it, as fsck does',
    async () => {
      const { superuser } = server;
      const { rows } = await superuser.query(
        'delete from cutter_meta.migration where ordinal = (select max(ordinal) from cutter_meta.migration) returning *',
      );
      for (const command of ['drift', 'fsck']) {
        const { code, out } = await run(command);
        expect([command, code]).toEqual([command, 2]);
        expect(out).toMatch(/is of an earlier version: \d{4}_\w+\.sql is still to come\. Start the server/);
      }
      const { ordinal, name, checksum, applied_at: at, public_kept: kept } = rows[0];
      await superuser.query('insert into cutter_meta.migration values ($1, $2, $3, $4, $5)', [
        ordinal,
        name,
        checksum,
        at,
        kept,
      ]);
    },
    RUNS_PROGRAMS_MS,
  );
});
