import { createHash, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { incarnationAfter, signResume } from '../../../src/law/resume-statement.ts';
import { LANES } from '../../../src/law/values.ts';
import type { Cosigner } from '../../../src/log/checkpoint/checkpoint-cosigner.ts';
import { incarnationOf } from '../../../src/proof/checkpoint.ts';
import { freshKey } from '../../harness/keys.ts';
import { openNote, strangersRoot } from '../../harness/stranger.ts';
import { leavesUntil } from '../../harness/tree-ground.ts';
import { heardLog } from '../log-ground.ts';
import {
  again,
  headKey,
  originIn,
  type SigningGround,
  signingGround,
  strangersKeys,
} from './checkpoint-ground.ts';

let ground: SigningGround;

beforeEach(async () => {
  ground = await signingGround();
});

afterEach(async () => {
  await ground.close();
});

const bothSigned = async (size: number) => {
  for (const lane of LANES) await again(async () => (await ground.signedBy(lane)).at(-1) === size);
};

describe('publishing', () => {
  test('a head is published when both lanes have signed it, and not before', async () => {
    await ground.grow(7);
    const first = ground.lane('DOT-991');
    await again(async () => (await ground.signedBy('DOT-991')).length === 1);
    expect(await ground.checkpoints.latest()).toBeNull();
    expect(await ground.checkpoints.covering(0, 10)).toEqual([]);
    ground.lane('DOT-992');
    await ground.published(7);
    expect(first.state()).toBe('running');
  });

  test('the note is what a stranger reads: origin, size, the root of the records, one signature of each lane', async () => {
    await ground.grow(11);
    for (const lane of LANES) ground.lane(lane);
    await ground.published(11);
    const checkpoint = await ground.checkpoints.latest();
    const keys = await strangersKeys(ground.database);
    const opened = openNote(checkpoint?.note as string, keys);
    expect(opened.signedBy).toEqual(keys.map((key) => key.split('+')[0]));
    expect(opened.origin).toBe(checkpoint?.origin);
    expect(opened.size).toBe(11);
    expect(opened.root.equals(strangersRoot(leavesUntil(11)))).toBe(true);
    const altered = String(checkpoint?.note).replace('\n11\n', '\n12\n');
    expect(openNote(altered, keys).signedBy).toEqual([]);
  });

  test('as the log grows, each head continues the one before', async () => {
    for (const lane of LANES) ground.lane(lane);
    for (const size of [1, 2, 3, 8, 21, 64, 65]) {
      await ground.grow(size);
      await ground.published(size);
    }
    const all = await ground.checkpoints.covering(0, 100);
    expect(all.map(({ size }) => size)).toEqual([1, 2, 3, 8, 21, 64, 65]);
    expect(
      (await ground.checkpoints.after({ origin: await originIn(ground.database), size: 3 }, 2)).map(
        ({ size }) => size,
      ),
    ).toEqual([8, 21]);
    expect(ground.log.alarms).toEqual([]);
  });

  test('a log far longer than a page is folded again before it is signed for the first time', async () => {
    await ground.grow(10_000);
    for (const lane of LANES) ground.lane(lane);
    await ground.published(10_000);
  });

  test('two processes of one lane sign each head once', async () => {
    for (const lane of [...LANES, ...LANES]) ground.lane(lane);
    for (const size of [5, 9, 30]) {
      await ground.grow(size);
      await ground.published(size);
    }
    for (const lane of LANES) expect(await ground.signedBy(lane)).toEqual([5, 9, 30]);
    expect(ground.log.alarms).toEqual([]);
  });

  test('a lane whose key is not registered waits, and signs when it is', async () => {
    const { superuser } = ground.database;
    const { rows } = await superuser.query(
      `delete from cutter_auth.key where lane = 'DOT-991' and purpose = 'checkpoint' returning *`,
    );
    await ground.grow(3);
    const told: string[] = [];
    const log = { ...heardLog(), info: (_: unknown, message: string) => told.push(message) } as never;
    ground.lane('DOT-991', { log });
    await again(async () => told.length > 0);
    expect(told[0]).toMatch(/No key for heads of DOT-991 .* is registered yet/);
    const key = rows[0];
    await superuser.query(
      'insert into cutter_auth.key select * from json_populate_record(null::cutter_auth.key, $1)',
      [JSON.stringify({ ...key, public_key: `\\x${key.public_key.toString('hex')}` })],
    );
    await again(async () => (await ground.signedBy('DOT-991')).length === 1);
    expect(told).toHaveLength(1);
  });

  test('a lane whose key ended waits, and signs with the one that follows', async () => {
    const { superuser } = ground.database;
    const { keyId } = headKey(ground.database, 'DOT-991');
    const next = freshKey('DOT-991');
    await superuser.query('update cutter_auth.key set until_position = 2 where key_id = $1', [keyId]);
    await ground.grow(4);
    const told: string[] = [];
    const log = { ...heardLog(), info: (_: unknown, message: string) => told.push(message) } as never;
    ground.lane('DOT-991', { log, keys: () => [headKey(ground.database, 'DOT-991'), next] });
    await again(async () => told.length > 0);
    expect(told[0]).toContain(`The key ${keyId} of DOT-991 ended at position 2.`);
    await superuser.query(
      `insert into cutter_auth.key (key_id, lane, principal_id, public_key, from_position, purpose)
       select $2, lane, principal_id, $3, 2, purpose from cutter_auth.key where key_id = $1`,
      [keyId, next.keyId, Buffer.from(next.publicKey)],
    );
    await again(async () => (await ground.signedBy('DOT-991')).length === 1);
  });
});

const HASH = (text: string) => createHash('sha256').update(text).digest('hex');

/** Each is done by the superuser after both lanes signed 20 positions, before they are asked for 37. */
const ALTERATIONS: Record<string, { sql: string[]; whileLanesRest?: true; says: RegExp }> = {
  'a node of the signed tree': {
    sql: [`update cutter_log.node set hash = sha256('x') where level = 4 and idx = 0`],
    says: /root over the first 20 positions isn't the one of .* the past was altered/,
  },
  'an earlier record hash, and the tree folded anew from it': {
    sql: [
      `update cutter_log.log set record_hash = 'sha256:${HASH('forged')}' where position = 6`,
      'delete from cutter_log.node',
      'update cutter_log.tree_head set size = 0, checkpoint_size = 0',
    ],
    whileLanesRest: true,
    says: /the past was altered/,
  },
  'two records swapped, and the tree folded anew': {
    sql: [
      `update cutter_log.log set record_hash = case position when 3 then 'sha256:${HASH('record 4')}' else 'sha256:${HASH('record 3')}' end
       where position in (3, 4)`,
      'delete from cutter_log.node',
      'update cutter_log.tree_head set size = 0, checkpoint_size = 0',
    ],
    whileLanesRest: true,
    says: /the past was altered/,
  },
  'what the lane signed last': {
    sql: [`update cutter_log.cosignature set root = sha256('x')`],
    says: /doesn't have this lane's signature/,
  },
  'the signature of what the lane signed last': {
    sql: [`update cutter_log.cosignature set signature = sha256('x') || sha256('y')`],
    says: /doesn't have this lane's signature/,
  },
  'the newest signature is gone': {
    sql: ['delete from cutter_log.cosignature where size = 20'],
    says: /the memory of .* says 20 leaves, and the newest signature of this lane in the database is over 12: the database was set back/,
  },
  'all signatures are gone': {
    sql: ['delete from cutter_log.cosignature'],
    says: /in the database is none: the database was set back/,
  },
};

async function untilStopped(cosigners: readonly Cosigner[]): Promise<void> {
  await again(async () => cosigners.every((cosigner) => cosigner.state() === 'stopped'));
}

describe('a lane signs nothing more, with an alarm, where the ledger is not the one that it signed', () => {
  test.each(Object.entries(ALTERATIONS))('%s', async (_, { sql, whileLanesRest, says }) => {
    let cosigners = LANES.map((lane) => ground.lane(lane));
    for (const size of [12, 20]) {
      await ground.grow(size);
      await ground.published(size);
      await bothSigned(size);
    }
    if (whileLanesRest) for (const cosigner of cosigners) await ground.stop(cosigner);
    for (const statement of sql) await ground.database.superuser.query(statement);
    await ground.grow(37);
    if (whileLanesRest) cosigners = LANES.map((lane) => ground.lane(lane));
    await untilStopped(cosigners);
    const refusals = ground.log.alarms.filter(({ alarm }) => alarm === 'COSIGNING_REFUSED');
    expect(refusals).toHaveLength(2);
    for (const refusal of refusals) expect(String((refusal as { err?: Error }).err?.message)).toMatch(says);
    for (const lane of LANES) expect(await ground.signedBy(lane)).not.toContain(37);
    // One that is started anew comes to the same end, unless only its memory knew.
    if (says.source.includes('set back')) return;
    await untilStopped(LANES.map((lane) => ground.lane(lane)));
    for (const lane of LANES) expect(await ground.signedBy(lane)).not.toContain(37);
  });

  test('a node among those that were added', async () => {
    await ground.grow(5);
    const [lane] = LANES;
    const first = ground.lane(lane);
    await again(async () => (await ground.signedBy(lane)).length === 1);
    await ground.stop(first);
    await ground.grow(16);
    // Consistent with all that was signed, and not what the log holds.
    await ground.database.superuser.query(
      `update cutter_log.node set hash = sha256('x') where level = 3 and idx = 1`,
    );
    const altered = ground.lane(lane);
    await untilStopped([altered]);
    expect(String((ground.log.alarms[0] as unknown as { err: Error }).err.message)).toMatch(
      /(isn't what the log gives|isn't a continuation)/,
    );
  });

  test('the end of the log is gone', async () => {
    await ground.grow(9);
    const cosigner = ground.lane('DOT-992');
    await again(async () => (await ground.signedBy('DOT-992')).length === 1);
    const { superuser } = ground.database;
    await superuser.query('delete from cutter_log.node');
    await superuser.query('delete from cutter_log.log where position >= 6');
    await superuser.query('update cutter_log.tree_head set size = 0, checkpoint_size = 0');
    await untilStopped([cosigner]);
    expect(String((ground.log.alarms[0] as unknown as { err: Error }).err.message)).toMatch(
      /the end of the log is gone/,
    );
  });

  test('a head that was kept outside says more than the database: a restored backup', async () => {
    await ground.grow(9);
    const root = strangersRoot(leavesUntil(9));
    const origin = await originIn(ground.database);
    const kept = [{ origin, size: 12, root, where: 'the file heads' }];
    const cosigner = ground.lane('DOT-991', { kept });
    await again(async () => ground.log.alarms.length > 0);
    expect(ground.log.alarms).toMatchObject([{ alarm: 'DATABASE_SET_BACK', lane: 'DOT-991' }]);
    expect(String((ground.log.alarms[0] as unknown as { err: Error }).err.message)).toMatch(
      /the file heads says 12: the database was set back/,
    );
    // It waits for both lanes to accept, and signs nothing until then.
    expect(cosigner.state()).not.toBe('stopped');
    expect(await ground.signedBy('DOT-991')).toEqual([]);
    const { rows } = await ground.database.superuser.query(
      'select seen_size::int, noticed_by from cutter_log.suspension',
    );
    expect(rows).toEqual([{ seen_size: 12, noticed_by: 'cutter_exec' }]);
  });

  /** Both lanes have signed 9 positions; the superuser rewrites a record, and says that both have accepted it. */
  async function rewritten(forged: (incarnation: string) => Promise<string>): Promise<void> {
    const { superuser } = ground.database;
    const lane = ground.lane('DOT-991');
    await ground.grow(9);
    await again(async () => (await ground.signedBy('DOT-991')).length === 1);
    const origin = await originIn(ground.database);
    const kept = [{ origin, size: 9, root: strangersRoot(leavesUntil(9)), where: 'the file heads' }];
    await ground.stop(lane);
    await superuser.query(
      `insert into cutter_log.suspension select incarnation, 'forged', 9, null, 'forger', now() from cutter_log.head`,
    );
    const next = await forged(incarnationOf(origin));
    await superuser.query('update cutter_log.head set incarnation = $1', [next]);
    for (const statement of [
      `update cutter_log.log set record_hash = 'sha256:${HASH('forged')}' where position = 6`,
      'delete from cutter_log.node',
      'update cutter_log.tree_head set size = 0, checkpoint_size = 0',
    ])
      await superuser.query(statement);
    await ground.grow(12);
    await untilStopped([ground.lane('DOT-991', { kept })]);
    expect(await ground.signedBy('DOT-991')).toEqual([9]);
  }

  test('an incarnation that rows alone say was given up: nobody signed that', async () => {
    await rewritten(async () => {
      const next = randomUUID();
      await ground.database.superuser.query(
        `insert into cutter_log.resumption select head.incarnation, lane, 3, sha256('x'), $1, key_id, '{}', now()
         from cutter_log.head, cutter_auth.key where purpose = 'statement'`,
        [next],
      );
      return next;
    });
  });

  test('an incarnation that was given up by keys which the registry has for the lanes, and the lane doesn’t know', async () => {
    await rewritten(async (previous) => {
      const root = strangersRoot(leavesUntil(3)).toString('base64');
      const place = { previous, position: '3', root };
      for (const lane of LANES) {
        const key = freshKey(lane);
        const facts = { ...place, seen: { size: '9', root: null }, lane, principalId: randomUUID() };
        const preparedAt = '2026-01-01T00:00:00.000000Z';
        const envelope = signResume({ ...facts, personId: randomUUID(), reason: null, preparedAt }, key);
        await ground.database.superuser.query(
          `insert into cutter_auth.key (key_id, lane, principal_id, public_key, from_position, purpose)
           select $1, lane, principal_id, $2, 0, purpose from cutter_auth.key where lane = $3 and purpose = 'statement' limit 1`,
          [key.keyId, Buffer.from(key.publicKey), lane],
        );
        await ground.database.superuser.query(
          `insert into cutter_log.resumption values ($1, $2, 3, decode($3, 'base64'), $4, $5, $6, now())`,
          [previous, lane, root, incarnationAfter(place), key.keyId, JSON.stringify(envelope)],
        );
      }
      return incarnationAfter(place);
    });
  });

  test('a head that was kept outside is another ledger’s', async () => {
    await ground.grow(9);
    const root = strangersRoot(leavesUntil(9));
    const kept = [{ origin: `cutter/${crypto.randomUUID()}`, size: 12, root, where: 'the file heads' }];
    const cosigner = ground.lane('DOT-991', { kept });
    await untilStopped([cosigner]);
    expect(await ground.signedBy('DOT-991')).toEqual([]);
    expect(String((ground.log.alarms[0] as unknown as { err: Error }).err.message)).toMatch(
      /it is another ledger/,
    );
  });

  test('a key that is registered for something else', async () => {
    await ground.grow(4);
    await ground.database.superuser.query(
      `update cutter_auth.key set purpose = case purpose when 'statement' then 'checkpoint' else 'statement' end`,
    );
    await untilStopped(LANES.map((lane) => ground.lane(lane)));
    for (const lane of LANES) expect(await ground.signedBy(lane)).toEqual([]);
  });
});

test('a published row whose signature was altered is passed over with an alarm, and the one before it is the newest', async () => {
  const cosigners = LANES.map((lane) => ground.lane(lane));
  for (const size of [3, 8]) {
    await ground.grow(size);
    await ground.published(size);
  }
  for (const cosigner of cosigners) await ground.stop(cosigner);
  await ground.database.superuser.query(
    `update cutter_log.cosignature set signature = (select signature from cutter_log.cosignature where lane = 'DOT-992' and size = 8)
     where lane = 'DOT-991' and size = 8`,
  );
  expect((await ground.checkpoints.latest())?.size).toBe(3);
  expect(ground.log.alarms).toMatchObject([{ alarm: 'CHECKPOINT_BROKEN', size: '8' }]);
});
