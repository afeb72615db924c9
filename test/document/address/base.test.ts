import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type BaseUnit, baseOfUnits, NO_BASE, trimmedText } from '../../../src/document/address/base.ts';
import { canonicalJson } from '../../../src/proof/canonical.ts';

const unitAt = (address: string): BaseUnit => ({
  address,
  trimmedDigest: `sha256:${address}`,
  contentHash: null,
  title: 'Title',
  label: ['§ 1'],
  sectionCode: null,
  parentAddress: null,
  order: 3,
  void: false,
});
const turn = () => Promise.resolve();

test('a base’s digest is that of the canonical JSON of its units, in the order of their addresses', async () => {
  const units = ['d/b', 'd', 'd/a'].map(unitAt);
  const sorted = [units[1]!, units[2]!, units[0]!];
  const json = canonicalJson(sorted.map((unit) => ({ ...unit, label: [...unit.label!] })));
  const due = createHash('sha256').update(json).digest('hex');
  expect((await baseOfUnits(units, turn)).digest).toBe(`sha256:${due}`);
  expect(NO_BASE.digest).toBe(`sha256:${createHash('sha256').update('[]').digest('hex')}`);
});

test('every field of a unit is bound by the digest', async () => {
  const changed = [
    {},
    { trimmedDigest: null },
    { contentHash: 'sha256:x' },
    { title: null },
    { label: null },
    { sectionCode: '§ 1' },
    { parentAddress: 'd' },
    { order: null },
    { void: true },
  ];
  const digests = await Promise.all(
    changed.map(async (fields) => (await baseOfUnits([{ ...unitAt('d/a'), ...fields }], turn)).digest),
  );
  expect(new Set(digests).size).toBe(changed.length);
});

test('a large base is hashed in pieces, with the same digest whatever their number', async () => {
  const units = Array.from({ length: 5_000 }, (_, at) => unitAt(`d/${at}`));
  let turns = 0;
  const { digest } = await baseOfUnits(units, () => Promise.resolve(++turns));
  expect(turns).toBe(2);
  expect(digest).toBe((await baseOfUnits(units.toReversed(), turn)).digest);
});

test('a text is trimmed of what depends on where it stands, in one pass', () => {
  expect(trimmedText('a\u00a0 \t\r\n\n')).toBe('a\u00a0');
  expect(trimmedText(' \n')).toBe('');
  expect(trimmedText(`a${' '.repeat(1_000_000)}b`)).toHaveLength(1_000_002);
});
