import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { call, marked, verifyCut, wasCut } from '../../harness/cycle.ts';
import { testDatabase } from '../../harness/database.ts';
import { FIRST_RECORDS, KEY_RECORDS } from '../../harness/keys.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import {
  openNote,
  rootByPath,
  rootsByProof,
  type StrangersCheckpoint,
  strangersLeaf,
  strangersRoot,
} from '../../harness/stranger.ts';
import { again, strangersKeys } from './checkpoint-ground.ts';

let server: TestServer;
let keys: readonly string[];

beforeAll(async () => {
  server = await testServer();
  keys = await strangersKeys(server.database);
});

const bytes = (text: string) => Buffer.from(text, 'base64');

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it asked for
async function ask(query: string, variables: Record<string, unknown> = {}): Promise<any> {
  const { body } = await server.gql(server.tokens.administrator, query, variables);
  expect(body.errors).toBeUndefined();
  return body.data;
}

const CHECKPOINT = '{ checkpoint { origin size root note } }';
const INCLUSION = `query ($position: Position!, $size: Position) {
  inclusionProof(position: $position, size: $size) { position size recordHash leafHash hashes root }
  record(position: $position) { position recordId recordHash rowIds body } }`;
const CONSISTENCY = `query ($from: Position!, $to: Position!) {
  consistencyProof(from: $from, to: $to) { from to fromRoot toRoot hashes } }`;

/** Asks until the newest checkpoint covers everything that the log holds. */
async function published(): Promise<StrangersCheckpoint> {
  const { rows } = await server.superuser.query(
    'select count(*)::int as records from cutter_log.record_part',
  );
  return await again(async () => {
    const { checkpoint } = await ask(CHECKPOINT);
    if (checkpoint === null || Number(checkpoint.size) < rows[0].records) return null;
    const opened = openNote(checkpoint.note, keys);
    expect(opened.origin).toBe(checkpoint.origin);
    expect(String(opened.size)).toBe(checkpoint.size);
    expect(opened.root.toString('base64')).toBe(checkpoint.root);
    return opened;
  });
}

test('before the log has a record there is no checkpoint, and nothing to prove', async () => {
  const empty = await testServer({ database: await testDatabase({ log: 'empty' }) });
  const asked = async (query: string, variables = {}) =>
    (await empty.gql(empty.tokens.reviewer, query, variables)).body.data;
  expect(await asked(CHECKPOINT)).toEqual({ checkpoint: null });
  expect(await asked(INCLUSION, { position: '0' })).toEqual({ inclusionProof: null, record: null });
  expect(await asked(CONSISTENCY, { from: '0', to: '1' })).toEqual({ consistencyProof: null });
});

