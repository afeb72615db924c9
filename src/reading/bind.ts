import { type GraphQLError, type GraphQLField, type GraphQLResolveInfo, getArgumentValues } from 'graphql';
import { isDigest } from '../proof/digest.ts';
import { DEFAULT_PAGE, LARGEST_PAGE } from '../schema/node.ts';
import { badInput } from './bad-input.ts';
import {
  type Drawn,
  decodeCursor,
  isTime,
  type KeyValue,
  type ListPlace,
  type SortOrder,
  UUID,
} from './cursor.ts';
import type { Past } from './nouns/moment.ts';
import { type Codec, type FilterRule, type Noun, sortedNoun } from './nouns/noun.ts';
import type { Paged } from './plan.ts';
import { asWritten } from './text-ids.ts';

/** The most values that an `…In` filter takes. */
const LONGEST_LIST = 200;

type Operator = '=' | 'any' | '>=' | '<' | 'null' | 'not null';

export interface Bound {
  readonly column: string;
  readonly codec: Codec;
  readonly operator: Operator;
  readonly value: KeyValue | boolean | readonly (KeyValue | boolean)[];
  /** Of a filter that compares no column. */
  readonly rule?: FilterRule;
}

/** The arguments of one connection, checked. */
export interface BoundPage {
  /** Rows of the page. */
  readonly size: number;
  /** Which end of the list comes first in the answer. */
  readonly order: SortOrder;
  /** Another order than that of the log. */
  readonly sort: string | null;
  /** Whether the page is the last one before its end: it is read from there, and turned. */
  readonly isFromEnd: boolean;
  /** The order in which the rows are read: `order`, or the other one of a page from the end. */
  readonly walk: SortOrder;
  /** The place that the page is read from, and the one that it must not reach. */
  readonly from: ListPlace | null;
  readonly until: ListPlace | null;
  /** The cursors as they were given: the ends of an empty page. */
  readonly given: { readonly after: string | null; readonly before: string | null };
  readonly filter: readonly Bound[];
  /** The state of the ledger that is listed; null: that which the row above is read in. */
  readonly past: Past | null;
}

/** Checks the arguments of one connection, nested or not; `path` leads to it in the response. */
export function bindPage(page: Paged, variables: GraphQLResolveInfo['variableValues']): BoundPage {
  const given = getArgumentValues(page.field as GraphQLField<unknown, unknown>, page.node, variables) as {
    first?: number | null;
    last?: number | null;
    after?: string | null;
    before?: string | null;
    order?: SortOrder | null;
    sort?: string | null;
    filter?: Record<string, unknown> | null;
  };
  const { size, isFromEnd } = boundSize(given.first, given.last, page.path);
  const order = given.order ?? 'OLDEST_FIRST';
  const sort = given.sort ?? null;
  const listed = { ...page, noun: sortedNoun(page.noun, sort) };
  const place = (name: 'after' | 'before') =>
    given[name] == null ? null : placeOf(listed, order, name, given[name]);
  const [after, before] = [place('after'), place('before')];
  const filter = bindFilter(page, given.filter ?? {});
  const past = pastOf(given.filter?.['at'], given.filter?.['asOf'], `${page.path}(filter: {`);
  return {
    size,
    order,
    sort,
    isFromEnd,
    walk: isFromEnd === (order === 'OLDEST_FIRST') ? 'NEWEST_FIRST' : 'OLDEST_FIRST',
    from: isFromEnd ? before : after,
    until: isFromEnd ? after : before,
    given: { after: given.after ?? null, before: given.before ?? null },
    filter,
    past,
  };
}

/** How many rows a page has, and from which end of its list; of neither argument, 50 from the start. */
export function boundSize(
  first: number | null | undefined,
  last: number | null | undefined,
  path: string,
): { readonly size: number; readonly isFromEnd: boolean } {
  if (first != null && last != null)
    throw badInput(`${path}(first:, last:)`, 'ask for two ends of the list. Give one of them.');
  const size = first ?? last ?? DEFAULT_PAGE;
  const isFromEnd = last != null;
  if (size >= 1 && size <= LARGEST_PAGE) return { size, isFromEnd };
  const place = `${path}(${isFromEnd ? 'last' : 'first'}:)`;
  throw badInput(place, `must be between 1 and ${LARGEST_PAGE}; ${size} was asked for.`);
}

const POSITION_PATTERN = /^(0|[1-9]\d{0,17})$/;

/** The past that `at` and `asOf` name; null where neither is given. */
export function pastOf(at: unknown, asOf: unknown, place: string): Past | null {
  if (at != null && asOf != null)
    throw badInput(`${place}at:, asOf:`, 'name the past in two ways. Give one of them.');
  if (at != null) {
    if (!POSITION_PATTERN.test(String(at)))
      throw badInput(`${place}at:`, 'must be a position: a whole number from 0 on, without leading zeros.');
    return { at: String(at) };
  }
  return asOf == null ? null : { asOf: String(checkValue('time', asOf, `${place}asOf:`)) };
}

function placeOf(
  { noun, path }: Paged,
  order: SortOrder,
  argument: 'after' | 'before',
  cursor: string,
): ListPlace {
  const read = decodeCursor(noun, order, cursor);
  if (read.verdict === 'ok') return read;
  if (read.verdict === 'earlier')
    throw lostCursor(
      `${path}(${argument}:)`,
      'is a cursor of an earlier version of this server. Its order is no longer served',
    );
  throw badInput(
    `${path}(${argument}:)`,
    `is no cursor of ${noun.name} rows in order ${order}. Give a cursor of this connection, read with the same order.`,
  );
}

