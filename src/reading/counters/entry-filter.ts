import type { ReadLogin } from '../../auth/read-scopes.ts';
import type { Context } from '../../context.ts';
import type { Reads } from '../../database/reads/read-pool.ts';
import { type Bound, bindFilter } from '../bind.ts';
import { conditionSql, type Value } from '../emit.ts';
import { EntryNoun } from '../nouns/entry.ts';
import { prepareStatement } from '../prepared.ts';
import { narrowNoun } from '../reach.ts';
import { filterLogins, widestLogin } from '../read.ts';

/**
 * A filter of entries as a stream judges by it. What entries never change is judged by the database: those that meet
 * it. Their status changes with the log, so it is judged position by position, as the kind is, which each move has.
 */
export interface EntryFilter {
  /** Every condition, for lists. */
  readonly bound: readonly Bound[];
  /** The conditions that the database judges. */
  readonly lasting: readonly Bound[];
  /** The statuses and kinds that are asked for; null: all. */
  readonly statuses: ReadonlySet<string> | null;
  readonly kinds: ReadonlySet<string> | null;
  /** The login that may read what is compared. */
  readonly login: ReadLogin;
  /** The same for filters that ask the same. */
  readonly key: string;
}

/** The filter of a field, checked; a GraphQLError names what is wrong with it, or the scope that it needs. */
export function entryFilterOf(
  context: Context,
  input: Readonly<Record<string, unknown>>,
  path: string,
): EntryFilter {
  const bound = bindFilter({ noun: EntryNoun, path }, input);
  const [statuses, kinds] = [valuesOf(bound, 'status'), valuesOf(bound, 'kind')];
  return {
    bound,
    lasting: bound.filter(({ column }) => column !== 'status' && column !== 'kind'),
    statuses,
    kinds,
    login: widestLogin(['observe', ...filterLogins(context, bound)]),
    key: JSON.stringify(bound.map(({ column, operator, value }) => [column, operator, value])),
  };
}

/** The values that all conditions on a column allow; null where there are none. */
function valuesOf(bound: readonly Bound[], column: string): ReadonlySet<string> | null {
  const lists = bound
    .filter((each) => each.column === column)
    .map(({ value }) => new Set(Array.isArray(value) ? (value as string[]) : [value as string]));
  return lists.length === 0 ? null : lists.reduce((all, list) => all.intersection(list));
}

/** The part of the entries that a filter and a token's narrowing leave, in SQL. */
export class EntryPart {
  readonly values: Value[] = [];
  readonly #filter: EntryFilter;
  readonly #reach: readonly string[] | null;

  constructor(filter: EntryFilter, reach: readonly string[] | null) {
    this.#filter = filter;
    this.#reach = reach;
  }

  bind(value: Value, type: string): string {
    return `$${this.values.push(value)}::${type}`;
  }

  /** The entries `e`, each with what else is asked of it. */
  entries(...more: readonly string[]): string {
    const noun = this.#reach === null ? EntryNoun : narrowNoun(EntryNoun, this.bind(this.#reach, 'uuid[]'));
    const conditions = [
      ...more,
      ...this.#filter.lasting.map((bound) => conditionSql(bound, 'e', this.values, null)),
    ];
    const where = conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
    return `(select e.entry_id from ${noun.view} e${where})`;
  }
}

/** What a statement answers, and of which ledger. */
interface CountedAnswer<Answer> {
  readonly incarnation: string;
  /** How far the counters go. */
  readonly next: number;
  readonly answer: Answer;
}

/** Runs a query of one JSON value. */
export async function askJson<Answer>(
  reads: Reads,
  name: string,
  query: string,
  { values }: EntryPart,
): Promise<CountedAnswer<Answer>> {
  const sql = `/* ${name} */ select h.incarnation::text as incarnation, c.next_position::text as next,
    (${query})::text as answer from cutter_log.head h cross join cutter_log.counted c`;
  const [row] = await reads.ask(prepareStatement({ sql, values }));
  if (row === undefined) throw new Error('cutter_log.head or cutter_log.counted has no row.');
  const [incarnation, next, answer] = row.map(String);
  return { incarnation: incarnation!, next: Number(next), answer: JSON.parse(answer!) as Answer };
}
