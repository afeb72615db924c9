/** What the package gives to caches: which objects are rows, and how the pages of a list are put together. */
import { readFileSync } from 'node:fs';
import { buildSchema, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { possibleTypes, typePolicies } from '../../packages/client/src/apollo.ts';
import { keys } from '../../packages/client/src/graphcache.ts';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

test('every refusal matches `... on Refusal`', () => {
  const refusal = schema.getType('Refusal');
  const refusals = isInterfaceType(refusal) ? schema.getPossibleTypes(refusal) : [];
  expect(refusals.length).toBeGreaterThan(10);
  expect(possibleTypes['Refusal']).toEqual(refusals.map(({ name }) => name));
  expect(possibleTypes['CutOutcome']).toContain('CutSuccess');
});

test('a type has an identity in the caches exactly where it has an id', () => {
  const roots = ['Query', 'Mutation', 'Subscription'];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__') || roots.includes(type.name)) continue;
    const isRow = type.getFields()['id'] !== undefined;
    expect([type.name, typePolicies[type.name]?.keyFields === false]).toEqual([type.name, !isRow]);
    expect([type.name, keys[type.name] !== undefined]).toEqual([type.name, !isRow]);
  }
});

describe('pages of a list', () => {
  const policy = typePolicies['Query']?.fields?.['entries'];
  const page = (from: number, to: number, more: Readonly<Record<string, boolean>>) => ({
    edges: Array.from({ length: to - from + 1 }, (_, at) => from + at),
    pageInfo: { startCursor: String(from), endCursor: String(to), ...more },
  });
  const merge = (
    existing: ReturnType<typeof page> | undefined,
    incoming: ReturnType<typeof page>,
    args: object,
  ) => policy?.merge(existing, incoming, { args: { ...args } });
  const middle = page(4, 6, { hasPreviousPage: true, hasNextPage: true });

  test('belong together by everything but the place of the page', () => {
    expect(policy?.keyArgs).toContain('filter');
    for (const place of ['first', 'after', 'last', 'before']) expect(policy?.keyArgs).not.toContain(place);
  });

  test('grow behind `after`, and know whether there is more on either side', () => {
    const next = page(7, 9, { hasPreviousPage: true, hasNextPage: false });
    expect(merge(middle, next, { after: '6' })).toEqual({
      edges: [4, 5, 6, 7, 8, 9],
      pageInfo: { startCursor: '4', endCursor: '9', hasPreviousPage: true, hasNextPage: false },
    });
  });

  test('grow in front of `before`', () => {
    const earlier = page(1, 3, { hasPreviousPage: false, hasNextPage: true });
    expect(merge(middle, earlier, { before: '4' })).toEqual({
      edges: [1, 2, 3, 4, 5, 6],
      pageInfo: { startCursor: '1', endCursor: '6', hasPreviousPage: false, hasNextPage: true },
    });
  });

  test('begin anew without a place', () => {
    const first = page(1, 3, { hasPreviousPage: false, hasNextPage: true });
    expect(merge(middle, first, {})).toBe(first);
    expect(merge(undefined, middle, { after: '3' })).toBe(middle);
  });
});
