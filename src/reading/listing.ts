import { LARGEST_PAGE } from '../schema/node.ts';
import type { Bound, BoundPage } from './bind.ts';
import { codecOf, type KeyValue, type ListPlace, listedBy, type SortOrder } from './cursor.ts';
import { type Codec, type Noun, ORDINAL, POSITION, sortedNoun } from './nouns/noun.ts';

/**
 * Writes the SQL of lists: the rows of a page with their places in the log. A list walks `cutter_log.row_place` by
 * its key, so that each page costs the same; where only few rows meet the filter, these are found
 * first and their places then. Which way is taken is decided by counting when the statement runs, and never by what
 * the planner believes.
 */

/** What a list is written with. */
export interface Pen {
  /** An alias that the statement doesn't have yet. */
  alias(): string;
  /** A place in the text for this value. */
  bind(codec: Codec, value: KeyValue | readonly (KeyValue | boolean)[], isList?: boolean): string;
  condition(bound: Bound, alias: string): string;
}

/** Conditions on the rows of a view, by its alias. */
export type Where = (alias: string) => readonly string[];

const PLACES = 'cutter_log.row_place';
/** A number in the text: the planner would guess a tenth of the table for a parameter. */
const ONE_MORE = LARGEST_PAGE + 1;

/**
 * The same of the rows of one plan or change set, as a query: of a number that it knows the planner may think that
 * all rows are fewer, as they are of most plans, and would read and sort all of a large one for each page.
 */
const PAGE = `(select ${ONE_MORE})`;

/** Up to so many rows are found by the filter and sorted by their places before anything else is tried. */
const FEW = 64;
/** The same of rows that a value leads to over another table: those are found one by one in any case. */
const FEW_FOUND = 1000;
/** So many places are walked on the chance that a page is full by then. */
const NEAR = 2500;
/** Up to so many rows are sorted where that wasn't enough; of more, the whole walk meets a page soon. */
const MANY = 10_000;

/** A `where` of conditions, or nothing. */
export function whereAll(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
}

/** The order of a list, or of an index that is read either way. */
export function orderColumns(order: SortOrder, columns: readonly string[]): string {
  return columns.map((column) => `${column}${order === 'NEWEST_FIRST' ? ' desc' : ''}`).join(', ');
}

/** A place is looked up by the id of its row, whatever the planner thinks of the table. */
function placeOf(noun: Noun, id: string, alias: string): string {
  return `(select position, ordinal from ${PLACES}
    where row_id = ${id} and noun = '${noun.seat.of}' offset 0) ${alias}`;
}

/** Rows that hang on another one: few, so those that aren't integrated are shown too, and count as the newest. */
export function listHanging(pen: Pen, noun: Noun, args: BoundPage, where: Where): string {
  const [v, p] = [pen.alias(), pen.alias()];
  const columns = [`${p}.position`, `${p}.ordinal`];
  const born = noun.born.map((column) => `${v}.${column}`);
  const between = betweenCursors(pen, noun, args, columns, `${p}.position`);
  const order = orderColumns(args.walk, [...columns, ...born]);
  const places = placeOf(noun, `${v}.${noun.seat.by}`, p);
  return `select ${v}.*, ${placeColumns(p)} from ${noun.view} ${v} left join lateral ${places} on true
    ${whereAll([...where(v), ...between])} order by ${order} limit ${ONE_MORE}`;
}

/**
 * Rows of one plan or change set, whose place they share: by their own order, from where the page begins. The two
 * cases of a cursor, inside this plan or before all of it, are separate queries, so that each can be looked up.
 * `parent`: the id with their place; `isPlaced`: whether the place is shown.
 */
