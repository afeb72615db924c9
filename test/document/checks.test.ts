import { expect, test } from 'vitest';
import type { HierarchyUnit } from '../../src/document/checks.ts';
import { checkHierarchy, checkVocabulary } from '../../src/document/checks.ts';
import { BASE_VOCABULARY } from '../../src/document/vocabulary.ts';
import { digestOf } from '../../src/proof/digest.ts';
import { checkReconstruction } from '../harness/whole-plan.ts';

const told = (problems: readonly { code: string; path: readonly string[] }[]) =>
  problems.map(({ code, path }) => [code, ...path]);

test('axis A: the records in order give back the source, or a problem says what they give', () => {
  const digest = digestOf('Größe 😀\n');
  expect(checkReconstruction(['Grö', 'ße 😀', '\n'], digest)).toEqual([]);
  for (const texts of [['Grö', 'ße 😀'], ['ße 😀', 'Grö', '\n'], [], ['Größe 😀\n', ' ']]) {
    expect(told(checkReconstruction(texts, digest))).toEqual([['reconstruction_differs', 'A']]);
  }
});

test('axis B: kinds and section types stand in the vocabulary, no more often than they may', () => {
  const unit = { address: 'x/1', kind: 'section', sectionType: 'section' };
  expect(checkVocabulary([unit, { ...unit, address: 'x/2' }], BASE_VOCABULARY)).toEqual([]);
  expect(told(checkVocabulary([{ ...unit, kind: 'verse' }], BASE_VOCABULARY))).toEqual([
    ['unknown_unit_kind', 'B', 'x/1', 'kind'],
  ]);
  const titles = ['x/1', 'x/2'].map((address) => ({ ...unit, address, sectionType: 'title' }));
  expect(told(checkVocabulary(titles, BASE_VOCABULARY))).toEqual([
    ['cardinality_exceeded', 'B', 'x/2', 'sectionType'],
  ]);
});

const unit = (key: string, parentKey: string | null, sortOrder: number | null): HierarchyUnit => ({
  address: `x/${key}`,
  unitKey: key,
  parentKey,
  sortOrder,
});

test('axis C: parents resolve, there is no cycle, and siblings are numbered densely', () => {
  expect(
    checkHierarchy([unit('a', null, 0), unit('b', 'a', 0), unit('c', 'a', 1), unit('d', null, 1)]),
  ).toEqual([]);
  expect(told(checkHierarchy([unit('a', null, 0), unit('b', 'z', 0)]))).toEqual([
    ['unknown_parent', 'C', 'x/b', 'parent'],
  ]);
  expect(told(checkHierarchy([unit('a', 'b', 0), unit('b', 'a', 0), unit('c', 'a', 1)]))).toEqual([
    ['parent_cycle', 'C', 'x/a', 'parent'],
    ['parent_cycle', 'C', 'x/b', 'parent'],
  ]);
  expect(told(checkHierarchy([unit('a', null, 0), unit('b', null, 2)]))).toEqual([
    ['order_not_dense', 'C', 'x/b', 'sortOrder'],
  ]);
  expect(told(checkHierarchy([unit('a', null, 0), unit('b', null, 0)]))).toEqual([
    ['order_not_dense', 'C', 'x/b', 'sortOrder'],
  ]);
  expect(told(checkHierarchy([unit('a', null, null)]))).toEqual([
    ['order_not_dense', 'C', 'x/a', 'sortOrder'],
  ]);
});

test('axis C: a chain of a hundred thousand parents is walked without a deep stack', () => {
  const chain = Array.from({ length: 100_000 }, (_, i) => unit(String(i), i === 0 ? null : String(i - 1), 0));
  expect(checkHierarchy(chain)).toEqual([]);
});
