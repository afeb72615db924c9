import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { publicKeyOf } from '../../src/proof/ed25519.ts';
import { keyIdOf } from '../../src/proof/keyid.ts';
import { parseKeys } from '../../src/proof/keys-file.ts';
import { cutter, homeOf, type Ran } from '../harness/cli.ts';
import { verified } from '../harness/cycle.ts';
import {
  HONEST,
  type HostileServer,
  hostileServer,
  type Lie,
  type Loose,
} from '../harness/hostile-server.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { OUTLASTS_LIARS_MS } from '../harness/timeouts.ts';
import { again, originIn } from '../log/checkpoint/checkpoint-ground.ts';
import { issued } from '../passport/passport-ground.ts';

vi.setConfig({ testTimeout: OUTLASTS_LIARS_MS });

let server: TestServer;
let hostile: HostileServer;
let home: string;

beforeAll(async () => {
  server = await testServer();
  hostile = await hostileServer(server);
  home = homeOf(server);
  await again(
    async () => (await server.gql(server.tokens.observer, '{ checkpoint { size } }')).body.data.checkpoint,
  );
});
afterAll(() => hostile.close());

async function keys(answers: NonNullable<Lie['answers']>, ...more: string[]): Promise<Ran> {
  hostile.tell({ answers });
  const ran = await cutter(home, ['keys', ...more], { url: hostile.url });
  hostile.tell(HONEST);
  return ran;
}

/** Puts other keys in the place of those that the ledger gives. */
const each = (change: (key: Loose, at: number) => Loose) => ({ keys: (given: Loose[]) => given.map(change) });

/** A key that belongs to nobody, with the id that is true of it. */
function strange(key: Loose): Loose {
  const publicKey = publicKeyOf(randomBytes(32));
  return { ...key, keyId: keyIdOf(publicKey), publicKey: Buffer.from(publicKey).toString('base64') };
}

const OTHER = { DOT_991: 'DOT_992', DOT_992: 'DOT_991' } as const;
const POINT_OF_ORDER_ONE = Buffer.concat([Buffer.of(1), Buffer.alloc(31)]);

