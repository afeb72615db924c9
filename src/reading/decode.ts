import { GraphQLError } from 'graphql';
import type { Scope } from '../auth/authority.ts';
import type { BoundPage } from './bind.ts';
import { encodeCursor, type KeyValue } from './cursor.ts';
import { WIDEST } from './emit.ts';
import { encodeId } from './entity-id.ts';
import { MOST_COUNTED } from './listing.ts';
import { sortedNoun } from './nouns/noun.ts';
import type { CursorCells, EdgePart, InfoPart, PagePlan, PlannedField, RowPlan } from './plan.ts';
import { textOf } from './utf8.ts';

/** What a statement answers for one row. */
export type Cells = readonly unknown[];

/** What rows are decoded with: the arguments of each page, and the ledger that answered. */
export interface DecodeInput {
  readonly bound: readonly BoundPage[];
  readonly incarnation: string;
}

/** An object without the accessors of Object's prototype: a response key may be `__proto__`. */
class Plain {
  [responseKey: string]: unknown;
}
Object.setPrototypeOf(Plain.prototype, null);

/**
 * The object of a row: the fields asked for, under their response keys and in their order, as the response has them.
 */
export function decodeRow(
  row: RowPlan,
  fields: readonly PlannedField[],
  raw: Cells,
  answered: DecodeInput,
): Plain {
  return rowObject(fields, unpackCells(row, raw), answered);
}

/** What a statement answers for a page: its rows; where they are counted, with what was counted. */
export type RawPage = readonly Cells[] | readonly [rows: readonly Cells[], counted: Counted];
type Counted = readonly [rows: number, found: number];

/** The object of a connection. */
export function decodePage(page: PagePlan, raw: RawPage, answered: DecodeInput): Plain {
  const args = answered.bound[page.index]!;
  const [read, counted] = page.isCounted ? (raw as [Cells[], Counted]) : [raw as Cells[], null];
  const more = read.length > args.size;
  const kept = (more ? read.slice(0, args.size) : read).map((cells) => unpackCells(page.row, cells));
  const rows = args.isFromEnd ? kept.reverse() : kept;
  const object = new Plain();
  for (const part of page.parts) {
    if (part.kind === 'typename') object[part.key] = part.name;
    if (part.kind === 'nodes')
      object[part.key] = rows.map((cells) => rowObject(part.fields, cells, answered));
    if (part.kind === 'edges')
      object[part.key] = rows.map((cells) => edgeObject(page, part.parts, cells, answered));
    if (part.kind === 'pageInfo') object[part.key] = pageInfoObject(page, part.parts, rows, more, answered);
    if (part.kind === 'totalCount') object[part.key] = totalCount(counted!);
    if (part.kind === 'totalCountAtLeast') object[part.key] = totalCountAtLeast(counted!);
  }
  return object;
}

/** How many rows there are; null where not all were counted. */
function totalCount([rows, found]: Counted): number | null {
  return found > MOST_COUNTED ? null : rows;
}

function totalCountAtLeast([rows, found]: Counted): number {
  return found > MOST_COUNTED ? Math.min(rows, MOST_COUNTED) : rows;
}

/** Rows wider than a database function takes arguments were drawn in chunks. */
function unpackCells(row: RowPlan, raw: Cells): Cells {
  return row.cells.length > WIDEST ? (raw as unknown[][]).flat(1) : raw;
}

function rowObject(fields: readonly PlannedField[], cells: Cells, answered: DecodeInput): Plain {
  const object = new Plain();
  for (const field of fields) object[field.key] = fieldValue(field, cells, answered);
  return object;
}

function fieldValue(field: PlannedField, cells: Cells, answered: DecodeInput): unknown {
  switch (field.kind) {
    case 'cell':
      return field.isBytesAsText === true
        ? textOf(Buffer.from(cells[field.at] as string, 'base64'))
        : cells[field.at];
    case 'facts':
      return cells[field.at];
    case 'forbidden':
      return forbiddenValue(field.path, field.scope);
    case 'rows':
      return (cells[field.at] as Cells[]).map((row) => decodeRow(field.row, field.fields, row, answered));
    case 'place':
      return cells[field.at] === null ? null : (cells[field.at] as Cells)[field.part];
    case 'one':
      return relatedObject(field, cells[field.at] as Cells | null, answered);
    case 'page':
      return decodePage(field.page, cells[field.at] as RawPage, answered);
    case 'id':
      return encodeId(cells[field.at] as string);
    case 'resolved':
      return null;
    case 'typename':
      return field.name;
  }
}

function relatedObject(
  field: Extract<PlannedField, { kind: 'one' }>,
  cell: Cells | null,
  answered: DecodeInput,
): Plain | null {
  if (cell !== null) return decodeRow(field.row, field.fields, cell, answered);
  if (field.promised) throw new Error(`A row has no ${field.key}, which the ledger promises.`);
  return null;
}

function edgeObject(page: PagePlan, parts: readonly EdgePart[], cells: Cells, answered: DecodeInput): Plain {
  const object = new Plain();
  for (const part of parts) {
    if (part.kind === 'typename') object[part.key] = part.name;
    if (part.kind === 'cursor') object[part.key] = cursorOfRow(page, part.cursor, cells, answered);
    if (part.kind === 'node') object[part.key] = rowObject(part.fields, cells, answered);
  }
  return object;
}

function pageInfoObject(
  page: PagePlan,
  parts: readonly InfoPart[],
  rows: readonly Cells[],
  more: boolean,
  answered: DecodeInput,
): Plain {
  const { given, isFromEnd } = answered.bound[page.index]!;
  const object = new Plain();
  for (const part of parts) {
    if (part.kind === 'typename') object[part.key] = part.name;
    if (part.kind === 'hasNextPage') object[part.key] = isFromEnd ? given.before !== null : more;
    if (part.kind === 'hasPreviousPage') object[part.key] = isFromEnd ? more : given.after !== null;
    if (part.kind === 'startCursor' || part.kind === 'endCursor') {
      const inOrder = part.kind === 'startCursor' ? rows : rows.toReversed();
      // Rows that aren't integrated yet have no cursor. A client that has read to the end resumes from where it was.
      const placed = inOrder.find((cells) => cursorOfRow(page, part.cursor, cells, answered) !== null);
      const none = part.kind === 'endCursor' ? given.after : given.before;
      object[part.key] = placed === undefined ? none : cursorOfRow(page, part.cursor, placed, answered);
    }
  }
  return object;
}

/** Null for a row that has no place yet. */
function cursorOfRow(
  { noun, index }: PagePlan,
  cells: CursorCells,
  row: Cells,
  { bound, incarnation }: DecodeInput,
): string | null {
  const { order, sort } = bound[index]!;
  const key = (sort === null ? cells.log : cells.sorts[sort]!).map((at) => row[at] as KeyValue);
  return key[0] === null ? null : encodeCursor(sortedNoun(noun, sort), order, { incarnation, key });
}

/** Stands in the place of a value that the caller may not read: execution makes it an error of its field. */
export function forbiddenValue(path: string, scope: Scope): GraphQLError {
  return new GraphQLError(`${path} needs the scope ${scope}, which this token does not carry.`, {
    extensions: { code: 'FORBIDDEN', scope },
  });
}
