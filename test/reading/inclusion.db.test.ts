import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { ManifestTree } from '../../src/ledger/inclusion/manifest-tree.ts';
import { type Loose, verified } from '../harness/cycle.ts';
import { DOCUMENTS, RandomHistory } from '../harness/random-history.ts';
import { seeded, testSeed } from '../harness/seeded.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

const hashOf = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

/** The root that a path leads to from a leaf's hash, by the definition in RFC 6962 §2.1.1, from above. */
function rootOver(leaf: Buffer, index: number, size: number, path: readonly Buffer[]): Buffer {
  if (size === 1) {
    expect(path).toHaveLength(0);
    return leaf;
  }
  let half = 1;
  while (half * 2 < size) half *= 2;
  const [below, beside] = [path.slice(0, -1), path.at(-1)!];
  return index < half
    ? hashOf(Buffer.of(1), rootOver(leaf, index, half, below), beside)
    : hashOf(Buffer.of(1), beside, rootOver(leaf, index - half, size - half, below));
}

/** The digest that an answered inclusion leads to. */
function digestBy({ leaf, index, size, path }: Loose): string {
  const bytes = Buffer.from(leaf, 'base64');
  const hashes = path.map((one: string) => Buffer.from(one, 'base64'));
  return `sha256:${rootOver(hashOf(Buffer.of(0), bytes), index, size, hashes).toString('hex')}`;
}

const UNIT = `address contentHash title kind state
  inclusion { leaf index size path root } changeSet { changeSetId manifestVersion reviewDecision { manifestVersion } }`;

async function unitsOf(filter = ''): Promise<Loose[]> {
  const { body } = await server.gql(
    server.tokens.reviewer,
    `{ units(first: 200${filter}) { nodes { ${UNIT} } } }`,
  );
  expect(body.errors).toBeUndefined();
  return body.data.units.nodes;
}

function expectProved(unit: Loose): void {
  const { inclusion, changeSet } = unit;
  expect(digestBy(inclusion), unit.address).toBe(inclusion.root);
  expect(inclusion.root).toBe(changeSet.manifestVersion);
  expect(inclusion.root).toBe(changeSet.reviewDecision.manifestVersion);
  const { address, contentHash, title, kind } = unit;
  expect(JSON.parse(Buffer.from(inclusion.leaf, 'base64').toString())).toMatchObject({
    ...{ address, contentHash, title, kind },
  });
}

describe('Unit.inclusion', () => {
  test('leads each unit of a random ledger to the digest that was approved, vanished and void ones too', async () => {
    await new RandomHistory(server, seeded(testSeed()).named('inclusion')).run(160);
    await verified(server);
    const states = ['CURRENT', 'VANISHED', 'VOID'];
    const of = DOCUMENTS.map((docCode) => `"${docCode}"`);
    const all = await Promise.all(
      states.map((state) => unitsOf(`, filter: { state: ${state}, docCodeIn: [${of}] }`)),
    );
    const units = all.flat();
    expect(units.length).toBeGreaterThan(4);
    for (const unit of units) expectProved(unit);
    // Again, from the trees that are kept.
    for (const unit of await unitsOf()) expectProved(unit);
  });

  test('of an altered manifest leads elsewhere than to the digest that was approved', async () => {
    const { changeSetId, manifestDigest } = await verified(server);
    await server.superuser.query(
      `update cutter_governance.manifest_unit_block b set payload_summary = jsonb_set(b.payload_summary, '{kind}', '"note"')
        from cutter_governance.cut_change_set c
        where c.change_set_id = $1 and b.envelope_id = c.manifest_id and b.render_order = 2`,
      [changeSetId],
    );
    const altered = (await unitsOf()).filter(({ changeSet }) => changeSet.changeSetId === changeSetId);
    expect(altered.length).toBeGreaterThan(1);
    for (const { inclusion } of altered) {
      expect(inclusion.root).toBe(manifestDigest);
      expect(digestBy(inclusion)).not.toBe(inclusion.root);
    }
  });
});

test('the tree of a manifest has the path of each leaf, whatever its size', async () => {
  for (const size of [1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 65, 100, 4097]) {
    const leaves = Array.from({ length: size }, (_, at) => hashOf(Buffer.from(`${size}:${at}`)));
    const tree = await ManifestTree.over(Buffer.concat(leaves));
    expect(tree.size).toBe(size);
    const roots = [0, 1, size >> 1, size - 1]
      .filter((index) => index < size)
      .map((index) =>
        rootOver(
          leaves[index]!,
          index,
          size,
          tree.pathOf(index).map((hash) => Buffer.from(hash)),
        ).toString('hex'),
      );
    expect(new Set(roots).size).toBe(1);
  }
});
