/** One ledger, served by two processes: one for each lane. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type EmbeddedServer, startEmbedded } from '../../src/database/cluster/embedded.ts';
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
import { type Command, cutterStart, freshHome, homeWithCluster, urlOf } from '../harness/start-command.ts';
import { RESTARTS_POSTGRES_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS, hookTimeout: RESTARTS_POSTGRES_MS });

let database: EmbeddedServer;
let home: string;
let url: string;
const commands: Command[] = [];
let exec: Pick<TestServer, 'gql' | 'tokens'>;
let verify: Pick<TestServer, 'gql' | 'tokens'>;

beforeAll(async () => {
  database = await startEmbedded({ home: homeWithCluster(), log: () => {} });
  await asOwner(database.ownerUrl, (owner) => owner.query('create database lanes_apart template template0'));
  url = database.ownerUrl.replace(/\/[^/]*$/, '/lanes_apart');
  home = freshHome();
  exec = await serving('exec');
  verify = await serving('verify');
});
afterAll(async () => {
  for (const command of commands) {
    command.child.kill('SIGTERM');
    await command.ended;
  }
  await database.stop();
});

async function serving(lane: string): Promise<Pick<TestServer, 'gql' | 'tokens'>> {
  const command = cutterStart({ CUTTER_HOME: home, CUTTER_DATABASE_URL: url, CUTTER_LANES: lane });
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
