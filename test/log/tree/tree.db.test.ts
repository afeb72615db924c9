import { randomInt } from 'node:crypto';
import type { CommonQueryMethods, QuerySqlToken } from 'slonik';
import { beforeAll, describe, expect, test } from 'vitest';
import { readTree } from '../../../src/log/tree/tree.ts';
import { TreeBroken } from '../../../src/log/tree/tree-nodes.ts';
import { rootOf, verifyConsistency, verifyInclusion } from '../../../src/proof/merkle.ts';
import { type TestDatabase, testDatabase } from '../../harness/database.ts';
import { folded, folderOf, growLog, leavesUntil } from '../../harness/tree-ground.ts';

const SIZE = 30_011;
const MOST = 2 * Math.ceil(Math.log2(SIZE)) + 2;
const leaves = leavesUntil(SIZE);
const rootAt = (size: number) => rootOf(leaves.slice(0, size));

let database: TestDatabase;
const sent: QuerySqlToken[] = [];
/** The observer's pool, and what went through it. */
const observe = {
  any: (query: QuerySqlToken) => {
    sent.push(query);
    return database.pools.observe.any(query);
  },
} as unknown as Pick<CommonQueryMethods, 'any'>;
const tree = readTree(observe);

beforeAll(async () => {
  database = await testDatabase({ log: 'empty' });
  await growLog(database, SIZE);
  const folder = folderOf(database);
  await folded(database, SIZE);
  await folder.close();
});

/** What PostgreSQL does for the one statement that `work` sends: rows taken from each table, and how. */
async function costOf(
  work: () => Promise<unknown>,
): Promise<{ statements: number; rows: number; scans: Set<string> }> {
  sent.length = 0;
  await work();
  const [query] = sent;
  if (query === undefined) throw new Error('Nothing was sent.');
  const text = query.sql.replaceAll(/\$slonik_(\d+)/g, '$$$1');
  const { rows } = await database.superuser.query(`explain (analyze, format json) ${text}`, [
    ...query.values,
  ]);
  const scans = new Set<string>();
  let taken = 0;
  const walk = (node: Record<string, unknown>): void => {
    if (node['Relation Name'] !== undefined) {
      scans.add(`${node['Node Type']} on ${node['Relation Name']}`);
      if (node['Relation Name'] !== 'tree_head')
        taken += Number(node['Actual Rows']) * Number(node['Actual Loops']);
    }
    for (const child of (node['Plans'] ?? []) as Record<string, unknown>[]) walk(child);
  };
  walk(rows[0]['QUERY PLAN'][0].Plan);
  return { statements: sent.length, rows: taken, scans };
}

describe.each(['as it is', 'after analyze'])('the cost of a proof, %s', (when) => {
  beforeAll(async () => {
    if (when === 'after analyze') await database.superuser.query('analyze cutter_log.node');
  });

  test('is one statement, and at most two nodes for each level of the tree, each by its key', async () => {
    for (let round = 0; round < 20; round += 1) {
      const size = randomInt(2, SIZE + 1);
      const position = randomInt(size);
      const proofs = [
        () => tree.root(size),
        () => tree.inclusionProof(position, size),
        () => tree.consistencyProof(position, size),
      ];
      for (const proof of proofs) {
        const { statements, rows, scans } = await costOf(proof);
        expect(statements).toBe(1);
        expect(rows).toBeLessThanOrEqual(2 * MOST);
        for (const scan of scans) expect(scan).toMatch(/^(Index|Index Only|Bitmap Heap) Scan|on tree_head$/);
      }
    }
  });
});

test('proofs verify, at random places and sizes', async () => {
  for (let round = 0; round < 60; round += 1) {
    const size = randomInt(1, SIZE + 1);
    const position = randomInt(size);
    const inclusion = await tree.inclusionProof(position, size);
    const root = rootAt(size);
    const leafHash = leaves[position] as Buffer;
    expect(inclusion?.hashes.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)));
    expect(verifyInclusion({ leafHash, index: position, size, proof: inclusion?.hashes ?? [], root })).toBe(
      true,
    );
    const consistency = await tree.consistencyProof(position, size);
    const claim = { from: position, fromRoot: rootAt(position), to: size, toRoot: root };
    expect(verifyConsistency({ ...claim, proof: consistency?.hashes ?? [] })).toBe(true);
    expect(Buffer.from(consistency?.toRoot as Uint8Array).equals(root)).toBe(true);
  }
});

test('a tree that is not grown so far answers null, and no size is refused by chance', async () => {
  expect(await tree.root(SIZE + 1)).toBeNull();
  expect(await tree.inclusionProof(0, SIZE + 1)).toBeNull();
  expect(await tree.consistencyProof(SIZE, SIZE + 1)).toBeNull();
  expect(Buffer.from((await tree.root(0)) as Uint8Array).equals(rootOf([]))).toBe(true);
  expect(await tree.consistencyProof(0, 0)).toMatchObject({ hashes: [] });
  expect(await tree.consistencyProof(SIZE, SIZE)).toMatchObject({ hashes: [] });
});

test('a node that is missing where the tree must have it is told as an alteration', async () => {
  await database.superuser.query('delete from cutter_log.node where level = 5 and idx = 3');
  await expect(tree.inclusionProof(64, SIZE)).rejects.toThrow(TreeBroken);
  await database.superuser.query('delete from cutter_log.log where position = 7');
  await expect(tree.inclusionProof(7, SIZE)).rejects.toThrow(/no record at position 7/);
});