export function listInside(
  pen: Pen,
  noun: Noun,
  args: BoundPage,
  where: Where,
  { parent, isPlaced }: { readonly parent: string; readonly isPlaced: boolean },
): string {
  const [one, p, v] = [pen.alias(), pen.alias(), pen.alias()];
  const places = [`${p}.position`, `${p}.ordinal`];
  const rows = (after: (columns: readonly string[]) => readonly string[]): string => {
    const own = pen.alias();
    const columns = noun.seat.within.map((column) => `${own}.${column}`);
    const until = shortOfCursor(pen, noun, args, [...places, ...columns], `${p}.position`);
    return `(select * from ${noun.view} ${own}${whereAll([...where(own), ...after(columns), ...until])}
      order by ${orderColumns(args.walk, columns)} limit ${PAGE})`;
  };
  const place = placeOf(noun, parent, p);
  const isWhole = args.from === null && args.until === null;
  if (!isPlaced && isWhole) return rows(() => []);
  const shown = `select ${v}.*, ${placeColumns(p)}`;
  // The rows first: they stay in their order.
  if (isWhole) return `${shown} from ${rows(() => [])} ${v} left join lateral ${place} on true`;
  const { from, walk } = args;
  const listed =
    from === null
      ? rows(() => [])
      : `${rows((columns) => [
          `(${places.join(', ')}) = (${cursorValues(pen, noun, from, 0, 2).join(', ')})`,
          compareColumns(walk, columns, cursorValues(pen, noun, from, 2)),
        ])} union all ${rows(() => beyondCursor(pen, noun, args, places, `${p}.position`))}`;
  return `${shown} from (select) ${one} left join lateral ${place} on true cross join lateral (${listed}) ${v}`;
}

const placeColumns = (p: string): string => `${p}.position as ${POSITION}, ${p}.ordinal as ${ORDINAL}`;

/** Rows of a noun that no record writes, by their key. */
export function listByKey(pen: Pen, noun: Noun, args: BoundPage, where: Where): string {
  const v = pen.alias();
  const columns = noun.seat.within.map((column) => `${v}.${column}`);
  const between = betweenCursors(pen, noun, args, columns);
  return `select ${v}.*, null::bigint as ${POSITION}, null::int as ${ORDINAL} from ${noun.view} ${v}
    ${whereAll([...where(v), ...between])} order by ${orderColumns(args.walk, columns)} limit ${ONE_MORE}`;
}

/** Rows in another order than that of the log, with their places; at the root, those that are in the log. */
export function listSorted(pen: Pen, noun: Noun, args: BoundPage, where: Where, isRoot: boolean): string {
  const sorted = sortedNoun(noun, args.sort);
  if (noun.seat.of === null) return listByKey(pen, sorted, args, where);
  const [v, p] = [pen.alias(), pen.alias()];
  const columns = sorted.seat.within.map((column) => `${v}.${column}`);
  const between = betweenCursors(pen, sorted, args, columns);
  const places = placeOf(noun, `${v}.${noun.seat.by}`, p);
  const joined = isRoot ? `cross join lateral ${places}` : `left join lateral ${places} on true`;
  return `select ${v}.*, ${placeColumns(p)} from ${noun.view} ${v} ${joined}
    ${whereAll([...where(v), ...between])} order by ${orderColumns(args.walk, columns)} limit ${ONE_MORE}`;
}

/**
 * The rows of a noun that are in the log. With a filter there are four ways to them, each taken where the one before
 * it isn't enough: few rows are sorted; places are walked for a while; more rows are sorted; all places are walked.
 */
export function listIntegrated(pen: Pen, noun: Noun, args: BoundPage): string {
  const where: Where = (v) => args.filter.map((bound) => pen.condition(bound, v));
  const shares = noun.seat.within.length > 0;
  const seat = args.filter.find(
    ({ column, operator }) => shares && column === noun.seat.by && isEquality(operator),
  );
  if ((args.filter.length === 0 && noun.isPart !== true) || seat !== undefined)
    return walkPlaces(pen, noun, args, where, { seat });
  const [few, near, many] = [pen.alias(), pen.alias(), pen.alias()];
  const count = (rows: string) => `(select count(*) from ${rows})`;
  const fewRows = finderIn(noun, args.filter) === undefined ? FEW : FEW_FOUND;
  const isMore = `${count(few)} > ${fewRows}`;
  const page = `(${pen.bind('int', args.size)} + 1)`;
  const isShort = `${count(near)} < ${page}`;
  const ways = [
    sortCounted(pen, noun, args, few, `${count(few)} <= ${fewRows}`),
    `select * from ${near} where not ${isShort}`,
    sortCounted(pen, noun, args, many, `${isMore} and ${isShort} and ${count(many)} <= ${MANY}`),
    walkPlaces(pen, noun, args, where, { gate: `${isMore} and ${isShort} and ${count(many)} > ${MANY}` }),
  ];
  return `with ${few} as materialized (${countMatching(pen, noun, args, fewRows)}),
    ${near} as materialized (${walkPlaces(pen, noun, args, where, { gate: isMore, places: NEAR, rows: page })}),
    ${many} as materialized (${countMatching(pen, noun, args, MANY, `${isMore} and ${isShort}`)})
    ${ways.map((way) => `(${way})`).join(' union all ')}`;
}

