import { beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../../src/client/client.ts';
import { ProveUnitDocument, type ProveUnitQuery } from '../../src/client/generated/graphql.ts';
import { type ShownInclusion, verifyUnitInclusion } from '../../src/client/unit-inclusion.ts';
import { caller } from '../harness/callers.ts';
import { marked, verified } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { MAKES_A_LEDGER_MS } from '../harness/timeouts.ts';

type Proved = NonNullable<ProveUnitQuery['unit']>;

let server: TestServer;
let units: Proved[];
let digest: string;
beforeAll(async () => {
  server = await testServer();
  const text = `# Rules ä\r\n\nPreamble.  \n\n${Array.from({ length: 9 }, (_, n) => `## Part ${n}\n\nText of ${n}.\n`).join('\n')}`;
  const made = await verified(server, await marked(server, 'rules', { docCode: 'rules', text }));
  digest = made.manifestDigest;
  const { token } = await caller(server, { scopes: ['ledger:observe', 'document:read'] });
  const client = createClient({ url: server.url, token });
  const { body } = await server.gql(token, '{ units(filter: { docCode: "rules" }) { nodes { address } } }');
  units = [];
  for (const { address } of body.data.units.nodes) {
    const { unit } = await client.request(ProveUnitDocument, { address });
    units.push(unit!);
  }
}, MAKES_A_LEDGER_MS);

const proofOf = ({ inclusion }: Proved): ShownInclusion => inclusion!;

describe('a proof that a unit stands in the approved manifest', () => {
  test('is believed of every unit, with its exact text and its title', () => {
    expect(units.length).toBeGreaterThan(9);
    for (const unit of units) {
      expect(unit.changeSet.manifestVersion).toBe(digest);
      const verdict = verifyUnitInclusion(proofOf(unit), unit, digest);
      expect(verdict).toMatchObject({ ok: true, record: { address: unit.address, title: unit.title } });
    }
  });

  test.each([
    [
      'of another manifest',
      /^The proof is of the manifest/,
      (unit: Proved) => [proofOf(unit), unit, `sha256:${'0'.repeat(64)}`],
    ],
    ['of another unit', /^The record is of rules/, (unit: Proved) => [proofOf(units[2]!), unit, digest]],
    [
      'of a text that was altered',
      /^The text is not/,
      (unit: Proved) => [proofOf(unit), { ...unit, text: `${unit.text} ` }, digest],
    ],
    [
      'of a text that no bytes can be',
      /^The text is not/,
      (unit: Proved) => [proofOf(unit), { ...unit, text: '\ud800' }, digest],
    ],
    [
      'of another title',
      /another title/,
      (unit: Proved) => [proofOf(unit), { ...unit, title: 'Other' }, digest],
    ],
    [
      'of another content',
      /has the content hash/,
      (unit: Proved) => [proofOf(unit), { ...unit, contentHash: `sha256:${'1'.repeat(64)}` }, digest],
    ],
    ['with another place', /^The path/, (unit: Proved) => [{ ...proofOf(unit), index: 1 }, unit, digest]],
    [
      'with a shorter path',
      /^The path/,
      (unit: Proved) => [{ ...proofOf(unit), path: proofOf(unit).path.slice(1) }, unit, digest],
    ],
    [
      'with a record that was altered',
      /^The path/,
      (unit: Proved) => {
        const leaf = Buffer.from(proofOf(unit).leaf, 'base64').toString().replace('"kind"', '"kine"');
        return [{ ...proofOf(unit), leaf: Buffer.from(leaf).toString('base64') }, unit, digest];
      },
    ],
    [
      'with nonsense',
      /^The path/,
      (unit: Proved) => [{ leaf: '?', index: -1, size: 0, path: ['x'], root: digest }, unit, digest],
    ],
  ] as const)('%s is refused with a sentence', (_, sentence, claim) => {
    const [inclusion, unit, root] = claim(units[4]!) as [ShownInclusion, Proved, string];
    expect(verifyUnitInclusion(inclusion, unit, root)).toEqual({
      ok: false,
      fault: expect.stringMatching(sentence),
    });
  });
});
