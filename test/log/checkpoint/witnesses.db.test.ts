import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ConfigFault, readConfig } from '../../../src/config.ts';
import { checkLedger } from '../../../src/fsck/check.ts';
import { LANES } from '../../../src/law/values.ts';
import { openWitnessKeeping, readWitnesses } from '../../../src/log/checkpoint/witness-cosignatures.ts';
import { parseWitnesses, type Witness } from '../../../src/log/checkpoint/witness-list.ts';
import { startWitnesses, type Witnesses } from '../../../src/log/checkpoint/witnesses.ts';
import { readTree } from '../../../src/log/tree/tree.ts';
import { marked } from '../../harness/cycle.ts';
import { testDatabase } from '../../harness/database.ts';
import { testServer } from '../../harness/server.ts';
import { openNote } from '../../harness/stranger.ts';
import { WAITS_FOR_OTHERS_MS } from '../../harness/timeouts.ts';
import { cosignedAt, type Lie, type TestWitness, testWitness } from '../../harness/witness.ts';
import { again, originIn, type SigningGround, signingGround, strangersKeys } from './checkpoint-ground.ts';

vi.setConfig({ testTimeout: WAITS_FOR_OTHERS_MS });

let ground: SigningGround;
const asking: Witnesses[] = [];
const open: TestWitness[] = [];

beforeEach(async () => {
  ground = await signingGround();
});

afterEach(async () => {
  for (const witnesses of asking.splice(0)) await witnesses.close();
  for (const witness of open.splice(0)) await witness.close();
  await ground.close();
});

async function witness(name = 'witness.example/w1'): Promise<TestWitness> {
  const made = await testWitness(name, await strangersKeys(ground.database));
  open.push(made);
  return made;
}

const listed = (witnesses: readonly TestWitness[]): readonly Witness[] =>
  parseWitnesses(witnesses.map(({ vkey, url }) => `${vkey} ${url}\n`).join('')).witnesses;

/** The lanes sign in this process, and hand what is published to these. */
function ask(...witnesses: TestWitness[]): void {
  askWithin(60_000, ...witnesses);
}

/** The same, of witnesses that get only so much time. */
function askWithin(patienceMs: number, ...witnesses: TestWitness[]): void {
  const { checkpoints, log, database } = ground;
  const cosigners = LANES.map((lane) => ground.lane(lane));
  asking.push(
    startWitnesses({
      witnesses: listed(witnesses),
      checkpoints,
      tree: readTree(database.pools.observe),
      keeping: openWitnessKeeping(database.pools.observe, database.urls.integrator as string),
      cosigners,
      log,
      pollMs: 10,
      restMs: 0,
      retryMs: 20,
      patienceMs,
    }),
  );
}

async function grow(...sizes: number[]): Promise<void> {
  for (const size of sizes) {
    await ground.grow(size);
    await ground.published(size);
  }
}

/** The sizes at which a witness's cosignature is kept. */
async function kept({ name }: TestWitness): Promise<number[]> {
  const { rows } = await ground.database.superuser.query<{ size: string }>(
    'select size from cutter_log.witness_cosignature where name = $1 order by size',
    [name],
  );
  return rows.map(({ size }) => Number(size));
}

const keptAt = (by: TestWitness, size: number) => again(async () => (await kept(by)).includes(size));
const alarms = () => ground.log.alarms.map(({ alarm }) => alarm);
const shown = async () => {
  const newest = await ground.checkpoints.latest();
  return newest === null ? [] : await readWitnesses(ground.database.pools.observe, newest, ground.log);
};

