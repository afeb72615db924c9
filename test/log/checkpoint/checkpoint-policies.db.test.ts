import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LANES, type Lane } from '../../../src/law/values.ts';
import { checkpointKeyName, checkpointText } from '../../../src/proof/checkpoint.ts';
import { publicKeyOf } from '../../../src/proof/ed25519.ts';
import { keyIdOf } from '../../../src/proof/keyid.ts';
import { signNote } from '../../../src/proof/note.ts';
import { seedOf } from '../../harness/seeds.ts';
import { again, headKey, originIn, type SigningGround, signingGround } from './checkpoint-ground.ts';

let ground: SigningGround;
let origin: string;
const clients = new Map<Lane, pg.Client>();
const OTHER = { 'DOT-991': 'DOT-992', 'DOT-992': 'DOT-991' } as const;
const DENIED = { code: '42501' };

beforeAll(async () => {
  ground = await signingGround();
  origin = await originIn(ground.database);
  await ground.grow(5);
  for (const lane of LANES) ground.lane(lane);
  await ground.published(5);
  await ground.grow(9);
  for (const lane of LANES) await again(async () => (await ground.signedBy(lane)).at(-1) === 9);
  await ground.grow(20);
  for (const lane of LANES) await again(async () => (await ground.signedBy(lane)).at(-1) === 20);
  await ground.database.superuser.query('update cutter_log.tree_head set size = 40');
  for (const lane of LANES) {
    const { exec, verify } = ground.database.urls;
    const client = new pg.Client({ connectionString: (lane === 'DOT-991' ? exec : verify) as string });
    await client.connect();
    clients.set(lane, client);
  }
});

afterAll(async () => {
  for (const client of clients.values()) await client.end();
  await ground.close();
});

interface Row {
  readonly lane: Lane;
  readonly size: number;
  readonly root: Buffer;
  readonly signature: Buffer;
  readonly keyId: string;
  readonly origin: string;
}

/** What a lane would write for a head that isn't signed yet. */
function row(lane: Lane, change: Partial<Row> = {}): Row {
  const head = { origin: change.origin ?? origin, size: change.size ?? 30, root: Buffer.alloc(32, 7) };
  const key = headKey(ground.database, lane);
  const name = checkpointKeyName(head.origin, lane);
  const { signature } = signNote(checkpointText(head), { name, publicKey: key.publicKey }, key.seed);
  return { ...head, lane, keyId: key.keyId, signature: Buffer.from(signature), ...change };
}

async function insert(
  as: Lane,
  { lane, size, root, signature, keyId, origin: of }: Row,
  signedAt = 'transaction_timestamp()',
) {
  const client = clients.get(as) as pg.Client;
  await client.query('begin');
  try {
    await client.query(
      `insert into cutter_log.cosignature (lane, size, root, signature, key_id, origin, signed_at) values ($1, $2, $3, $4, $5, $6, ${signedAt})`,
      [lane, size, root, signature, keyId, of],
    );
  } finally {
    await client.query('rollback');
  }
}

describe.each(LANES)('cosignatures: %s', (lane) => {
  test('writes its own row, forward', async () => {
    await expect(insert(lane, row(lane))).resolves.toBeUndefined();
  });

  test("doesn't write a row of the other lane, whoever's signature and key it carries", async () => {
    const other = OTHER[lane];
    await expect(insert(lane, row(other))).rejects.toMatchObject(DENIED);
    await expect(insert(lane, row(lane, { lane: other }))).rejects.toMatchObject(DENIED);
  });

  test('carries no key of the other lane, no key for statements, and no key that is not registered', async () => {
    const other = row(OTHER[lane]);
    const { keyId, signature } = other;
    await expect(insert(lane, row(lane, { keyId, signature }))).rejects.toMatchObject(DENIED);
    const statement = keyIdOf(publicKeyOf(seedOf(ground.database.secrets, lane) as Uint8Array));
    await expect(insert(lane, row(lane, { keyId: statement }))).rejects.toMatchObject(DENIED);
    await expect(insert(lane, row(lane, { keyId: keyIdOf(Buffer.alloc(32, 1)) }))).rejects.toMatchObject(
      DENIED,
    );
  });

  test('signs no size that was signed, none before it, and none that the tree has not', async () => {
    for (const size of [20, 19, 4, 41])
      await expect(insert(lane, row(lane, { size }))).rejects.toMatchObject(DENIED);
  });

  test('signs for this incarnation, now', async () => {
    const another = `cutter/${crypto.randomUUID()}`;
    await expect(insert(lane, row(lane, { origin: another }))).rejects.toMatchObject(DENIED);
    await expect(insert(lane, row(lane), `transaction_timestamp() - interval '1 s'`)).rejects.toMatchObject(
      DENIED,
    );
  });

  test('sees its own rows alone, and changes none', async () => {
    const client = clients.get(lane) as pg.Client;
    const { rows } = await client.query('select distinct lane from cutter_log.cosignature');
    expect(rows).toEqual([{ lane }]);
    await expect(client.query('update cutter_log.cosignature set size = 1')).rejects.toMatchObject(DENIED);
    await expect(client.query('delete from cutter_log.cosignature')).rejects.toMatchObject(DENIED);
    await expect(client.query('select from cutter_log.v_checkpoint')).rejects.toMatchObject(DENIED);
    await expect(
      client.query(`insert into cutter_log.node values (9, 9, sha256('x'))`),
    ).rejects.toMatchObject(DENIED);
    await expect(client.query('update cutter_log.tree_head set size = 1')).rejects.toMatchObject(DENIED);
  });
});

test("a lane that puts its own name under the other lane's signature publishes nothing", async () => {
  const { superuser } = ground.database;
  const [executor, verifier] = [row('DOT-991'), row('DOT-992')];
  const client = clients.get('DOT-991') as pg.Client;
  // The policy can't judge a signature; whoever reads does.
  await client.query(
    `insert into cutter_log.cosignature (lane, size, root, signature, key_id, origin, signed_at) values ($1, $2, $3, $4, $5, $6, transaction_timestamp())`,
    [executor.lane, 30, executor.root, verifier.signature, executor.keyId, executor.origin],
  );
  await superuser.query(
    `insert into cutter_log.cosignature (lane, size, root, signature, key_id, origin, signed_at) values ($1, $2, $3, $4, $5, $6, now())`,
    [verifier.lane, 30, verifier.root, verifier.signature, verifier.keyId, verifier.origin],
  );
  expect((await ground.checkpoints.latest())?.size).toBe(20);
  expect(ground.log.alarms.at(-1)).toMatchObject({ alarm: 'CHECKPOINT_BROKEN', size: '30' });
});
