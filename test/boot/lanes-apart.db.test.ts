/** One ledger, served by two processes without its owner: one for each lane, with that lane's secrets alone. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../../src/database/cluster/embedded.ts';
import { makeSecrets, type Secrets, storedSecrets, writeSecrets } from '../../src/home/secrets.ts';
import { EXECUTOR_LANE, VERIFIER_LANE } from '../../src/law/values.ts';
import { cutter } from '../harness/cli.ts';
import { asOwner } from '../harness/cluster.ts';
import {
  call,
  fresh,
  type Loose,
  manifestOf,
  marked,
  reviewed,
  sweepAll,
  verifyCut,
  wasCut,
} from '../harness/cycle.ts';
import { send } from '../harness/doors.ts';
import type { TestServer } from '../harness/server.ts';
import {
  type Command,
  cutterStart,
  freshHome,
  homeWithCluster,
  isRoot,
  nobodyCanRunUs,
  urlOf,
} from '../harness/start-command.ts';
import { RESTARTS_POSTGRES_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS, hookTimeout: RESTARTS_POSTGRES_MS });

let database: EmbeddedServer;
/** That of the owner, who migrates. */
let home: string;
let url: string;
/** The same database without its owner. */
let loginsUrl: string;
const commands: Command[] = [];
let exec: Pick<TestServer, 'gql' | 'tokens'>;
let verify: Pick<TestServer, 'gql' | 'tokens'>;

beforeAll(async () => {
  database = await startEmbedded({ home: homeWithCluster(), log: () => {} });
  await asOwner(database.ownerUrl, (owner) => owner.query('create database lanes_apart template template0'));
  url = database.ownerUrl.replace(/\/[^/]*$/, '/lanes_apart');
  loginsUrl = url.replace(/\/\/[^@]*@/, '//');
  home = freshHome();
  expect(await migrates('--plan')).toMatchObject({
    code: 0,
    out: expect.stringContaining('holds no ledger'),
  });
  expect(await migrates()).toMatchObject({ code: 0, out: expect.stringContaining('0001_') });
  expect(await migrates('--plan')).toMatchObject({
    code: 0,
    out: expect.stringContaining('Nothing is to be done'),
  });
  exec = await serving('exec', 65_533);
  verify = await serving('verify', 65_534);
});
afterAll(async () => {
  for (const command of commands) {
    command.child.kill('SIGTERM');
    await command.ended;
  }
  await database.stop();
});

const migrates = (...options: string[]) =>
  cutter(home, ['migrate', ...options], { env: { CUTTER_DATABASE_URL: url } });

/** A home with what a server of one lane needs, and nothing of the other's. */
async function homeOfLane(lane: string): Promise<string> {
  const made = freshHome();
  mkdirSync(made, { mode: 0o700 });
  const file = join(made, 'secrets.json');
  const exported = await cutter(home, ['secrets', '--lane', lane, '--out', file]);
  expect(exported).toMatchObject({ code: 0, err: '' });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { logins, seeds, checkpointSeeds } = storedSecrets(made) as Secrets;
  const [own, other] = lane === 'exec' ? [EXECUTOR_LANE, VERIFIER_LANE] : [VERIFIER_LANE, EXECUTOR_LANE];
  for (const held of [seeds, checkpointSeeds]) expect(Object.keys(held)).toEqual([own]);
  expect(logins[other === EXECUTOR_LANE ? 'cutter_exec' : 'cutter_verify']).toBeUndefined();
  cpSync(join(home, 'tokens.json'), join(made, 'tokens.json'));
  return made;
}

/** A server of one lane that knows no owner; as a system user of its own where this one may name another. */
async function serving(lane: string, uid: number): Promise<Pick<TestServer, 'gql' | 'tokens'>> {
  const own = await homeOfLane(lane);
  const user = isRoot && nobodyCanRunUs() ? { uid, gid: uid } : {};
  if (user.uid !== undefined) execFileSync('chown', ['-R', `${uid}:${uid}`, own]);
  const settings = { CUTTER_HOME: own, CUTTER_LOGINS_URL: loginsUrl, CUTTER_LANES: lane };
  const command = cutterStart(settings, user);
  commands.push(command);
  await command.says('Ctrl-C');
  const tokens = JSON.parse(readFileSync(join(home, 'tokens.json'), 'utf8'));
  return {
    tokens,
    async gql(token, query, variables = {}) {
      const { status, text } = await send(urlOf(command), {
        token: token ?? undefined,
        body: { query, variables },
      });
      return { status, body: JSON.parse(text) };
    },
  };
}

