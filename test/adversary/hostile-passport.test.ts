import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { cutter, fileOf, homeOf, type Ran } from '../harness/cli.ts';
import { verified } from '../harness/cycle.ts';
import { LANES } from '../harness/hostile-notes.ts';
import { type PassportGround, UNFIT, UNTRUE } from '../harness/hostile-passports.ts';
import { HONEST, type HostileServer, hostileServer, type Loose } from '../harness/hostile-server.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { OUTLASTS_LIARS_MS } from '../harness/timeouts.ts';
import { headKey } from '../log/checkpoint/checkpoint-ground.ts';
import { issued, keysFile } from '../passport/passport-ground.ts';

vi.setConfig({ testTimeout: OUTLASTS_LIARS_MS });

let server: TestServer;
let hostile: HostileServer;
let home: string;
let changeSetId: string;
let honest: string;
let keys: string;
let ground: PassportGround;

beforeAll(async () => {
  server = await testServer();
  hostile = await hostileServer(server);
  home = homeOf(server);
  const [one, another] = [await verified(server), await verified(server)];
  changeSetId = one.changeSetId;
  honest = (await issued(server, changeSetId)).text;
  const { __typename, text, digest } = await issued(server, another.changeSetId);
  const seeds = Object.fromEntries(LANES.map((lane) => [lane, headKey(server.database, lane).seed]));
  ground = {
    other: { __typename, text, digest },
    seeds: seeds as PassportGround['seeds'],
    token: server.tokens.reviewer,
  };
  keys = fileOf('keys.json', await keysFile(server.database));
});
afterAll(() => hostile.close());

async function issue(lie: (answer: Loose, ground: PassportGround) => Loose, ...more: string[]): Promise<Ran> {
  hostile.tell({ answers: { passport: (answer) => lie(answer, ground) } });
  const ran = await cutter(home, ['passport', 'issue', changeSetId, ...more], { url: hostile.url });
  hostile.tell(HONEST);
  return ran;
}

/** A refusal is one line without stack, token or orders. */
function expectPlain(text: string): void {
  expect(text).toMatch(/^\S.*\n$/);
  expect(text).not.toMatch(/ at .*\.[jt]s:\d|Error:|undefined/);
  for (const token of Object.values(server.tokens)) expect(text).not.toContain(token);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
}

