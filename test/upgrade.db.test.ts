import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ENTRY_STATES } from '../src/law/states.ts';
import { type Fixture, keptFixtures, restoreHome } from './fixtures/restore.ts';
import { type Loose, mutationOf, type Who } from './fixtures/scenario.ts';
import { cutter } from './harness/cli.ts';
import { send } from './harness/doors.ts';
import { isAllTried } from './harness/share.ts';
import { type Command, cutterStart, freshHome, urlOf } from './harness/start-command.ts';
import { RESTARTS_POSTGRES_MS } from './harness/timeouts.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS, hookTimeout: RESTARTS_POSTGRES_MS });

const RECONSTRUCT = `query ($id: UUID!) { reconstruct(changeSetId: $id) {
  __typename ... on Reconstruction { text } ... on Refusal { message } } }`;

const all = keptFixtures();
/** The oldest and the newest, or all. */
const homes = isAllTried() ? all : [all.at(0) as Fixture, all.at(-1) as Fixture];

describe.each(homes)('the home of $commit under this version', (fixture: Fixture) => {
  const { story } = fixture;
  const home = freshHome();
  let server: Command;
  let url: string;
  let tokens: Record<Who, string>;

  beforeAll(async () => {
    await restoreHome(fixture, home);
    if (fixture === all[0]) await migrateByCommand();
    server = cutterStart({ CUTTER_HOME: home });
    await server.says('Ctrl-C');
    url = urlOf(server);
    tokens = JSON.parse(readFileSync(join(home, 'tokens.json'), 'utf8'));
  });

  /** What a start does of itself, done by the owner's command: foretold, and then reported the same. */
  async function migrateByCommand(): Promise<void> {
    const namesIn = ({ out }: { out: string }) => out.match(/\d{4}_\w+\.sql/g);
    const planned = await cutter(home, ['migrate', '--plan']);
    expect(planned).toMatchObject({ code: 0, out: expect.stringContaining('Nothing was changed.') });
    const migrated = await cutter(home, ['migrate']);
    expect(migrated).toMatchObject({ code: 0, out: expect.stringContaining('is of this version now') });
    expect(namesIn(migrated)).toEqual(namesIn(planned));
    expect(namesIn(planned)?.length).toBeGreaterThan(1);
  }

  afterAll(async () => {
    server.child.kill('SIGTERM');
    await server.ended;
  });

  async function ask(who: Who, query: string, variables: Record<string, unknown>): Promise<Loose> {
    const { text } = await send(url, { token: tokens[who], body: { query, variables } });
    const { data, errors } = JSON.parse(text);
    expect(errors).toBeUndefined();
    return data;
  }

  async function act(who: Who, verb: string, input: Record<string, unknown>): Promise<Loose> {
    return (await ask(who, mutationOf(verb), { input }))[verb];
  }

  test('has an entry in each state, in little room', () => {
    const tables = join(fixture.folder, 'tables.copy');
    const text = readFileSync(tables, 'utf8');
    const [, entries = ''] =
      /^cutter_governance\.decision_backlog_entry .*\n([\s\S]*?)^\\\.$/m.exec(text) ?? [];
    for (const status of ENTRY_STATES) expect(entries).toContain(`\t${status}\t`);
    expect(statSync(tables).size).toBeLessThan(400_000);
  });

  test('starts without a complaint', () => {
    expect(server.errors()).toBe('');
    expect(server.output()).not.toMatch(/suspended|can't|missing/);
  });

  test('is clean, compared with the heads that it kept', async () => {
    const checked = await cutter(home, ['fsck']);
    expect(checked.out).toMatch(/Compared with [1-9]\d* heads? kept/);
    expect(checked).toMatchObject({ code: 0, err: '' });
  });

  test('has passports that verify with its keys', async () => {
    expect(fixture.passports).toHaveLength(3);
    for (const passport of fixture.passports) {
      const judged = await cutter(home, ['passport', 'verify', passport, '--keys', fixture.keys]);
      expect(judged, judged.out).toMatchObject({ code: 0, err: '' });
    }
  });

  test('answers each mutation as the first time', async () => {
    for (const { who, verb, input } of story.acts)
      expect(await act(who, verb, { ...input }), `${verb} ${input['idempotencyKey']}`).toMatchObject({
        replayed: true,
      });
  });

  test('gives back the texts that were cut', async () => {
    for (const { changeSetId, text } of story.verified) {
      const { reconstruct } = await ask('administrator', RECONSTRUCT, { id: changeSetId });
      expect(reconstruct).toMatchObject({ __typename: 'Reconstruction', text });
    }
  });

  test('goes on: what was approved is cut, what was cut is verified, and all is clean', async () => {
    const { changeSet } = await act('executor', 'cut', { idempotencyKey: 'cut:later', ...story.approved });
    for (const { changeSetId } of [changeSet, story.unverified])
      expect(
        await act('verifier', 'verify', { idempotencyKey: `verify:${changeSetId}`, changeSetId }),
      ).toMatchObject({ replayed: false, result: { verdict: 'PASS' } });
    expect(await cutter(home, ['fsck'])).toMatchObject({ code: 0, err: '' });
  });
});
