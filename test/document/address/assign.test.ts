import { expect, test } from 'vitest';
import { assignAddresses } from '../../../src/document/address/assign.ts';
import { NO_BASE } from '../../../src/document/address/base.ts';
import { MARKDOWN_2 } from '../../../src/document/profiles.ts';
import type { Stretch } from '../../../src/document/stretch.ts';

type Named = Pick<Stretch, 'name' | 'under'>;

const plain = {
  start: 0,
  end: 1,
  terms: null,
  sectionCode: null,
  title: null,
  label: [],
  parent: null,
  excludedBecause: null,
};
const ground = { docCode: 'law', rules: MARKDOWN_2.address, base: NO_BASE, text: '' };

const addressesOf = (named: readonly Named[]) =>
  assignAddresses(
    named.map((stretch) => ({ ...plain, ...stretch })),
    ground,
  );

test('an address is that of the stretch it is under and its own name; of a root, the code of the document', () => {
  expect(
    addressesOf([
      { name: { root: true }, under: null },
      { name: '§ 1', under: 0 },
      { name: 'Scope', under: 1 },
      { name: 'Annex', under: null },
    ]),
  ).toEqual(['law', 'law/p-1', 'law/p-1/scope', 'law/annex']);
});

test('a name that is empty or without a letter is untitled; the second of a name is counted', () => {
  expect(
    addressesOf([
      { name: null, under: null },
      { name: '***', under: null },
      { name: 'A', under: 1 },
    ]),
  ).toEqual(['law/untitled', 'law/untitled~2', 'law/untitled~2/a']);
});

test('what is excluded has no address', () => {
  const named = { name: 'A', under: null };
  const stretches = [
    { ...plain, ...named, excludedBecause: 'blank' },
    { ...plain, ...named },
  ];
  expect(assignAddresses(stretches, ground)).toEqual([null, 'law/a']);
});
