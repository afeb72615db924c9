import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDedicated } from '../../../src/database/connection.ts';
import { readTree } from '../../../src/log/tree/tree.ts';
import { foldBatch } from '../../../src/log/tree/tree-fold.ts';
import type { TreeFolder } from '../../../src/log/tree/tree-folder.ts';
import { rootOf } from '../../../src/proof/merkle.ts';
import { type TestDatabase, testDatabase } from '../../harness/database.ts';
import {
  everyNode,
  type FoldProcess,
  folded,
  folderOf,
  foldProcess,
  growLog,
  LOOK_MS,
  leavesUntil,
  storedNodes,
  treeSize,
} from '../../harness/tree-ground.ts';
import { heardLog, logGround, mark } from '../log-ground.ts';

let database: TestDatabase;
const closers: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  database = await testDatabase({ log: 'empty' });
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await database.drop();
});

function closing(folder: TreeFolder): TreeFolder {
  closers.push(() => folder.close());
  return folder;
}

function killing(process: FoldProcess): FoldProcess {
  closers.push(() => process.kill());
  return process;
}

async function connected() {
  const connection = await openDedicated(database.urls.integrator as string, 'cutter_integrator', () => {});
  closers.push(() => connection.close());
  return connection.client;
}

describe('folding', () => {
  test('in batches of any size gives the nodes of the whole tree, each once', async () => {
    const client = await connected();
    let size = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ grown: fc.integer({ min: 1, max: 40 }), limit: fc.integer({ min: 1, max: 17 }) }),
          {
            minLength: 1,
            maxLength: 4,
          },
        ),
        async (steps) => {
          for (const { grown, limit } of steps) {
            size += grown;
            await growLog(database, size);
            while ((await foldBatch(client, limit, 0)) !== null);
          }
          const leaves = leavesUntil(size);
          expect(await treeSize(database)).toBe(size);
          expect(await storedNodes(database)).toEqual(everyNode(leaves));
        },
      ),
      { numRuns: 25 },
    );
    const root = await readTree(database.pools.observe).root(size);
    expect(Buffer.from(root as Uint8Array).equals(rootOf(leavesUntil(size)))).toBe(true);
  });

  test('takes up a log that was there before the tree, from position 0', async () => {
    await growLog(database, 5000);
    closing(folderOf(database, { batch: 512 }));
    await folded(database, 5000);
    expect(await storedNodes(database)).toEqual(everyNode(leavesUntil(5000)));
  });

  test('follows the integrator of its process without a poll', async () => {
    const ground = await logGround();
    closers.push(() => ground.close());
    const integrator = ground.integrate();
    const folder = folderOf(ground.database, { integrator, pollMs: 60_000, log: ground.log });
    closers.push(() => folder.close());
    const { recordId } = await mark(ground.exec);
    // The hash of a record by hand is none, so the folder comes, looks, and stops.
    integrator.nudge();
    while (folder.state() !== 'stopped') await pause(LOOK_MS);
    expect(recordId).toBeDefined();
    expect(ground.log.alarms).toMatchObject([
      {
        alarm: 'TREE_BROKEN',
        err: { message: "The log's record at position 0 has no SHA-256 for its hash." },
      },
    ]);
  });

  test('asks the lanes for a new size at most once in its time, and for the last one when the log rests', async () => {
    const client = await connected();
    await growLog(database, 10);
    expect(await foldBatch(client, 100, 3_600_000)).toEqual({ leaves: 10, size: 10, proposed: 10 });
    await growLog(database, 20);
    expect(await foldBatch(client, 100, 3_600_000)).toEqual({ leaves: 10, size: 20, proposed: 10 });
    expect(await foldBatch(client, 100, 3_600_000)).toBeNull();
    expect(await foldBatch(client, 100, 0)).toEqual({ leaves: 0, size: 20, proposed: 20 });
    expect(await foldBatch(client, 100, 0)).toBeNull();
  });

  test('asks the lanes where somebody wrote that they were asked in the future', async () => {
    const client = await connected();
    await growLog(database, 10);
    await database.superuser.query("update cutter_log.tree_head set proposed_at = '2999-01-01'");
    expect(await foldBatch(client, 100, 3_600_000)).toEqual({ leaves: 10, size: 10, proposed: 10 });
    await growLog(database, 20);
    await database.superuser.query("update cutter_log.tree_head set proposed_at = 'infinity', size = size");
    expect(await foldBatch(client, 100, 3_600_000)).toEqual({ leaves: 10, size: 20, proposed: 20 });
  });
});

describe('taking over', () => {
  test('a fold killed in its middle leaves nothing, and another process goes on from what was committed', async () => {
    await growLog(database, 3000);
    const first = killing(foldProcess(database, 100));
    expect(await first.nextSize()).toBe(100);
    // Nobody writes nodes now: whatever fold is under way stands in its middle, its transaction open.
    const keeper = await database.superuser.connect();
    await keeper.query('begin');
    await keeper.query('lock table cutter_log.node in share mode');
    const { rows } = await keeper.query<{ size: string }>('select size from cutter_log.tree_head');
    const committed = Number(rows[0]?.size);
    expect(committed).toBeLessThan(3000);
    const blocked = async () =>
      // Not the keeper: in a transaction it sees the activity as it was first asked.
      (
        await database.superuser.query(
          `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%log.fold %'`,
        )
      ).rowCount === 1;
    while (!(await blocked())) await pause(LOOK_MS);
    await first.kill();
    closing(folderOf(database, { batch: 100 }));
    await keeper.query('rollback');
    keeper.release();
    await folded(database, 3000);
    expect(await storedNodes(database)).toEqual(everyNode(leavesUntil(3000)));
  });

  test('three processes at once fold each leaf once, while one is killed and the log grows', async () => {
    await growLog(database, 2000);
    const first = killing(foldProcess(database, 16));
    killing(foldProcess(database, 16));
    closing(folderOf(database, { batch: 16 }));
    await folded(database, randomInt(100, 1500));
    await first.kill();
    await growLog(database, 4001);
    await folded(database, 4001);
    expect(await storedNodes(database)).toEqual(everyNode(leavesUntil(4001)));
  });
});

describe('an altered log or tree', () => {
  const alterations = {
    'a hole in the log': 'delete from cutter_log.log where position = 15',
    'a hash that is none': `update cutter_log.log set record_hash = 'sha256:x' where position = 15`,
    'a node that is gone from the edge': 'delete from cutter_log.node where level = 3',
    'a node that stands where one must be added': `insert into cutter_log.node values (0, 13, sha256('x'))`,
  };

  test.each(Object.entries(alterations))(
    '%s: the folder stops with an alarm, and adds nothing',
    async (_, sql) => {
      await growLog(database, 12);
      await folderOf(database).close();
      closing(folderOf(database));
      await folded(database, 12);
      for (const close of closers.splice(0)) await close();
      await database.superuser.query(sql.includes('15') ? 'select' : sql);
      await growLog(database, 20);
      if (sql.includes('15')) await database.superuser.query(sql);
      const before = await storedNodes(database);
      const log = heardLog();
      const folder = closing(folderOf(database, { log }));
      while (folder.state() !== 'stopped') await pause(LOOK_MS);
      expect(log.alarms).toMatchObject([{ alarm: 'TREE_BROKEN' }]);
      expect(await treeSize(database)).toBe(12);
      expect(await storedNodes(database)).toEqual(before);
    },
  );
});