describe('an honest witness', () => {
  test('cosigns each head that it is handed, from a proof that continues the last', async () => {
    const one = await witness();
    ask(one);
    for (const size of [3, 8, 13]) {
      await grow(size);
      await keptAt(one, size);
    }
    expect(one.requests.map(({ status, old, size }) => [status, old, size])).toEqual([
      [200, 0, 3],
      [200, 3, 8],
      [200, 8, 13],
    ]);
    expect(one.requests.map(({ proof }) => proof > 0)).toEqual([false, true, true]);
    expect(alarms()).toEqual([]);
  });

  test('is believed where it stands, whatever is remembered here', async () => {
    const one = await witness();
    ask(one);
    await grow(5);
    await keptAt(one, 5);
    await ground.database.superuser.query('delete from cutter_log.witness_cosignature');
    await grow(9);
    await keptAt(one, 9);
    const asked = one.requests.map(({ status, old }) => `${status} ${old}`);
    expect(asked.slice(asked.indexOf('409 0'), asked.indexOf('409 0') + 2)).toEqual(['409 0', '200 5']);
    expect(alarms()).toEqual([]);
  });

  test('that lost its own memory is proved everything from the beginning', async () => {
    const one = await witness();
    ask(one);
    await grow(5);
    await keptAt(one, 5);
    one.heads.clear();
    await grow(9);
    await keptAt(one, 9);
    expect(one.requests.slice(-2).map(({ status, old, proof }) => [status, old, proof > 0])).toEqual([
      [409, 5, true],
      [200, 0, false],
    ]);
  });

  test("that doesn't know the ledger is told of once, and cosigns as soon as it does", async () => {
    const one = await witness();
    const { trusted } = one;
    one.trusted = [];
    ask(one);
    await grow(4);
    await again(async () => one.requests.length > 3);
    expect(one.requests.map(({ status }) => status)).toEqual(one.requests.map(() => 404));
    expect(ground.log.alarms).toMatchObject([{ alarm: 'WITNESS_REFUSED', witness: one.name }]);
    one.trusted = trusted;
    await keptAt(one, 4);
    expect(alarms()).toEqual(['WITNESS_REFUSED']);
  });

  test('that has other keys for the ledger refuses', async () => {
    const one = await witness();
    one.trusted = one.trusted.map((vkey) => vkey.replace(/\+[0-9a-f]{8}\+/, '+00000000+'));
    ask(one);
    await grow(4);
    await again(async () => alarms().length > 0);
    expect(one.requests[0]?.status).toBe(403);
    expect(alarms()).toEqual(['WITNESS_REFUSED']);
    expect(await kept(one)).toEqual([]);
  });

  test('that is away keeps neither the other nor publishing waiting, and gets the newest head when it is back', async () => {
    const [one, other] = [await witness(), await witness('witness.example/w2')];
    one.lie = (_, response) => response.writeHead(503, { 'retry-after': '0' }).end();
    ask(one, other);
    await grow(4, 7);
    await keptAt(other, 7);
    await again(async () => alarms().length > 0);
    expect(alarms()).toEqual(['WITNESS_AWAY']);
    await grow(11);
    one.lie = null;
    await keptAt(one, 11);
    expect(await kept(one)).toEqual([11]);
    await keptAt(other, 11);
  });

  test('that was shown another history of the same size is an alarm, and so is one that saw more than there is', async () => {
    const origin = await originIn(ground.database);
    const [one, other] = [await witness(), await witness('witness.example/w2')];
    one.heads.set(origin, { size: 4, root: Buffer.alloc(32, 1) });
    other.heads.set(origin, { size: 400, root: Buffer.alloc(32, 1) });
    ask(one, other);
    await grow(4);
    await again(async () => alarms().length === 2);
    expect(alarms()).toEqual(['WITNESS_CONFLICT', 'WITNESS_CONFLICT']);
    // The one can't be convinced that its head is the beginning of this log.
    await grow(9);
    await again(async () => one.requests.some(({ status }) => status === 422));
    expect(await kept(one)).toEqual([]);
    expect(await kept(other)).toEqual([]);
  });
});

const stranger = Buffer.alloc(32, 7);
const lies: readonly [string, Lie][] = [
  ['signs with another key', ({ text, sign }, to) => to.end(sign(text, { seed: stranger }))],
  [
    'signs under the right key hash with another key',
    ({ text, line, sign }, to) => {
      const right = Buffer.from(line.split(' ')[2] as string, 'base64');
      const other = Buffer.from(sign(text, { seed: stranger }).split(' ')[2] as string, 'base64');
      to.end(
        `— witness.example/w1 ${Buffer.concat([right.subarray(0, 4), other.subarray(4)]).toString('base64')}\n`,
      );
    },
  ],
  [
    'signs a head of another size',
    ({ text, size, sign }, to) => to.end(sign(text.replace(`\n${size}\n`, `\n${size + 1}\n`))),
  ],
  ['signs under another name', ({ text, sign }, to) => to.end(sign(text, { name: 'witness.example/w9' }))],
  [
    'signs another time than it says',
    ({ line }, to) => {
      const bytes = Buffer.from(line.split(' ')[2] as string, 'base64');
      bytes.writeUInt8(bytes.readUInt8(11) ^ 1, 11);
      to.end(`— witness.example/w1 ${bytes.toString('base64')}\n`);
    },
  ],
  ['dates its signature in the future', ({ text, sign }, to) => to.end(sign(text, { time: 4_000_000_000 }))],
  ['answers with a note of its own', ({ text, line }, to) => to.end(`\n${text}\n${line}`)],
  ['answers with a page', (_, to) => to.end('<html>Welcome</html>')],
  ['answers with nothing', (_, to) => to.end()],
  ['answers with bytes that are no text', (_, to) => to.end(Buffer.alloc(4096, 0xff))],
  [
    'answers without end',
    (_, to) => {
      const pour = () => {
        while (!to.destroyed && to.write('— x AAAA\n'.repeat(1000)));
        if (!to.destroyed) to.once('drain', pour);
      };
      pour();
    },
  ],
  [
    'knows a size that is none',
    (_, to) => to.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('many\n'),
  ],
  [
    'knows another size each time',
    ({ size }, to) => to.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end(`${size - 1}\n`),
  ],
];

