/** `cutter rehearse`: a whole cycle in a database of its own, whose digests are those of the real cut. */
import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { writeSecrets } from '../../src/home/secrets.ts';
import { DEFAULT_RULES } from '../../src/law/rules/rules.ts';
import {
  type ProductionServer,
  productionServer,
  STATEMENT,
  seedOfCaller,
  signedApproval,
} from '../harness/approvers.ts';
import { cutter, fileOf, homeOf, type Ran } from '../harness/cli.ts';
import { call, fresh, type Loose, marked, reviewed, sampleText, verifyCut } from '../harness/cycle.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { RUNS_PROGRAMS_MS } from '../harness/timeouts.ts';

let server: ProductionServer;
let home: string;
beforeAll(async () => {
  server = await productionServer();
  home = homeOf(server);
  writeSecrets(home, server.database.secrets);
});

const rehearse = (args: readonly string[], ownerUrl = server.database.ownerUrl): Promise<Ran> =>
  cutter(home, ['rehearse', ...args], { env: { CUTTER_DATABASE_URL: ownerUrl, CUTTER_MODE: 'production' } });

async function rehearsed(...args: string[]): Promise<Loose> {
  const { code, out, err } = await rehearse([...args, '--json']);
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out);
}

/** Databases of rehearsals that the server has. */
async function scratches(): Promise<readonly string[]> {
  const { rows } = await server.superuser.query(
    "select datname from pg_database where datname like 'cutter_rehearsal_%' and datname not like '%_0fe57abc'",
  );
  return rows.map(({ datname }) => datname);
}

/** What an approver of the cut would sign. */
async function pinsOf(entryId: string, manifestDigest: string): Promise<Loose> {
  await seedOfCaller(server, server.approver);
  const input = { idempotencyKey: fresh('pins'), entryId, manifestDigest, dryRun: true };
  const { statement } = await call(server, server.approver.token, 'approveCut', input, STATEMENT);
  return JSON.parse(Buffer.from(statement.payload, 'base64').toString('utf8'));
}

/** Takes a reviewed entry to its verified end, with the approval that production asks for. */
async function cutAndVerified(made: Awaited<ReturnType<typeof reviewed>>): Promise<void> {
  const seed = await seedOfCaller(server, server.approver);
  const { entryId, manifestDigest, name } = made;
  const approval = { idempotencyKey: fresh('approve'), entryId, manifestDigest };
  const approved = await signedApproval(server, server.approver.token, seed, approval);
  expect(approved).toMatchObject({ __typename: 'ApproveCutSuccess' });
  const input = { idempotencyKey: `cut:${name}`, entryId, manifestDigest };
  const cut = await call(server, server.tokens.executor, 'cut', input, 'changeSet { changeSetId }');
  expect(cut).toMatchObject({ __typename: 'CutSuccess' });
  const verdict = await verifyCut(server, { name, changeSetId: cut.changeSet.changeSetId });
  expect(verdict.entry).toEqual({ status: 'VERIFIED_COMPLETE' });
}

