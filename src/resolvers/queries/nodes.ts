import { brandWithType } from '@pothos/core';
import type { GraphQLResolveInfo } from 'graphql';
import { SCOPE_OF_LOGIN } from '../../auth/read-scopes.ts';
import type { Context } from '../../context.ts';
import { badInput } from '../../reading/bad-input.ts';
import { checkValue } from '../../reading/bind.ts';
import { codecOf } from '../../reading/cursor.ts';
import { decodeId, type Named } from '../../reading/entity-id.ts';
import { NOUNS } from '../../reading/nouns/nouns.ts';
import { answeredBefore } from '../../reading/partial.ts';
import { readByKeys } from '../../reading/read.ts';
import { READ_WHOLE } from '../../reading/whole.ts';
import { builder } from '../../schema/builder.ts';
import { ENTITY, LARGEST_PAGE, type Node } from '../../schema/node.ts';
import { requireScope } from './guard.ts';

builder.queryField('node', (t) =>
  t.field({
    type: ENTITY,
    nullable: true,
    description: 'The row with an `id`; null where there is none. Needs the scope of its type.',
    extensions: READ_WHOLE,
    args: { id: t.arg.id({ required: true, description: 'The `id` of a row.' }) },
    resolve: async (_, { id }, context, info) => {
      const earlier = answeredBefore(context, info) as Node | null | undefined;
      return earlier === undefined ? ((await rowsOf(context, info, [id]))[0] ?? null) : earlier;
    },
  }),
);

builder.queryField('nodes', (t) =>
  t.field({
    type: t.listRef(ENTITY, { nullable: true }),
    description:
      'The rows with these ids, in their order, with null where there is none. One statement for each type.',
    extensions: READ_WHOLE,
    args: { ids: t.arg.idList({ required: true, description: `Ids of rows, at most ${LARGEST_PAGE}.` }) },
    resolve: (_, { ids }, context, info) =>
      (answeredBefore(context, info) as (Node | null)[] | undefined) ?? rowsOf(context, info, ids),
  }),
);

async function rowsOf(
  context: Context,
  info: GraphQLResolveInfo,
  ids: readonly string[],
): Promise<(Node | null)[]> {
  if (ids.length > LARGEST_PAGE)
    throw badInput('ids', `takes at most ${LARGEST_PAGE} ids; ${ids.length} were given.`);
  const groups = new Map<string, { at: number; named: Named }[]>();
  for (const [at, id] of ids.entries()) {
    const named = namedBy(context, info.fieldName, id);
    const group = `${named.noun} ${JSON.stringify(named.past)}`;
    groups.set(group, [...(groups.get(group) ?? []), { at, named }]);
  }
  const rows = new Array<Node | null>(ids.length).fill(null);
  await Promise.all([...groups.values()].map((group) => readGroup(context, info, group, rows)));
  return rows;
}

/** Reads the rows of one type in one state of the ledger, and puts each into its place. */
async function readGroup(
  context: Context,
  info: GraphQLResolveInfo,
  group: readonly { readonly at: number; readonly named: Named }[],
  rows: (Node | null)[],
): Promise<void> {
  const { noun, past } = group[0]!.named;
  const found = await readByKeys(context, info, { noun, keys: group.map(({ named }) => named.key), past });
  for (const [place, { at }] of group.entries()) {
    const row = found[place] ?? null;
    if (row !== null) brandWithType(row, NOUNS[noun].type as never);
    rows[at] = row;
  }
}

/** What an id names, if the caller may read its type. */
function namedBy(context: Context, field: string, id: string): Named {
  const named = decodeId(id);
  if (named === null)
    throw badInput(field, `has an id that no row of this API has: ${JSON.stringify(id.slice(0, 60))}.`);
  const noun = NOUNS[named.noun];
  requireScope(context, `${field} of a ${noun.type}`, SCOPE_OF_LOGIN[noun.login]);
  for (const [at, column] of noun.key.entries()) checkValue(codecOf(noun, column), named.key[at]!, field);
  return named;
}
