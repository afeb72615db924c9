import { type FragmentSqlToken, type PrimitiveValueExpression, type QuerySqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { PlainJson } from '../../proof/canonical.ts';

/**
 * How a column is sent. SQL writes `now` as transaction_timestamp(), and it is never bound; the record has the
 * transaction's time in its place. A trailing `?` means nullable.
 */
type OpenKind =
  | 'uuid'
  | 'uuid?'
  | 'text'
  | 'text?'
  | 'int'
  | 'int?'
  | 'bigint'
  | 'bigint?'
  | 'bool'
  | 'bool?'
  | 'jsonb'
  | 'jsonb?'
  | 'timestamptz?'
  | 'bytea'
  | 'texts'
  | 'texts?'
  | 'uuids?'
  | 'now';

/**
 * A text that holds one of a closed set of values (src/law/values.ts, src/law/states.ts): no other compiles. It is
 * sent as text.
 */
interface ClosedText<V extends string, N extends boolean> {
  readonly values: readonly V[];
  readonly isNullable: N;
}
type ColumnKind = OpenKind | ClosedText<string, boolean>;

/** A column that holds one of `values`. */
export function oneOf<V extends string>(values: readonly V[]): ClosedText<V, false> {
  return { values, isNullable: false };
}

/** A column that holds one of `values`, or null. */
export function oneOfOrNull<V extends string>(values: readonly V[]): ClosedText<V, true> {
  return { values, isNullable: true };
}

type Bare<K extends OpenKind> = K extends `${infer B}?` ? B : K;
interface Carried {
  uuid: string;
  text: string;
  int: number;
  /** A decimal string. */
  bigint: string;
  bool: boolean;
  jsonb: PlainJson;
  timestamptz: string;
  bytea: Buffer;
  texts: readonly string[];
  uuids: readonly string[];
  now: string;
}
type OpenValue<K extends OpenKind> = K extends `${string}?` ? Carried[Bare<K>] | null : Carried[Bare<K>];
type ValueOf<K extends ColumnKind> =
  K extends ClosedText<infer V, infer N>
    ? V | (N extends true ? null : never)
    : K extends OpenKind
      ? OpenValue<K>
      : never;

export type Columns = Readonly<Record<string, ColumnKind>>;

/** A row as a phase makes it: every column, except those that SQL writes the time into. */
export type NewRow<C extends Columns> = {
  readonly [N in keyof C as C[N] extends 'now' ? never : N]: ValueOf<C[N]>;
};
/** A row as it is stored: with its times, as UTC text with microseconds. */
export type Row<C extends Columns> = { readonly [N in keyof C]: ValueOf<C[N]> };

export interface Table<C extends Columns> {
  /** Schema-qualified. */
  readonly name: string;
  /** The columns of its primary key. */
  readonly key: readonly (keyof C & string)[];
  readonly columns: C;
  /**
   * Columns that a later migration added. The record of an older row doesn't have them, and theirs is null. So a record
   * has an added column only where it holds a value: old and new rows have one form.
   */
  readonly added: readonly (keyof C & string)[];
  /** Columns that follow from other rows, for those who read them often. No record has them. */
  readonly derived: readonly string[];
  /** Columns that the database computes of others: records have them, and no statement sends them. */
  readonly computed: readonly string[];
}

interface Unsent<C extends Columns> {
  readonly derived?: readonly (keyof C & string)[];
  readonly computed?: readonly (keyof C & string)[];
}

type NullableName<C extends Columns> = {
  [N in keyof C & string]: null extends ValueOf<C[N]> ? N : never;
}[keyof C & string];

/** Describes a table: its name, its key and how each column is sent. The migrations in database/sql create it. */
export function defineTable<const C extends Columns>(
  name: string,
  key: readonly (keyof C & string)[],
  columns: C,
  added: readonly NullableName<C>[] = [],
  { derived = [], computed = [] }: Unsent<C> = {},
): Table<C> {
  return { name, key, columns, added, derived, computed };
}

/** The columns that a record has of a whole row. */
export function recordedColumns<V>(
  { added, derived }: { readonly added: readonly string[]; readonly derived: readonly string[] },
  whole: Readonly<Record<string, V>>,
): Readonly<Record<string, V>> {
  if (added.length === 0 && derived.length === 0) return whole;
  return Object.fromEntries(
    Object.entries(whole).filter(
      ([name, value]) => !derived.includes(name) && (value !== null || !added.includes(name)),
    ),
  );
}

const SENT_AS: Readonly<Record<Exclude<Bare<OpenKind>, 'now'>, string>> = {
  uuid: 'uuid',
  text: 'text',
  int: 'int4',
  bigint: 'int8',
  bool: 'bool',
  // Arrays of jsonb are sent as text and cast row by row: pg would escape twice otherwise.
  jsonb: 'text',
  timestamptz: 'text',
  bytea: 'bytea',
  // An array of arrays would have to be even.
  texts: 'text',
  uuids: 'text',
};

/** The kind of a column without its nullability and its set. */
export function bareKind(kind: ColumnKind): Bare<OpenKind> {
  return typeof kind === 'string' ? (kind.replace('?', '') as Bare<OpenKind>) : 'text';
}

function sentValue(kind: ColumnKind, value: unknown): PrimitiveValueExpression {
  if (value === null || value === undefined) return null;
  const isJson = ['jsonb', 'texts', 'uuids'].includes(bareKind(kind));
  return isJson ? JSON.stringify(value) : (value as PrimitiveValueExpression);
}

function selectedColumn(name: string, kind: ColumnKind): FragmentSqlToken {
  const column = sql.identifier(['u', name]);
  switch (bareKind(kind)) {
    case 'now':
      return sql.fragment`transaction_timestamp()`;
    case 'jsonb':
      return sql.fragment`${column}::jsonb`;
    case 'timestamptz':
      return sql.fragment`${column}::timestamptz`;
    case 'texts':
      return listOf(column);
    case 'uuids':
      return sql.fragment`${listOf(column)}::uuid[]`;
    default:
      return sql.fragment`${column}`;
  }
}

function listOf(column: FragmentSqlToken | ReturnType<typeof sql.identifier>): FragmentSqlToken {
  return sql.fragment`case when ${column} is not null
    then array(select jsonb_array_elements_text(${column}::jsonb)) end`;
}

/**
 * `insert into … select … from unnest(…)`: any number of rows in one statement whose text depends on the table alone.
 */
export function insertInto<C extends Columns>(table: Table<C>, rows: readonly NewRow<C>[]): FragmentSqlToken {
  const all = Object.entries(table.columns) as [keyof C & string, ColumnKind][];
  const entries = all.filter(([name]) => !table.computed.includes(name));
  const bound = entries.filter(([, kind]) => kind !== 'now');
  const target = sql.identifier(table.name.split('.'));
  const names = sql.join(
    entries.map(([name]) => sql.identifier([name])),
    sql.fragment`, `,
  );
  const values = sql.join(
    entries.map(([name, kind]) => selectedColumn(name, kind)),
    sql.fragment`, `,
  );
  const arrays = sql.join(
    bound.map(([name, kind]) => {
      const type = SENT_AS[bareKind(kind) as keyof typeof SENT_AS];
      const column = rows.map((row) => sentValue(kind, (row as Record<string, unknown>)[name]));
      return sql.array(column, type);
    }),
    sql.fragment`, `,
  );
  const aliases = sql.join(
    bound.map(([name]) => sql.identifier([name])),
    sql.fragment`, `,
  );
  return sql.fragment`insert into ${target} (${names}) select ${values} from unnest(${arrays}) as u(${aliases})`;
}

const CHUNK_AS: Readonly<Record<Exclude<Bare<OpenKind>, 'now'>, FragmentSqlToken>> = {
  uuid: sql.fragment`uuid`,
  text: sql.fragment`text`,
  int: sql.fragment`int4`,
  bigint: sql.fragment`int8`,
  bool: sql.fragment`bool`,
  jsonb: sql.fragment`jsonb`,
  timestamptz: sql.fragment`timestamptz`,
  bytea: sql.fragment`bytea`,
  texts: sql.fragment`text[]`,
  uuids: sql.fragment`uuid[]`,
};

/**
 * The same for one of many chunks: the rows are one JSON text, which both sides read faster than arrays of texts. No
 * bytea goes this way.
 */
export function insertChunk<C extends Columns>(table: Table<C>, rows: readonly NewRow<C>[]): QuerySqlToken {
  const entries = Object.entries(table.columns) as [keyof C & string, ColumnKind][];
  const target = sql.identifier(table.name.split('.'));
  const comma = sql.fragment`, `;
  const names = sql.join(
    entries.map(([name]) => sql.identifier([name])),
    comma,
  );
  const values = sql.join(
    entries.map(([name, kind]) =>
      kind === 'now' ? sql.fragment`transaction_timestamp()` : sql.identifier(['u', name]),
    ),
    comma,
  );
  const columns = sql.join(
    entries.flatMap(([name, kind]) => {
      const bare = bareKind(kind);
      return bare === 'now' ? [] : [sql.fragment`${sql.identifier([name])} ${CHUNK_AS[bare]}`];
    }),
    comma,
  );
  return sql.prepared(`chunk.${table.name}`, z.unknown())`/* chunk.insert */
    insert into ${target} (${names}) select ${values}
    from json_to_recordset(${JSON.stringify(rows)}::json) as u(${columns})`;
}

/** The row as it will be stored, with the transaction's time where SQL writes it. */
export function wholeRow<C extends Columns>(table: Table<C>, row: NewRow<C>, at: string): Row<C> {
  const whole: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(table.columns)) {
    whole[name] = kind === 'now' ? at : (row as Record<string, unknown>)[name];
  }
  return whole as Row<C>;
}
