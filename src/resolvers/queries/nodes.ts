import { brandWithType } from '@pothos/core';
import type { GraphQLResolveInfo } from 'graphql';
import { SCOPE_OF_LOGIN } from '../../auth/read-scopes.ts';
import type { Context } from '../../context.ts';
import { badInput } from '../../reading/bad-input.ts';
import { checkValue } from '../../reading/bind.ts';
import { codecOf } from '../../reading/cursor.ts';
import { decodeId, type Named } from '../../reading/entity-id.ts';
import type { NounName } from '../../reading/nouns/noun-name.ts';
import { NOUNS } from '../../reading/nouns/nouns.ts';
import { answeredBefore, markPartial } from '../../reading/partial.ts';
import { findNode, readByKeys, readTextByKeys } from '../../reading/read.ts';
import {
  decodeRegistryId,
  type RegistryNamed,
  readFromRegistry,
} from '../../reading/registry/registry-id.ts';
import { WrittenText } from '../../reading/text/written.ts';
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
      if (earlier !== undefined) return earlier;
      const inRegistry = decodeRegistryId(id);
      if (inRegistry !== null) return (await readNamed(context, info, [inRegistry]))[0]!;
      const { noun, key, past } = namedBy(context, info.fieldName, id);
      const columns = NOUNS[noun].key.map((column, at) => [info.fieldName, key[at]!, column] as const);
      const found = await findNode(context, info, noun, columns, { past });
      return found instanceof WrittenText
        ? found.revivedBy((row) => brandRow(noun, row as Node | null))
        : brandRow(noun, found);
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
    resolve: async (_, { ids }, context, info) => {
      const earlier = answeredBefore(context, info) as (Node | null)[] | undefined;
      if (earlier !== undefined) return earlier;
      const { groups, others } = groupsOf(context, info, ids);
      const written = others.length > 0 ? null : await textOf(context, info, groups);
      if (written === null) return await rowsOf(context, info, { groups, others, count: ids.length });
      const all = (rows: unknown) => (rows as (Node | null)[]).map(written.brand);
      // Execution takes a list, and what is written is none yet.
      return new WrittenText(`[${written.text}]`, { revive: all }) as unknown as (Node | null)[];
    },
  }),
);

/** Ids of rows of one type in one state of the ledger, with their places among those asked for. */
type Group = readonly { readonly at: number; readonly named: Named }[];

interface Wanted {
  readonly groups: readonly Group[];
  /** Profiles and words. */
  readonly others: readonly { readonly at: number; readonly named: RegistryNamed }[];
}

function groupsOf(context: Context, info: GraphQLResolveInfo, ids: readonly string[]): Wanted {
  if (ids.length > LARGEST_PAGE)
    throw badInput('ids', `takes at most ${LARGEST_PAGE} ids; ${ids.length} were given.`);
  const groups = new Map<string, { at: number; named: Named }[]>();
  const others: { at: number; named: RegistryNamed }[] = [];
  for (const [at, id] of ids.entries()) {
    const inRegistry = decodeRegistryId(id);
    if (inRegistry !== null) {
      others.push({ at, named: inRegistry });
      continue;
    }
    const named = namedBy(context, info.fieldName, id);
    const group = `${named.noun} ${JSON.stringify(named.past)}`;
    groups.set(group, [...(groups.get(group) ?? []), { at, named }]);
  }
  return { groups: [...groups.values()], others };
}

const wantedOf = (group: Group) => {
  const { noun, past } = group[0]!.named;
  return { noun, keys: group.map(({ named }) => named.key), past };
};

/** The rows of a single group as text, where that can be had. */
async function textOf(context: Context, info: GraphQLResolveInfo, [group, ...others]: readonly Group[]) {
  if (group === undefined || others.length > 0) return null;
  const wanted = wantedOf(group);
  const text = await readTextByKeys(context, info, wanted);
  return text === null ? null : { text, brand: (row: unknown) => brandRow(wanted.noun, row as Node | null) };
}

function brandRow(noun: NounName, row: Node | null): Node | null {
  if (row !== null) brandWithType(row, NOUNS[noun].type as never);
  return row;
}

async function rowsOf(
  context: Context,
  info: GraphQLResolveInfo,
  { groups, others, count }: Wanted & { readonly count: number },
): Promise<(Node | null)[]> {
  const rows = new Array<Node | null>(count).fill(null);
  const read = async (group: Group) => {
    const wanted = wantedOf(group);
    const found = await readByKeys(context, info, wanted);
    for (const [place, { at }] of group.entries()) rows[at] = brandRow(wanted.noun, found[place] ?? null);
  };
  const readOthers = async () => {
    const found = await readNamed(
      context,
      info,
      others.map(({ named }) => named),
    );
    for (const [place, { at }] of others.entries()) rows[at] = found[place]!;
  };
  await Promise.all([...groups.map(read), readOthers()]);
  return rows;
}

/** Profiles and words, if the caller may read them. */
async function readNamed(
  context: Context,
  info: GraphQLResolveInfo,
  wanted: readonly RegistryNamed[],
): Promise<(Node | null)[]> {
  for (const { type } of wanted) requireScope(context, `${info.fieldName} of a ${type}`, 'document:read');
  const found = await readFromRegistry(context.reader, wanted);
  for (const [at, { type }] of wanted.entries()) {
    const view = found[at];
    if (view == null) continue;
    brandWithType(view, type as never);
    markPartial(view);
  }
  return found;
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