describe('after a few phases', () => {
  let checkpoint: StrangersCheckpoint;

  beforeAll(async () => {
    for (let round = 0; round < 3; round += 1) {
      const made = await wasCut(server);
      await verifyCut(server, made);
      await published();
    }
    checkpoint = await published();
  });

  test("the checkpoint carries both lanes' signatures", () => {
    expect(checkpoint.signedBy).toEqual(keys.map((key) => key.split('+')[0]));
    expect(checkpoint.size).toBeGreaterThan(12);
  });

  test('every record is proved against the published checkpoint, from its body on', async () => {
    const leaves: Buffer[] = [];
    for (let position = 0; position < checkpoint.size; position += 1) {
      const { inclusionProof, record } = await ask(INCLUSION, { position: String(position) });
      const recordHash = createHash('sha256').update(record.body).digest();
      expect(record).toMatchObject({
        position: String(position),
        recordHash: `sha256:${recordHash.toString('hex')}`,
      });
      // The keys, then the first persons, the first rules, and what was done.
      const version = position < KEY_RECORDS ? 2 : ([3, 4][position - KEY_RECORDS] ?? 1);
      const format = `cutter-record/${version}`;
      expect(JSON.parse(record.body)).toMatchObject({ format, recordId: record.recordId });
      const leaf = strangersLeaf(recordHash);
      leaves.push(leaf);
      expect(inclusionProof).toMatchObject({
        position: String(position),
        size: String(checkpoint.size),
        recordHash: record.recordHash,
        leafHash: leaf.toString('base64'),
        root: checkpoint.root.toString('base64'),
      });
      const root = rootByPath(leaf, position, checkpoint.size, inclusionProof.hashes.map(bytes));
      expect(root?.equals(checkpoint.root)).toBe(true);
    }
    expect(strangersRoot(leaves).equals(checkpoint.root)).toBe(true);
  });

  test("every earlier size is proved to be the beginning of the checkpoint's", async () => {
    for (let from = 1; from <= checkpoint.size; from += 1) {
      const { consistencyProof: proof } = await ask(CONSISTENCY, {
        from: String(from),
        to: String(checkpoint.size),
      });
      const roots = rootsByProof(from, checkpoint.size, bytes(proof.fromRoot), proof.hashes.map(bytes));
      expect(roots?.old.toString('base64')).toBe(proof.fromRoot);
      expect(roots?.new.equals(checkpoint.root)).toBe(true);
    }
  });

  test('a proof at another size is had by asking for it', async () => {
    const { inclusionProof } = await ask(INCLUSION, { position: '1', size: '3' });
    const root = rootByPath(bytes(inclusionProof.leafHash), 1, 3, inclusionProof.hashes.map(bytes));
    expect(root?.toString('base64')).toBe(inclusionProof.root);
  });

  test('what the log has not is null, and what is no place is told', async () => {
    const beyond = { position: String(checkpoint.size) };
    expect(await ask(INCLUSION, beyond)).toEqual({ inclusionProof: null, record: null });
    expect(await ask(INCLUSION, { position: '0', size: '100000' })).toMatchObject({ inclusionProof: null });
    expect(await ask(CONSISTENCY, { from: '0', to: '100000' })).toEqual({ consistencyProof: null });
    for (const [query, variables, argument] of [
      [INCLUSION, { position: '-1' }, 'position'],
      [INCLUSION, { position: '1.0' }, 'position'],
      [INCLUSION, { position: '0', size: '9007199254740992' }, 'size'],
      [CONSISTENCY, { from: '01', to: '3' }, 'from'],
      [CONSISTENCY, { from: '4', to: '3' }, 'from'],
    ] as const) {
      const { body } = await server.gql(server.tokens.administrator, query, variables);
      expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    }
  });

  test('heads and proofs are for observers, bodies for those who may see evidence', async () => {
    const { body } = await server.gql(server.tokens.observer, CHECKPOINT);
    expect(body.data.checkpoint.size).toBe(String(checkpoint.size));
    const refused = await server.gql(server.tokens.observer, '{ record(position: "0") { body } }');
    expect(refused.body.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    for (const query of [CHECKPOINT, '{ inclusionProof(position: "0") { root } }']) {
      expect((await server.gql(null, query)).body.errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
    }
  });

  test('whoever has caught up with the history holds a checkpoint', async () => {
    const stream = server.feed.subscribe({ after: '', tokenId: null });
    for await (const message of stream) {
      if (message.type !== 'CaughtUp') continue;
      expect(openNote(message.checkpoint?.note as string, keys).signedBy).toHaveLength(2);
      break;
    }
  });

  test('a record that was altered behind the tree is not proved', async () => {
    const altered = await testServer();
    await marked(altered);
    await again(async () => (await altered.provable.checkpoints.latest())?.size === FIRST_RECORDS + 2);
    await altered.superuser.query(
      `update cutter_log.log set record_hash = 'sha256:' || encode(sha256('x'), 'hex') where position = 1`,
    );
    const { body } = await altered.gql(altered.tokens.observer, '{ inclusionProof(position: "1") { root } }');
    expect(body.data.inclusionProof).toBeNull();
    expect(body.errors).toHaveLength(1);
  });
});

describe('processes that hold one lane each', () => {
  test('publish together', async () => {
    const { secrets } = server.database;
    const { 'DOT-991': executor, 'DOT-992': verifier } = secrets.checkpointSeeds;
    const exec = await testServer({
      pools: { verify: null },
      secrets: { ...secrets, checkpointSeeds: { 'DOT-991': executor as string } },
    });
    expect(exec.provable.cosigners).toHaveLength(1);
    await marked(exec);
    expect(await exec.provable.checkpoints.latest()).toBeNull();
    const verify = await testServer({
      database: exec.database,
      pools: { exec: null },
      secrets: { ...secrets, checkpointSeeds: { 'DOT-992': verifier as string } },
    });
    await again(async () => (await verify.provable.checkpoints.latest())?.size === FIRST_RECORDS + 2);
    const answer = await call(verify, verify.tokens.marker, 'sweep', { idempotencyKey: 'x', limit: 1 });
    expect(answer.__typename).toBe('LaneNotServed');
  });
});