const LIES: readonly (readonly [string, NonNullable<Lie['answers']>, RegExp])[] = [
  [
    'keys of its own',
    each(strange),
    /can't be used\. The checkpoint of \d+ positions doesn't carry a good signature of DOT-991\.$/,
  ],
  [
    'one lane’s keys of its own',
    each((key) => (key.lane === 'DOT_992' ? strange(key) : key)),
    /doesn't carry a good signature of DOT-992\.$/,
  ],
  [
    'the lanes swapped',
    each((key) => ({ ...key, lane: OTHER[key.lane as keyof typeof OTHER] })),
    /is signed for DOT-991 with a key of DOT-992: one lane speaks for both\.$/,
  ],
  [
    'purposes swapped',
    each((key) => ({ ...key, purpose: key.purpose === 'STATEMENT' ? 'CHECKPOINT' : 'STATEMENT' })),
    /doesn't carry a good signature of DOT-991\.$/,
  ],
  [
    'one lane alone',
    { keys: (given: Loose[]) => given.filter(({ lane }) => lane === 'DOT_991') },
    /No key of DOT-992 for a checkpoint of \d+ positions is known here\.$/,
  ],
  ['none', { keys: () => [] }, /No key of DOT-991 for a checkpoint of \d+ positions is known here\.$/],
  [
    'keys that have ended',
    each((key) => ({ ...key, untilPosition: key.fromPosition })),
    /No key of DOT-991 for a checkpoint/,
  ],
  [
    'one key twice',
    { keys: ([one, ...rest]: Loose[]) => [one, { ...one, lane: 'DOT_992' }, ...rest] },
    /appears twice; a key serves one lane\.$/,
  ],
  [
    'the id of another key',
    each((key) => ({ ...key, keyId: `ed25519:${'0'.repeat(32)}` })),
    /is not the id of the public key beside it/,
  ],
  [
    'a point of small order',
    each((key) => ({
      ...key,
      keyId: keyIdOf(POINT_OF_ORDER_ONE),
      publicKey: POINT_OF_ORDER_ONE.toString('base64'),
    })),
    /is no sound key/,
  ],
  [
    'bytes that are no key',
    each((key) => ({ ...key, publicKey: 'AAAA' })),
    /is no public key: it has to be 32 bytes/,
  ],
  [
    'a position that is none',
    each((key) => ({ ...key, fromPosition: 'soon' })),
    /at keys\.0\.from: is no position/,
  ],
  ['a lane that is none', each((key) => ({ ...key, lane: 'DOT_993' })), /at keys\.0\.lane/],
  [
    'orders to a terminal',
    each((key) => ({ ...key, keyId: '\u001b[2J\u009b31m' })),
    /Key 0 of the file, \[2J31m, is not the id/,
  ],
  ['half a character', each((key) => ({ ...key, keyId: '\ud800' })), /can't be used\. \S/],
  [
    'the name of another ledger',
    { checkpoint: (head: Loose) => ({ ...head, origin: `cutter/${randomUUID()}` }) },
    /The head is of the ledger cutter\/\S+; the keys given are those of cutter\//,
  ],
  [
    'a name that is none',
    { checkpoint: (head: Loose) => ({ ...head, origin: 'elsewhere' }) },
    /at origin: is no ledger's origin/,
  ],
  [
    'a head that is none',
    { checkpoint: (head: Loose) => ({ ...head, note: 'none' }) },
    /A checkpoint can't be read/,
  ],
  ['no head', { checkpoint: () => null }, /^cutter: The ledger has not published a head yet/],
  ['no list', { keys: () => 'all of them' }, /speak to \S+: keys is no list\.$/],
];

describe('cutter keys takes no keys that the ledger’s own head isn’t signed with', () => {
  test.each(LIES)('%s', async (_, answers, sentence) => {
    const out = join(home, 'none.json');
    const { code, err, out: said } = await keys(answers, '--out', out);
    expect([code, said]).toEqual([1, '']);
    expect(err).toMatch(/^cutter: \S.*\n$/);
    expect(err.trimEnd()).toMatch(sentence);
    expect(err).not.toMatch(/ at .*\.[jt]s:\d|Error:|undefined/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys
    expect(err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    for (const token of Object.values(server.tokens)) expect(err).not.toContain(token);
    expect(existsSync(out)).toBe(false);
  });

  test('an honest ledger’s are taken, and taken again', async () => {
    const out = join(home, 'keys.json');
    for (let turn = 0; turn < 2; turn += 1)
      expect(await keys({}, '--out', out)).toEqual({
        code: 0,
        signal: null,
        out: '',
        err: expect.stringMatching(/^Wrote the lanes' public keys to /),
      });
    expect(parseKeys(readFileSync(out, 'utf8')).origin).toBe(await originIn(server.database));
    expect((await keys({})).out).toBe(readFileSync(out, 'utf8'));
  });
});

describe('keys that are kept already', () => {
  test('are not replaced by others, even where those are signed with', async () => {
    const out = join(home, 'kept.json');
    expect(await keys({}, '--out', out)).toMatchObject({ code: 0 });
    const kept = readFileSync(out, 'utf8');
    const more = { keys: (given: Loose[]) => [...given, strange(given[0])] };
    const { code, err } = await keys(more, '--out', out);
    expect(code).toBe(1);
    expect(err).toMatch(
      /kept\.json holds other keys than the ledger gives now\. The file was left as it is\. .*move the file away/,
    );
    expect(readFileSync(out, 'utf8')).toBe(kept);
  });

  test('of another ledger refuse an honest passport, and say which keys they are', async () => {
    const { changeSetId } = await verified(server);
    const passport = join(home, 'passport.json');
    await issued(server, changeSetId);
    expect(
      await cutter(home, ['passport', 'issue', changeSetId, '--out', passport], { url: hostile.url }),
    ).toMatchObject({ code: 0 });
    const elsewhere = await testServer();
    await again(
      async () =>
        (await elsewhere.gql(elsewhere.tokens.observer, '{ checkpoint { size } }')).body.data.checkpoint,
    );
    const others = join(home, 'others.json');
    expect(await cutter(homeOf(elsewhere), ['keys', '--out', others], { url: elsewhere.url })).toMatchObject({
      code: 0,
    });
    const { code, out } = await cutter(home, ['passport', 'verify', passport, '--keys', others]);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^Refused: The passport is of the ledger cutter\/\S+; the keys given are those of cutter\//,
    );
  });
});

test.each(['nonsense', 'ftp://ledger', 'http://'])(
  'an address that is none is told as that: %s',
  async (url) => {
    for (const command of [['keys'], ['passport', 'issue', randomUUID()]]) {
      const { code, err } = await cutter(home, [...command, '--url', url]);
      expect(code).toBe(64);
      expect(err).toContain(`${url} is not a URL of the form http://host:4000.`);
    }
  },
);