describe('cutter passport issue writes nothing that isn’t what it asked for', () => {
  const sentences: Readonly<Record<keyof typeof UNFIT, RegExp>> = {
    'of another cut': /^cutter: The ledger answered with the passport of change set \S+ instead of \S+\.\n$/,
    'of another digest than stated':
      /^cutter: The passport has the digest \S+, but the ledger said sha256:0+\.\n$/,
    'altered behind its digest': /^cutter: The passport has the digest \S+, but the ledger said \S+\.\n$/,
    'no JSON': /^cutter: The ledger answered with something that is not a passport\.\n$/,
    'JSON and no passport': /^cutter: The ledger answered with something that is not a passport\.\n$/,
    'brackets without end': /^cutter: The ledger answered with something that is not a passport\.\n$/,
    'put off for ever': /^cutter: The passport was refused \(Busy\): Later, \(a token\)\.\[2J\n$/,
  };
  test.each(Object.keys(UNFIT) as (keyof typeof UNFIT)[])('%s', async (name) => {
    const out = join(home, 'unfit.json');
    const { code, err, out: said } = await issue(UNFIT[name], '--out', out);
    expect([code, said]).toEqual([1, '']);
    expectPlain(err);
    expect(err).toMatch(sentences[name]);
    expect(existsSync(out)).toBe(false);
  });

  test('a name that leads elsewhere is not taken: the file has a name of our own', async () => {
    const cwd = mkdtempSync(join(home, 'here-'));
    const named = (answer: Loose): Loose => ({ ...answer, fileName: '../../.profile' });
    hostile.tell({ answers: { passport: named } });
    const ran = await cutter(home, ['passport', 'issue', changeSetId], { url: hostile.url, cwd });
    hostile.tell(HONEST);
    expect(ran).toMatchObject({ code: 0, err: '' });
    const [file] = readdirSync(cwd);
    expect(file).toMatch(new RegExp(`^passport-[a-z0-9-]+-${changeSetId}\\.json$`));
    expect(readFileSync(join(cwd, file as string), 'utf8')).toBe(honest);
  });

  test('one that was issued otherwise before stays as it is', async () => {
    const cwd = mkdtempSync(join(home, 'here-'));
    const ran = (lie: keyof typeof UNTRUE | null) => {
      hostile.tell(
        lie === null ? HONEST : { answers: { passport: (answer) => UNTRUE[lie](answer, ground) } },
      );
      return cutter(home, ['passport', 'issue', changeSetId], { url: hostile.url, cwd });
    };
    expect(await ran(null)).toMatchObject({ code: 0 });
    expect(await ran(null)).toMatchObject({ code: 0 });
    const other = await ran('with another approval');
    hostile.tell(HONEST);
    expect(other.code).toBe(1);
    expectPlain(other.err);
    expect(other.err).toMatch(/holds another passport of this change set, although a passport never changes/);
    const [file] = readdirSync(cwd);
    expect(readFileSync(join(cwd, file as string), 'utf8')).toBe(honest);
  });
});

describe('cutter passport verify refuses what a hostile ledger issued', () => {
  const sentences: Readonly<Record<keyof typeof UNTRUE, RegExp>> = {
    'under a checkpoint of keys of its own':
      /^Refused: The checkpoint's signature of DOT-991 was made by a key that the keys given don't have/,
    'under a checkpoint of another tree':
      /^Refused: The record isn't the one at position \d+ of the log under the checkpoint of 40 positions/,
    'under a checkpoint that one lane signed':
      /^Refused: The checkpoint doesn't carry a signature of DOT-99[12]/,
    'under a checkpoint that one lane signed twice':
      /^Refused: The checkpoint's signature of DOT-992 was made by a key that the keys given don't have/,
    'under a checkpoint whose lanes are swapped':
      /^Refused: The checkpoint's signature of DOT-991 was made by a key that the keys given don't have/,
    'under an inclusion proof that does not lead to the root':
      /^Refused: The record isn't the one at position \d+ of the log/,
    'with the lanes’ signatures in each other’s place': /^Refused: /,
    'with another approval':
      /^Refused: Column decided_by of row \S+ of review_decision isn't what was written/,
    'with orders to a terminal': /^Refused: Column executor_tool_revision of row/,
    'saved anew': /^Refused: The file is not written in the one spelling/,
  };
  test.each(Object.keys(UNTRUE) as (keyof typeof UNTRUE)[])('%s', async (name) => {
    const out = join(home, `${name.replaceAll(/\W/g, '')}.json`);
    expect(await issue(UNTRUE[name], '--out', out)).toMatchObject({ code: 0, err: '' });
    const { code, err, out: said } = await cutter(home, ['passport', 'verify', out, '--keys', keys]);
    expect([code, err]).toEqual([1, '']);
    expectPlain(said);
    expect(said).toMatch(sentences[name]);
  });

  test('an honest one is good', async () => {
    const out = join(home, 'honest.json');
    expect(await issue((answer) => answer, '--out', out)).toMatchObject({ code: 0, err: '' });
    expect(await cutter(home, ['passport', 'verify', out, '--keys', keys])).toMatchObject({
      code: 0,
      err: '',
    });
  });

  test.each([
    ['a device', '/dev/zero', /is no regular file; a passport is one\.\n$/],
    ['a folder', '/', /is a folder; a passport is a file\.\n$/],
  ])('%s is not read', async (_, file, sentence) => {
    const { code, out } = await cutter(home, ['passport', 'verify', file, '--keys', keys]);
    expect(code).toBe(2);
    expect(out).toMatch(sentence);
  });

  test('a format with orders in it is named without them', async () => {
    const file = join(home, 'orders.json');
    writeFileSync(file, '{"format":"\\u001b[2J\u009b31m"}');
    const { code, out } = await cutter(home, ['passport', 'verify', file, '--keys', keys]);
    expect(code).toBe(1);
    expectPlain(out);
  });
});