const isEquality = (operator: Bound['operator']): boolean => operator === '=' || operator === 'any';

/** Rows that were counted, in the order of their places; drawn once it is known which of them the page shows. */
function sortCounted(pen: Pen, noun: Noun, args: BoundPage, rows: string, gate: string): string {
  const [f, p, v] = [pen.alias(), pen.alias(), pen.alias()];
  const columns = [`${p}.position`, `${p}.ordinal`, ...noun.seat.within.map((column) => `${f}.${column}`)];
  const between = betweenCursors(pen, noun, args, columns);
  const places = placeOf(noun, `${f}.${noun.seat.by}`, p);
  const picked = `select ${f}.*, ${p}.position, ${p}.ordinal as place from ${rows} ${f}
    cross join lateral ${places}${whereAll([gate, ...between])}
    order by ${orderColumns(args.walk, columns)} limit ${ONE_MORE}`;
  const same = noun.key.map((column) => `${v}.${column} = ${f}.${column}`);
  return `select ${v}.*, ${f}.position as ${POSITION}, ${f}.place as ${ORDINAL} from (${picked}) ${f}
    cross join lateral (select * from ${noun.view} ${v}${whereAll(same)} offset 0) ${v}`;
}

/**
 * The first rows that meet the filter, one more than `most`, by the index of the column that fewest rows share. A
 * range and an order by the column instead of equality: of a value that isn't known yet the planner believes that
 * many rows have it, and would scan for them.
 */
function countMatching(pen: Pen, noun: Noun, { filter }: BoundPage, most: number, gate?: string): string {
  const v = pen.alias();
  const [lead, ...rest] = splitLead(noun, filter);
  const finder = finderIn(noun, filter);
  const named = [...new Set([...noun.key, noun.seat.by, ...noun.seat.within])];
  const columns = named.map((column) => `${v}.${column}`).join(', ');
  // As a query, for the reason that PAGE has.
  const limit = `limit (select ${most + 1})`;
  const gates = gate === undefined ? [] : [gate];
  const rows = (conditions: readonly string[]): string => {
    const order = lead === undefined ? '' : ` order by ${v}.${lead.column}`;
    const others = rest.map((bound) => pen.condition(bound, v));
    return `select ${columns} from ${noun.view} ${v}${whereAll([...gates, ...conditions, ...others])}${order} ${limit}`;
  };
  if (finder !== undefined) {
    const { by, values } = finder.rule!.found!;
    const found = pen.alias();
    const others = filter.filter((bound) => bound !== finder).map((bound) => pen.condition(bound, v));
    const conditions = whereAll([`${v}.${by} = ${found}.value`, ...others]);
    const given = pen.bind(finder.codec, finder.value as KeyValue, Array.isArray(finder.value));
    // The values first, whatever the planner believes of how many they are.
    return `select ${columns} from (${values(given)} offset 0) ${found} (value)
      cross join lateral (select * from ${noun.view} ${v}${conditions} offset 0) ${v}${whereAll(gates)} ${limit}`;
  }
  if (lead === undefined) return rows([]);
  const between = (value: string) => [`${v}.${lead.column} >= ${value}`, `${v}.${lead.column} <= ${value}`];
  if (lead.operator === '=') return rows(between(pen.bind(lead.codec, lead.value as KeyValue)));
  if (lead.operator !== 'any') return rows([pen.condition(lead, v)]);
  const [one, each] = [pen.alias(), pen.alias()];
  const list = pen.bind(lead.codec, lead.value as readonly KeyValue[], true);
  return `select ${each}.* from (select distinct unnest(${list}) as value) ${one}
    cross join lateral (${rows(between(`${one}.value`))}) ${each} ${limit}`;
}

/** The condition whose value leads to the rows over another table, unless they are named by their key. */
function finderIn(noun: Noun, filter: readonly Bound[]): Bound | undefined {
  const isNamed = filter.some(({ column, operator }) => column === noun.key[0] && isEquality(operator));
  return isNamed ? undefined : filter.find(({ rule }) => rule?.found !== undefined);
}

/**
 * The conditions with the one before the others that the rows are looked up by, or undefined where no index begins
 * with its column.
 */
