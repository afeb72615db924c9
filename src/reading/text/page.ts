import { timeTextSql } from '../../text/time-sql.ts';
import { CURSOR_FORM, codecOf, listedBy, listName } from '../cursor.ts';
import { MOST_COUNTED } from '../listing.ts';
import { type Noun, sortedNoun } from '../nouns/noun.ts';
import type { EdgePart, InfoPart, PagePart, PagePlan, RowPlan } from '../plan.ts';
import { type Canvas, HEAD, type PageRows } from './canvas.ts';
import { asAnswer, joinPieces, objectPieces, rowText } from './row.ts';
import { base64urlText, escapedText, type Piece } from './value.ts';

/** Names of the columns by which a page's rows are summed up. */
const AT = 'row_at';
const COUNT = 'row_count';
const KEY = 'key';

/** What of a page is asked for, beside its rows. */
interface Asked {
  /** Whether the row after the page has to be looked for. */
  readonly isMore: boolean;
  /** Whether the places of its first and last row are named. */
  readonly isPlaced: boolean;
}

/** SQL of a page's JSON object, as text. */
export function pageText(canvas: Canvas, page: PagePlan, listed: PageRows, rootKey?: string): string {
  const asked = askedOf(page.parts, listed.args.isFromEnd);
  const [a, p] = [canvas.alias(), canvas.alias()];
  const first = canvas.bind(listed.args.size, 'int');
  const c = canvas.alias();
  const isWithin = asked.isMore ? `${a}.${AT} <= ${first}` : null;
  const sums: string[] = [];
  const rows = (text: string): Piece[] => {
    const shown = isWithin === null ? text : `case when ${isWithin} then ${text} end`;
    sums.push(`string_agg(${shown}, ',' order by ${listed.order(a)}) as rows_${sums.length}`);
    const all = `coalesce(${p}.rows_${sums.length - 1}, '')`;
    return [{ fixed: '[' }, { sql: all, isLong: true }, { fixed: ']' }];
  };
  const pieces = objectPieces(page.parts, (part) => {
    if (part.kind === 'typename') return { fixed: `"${part.name}"` };
    if (part.kind === 'totalCount' || part.kind === 'totalCountAtLeast')
      return { sql: part.kind === 'totalCount' ? exactCount(c) : leastCount(c) };
    if (part.kind === 'pageInfo')
      return infoPieces(canvas, { noun: page.noun, parts: part.parts }, { p, first, listed });
    const text =
      part.kind === 'nodes'
        ? rowText(canvas, page.row, part.fields, a)
        : edgeText(canvas, page, part.parts, a, listed);
    return rows(text);
  });
  const object = joinPieces(rootKey === undefined ? pieces : asAnswer(pieces, rootKey));
  if (asked.isPlaced) sums.push(...keysOf(page.noun, a, isWithin, listed));
  // A page of which nothing is asked is read, too: its arguments are given.
  if (asked.isMore || sums.length === 0) sums.push(`count(*) as ${COUNT}`);
  const counted = listed.count === null ? '' : ` cross join (${listed.count}) ${c}`;
  const summed = `(select ${sums.join(', ')} from (${cut(canvas, listed, asked, first)}) ${a}) ${p}`;
  return `select ${object} from ${summed}${counted}`;
}

const exactCount = (c: string): string =>
  `case when ${c}.found > ${MOST_COUNTED} then 'null' else ${c}.rows::text end`;
const leastCount = (c: string): string =>
  `(case when ${c}.found > ${MOST_COUNTED} then least(${c}.rows, ${MOST_COUNTED}) else ${c}.rows end)::text`;

function askedOf(parts: readonly PagePart[], isFromEnd: boolean): Asked {
  const infos = parts.flatMap((part) => (part.kind === 'pageInfo' ? part.parts : []));
  return {
    isMore: infos.some(({ kind }) => kind === (isFromEnd ? 'hasPreviousPage' : 'hasNextPage')),
    isPlaced: infos.some(({ kind }) => kind === 'startCursor' || kind === 'endCursor'),
  };
}