describe('a hostile witness', () => {
  test.each(lies)('that %s is caught, and nothing of it is kept', async (_, lie) => {
    const [one, other] = [await witness(), await witness('witness.example/w2')];
    one.lie = lie;
    ask(one, other);
    await grow(4);
    await again(async () => alarms().length > 0);
    expect(ground.log.alarms).toMatchObject([{ alarm: 'WITNESS_WRONG', witness: one.name }]);
    await keptAt(other, 4);
    expect(await kept(one)).toEqual([]);
    expect((await shown()).map(({ name }) => name)).toEqual([other.name]);
  });

  test('that sends elsewhere is not followed', async () => {
    const [one, elsewhere] = [await witness(), await witness('witness.example/w2')];
    one.lie = (_, to) => to.writeHead(307, { location: `${elsewhere.url}/add-checkpoint` }).end();
    ask(one);
    await grow(4);
    await again(async () => alarms().length > 0);
    expect(alarms()).toEqual(['WITNESS_REFUSED']);
    expect(elsewhere.requests).toEqual([]);
  });

  test.each<[string, Lie]>([
    ['hangs', () => {}],
    ['begins to answer and hangs', (_, to) => void to.write('— ')],
    ['hangs up', (_, to) => to.destroy()],
  ])('that %s counts as away', async (_, lie) => {
    const one = await witness();
    one.lie = lie;
    askWithin(400, one);
    await grow(4);
    await again(async () => alarms().length > 0);
    expect(alarms()).toEqual(['WITNESS_AWAY']);
    expect(await kept(one)).toEqual([]);
  });
});

describe('what was kept', () => {
  test('is judged again when it is read, and by the full check', async () => {
    const [one, other] = [await witness(), await witness('witness.example/w2')];
    ask(one, other);
    await grow(4);
    await keptAt(one, 4);
    await keptAt(other, 4);
    const look = async () => {
      const { findings } = await checkLedger({ url: ground.database.urls.evidence });
      return findings.filter(({ table }) => table === 'cutter_log.witness_cosignature');
    };
    expect(await look()).toEqual([]);
    expect((await shown()).map(({ name }) => name)).toEqual([one.name, other.name]);
    const { superuser } = ground.database;
    const { rows } = await superuser.query(
      'select name, witnessed_at, signature from cutter_log.witness_cosignature where public_key = $1',
      [one.publicKey],
    );
    const { name, witnessed_at, signature } = rows[0];
    for (const change of [
      'signature = sha512(signature)',
      'witnessed_at = witnessed_at - 1',
      `name = name || 'x'`,
    ]) {
      await superuser.query(`update cutter_log.witness_cosignature set ${change} where public_key = $1`, [
        one.publicKey,
      ]);
      expect(
        (await shown()).map((said) => said.name),
        change,
      ).toEqual([other.name]);
      expect(ground.log.alarms.at(-1)).toMatchObject({ alarm: 'WITNESS_BROKEN', size: 4 });
      expect(await look(), change).toMatchObject([
        { verdict: 'cosignature-invalid', key: `4/${Buffer.from(one.publicKey).toString('hex')}` },
      ]);
      await superuser.query(
        'update cutter_log.witness_cosignature set name = $2, witnessed_at = $3, signature = $4 where public_key = $1',
        [one.publicKey, name, witnessed_at, signature],
      );
      expect(await look(), change).toEqual([]);
    }
  });

  test('is written by the integrator alone, and only of this ledger as far as it is folded', async () => {
    await ground.grow(4);
    const origin = await originIn(ground.database);
    const bytes = (length: number) => `decode(repeat('ab', ${length}), 'hex')`;
    const insert = (size: number, of: string) =>
      `insert into cutter_log.witness_cosignature (size, origin, name, key_hash, public_key, witnessed_at, signature)
       values (${size}, '${of}', 'w', ${bytes(4)}, ${bytes(32)}, 1, ${bytes(64)}) on conflict do nothing`;
    const as = async (role: string, statement: string) => {
      const client = await ground.database.superuser.connect();
      try {
        await client.query(`begin; set local role ${role}`);
        await client.query(statement);
        return null;
      } catch (error) {
        return (error as { code: string }).code;
      } finally {
        await client.query('rollback');
        client.release();
      }
    };
    expect(await as('cutter_integrator', insert(4, origin))).toBeNull();
    expect(await as('cutter_integrator', insert(5, origin))).toBe('42501');
    expect(await as('cutter_integrator', insert(4, 'cutter/another'))).toBe('42501');
    expect(await as('cutter_integrator', 'update cutter_log.witness_cosignature set size = 1')).toBe('42501');
    expect(await as('cutter_integrator', 'delete from cutter_log.witness_cosignature')).toBe('42501');
    for (const role of ['cutter_exec', 'cutter_verify', 'cutter_observe', 'cutter_evidence', 'cutter_gate'])
      expect(await as(role, insert(4, origin)), role).toBe('42501');
  });
});

