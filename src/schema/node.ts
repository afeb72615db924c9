import type { ArgBuilder } from '@pothos/core';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import { builder } from './builder.ts';
import { type wordEnum, wordOfName } from './enums/word-enum.ts';

/**
 * A row of the ledger as the resolvers see it: what one statement read for the fields that were asked, under their
 * response keys (the query compiler in `src/reading` makes them).
 */
export type Node = object;

/** A node that answers field by field instead: rows that a dry run would add, which no statement can read. */
export abstract class PreviewNode {
  abstract read(field: string, args: object, context: Context, info: GraphQLResolveInfo): unknown;
}

/**
 * The resolver of every column and relation: a property read, since the statement has been run by the field above.
 * Its result is typed `never` because it is checked by the description of the nouns (and a test), not by TypeScript.
 */
export function readField(parent: Node, args: object, context: Context, info: GraphQLResolveInfo): never {
  if (parent instanceof PreviewNode) return parent.read(info.fieldName, args, context, info) as never;
  return (parent as Record<string, unknown>)[info.path.key] as never;
}

type Types = typeof builder.$inferSchemaTypes;
type Fields = PothosSchemaTypes.ObjectFieldBuilder<Types, Node>;
type Scalar = 'UUID' | 'DateTime' | 'Digest' | 'Position' | 'Base64' | 'JSON' | 'String' | 'Int' | 'Boolean';
type NodeRef = ReturnType<typeof nounType>;

/** A noun's object type, to be implemented in its own file. */
export function nounType(name: string) {
  return builder.objectRef<Node>(name);
}

/** What makes a type an entity: an id that no other row of any type has. */
export const ENTITY = builder.nodeInterfaceRef();

/** The id of an entity. */
export function entityId(t: Fields) {
  return {
    id: t.field({
      type: 'ID',
      description: 'Opaque id of the row, of which no other row of any type has the same; for `node`.',
      resolve: readField,
    }),
  };
}

/** Fields that read a column of the view: `name: [type, description]`, with `?` after the type where it may be null. */
export function columnFields<Name extends string>(
  t: Fields,
  described: Record<Name, readonly [Scalar | `${Scalar}?`, string]>,
) {
  const field = ([type, description]: readonly [Scalar | `${Scalar}?`, string]) =>
    t.field({
      type: type.replace('?', '') as Scalar,
      nullable: type.endsWith('?'),
      description,
      resolve: readField,
    });
  const fields = Object.entries<readonly [Scalar | `${Scalar}?`, string]>(described);
  return Object.fromEntries(fields.map(([name, spec]) => [name, field(spec)])) as Record<
    Name,
    ReturnType<typeof field>
  >;
}

type WordEnum = ReturnType<typeof wordEnum>;

/** Fields that read a stored word: `name: [enum, description]`, with `nullable` behind them where it may be null. */
export function wordFields<Name extends string>(
  t: Fields,
  described: Record<Name, readonly [type: WordEnum, description: string, nullable?: 'nullable']>,
) {
  const field = ([type, description, nullable]: readonly [WordEnum, string, 'nullable'?]) =>
    t.field({
      type,
      nullable: nullable !== undefined,
      description,
      resolve: (...given) => wordOfName(readField(...given)) as never,
    });
  const fields = Object.entries<readonly [WordEnum, string, 'nullable'?]>(described);
  return Object.fromEntries(fields.map(([name, spec]) => [name, field(spec)])) as Record<
    Name,
    ReturnType<typeof field>
  >;
}

/** The place in the log of the record that inserted the row. */
export function placeInLog(t: Fields) {
  return columnFields(t, {
    position: [
      'Position?',
      'Place in the log of the record that brought this row; null until it is integrated.',
    ],
    logOrdinal: ['Int?', 'Place of the row inside that record, from 0; null until it is integrated.'],
  });
}

/** A relation to exactly one row. */
export function requiredNode(t: Fields, type: NodeRef, description: string) {
  return t.field({ type, description, resolve: readField });
}

/** A relation to one row, or none. */
export function optionalNode(t: Fields, type: NodeRef, description: string) {
  return t.field({ type, nullable: true, description, resolve: readField });
}

const SortOrder = builder.enumType('SortOrder', {
  description:
    'Which end of a connection comes first. Rows are in the order of the log: by `position`, then ' +
    '`logOrdinal`; unit blocks and affected rows inside their plan or change set by its own order. ' +
    'Aliases, which no record writes, are in the order of their ids.',
  values: {
    OLDEST_FIRST: {
      description:
        'From the oldest row on. A client that goes on from its last `endCursor` reads every row exactly once.',
    },
    NEWEST_FIRST: { description: 'From the newest row back.' },
  },
});

export const PageInfo = builder.objectRef<Node>('PageInfo').implement({
  description: 'Where a page is in its connection.',
  fields: (t) => ({
    ...columnFields(t, {
      hasNextPage: [
        'Boolean',
        'Whether rows follow after `endCursor`; of a page with `last`, whether `before` was given.',
      ],
      hasPreviousPage: [
        'Boolean',
        'Whether rows come before `startCursor`; of a page with `first`, whether `after` was given.',
      ],
      startCursor: [
        'String?',
        'Cursor of the first row that has one; where none has, the `before` that was given.',
      ],
      endCursor: [
        'String?',
        'Cursor of the last row that has one, to be given as `after` for the next page. Where no row has ' +
          'one, it is the `after` that was given: ask again with it for what comes later.',
      ],
    }),
  }),
});

/**
 * What a connection can be filtered by: columns for equality (and lists), columns that may be null, and a time.
 */
