import type { ReadLogin } from '../../auth/read-scopes.ts';
import type { Moment } from './moment.ts';
import type { NounName } from './noun-name.ts';
import type { Relation } from './relation.ts';

/**
 * How a column travels: a `word` by its name in the API, `words` as a list of such; `time` is written as text with
 * microseconds, `position` as decimal text, bytes as base64 or, where they are UTF-8, as text; the others as JSON has
 * them.
 */
export type Codec =
  | 'uuid'
  | 'text'
  | 'word'
  | 'words'
  | 'digest'
  | 'int'
  | 'bool'
  | 'time'
  | 'position'
  | 'json'
  | 'base64'
  | 'utf8';

/** A field that is computed, as SQL over the alias of its row. */
interface Derived {
  readonly sql: (alias: string, moment: Moment) => string;
  /** How it travels, where not as JSON has it. */
  readonly codec?: Codec;
  /** The login that may read what it is computed from, where that isn't the noun's. */
  readonly login?: ReadLogin;
}

/** A filter as SQL over the alias of the rows; `value` is what is asked, a list where a list is. */
export interface FilterRule {
  readonly codec: Codec;
  readonly sql: (alias: string, value: string, moment: Moment) => string;
  /** The login that may read what is compared, where that isn't the noun's. */
  readonly login?: ReadLogin;
  /**
   * Where an index leads from the value to the rows: the column of the rows, and the query of its values, each once.
   */
  readonly found?: { readonly by: string; readonly values: (value: string) => string };
  /** Its SQL, where that depends on who asks: a statement that is kept is one caller's alone. */
  readonly variant?: string;
  /** Whether no index finds its rows: a list takes it only beside a filter that one does. */
  readonly isBroad?: true;
}

/** A noun as data. The query compiler knows nothing else about the ledger. */
export interface Noun {
  readonly name: NounName;
  /** Its GraphQL type. */
  readonly type: string;
  /** The narrowest login that may read it; which scope a caller needs for it follows from that. */
  readonly login: ReadLogin;
  /** The view that it is read from, or a query in brackets. */
  readonly view: string;
  /** The query of its rows as they were, where the past can be asked for. */
  readonly viewAt?: (moment: Moment) => string;
  /** The query of its rows that lead to the entries of a list, where they aren't simply some of the rows of `view`. */
  readonly viewOf?: (ids: string) => string;
  /** False where its rows have no id for `node`. */
  readonly hasId?: false;
  /** GraphQL field → column and codec. */
  readonly columns: ReadonlyMap<string, { readonly column: string; readonly codec: Codec }>;
  readonly key: readonly string[];
  /** Of what is hidden of another noun's rows: that noun. It has the same key, and doesn't show it. */
  readonly hiddenOf?: NounName;
  /** The order of rows that are not in the log yet: by time and id, or by their place in a plan or a change set. */
  readonly born: readonly string[];
  readonly seat: Seat;
  /** Other orders of its lists, by name: columns that an index has in this order, the key last. None is ever null. */
  readonly sorts: Readonly<Record<string, readonly string[]>>;
  /** The one of them that it is listed by. */
  readonly sortedBy?: string;
  /** Whether `view` shows no more than the rows that the caller may read. */
  readonly isPart?: true;
  /**
   * Columns that an index begins with, those that fewest rows share first. A list of few rows is found by them.
   */
  readonly indexed: readonly string[];
  /** Filters that compare no column with a value. */
  readonly filters: Readonly<Record<string, FilterRule>>;
  /** What lists show unless the filter asks for the field: by field, the value. */
  readonly unlessAsked: Readonly<Record<string, string>>;
  /** Fields that are computed. */
  readonly derived: Readonly<Record<string, Derived>>;
  /** Fields that the law answers: SQL of the facts that it asks for, as JSON. The schema's resolvers judge them. */
  readonly judged: Readonly<Record<string, (alias: string) => string>>;
  readonly relations: Readonly<Record<string, Relation>>;
  /** What counts the rows of its list at the root without reading them. */
  readonly counted?: Counted;
  /** Fields that no statement reads, because their resolvers know them. */
  readonly resolved?: readonly string[];
  /**
   * Of rows that stay as they were written: columns that change all the same, and fields beside columns that don't.
   * Absent: any field may change. An answer whose fields all last has a tag by which a browser asks again.
   */
  readonly lasting?: { readonly but: readonly string[]; readonly also?: readonly string[] };
}

/** Counters, as SQL. */
interface Counted {
  /** The columns by which rows are counted: a list with other filters isn't. */
  readonly by: readonly string[];
  /**
   * One row of `rows` and `is_known`, which is false where they can't tell. `where`: the conditions on a row with these
   * columns; `alias`: one that the statement doesn't have yet.
   */
  readonly sql: (where: (row: string) => readonly string[], alias: () => string) => string;
}

/** Where a row is in the log. */
interface Seat {
  /**
   * The noun with these places: its own name, or the plan or change set that the row was written with. Null where no
   * record writes it.
   */
  readonly of: NounName | null;
  /** The column that holds the id of the row with that place. */
  readonly by: string;
  /** Columns that order the rows which share a place. */
  readonly within: readonly string[];
}

/** The place of a listed row: columns that the compiler adds to those of its view. Null until the row is integrated. */
export const POSITION = 'log_position';
export const ORDINAL = 'log_ordinal';

/** The noun as its lists are sorted by one of its other orders; by that of the log where `sort` is null. */
export function sortedNoun(noun: Noun, sort: string | null): Noun {
  if (sort === null) return noun;
  const within = noun.sorts[sort];
  if (within === undefined) throw new Error(`${noun.name} has no order ${sort}.`);
  return { ...noun, sortedBy: sort, seat: { ...noun.seat, of: null, within } };
}

/** `axis1Status` → `axis_1_status`. */
export function columnOf(field: string): string {
  return field.replace(/[A-Z]|\d+/g, (found) => `_${found.toLowerCase()}`);
}

/** A noun as its file writes it: what most of them share is left out. */
interface Description
  extends Omit<
    Noun,
    | 'columns'
    | 'derived'
    | 'judged'
    | 'relations'
    | 'seat'
    | 'type'
    | 'login'
    | 'born'
    | 'filters'
    | 'unlessAsked'
    | 'sorts'
    | 'sortedBy'
  > {
  readonly type?: string;
  readonly login?: ReadLogin;
  readonly born?: readonly string[];
  /** A codec, or, where the column isn't named as the field is, its name with it. */
  readonly columns: Readonly<Record<string, Codec | readonly [column: string, codec: Codec]>>;
  readonly filters?: Noun['filters'];
  readonly unlessAsked?: Noun['unlessAsked'];
  readonly seat?: Seat;
  readonly sorts?: Noun['sorts'];
  readonly derived?: Noun['derived'];
  readonly judged?: Noun['judged'];
  readonly relations?: Noun['relations'];
}

export function describeNoun(described: Description): Noun {
  const columns = Object.entries(described.columns).map(([field, given]) => {
    const [column, codec] = typeof given === 'string' ? [columnOf(field), given] : given;
    return [field, { column, codec }] as const;
  });
  return {
    type: described.name,
    login: 'observe',
    born: [],
    filters: {},
    sorts: {},
    unlessAsked: {},
    derived: {},
    judged: {},
    relations: {},
    seat: { of: described.name, by: described.key[0]!, within: [] },
    ...described,
    view: described.view.startsWith('v_') ? `cutter_governance.${described.view}` : described.view,
    columns: new Map(columns),
  };
}