test('a server shows what the witnesses said, as lines that a C2SP client reads', async () => {
  const database = await testDatabase();
  const keys = await strangersKeys(database);
  const one = await testWitness('witness.example/w1', keys);
  const server = await testServer({ database, witnesses: listed([one]) });
  await marked(server);
  const ask = '{ checkpoint { note witnesses { name timestamp signature } } }';
  const checkpoint = await again(async () => {
    const { body } = await server.gql(server.tokens.observer, ask);
    expect(body.errors).toBeUndefined();
    return body.data.checkpoint?.witnesses.length === 1 ? body.data.checkpoint : null;
  });
  const [said] = checkpoint.witnesses;
  const text = checkpoint.note.slice(0, checkpoint.note.indexOf('\n\n') + 1);
  const time = cosignedAt(said.signature, text, one);
  expect(said).toMatchObject({
    name: one.name,
    timestamp: new Date((time as number) * 1000).toISOString().replace('.000Z', '.000000Z'),
  });
  // The lanes' own lines stand first and are enough; the witness's go behind them.
  expect(openNote(checkpoint.note, keys).signedBy).toHaveLength(2);
  expect(openNote(`${checkpoint.note}${said.signature}\n`, keys).signedBy).toHaveLength(2);
  await server.close();
  await one.close();
});

describe('config', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cutter-witnesses-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('a list of witnesses is read, and every fault is told with its line', async () => {
    const [one, other] = [await witness(), await witness('witness.example/w2')];
    const path = join(folder, 'witnesses');
    const read = (text: string) => {
      writeFileSync(path, text);
      return readConfig({ CUTTER_WITNESSES: path }).witnesses;
    };
    expect(read(`# ours\n\n${one.vkey} ${one.url}/\n  ${other.vkey}   https://other.example/x  \n`)).toEqual([
      { name: one.name, publicKey: Buffer.from(one.publicKey), url: one.url },
      { name: other.name, publicKey: Buffer.from(other.publicKey), url: 'https://other.example/x' },
    ]);
    const [lane] = await strangersKeys(ground.database);
    const lines: readonly [string, RegExp][] = [
      [one.vkey, /line 1: a witness is one verifier key and one address/],
      [`${one.vkey} ftp://x`, /line 1: the address must be a URL/],
      [
        `${one.vkey} https://me:secret@x.example/`,
        /line 1: the address must be a URL .* without a query or a password/,
      ],
      [`${lane} https://x.example/`, /line 1: the key is of algorithm 1; only Ed25519 cosignatures \(4\)/],
      [
        `${one.vkey.replace(/\+[0-9a-f]{8}\+/, '+00000000+')} https://x.example/`,
        /line 1: the hash isn't the one/,
      ],
      [`w+01020304+BA== https://x.example/`, /line 1: the key is not sound: public_key_length/],
      [`w https://x.example/`, /line 1: a verifier key has the form/],
      [
        `\n${one.vkey} https://x.example/\n${one.vkey} https://y.example/`,
        /line 3: the key is in an earlier line already/,
      ],
    ];
    for (const [text, fault] of lines) {
      expect(() => read(text), text).toThrow(ConfigFault);
      expect(() => read(text), text).toThrow(fault);
    }
    expect(() => readConfig({ CUTTER_WITNESSES: join(folder, 'none') })).toThrow(/can't be read \(ENOENT\)/);
    expect(readConfig({}).witnesses).toEqual([]);
  });
});