const ACTIONS = '{ entries { nodes { entryId status actions blockedBecause { code } } } }';

describe('a process for each lane', () => {
  test('takes a document through the phases together with the other, and each refuses what is not its own', async () => {
    const server = exec as TestServer;
    const made = await reviewed(server);
    const cutting = {
      idempotencyKey: fresh('cut'),
      entryId: made.entryId,
      manifestDigest: made.manifestDigest,
    };
    const foreign = await call(verify as TestServer, verify.tokens.executor, 'cut', cutting);
    expect(foreign).toMatchObject({ __typename: 'LaneNotServed', problems: [{ code: 'lane-not-served' }] });
    const cut = await wasCut(server, await marked(server));
    expect(await verifyCut(server, cut)).toMatchObject({
      __typename: 'LaneNotServed',
      message: expect.stringContaining('DOT-992'),
    });
    expect(await verifyCut(verify as TestServer, cut)).toMatchObject({ result: { verdict: 'PASS' } });
  });

  test('says of each entry what it can do itself', async () => {
    const server = exec as TestServer;
    const { entryId } = await wasCut(server, await marked(server));
    const seen = async ({ gql, tokens }: typeof exec): Promise<Loose> => {
      const { body } = await gql(tokens.verifier, ACTIONS);
      return body.data.entries.nodes.find((entry: Loose) => entry.entryId === entryId);
    };
    expect(await seen(exec)).toMatchObject({ blockedBecause: [{ code: 'lane-not-served' }] });
    expect(await seen(verify)).toMatchObject({ blockedBecause: [] });
    const waiting = await marked(server);
    await sweepAll(server);
    expect(await manifestOf(verify as TestServer, waiting.entryId)).toMatch(/^sha256:/);
  });

  test('signs in for no other lane, and signs heads of the log with the other', async () => {
    await asOwner(url, async (owner) => {
      const { rows } = await owner.query(
        `select usename as login, count(distinct pid)::int > 0 as there from pg_stat_activity
        where datname = current_database() and usename in ('cutter_exec', 'cutter_verify') group by usename`,
      );
      expect(rows.map(({ login }) => login).toSorted()).toEqual(['cutter_exec', 'cutter_verify']);
    });
    await expect
      .poll(
        async () => (await exec.gql(exec.tokens.observer, '{ checkpoint { size } }')).body.data.checkpoint,
        { timeout: 30_000 },
      )
      .toMatchObject({ size: expect.any(String) });
    const { code, out } = await cutter(home, ['fsck'], { env: { CUTTER_DATABASE_URL: url } });
    expect([code, out]).toEqual([0, expect.stringMatching(/Clean\.\n$/)]);
  });
});

describe('a start without the owner', () => {
  const starts = async (from: string) => {
    const command = cutterStart({ CUTTER_HOME: from, CUTTER_LOGINS_URL: loginsUrl });
    const runs = command.says('Ctrl-C').then(() => 'it runs');
    expect(await Promise.race([command.ended, runs])).toBe(1);
    return command.errors();
  };

  test('needs the secrets of a home that has migrated', async () => {
    expect(await starts(freshHome())).toMatch(/holds no secrets\.json, .* "cutter migrate"/);
    const strange = freshHome();
    mkdirSync(strange, { mode: 0o700 });
    writeSecrets(strange, makeSecrets());
    expect(await starts(strange)).toMatch(
      /refuses the passwords in this home's secrets\.json\. .* "cutter migrate"/,
    );
  });

  test('refuses a database that lacks a part of this version, and names it', async () => {
    const altered = (statement: string) => asOwner(url, (owner) => owner.query(statement));
    await altered('alter table cutter_source.source rename column doc_code to code');
    expect(await starts(home)).toMatch(/isn't of this version: the column cutter_source\.source\.doc_code/);
    await altered('alter table cutter_source.source rename column code to doc_code');
  });

  test('is no way into commands that need the owner', async () => {
    const { code, out, err } = await cutter(home, ['migrate', '--plan'], {
      env: { CUTTER_LOGINS_URL: loginsUrl },
    });
    expect([code, out + err]).toEqual([1, expect.stringMatching(/needs the database's owner/)]);
  });
});