/**
 * Refuses a cursor that was drawn from another state of the database than the one which answered: the place that it
 * names isn't here, so the page after it would leave rows out.
 */
export function assertDrawnHere(
  page: Paged,
  { from, until, isFromEnd, sort }: BoundPage,
  drawn: Drawn,
): void {
  const [after, before] = isFromEnd ? [until, from] : [from, until];
  for (const [argument, place] of [
    ['after', after],
    ['before', before],
  ] as const) {
    if (place === null) continue;
    const where = `${page.path}(${argument}:)`;
    if (place.incarnation !== drawn.incarnation)
      throw lostCursor(where, 'was drawn before the database was restored or replaced');
    const [position] = place.key;
    if (sort === null && page.noun.seat.of !== null && Number(position) >= drawn.next)
      throw lostCursor(where, "lies beyond the end of this ledger's log: the database was set back");
  }
}

function lostCursor(where: string, complaint: string): GraphQLError {
  return badInput(where, `${complaint}. Read the list anew, without a cursor.`, { cursor: 'START_ANEW' });
}

/** Parts of a filter that say when, and not which rows. */
const PASTS: ReadonlySet<string> = new Set(['at', 'asOf']);

/** The conditions of a filter, checked. */
export function bindFilter(
  { noun, path }: Pick<Paged, 'noun' | 'path'>,
  filter: Readonly<Record<string, unknown>>,
): Bound[] {
  const bound: Bound[] = [];
  for (const [name, value] of Object.entries(filter)) {
    if (value === null || value === undefined || PASTS.has(name)) continue;
    bound.push(bindCondition(noun, name, value, `${path}(filter: {${name}:})`));
  }
  refuseReversed(filter, path);
  for (const [name, value] of Object.entries(noun.unlessAsked))
    if (filter[name] == null && filter[`${name}In`] == null)
      bound.push({ ...noun.columns.get(name)!, operator: '=', value });
  return bound;
}

/** Refuses a range that ends before it begins: no row lies in it. */
export function refuseReversed(filter: Readonly<Record<string, unknown>>, path: string): void {
  for (const [name, from] of Object.entries(filter)) {
    const column = name.endsWith('From') ? name.slice(0, -'From'.length) : null;
    const until = column === null ? undefined : filter[`${column}Until`];
    if (
      typeof from !== 'string' ||
      typeof until !== 'string' ||
      microsecondsOf(from) <= microsecondsOf(until)
    )
      continue;
    throw badInput(`${path}(filter: {${name}:})`, `must not be after ${column}Until.`);
  }
}

/** Since the epoch, of a time that was checked. */
export function microsecondsOf(time: string): bigint {
  const [, fraction = '0'] = /\.(\d{1,6})/.exec(time) ?? [];
  const whole = Date.parse(time.replace(/\.\d+/, ''));
  return BigInt(whole) * 1000n + BigInt(fraction.padEnd(6, '0'));
}

const SUFFIXES = [
  ['IsNull', 'null'],
  ['In', 'any'],
  ['From', '>='],
  ['Until', '<'],
] as const;

function bindCondition(noun: Noun, name: string, value: unknown, place: string): Bound {
  const rule = noun.filters[name];
  if (rule !== undefined) {
    const checked = Array.isArray(value)
      ? checkList(rule.codec, value, place)
      : checkValue(rule.codec, value, place);
    return { column: name, codec: rule.codec, operator: '=', value: checked, rule };
  }
  const same = noun.columns.get(name);
  if (same !== undefined) {
    return { ...same, operator: '=', value: asWritten(name, checkValue(same.codec, value, place)) };
  }
  for (const [suffix, operator] of SUFFIXES) {
    const column = name.endsWith(suffix) ? noun.columns.get(name.slice(0, -suffix.length)) : undefined;
    if (column === undefined) continue;
    if (operator === 'null')
      return { ...column, operator: value === true ? 'null' : 'not null', value: true };
    if (operator === 'any') {
      const field = name.slice(0, -'In'.length);
      const values = checkList(column.codec, value as unknown[], place).map((one) => asWritten(field, one));
      return { ...column, operator, value: values };
    }
    return { ...column, operator, value: checkValue(column.codec, value, place) };
  }
  throw new Error(`${noun.name} has no filter ${name}`);
}

function checkList(codec: Codec, values: readonly unknown[], place: string): (KeyValue | boolean)[] {
  if (values.length > LONGEST_LIST)
    throw badInput(place, `takes at most ${LONGEST_LIST} values; ${values.length} were given.`);
  return values.map((value) => checkValue(codec, value, place));
}

const RFC_3339 =
  /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/;

/** A value that the database will take as this codec, or a refusal that says what was expected. */
export function checkValue(codec: Codec, value: unknown, place: string): KeyValue | boolean {
  if (typeof value !== 'string') return value as number | boolean;
  if (codec === 'uuid' && !UUID.test(value))
    throw badInput(place, 'must be a UUID: 8-4-4-4-12 hexadecimal digits.');
  if (codec === 'time' && !isTime(value, RFC_3339)) {
    throw badInput(place, 'must be an RFC 3339 time, such as 2026-03-01T09:30:00.000001Z.');
  }
  if (codec === 'digest' && !isDigest(value)) {
    throw badInput(place, 'must be a digest: "sha256:" and 64 lower-case hexadecimal digits.');
  }
  if (value.includes('\0')) throw badInput(place, 'must not contain NUL.');
  return value;
}