export interface FilterColumns {
  readonly equal: Readonly<Record<string, 'UUID' | 'String' | 'Digest' | 'Boolean' | 'Int' | WordEnum>>;
  readonly nullable?: readonly string[];
  readonly time?: string;
  /** Other orders than that of the log, as its noun has them: what each sorts by. */
  readonly sorts?: Readonly<Record<string, string>>;
  /** Conditions that compare no column with a value, described in its noun. */
  readonly more?: (t: InputFields) => Record<string, InputFieldRef>;
}

type InputFields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;
type InputFieldRef = ReturnType<InputFields['field']>;

function filterFields(t: InputFields, { equal, nullable, time, more }: FilterColumns) {
  const fields: Record<string, InputFieldRef> = { ...more?.(t) };
  for (const [name, type] of Object.entries(equal)) {
    fields[name] = t.field({ type, description: `Only rows with this \`${name}\`. Null sets no condition.` });
    if (type !== 'Boolean') {
      fields[`${name}In`] = t.field({
        type: [type],
        description: `Only rows with one of these \`${name}\`, at most 200.`,
      });
    }
  }
  for (const name of nullable ?? []) {
    fields[`${name}IsNull`] = t.boolean({
      description: `Only rows without (true) or with (false) a \`${name}\`.`,
    });
  }
  if (time !== undefined) {
    fields[`${time}From`] = t.field({
      type: 'DateTime',
      description: `Only rows whose \`${time}\` is this time or later.`,
    });
    fields[`${time}Until`] = t.field({
      type: 'DateTime',
      description: `Only rows whose \`${time}\` is earlier than this time.`,
    });
  }
  return fields;
}

/** How many rows a connection has. */
function countFields(t: Fields) {
  return columnFields(t, {
    totalCount: ['Int?', 'How many rows all pages have; null above 10,000 where no counter knows it.'],
    totalCountAtLeast: ['Int', 'The same, or 10,000 where `totalCount` is null.'],
  });
}

function sortEnum(name: string, sorts: FilterColumns['sorts']) {
  if (sorts === undefined) return null;
  return builder.enumType(`${name}Sort`, {
    description: `Orders of ${name} rows, beside that of the log. Rows that share a value are in a fixed order.`,
    values: Object.fromEntries(
      Object.entries(sorts).map(([sort, description]) => [sort, { value: sort, description }]),
    ) as Record<string, { value: string; description: string }>,
  });
}

/** The connection, edge and filter types of a noun. */
export function connectionTypes(name: string, type: NodeRef, filterColumns: FilterColumns) {
  const edge = builder.objectRef<Node>(`${name}Edge`).implement({
    description: `One row of a ${name}Connection.`,
    fields: (t) => ({
      ...columnFields(t, {
        cursor: [
          'String?',
          'Opaque place of this row in the order of the connection. Null for a row that is not in the log ' +
            'yet, which only relations show: it has no place, counts as the newest, and comes again with ' +
            'one.',
        ],
      }),
      node: requiredNode(t, type, 'The row itself.'),
    }),
  });
  const ref = builder.objectRef<Node>(`${name}Connection`).implement({
    description: `A page of rows: ${name}.`,
    fields: (t) => ({
      edges: t.field({ type: [edge], description: 'The rows with their cursors.', resolve: readField }),
      nodes: t.field({ type: [type], description: 'The rows alone.', resolve: readField }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'Where this page is in its connection.',
        resolve: readField,
      }),
      ...countFields(t),
    }),
  });
  const filter = builder.inputType(`${name}Filter`, {
    description: `Conditions on ${name} rows, all of which must hold. They are applied before the page is cut.`,
    fields: (t) => filterFields(t, filterColumns),
  });
  return { ref, filter, filterColumns, sort: sortEnum(name, filterColumns.sorts) };
}
export type Connection = ReturnType<typeof connectionTypes>;

export const DEFAULT_PAGE = 50;
export const LARGEST_PAGE = 200;

/** The arguments that choose a page of a list, whatever is listed. */
export function pageWindow(arg: ArgBuilder<Types>, what: string) {
  return {
    first: arg.int({
      description: `${what} from the start, 1 to ${LARGEST_PAGE}; ${DEFAULT_PAGE} without \`first\` and \`last\`.`,
    }),
    after: arg.string({
      description:
        'A cursor of this connection in the same order; the page begins after it. One that was drawn ' +
        'before the database was restored is refused with `extensions.cursor: "START_ANEW"`: read the list anew.',
    }),
    last: arg.int({ description: `${what} from the end, 1 to ${LARGEST_PAGE}, instead of \`first\`.` }),
    before: arg.string({ description: 'A cursor as for `after`; the page ends before it.' }),
  };
}

/** The arguments of a connection field, nested or not. */
export function pageArguments(arg: ArgBuilder<Types>, { filter, sort }: Connection) {
  return {
    ...pageWindow(arg, 'Rows'),
    order: arg({ type: SortOrder, defaultValue: 'OLDEST_FIRST', description: 'Which end comes first.' }),
    ...(sort === null
      ? {}
      : {
          sort: arg({
            type: sort,
            description: 'What the rows are sorted by; absent: their place in the log.',
          }),
        }),
    filter: arg({ type: filter, description: 'Conditions that the rows meet.' }),
  };
}

/** A relation to any number of rows, read by pages. */
export function pagedNodes(t: Fields, to: Connection, description: string) {
  return t.field({ type: to.ref, description, args: pageArguments(t.arg, to), resolve: readField });
}

/** A relation to all of its rows at once, which are few. */
export function listedNodes(t: Fields, type: NodeRef, description: string) {
  return t.field({ type: [type], description, resolve: readField });
}