function splitLead(noun: Noun, filter: readonly Bound[]): [Bound | undefined, ...Bound[]] {
  const usable = filter.filter(({ column }) => noun.indexed.includes(column));
  // Whether a column is null says the least.
  const rank = ({ column, operator }: Bound) =>
    noun.indexed.indexOf(column) + (operator.endsWith('null') ? noun.indexed.length : 0);
  const lead = usable.toSorted((one, other) => rank(one) - rank(other))[0];
  return [lead, ...filter.filter((bound) => bound !== lead)];
}

interface Walk {
  /** The condition that names the rows with the places, where the filter does. */
  readonly seat?: Bound | undefined;
  /** Whether it is walked at all. */
  readonly gate?: string;
  /** After so many places it ends. */
  readonly places?: number;
  /** So many rows are enough, instead of those of the largest page. */
  readonly rows?: string;
}

/**
 * Places in their order, and the row of each looked up by its key. Where rows share a place, those of the place that
 * the cursor names come from their own order, and each further place gives no more than a page.
 */
function walkPlaces(
  pen: Pen,
  noun: Noun,
  args: BoundPage,
  where: Where,
  { seat, gate, places: most, rows: wanted }: Walk,
): string {
  const limit = wanted ?? ONE_MORE;
  const shares = noun.seat.within.length > 0;
  const places = (p: string, after: readonly string[]): string => {
    const only = seat === undefined ? [] : [seatCondition(pen, seat, p)];
    // Where rows share a place, that of the last one may hold rows that the page still shows.
    const until = shortOfCursor(pen, noun, args, keys(p), undefined, shares);
    return whereAll([`${p}.noun = '${noun.seat.of}'`, ...only, ...after, ...until]);
  };
  const keys = (p: string) => [`${p}.position`, `${p}.ordinal`];
  const rows = (p: string, chosen: string, within: (v: string) => readonly string[]): string => {
    const v = pen.alias();
    const tail = noun.seat.within.map((column) => `${v}.${column}`);
    const end = shares ? ` order by ${orderColumns(args.walk, tail)} limit ${PAGE}` : ' offset 0';
    const until = shares ? shortOfCursor(pen, noun, args, [...keys(p), ...tail]) : [];
    const conditions = whereAll([`${v}.${noun.seat.by} = ${p}.row_id`, ...where(v), ...within(v), ...until]);
    const row = `(select * from ${noun.view} ${v}${conditions}${end}) ${v}`;
    const order = orderColumns(args.walk, [...keys(p), ...tail]);
    // Only a walk with a limit of its own is a query of its own: the planner would sort all places for it.
    const [from, and] =
      most === undefined
        ? [PLACES, chosen]
        : [
            `(select * from ${PLACES} ${p}${chosen} order by ${orderColumns(args.walk, keys(p))} limit ${most})`,
            '',
          ];
    const gates = gate === undefined ? '' : `${and === '' ? ' where' : ' and'} ${gate}`;
    return `select ${v}.*, ${placeColumns(p)} from ${from} ${p} cross join lateral ${row}${and}${gates}
      order by ${order} limit ${limit}`;
  };
  const further = pen.alias();
  const next = rows(further, places(further, beyondCursor(pen, noun, args, keys(further))), () => []);
  if (!shares || args.from === null) return next;
  const { from } = args;
  const here = pen.alias();
  const at = cursorValues(pen, noun, from, 0, 2).map((value, index) => `${keys(here)[index]} = ${value}`);
  const left = rows(here, places(here, at), (v) => [
    compareColumns(
      args.walk,
      noun.seat.within.map((column) => `${v}.${column}`),
      cursorValues(pen, noun, from, 2),
    ),
  ]);
  return `(${left}) union all (${next})`;
}

/** The places of the rows that the filter names. */
function seatCondition(pen: Pen, { operator, codec, value }: Bound, p: string): string {
  if (operator === 'any') return `${p}.row_id = any(${pen.bind(codec, value as readonly KeyValue[], true)})`;
  return `${p}.row_id = ${pen.bind(codec, value as KeyValue)}`;
}

/** That a row lies between the cursors of the page. */
function betweenCursors(
  pen: Pen,
  noun: Noun,
  args: BoundPage,
  columns: readonly string[],
  position?: string,
): string[] {
  return [
    ...beyondCursor(pen, noun, args, columns, position),
    ...shortOfCursor(pen, noun, args, columns, position),
  ];
}