/** The rows of the page, each with its number and with the row behind the last one, where that has to be known. */
function cut(canvas: Canvas, { rows, walk }: PageRows, { isMore }: Asked, first: string): string {
  const v = canvas.alias();
  const number = isMore ? `, row_number() over (order by ${walk(v)}) as ${AT}` : '';
  const limit = isMore ? `${first} + 1` : first;
  return `select ${v}.*${number} from (${rows}) ${v} order by ${walk(v)} limit ${limit}`;
}

function edgeText(
  canvas: Canvas,
  page: PagePlan,
  parts: readonly EdgePart[],
  alias: string,
  listed: PageRows,
): string {
  return joinPieces(
    objectPieces(parts, (part) => {
      if (part.kind === 'typename') return { fixed: `"${part.name}"` };
      if (part.kind === 'node') return { sql: rowText(canvas, page.row, part.fields, alias) };
      const cursor = cursorText(placeText(page.noun, listed, (column) => `${alias}.${column}`));
      return { sql: `case when ${isPlaced(page.row, listed, alias)} then ${cursor} else 'null' end` };
    }),
  );
}

function infoPieces(
  canvas: Canvas,
  { noun, parts }: { readonly noun: Noun; readonly parts: readonly InfoPart[] },
  { p, first, listed }: { readonly p: string; readonly first: string; readonly listed: PageRows },
) {
  const { given, isFromEnd } = listed.args;
  const none = (cursor: string | null): string =>
    cursor === null ? `'null'` : escapedText(canvas.bind(cursor, 'text'));
  const more = { sql: `(${p}.${COUNT} > ${first})::text` };
  const cursorAt = (place: string) =>
    cursorText(placeText(noun, listed, (_, at) => `${p}.${KEY}_${at}[${place}]`));
  return objectPieces(parts, (part) => {
    switch (part.kind) {
      case 'typename':
        return { fixed: `"${part.name}"` };
      case 'hasNextPage':
        return isFromEnd ? { fixed: String(given.before !== null) } : more;
      case 'hasPreviousPage':
        return isFromEnd ? more : { fixed: String(given.after !== null) };
      case 'startCursor':
        return { sql: `coalesce(${cursorAt('1')}, ${none(given.before)})` };
      case 'endCursor':
        return { sql: `coalesce(${cursorAt(`cardinality(${p}.${KEY}_0)`)}, ${none(given.after)})` };
    }
  });
}

/** The values that name the places of the page's rows, of those that have one; in their order. */
function keysOf(noun: Noun, alias: string, isWithin: string | null, listed: PageRows): string[] {
  const columns = listedBy(sortedNoun(noun, listed.args.sort));
  const [lead] = columns;
  const conditions = [`${alias}.${lead} is not null`, ...(isWithin === null ? [] : [isWithin])];
  const some = `filter (where ${conditions.join(' and ')})`;
  return columns.map(
    (column, at) => `array_agg(${alias}.${column} order by ${listed.order(alias)}) ${some} as ${KEY}_${at}`,
  );
}

/** Rows that no record has brought yet have no place. */
const isPlaced = ({ noun }: RowPlan, { args }: PageRows, alias: string): string =>
  `${alias}.${listedBy(sortedNoun(noun, args.sort))[0]} is not null`;

/** What the cursor of a row says, in the clear; null where the row has no place. */
function placeText(
  noun: Noun,
  { args: { order, sort } }: PageRows,
  drawn: (column: string, at: number) => string,
): string {
  const sorted = sortedNoun(noun, sort);
  const values = listedBy(sorted).map((column, at) => {
    const codec = codecOf(noun, column);
    const value = drawn(column, at);
    if (codec === 'int') return `${value}::text`;
    if (codec === 'text' || codec === 'word') return escapedText(value);
    return `'"' || ${codec === 'time' ? timeTextSql(value) : value} || '"'`;
  });
  const lead = `'["${listName(sorted)}","${order}","${CURSOR_FORM}","' || ${HEAD}.incarnation || '",'`;
  return `${lead} || ${values.join(` || ',' || `)} || ']'`;
}

const cursorText = (place: string): string => `'"' || ${base64urlText(place)} || '"'`;
