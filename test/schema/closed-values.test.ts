import type { GraphQLObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { NounName } from '../../src/reading/nouns/noun-name.ts';
import { NOUNS } from '../../src/reading/nouns/nouns.ts';
import { schema } from '../../src/resolvers/index.ts';

const closedFields = (Object.keys(NOUNS) as NounName[]).flatMap((noun) =>
  Object.entries(NOUNS[noun].closed).map(([field, values]) => ({ noun, field, values: values as string[] })),
);

/** The values that the description of a field names, in backticks. */
function namedValues(noun: NounName, field: string): string[] {
  const type = schema.getType(NOUNS[noun].type) as GraphQLObjectType;
  const description = type.getFields()[field]?.description ?? '';
  return [...description.matchAll(/`([a-z_:]+)`/g)].map(([, value]) => value as string);
}

describe('the description of a field with a closed set of values', () => {
  test.each(closedFields)('$noun.$field names no value that isn’t in the set', ({ noun, field, values }) => {
    expect(values).toEqual(expect.arrayContaining(namedValues(noun, field)));
  });

  test('names values at all, in most of them', () => {
    const named = closedFields.filter(({ noun, field }) => namedValues(noun, field).length > 0);
    expect(named.length).toBeGreaterThan(15);
    expect(namedValues('ChangeSet', 'state')).toEqual(['applied']);
  });
});