/** That a row comes after the cursor that the page is read from, by as many columns of the list as are given. */
function beyondCursor(
  pen: Pen,
  noun: Noun,
  { from, walk }: BoundPage,
  columns: readonly string[],
  position?: string,
): string[] {
  if (from === null) return [];
  const given = cursorValues(pen, noun, from, 0, columns.length);
  return [orPlaceless(walk, compareColumns(walk, columns, given), position)];
}

/** That a row comes before the cursor where the page ends; of some of the columns, or at it. */
function shortOfCursor(
  pen: Pen,
  noun: Noun,
  { until, walk }: BoundPage,
  columns: readonly string[],
  position?: string,
  orAt = false,
): string[] {
  if (until === null) return [];
  const back = walk === 'OLDEST_FIRST' ? 'NEWEST_FIRST' : 'OLDEST_FIRST';
  const given = cursorValues(pen, noun, until, 0, columns.length);
  return [orPlaceless(back, compareColumns(back, columns, given, orAt), position)];
}

/** Rows without a place, where the list shows such, count as the newest. */
function orPlaceless(walk: SortOrder, condition: string, position: string | undefined): string {
  return walk === 'OLDEST_FIRST' && position !== undefined
    ? `(${condition} or ${position} is null)`
    : condition;
}

function compareColumns(
  walk: SortOrder,
  columns: readonly string[],
  given: readonly string[],
  orAt = false,
): string {
  const than = walk === 'NEWEST_FIRST' ? '<' : '>';
  return `(${columns.join(', ')}) ${than}${orAt ? '=' : ''} (${given.join(', ')})`;
}

/** A cursor's values for some of the columns that the noun is listed by. */
function cursorValues(pen: Pen, noun: Noun, place: ListPlace, from: number, until?: number): string[] {
  return listedBy(noun)
    .slice(from, until)
    .map((column, at) => pen.bind(codecOf(noun, column), place.key[from + at]!));
}

/** Rows are counted up to here; of more it is said that there are at least so many, unless counters know. */
export const MOST_COUNTED = MANY;

/**
 * How many rows a list has, as a query of `rows` and `found`: of more than are counted, `found` is one more. Rows that
 * the log doesn't hold yet are found and not counted where the list doesn't show them. Where counters know the number,
 * `rows` is exact whatever it is, and nothing is `found`.
 */
export function countIntegrated(pen: Pen, noun: Noun, args: BoundPage): string {
  const { counted } = noun;
  const isCounted = (by: readonly string[]) =>
    args.filter.every(({ column, rule }) => rule === undefined && by.includes(column));
  if (counted === undefined || noun.isPart === true || !isCounted(counted.by))
    return countPlaced(pen, noun, args);
  const [k, r] = [pen.alias(), pen.alias()];
  const known = counted.sql(
    (row) => args.filter.map((bound) => pen.condition(bound, row)),
    () => pen.alias(),
  );
  const isKnown = `(select ${k}.is_known from ${k})`;
  return `with ${k} as materialized (${known})
    select ${k}.rows, 0 as found from ${k} where ${k}.is_known union all
    select ${r}.rows, ${r}.found from (${countPlaced(pen, noun, args, `not ${isKnown}`)}) ${r} where not ${isKnown}`;
}

function countPlaced(pen: Pen, noun: Noun, args: BoundPage, gate?: string): string {
  const [p, m] = [pen.alias(), pen.alias()];
  const isWhole = args.filter.length === 0 && noun.isPart !== true;
  const few = `limit (select ${MOST_COUNTED + 1})`;
  if (isWhole && noun.seat.within.length === 0) {
    const conditions = [`${p}.noun = '${noun.seat.of}'`, ...(gate === undefined ? [] : [gate])];
    const places = `select from ${PLACES} ${p}${whereAll(conditions)} ${few}`;
    return `select count(*) as rows, count(*) as found from (${places}) ${m}`;
  }
  const isPlaced = `exists (select from ${placeOf(noun, `${m}.${noun.seat.by}`, p)})`;
  return `select count(*) filter (where ${isPlaced}) as rows, count(*) as found
    from (${countMatching(pen, noun, args, MOST_COUNTED, gate)}) ${m}`;
}

/** The same of a list that shows all its rows. */
export function countAll(pen: Pen, noun: Noun, where: Where): string {
  const [v, m] = [pen.alias(), pen.alias()];
  return `select count(*) as rows, count(*) as found from (
    select from ${noun.view} ${v}${whereAll(where(v))} limit (select ${MOST_COUNTED + 1})) ${m}`;
}