describe('a rehearsal', { timeout: RUNS_PROGRAMS_MS }, () => {
  test('of an entry ends with the pins of its real approval, and writes nothing to the ledger', async () => {
    const entry = await marked(server);
    const before = await fingerprint(server);
    const { type, docCode, isMarked, status, pins, actionCounts } = await rehearsed(entry.entryId);
    expect(await fingerprint(server)).toBe(before);
    expect(await scratches()).toEqual([]);
    expect([type, docCode, isMarked, status]).toEqual(['rehearsal', entry.name, true, 'verified_complete']);
    expect(actionCounts).toContainEqual({ action: 'BIRTH', count: 4 });
    const made = await reviewed(server, 'APPROVE', entry);
    expect(made.manifestDigest).toBe(pins.manifestDigest);
    // It is the same whatever was done with the entry until then.
    expect((await rehearsed(entry.entryId)).pins).toEqual(pins);
    expect(await pinsOf(entry.entryId, made.manifestDigest)).toMatchObject(pins);
    await cutAndVerified(made);
    const after = await rehearse([entry.entryId]);
    expect([after.code, after.err]).toEqual([
      1,
      expect.stringMatching(/is verified_complete, so there is no cut ahead/),
    ]);
  });

  test('of a document’s next version plans against the units, vocabulary and profile of the ledger', async () => {
    const first = await marked(server);
    await cutAndVerified(await reviewed(server, 'APPROVE', first));
    const text = sampleText(first.name).replace('Second', 'Other').concat('\n## Three\n\nThird.\n');
    const next = await marked(server, fresh(), { docCode: first.name, text });
    const { pins, actionCounts } = await rehearsed(next.entryId);
    const counts = Object.fromEntries(actionCounts.map(({ action, count }: Loose) => [action, count]));
    expect(counts).toMatchObject({ BIRTH: 1, VERSION: 1, UNCHANGED: 3, VANISHED: 0 });
    const made = await reviewed(server, 'APPROVE', next);
    expect(await pinsOf(next.entryId, made.manifestDigest)).toMatchObject(pins);
  });

  test('of a file is of the entry that "cutter run" would mark, and takes as many reviewers as the rules ask for', async () => {
    const personIds = [server.callers.reviewer, server.callers.observer].map(({ personId }) => personId);
    const rules = {
      ...DEFAULT_RULES,
      quorum: { ...DEFAULT_RULES.quorum, high: { reviewers: 4, roles: ['counsel', 'editor'] } },
      roles: { counsel: [personIds[0]], editor: personIds },
    };
    const changed = await call(server, server.tokens.administrator, 'changeRules', {
      idempotencyKey: fresh('rules'),
      rules,
      reason: 'Two roles.',
    });
    expect(changed.__typename).toBe('ChangeRulesSuccess');
    const file = fileOf('travel.md', sampleText('travel'));
    const { code, out, err } = await rehearse([file, '--risk', 'high']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^Rehearsing what would be entry [0-9a-f-]{36} of travel\.\n/);
    for (const phase of ['MARK', 'SWEEP', 'REVIEW', 'CUT', 'VERIFY'])
      expect(out).toMatch(new RegExp(`^${phase} +[a-z_]+ +\\d+ ms$`, 'm'));
    expect(out).toMatch(/Nothing was written to the ledger\. An approval of this cut pins:/);
    const json = await rehearsed(file);
    expect(out).toContain(json.pins.manifestDigest);
    expect(out).toContain(json.entryId);
  });

  test('of what the ledger would refuse ends with its refusal', async () => {
    const absent = await rehearse(['00000000-0000-4000-8000-000000000000']);
    expect([absent.code, absent.err]).toEqual([
      1,
      expect.stringMatching(/has no entry 0{8}-.* with a source/),
    ]);
    const file = fileOf('empty.md', '');
    const empty = await rehearse([file]);
    expect([empty.code, empty.out, empty.err]).toEqual([
      1,
      expect.stringMatching(/^Rehearsing/),
      expect.stringMatching(/was refused \(/),
    ]);
    const profile = await rehearse([fileOf('any.md', sampleText('any')), '--profile', 'none-such']);
    expect([profile.code, profile.err]).toEqual([
      1,
      expect.stringMatching(/MARK was refused \(InvalidInput\)/),
    ]);
    expect(await scratches()).toEqual([]);
  });

  test('needs an owner who may create databases, and says what gives that right', async () => {
    const name = `cutter_${fresh('owner').replace('-', '_')}`;
    const database = server.database.name;
    await server.superuser.query(`create role ${name} login createrole bypassrls password 'owners-password'`);
    await server.superuser.query(`grant pg_read_all_data to ${name}`);
    try {
      const url = new URL(server.database.ownerUrl);
      [url.username, url.password] = [name, 'owners-password'];
      await server.superuser.query(`grant connect on database ${database} to ${name}`);
      const entry = await marked(server);
      const { code, err } = await rehearse([entry.entryId], url.href);
      expect([code, err]).toEqual([1, expect.stringMatching(new RegExp(`alter role ${name} createdb;`))]);
    } finally {
      await server.superuser.query(`drop owned by ${name}`);
      await server.superuser.query(`drop role ${name}`);
    }
  });

  test('that was killed leaves a database, which the next one drops; one that is under way stays', async () => {
    const [left, used] = ['cutter_rehearsal_1_0fe57abd', 'cutter_rehearsal_1_0fe57abc'];
    for (const name of [left, used])
      await server.superuser.query(`create database ${name} template template0`);
    const url = new URL(server.database.ownerUrl);
    url.pathname = `/${used}`;
    const user = new pg.Client({ connectionString: url.href });
    await user.connect();
    const entry = await marked(server);
    await rehearsed(entry.entryId);
    expect(await scratches()).toEqual([]);
    expect((await user.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await user.end();
    await server.superuser.query(`drop database ${used} with (force)`);
  });

  test('that is killed under way has written nothing to the ledger', async () => {
    const entry = await marked(server);
    const before = await fingerprint(server);
    const { signal } = await cutter(home, ['rehearse', entry.entryId], {
      env: { CUTTER_DATABASE_URL: server.database.ownerUrl },
      killAt: /^REVIEW/m,
    });
    expect(signal).toBe('SIGKILL');
    expect(await fingerprint(server)).toBe(before);
    for (const name of await scratches()) await server.superuser.query(`drop database ${name} with (force)`);
  });
});
