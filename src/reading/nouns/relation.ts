import type { Session } from '../../auth/session.ts';
import type { Moment } from './moment.ts';
import type { NounName } from './noun-name.ts';

/** A condition between the alias of the related row and that of the row it hangs on. */
type Condition = (child: string, parent: string, moment: Moment) => string;

/** What a noun leads to, as a join condition. */
export interface Relation {
  readonly to: NounName;
  readonly many: boolean;
  /** Pairs of columns, the related row's first. A cast may follow the second. Empty where `through` is given. */
  readonly pairs: readonly (readonly [child: string, parent: string])[];
  readonly through: Through | null;
  /** Columns of the related rows: they are a plain list in this order, and not read by pages. */
  readonly listed?: readonly string[];
  /**
   * Which of all rows it leads to, by who asks: they hang on no row, and are listed as at the root. Empty where
   * nobody asks.
   */
  readonly mine?: (session: Session) => OwnRows;
  /** Whether its rows' scope is asked for even under a row that was shown without: a caller's own. */
  readonly isScoped?: true;
}

/** A row by its columns' names. */
type Row = Readonly<Record<string, unknown>>;

/** Which rows are a caller's. */
export interface OwnRows {
  /** By field, the values of which one is due. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  /** A further condition on the alias of the rows; `values` is SQL of the texts that it compares. */
  readonly condition: (alias: string, values: string) => string;
  readonly values: readonly string[];
}

/** A relation over other rows: its condition in SQL, and its way as relations for rows that only a dry run has. */
interface Through {
  readonly condition: Condition;
  readonly ways: readonly (readonly string[])[];
  /** Which rows of a dry run it leads to, where no way of relations says so. */
  readonly among?: (child: Row, parent: Row) => boolean;
}

export function toOne(to: NounName, ...pairs: Relation['pairs']): Relation {
  return { to, many: false, pairs, through: null };
}

export function toMany(to: NounName, ...pairs: Relation['pairs']): Relation {
  return { to, many: true, pairs, through: null };
}

export function toOneThrough(to: NounName, ways: Through['ways'], condition: Condition): Relation {
  return { to, many: false, pairs: [], through: { ways, condition } };
}

/** To the one row that meets a condition, and that a dry run's own row meets as `among`. */
export function toOneAmong(
  to: NounName,
  condition: Condition,
  among: NonNullable<Through['among']>,
): Relation {
  return { to, many: false, pairs: [], through: { ways: [], condition, among } };
}

export function toManyThrough(to: NounName, way: readonly string[], condition: Condition): Relation {
  return { to, many: true, pairs: [], through: { ways: [way], condition } };
}

/** To those of all rows that a filter of the caller's finds. */
export function toMine(to: NounName, mine: NonNullable<Relation['mine']>): Relation {
  return { to, many: true, pairs: [], through: null, mine };
}

/** A plain list of related rows, in the order of these columns. */
export function toList(to: NounName, listed: readonly string[], condition: Condition): Relation {
  return { to, many: true, pairs: [], through: { ways: [], condition }, listed };
}
