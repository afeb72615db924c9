import { type GraphQLInputType, getNamedType, isInputObjectType, isLeafType } from 'graphql';
import { expect, test } from 'vitest';
import { redactArguments, redactionOf } from '../../../src/resolvers/audited/redaction.ts';
import { schema } from '../../../src/resolvers/index.ts';

interface Leaf {
  readonly place: string;
  readonly type: string;
  readonly redaction: string | undefined;
}

/** Every field of every input that a mutation or a query takes, down to its scalars. */
function leavesOf(
  place: string,
  field: { readonly type: GraphQLInputType; readonly extensions: Readonly<Record<string, unknown>> },
  within: readonly string[] = [],
): Leaf[] {
  const type = getNamedType(field.type);
  if (isLeafType(type)) return [{ place, type: type.name, redaction: redactionOf(field, type) }];
  if (!isInputObjectType(type) || within.includes(type.name)) return [];
  return Object.values(type.getFields()).flatMap((inner) =>
    leavesOf(`${place}.${inner.name}`, inner, [...within, type.name]),
  );
}

const fields = [schema.getMutationType(), schema.getQueryType()].flatMap((root) =>
  Object.values(root?.getFields() ?? {}),
);
const leaves = fields.flatMap((field) =>
  field.args.flatMap((argument) => leavesOf(`${field.name}.${argument.name}`, argument)),
);

test('the schema says of each input field whether the audit keeps it', () => {
  expect(leaves.length).toBeGreaterThan(200);
  expect(leaves.filter(({ redaction }) => redaction === undefined)).toEqual([]);
});

test('texts, JSON and bytes are redacted in every call', () => {
  const free = leaves.filter(({ type }) => ['String', 'JSON', 'Base64', 'ID'].includes(type));
  expect(free.filter(({ redaction }) => redaction !== 'redact')).toEqual([]);
  expect(free.length).toBeGreaterThan(50);
});

test('what is kept has the form of its type, and lists are cut short', () => {
  const sweep = schema.getMutationType()!.getFields()['sweep']!;
  const id = '6c0a3f5e-7d1b-5c1e-9b57-2f4e8a90d144';
  const input = {
    idempotencyKey: 'k',
    dryRun: true,
    limit: 3,
    entryIds: [id, 'a secret', ...Array(30).fill(id)],
  };
  expect(redactArguments(sweep, { input })).toEqual({
    input: {
      idempotencyKey: '[redacted]',
      dryRun: true,
      limit: 3,
      entryIds: [id, '[unfit]', ...Array(18).fill(id), '[12 more]'],
    },
  });
});
