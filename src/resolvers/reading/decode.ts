import type { BoundPage } from './bind.ts';
import { encodeCursor, type KeyValue } from './cursor.ts';
import { WIDEST } from './emit.ts';
import type { EdgePart, Field, InfoPart, PagePlan, RowPlan } from './plan.ts';

/** What a statement answers for one row. */
export type Cells = readonly unknown[];

/** An object without the accessors of Object's prototype: a response key may be `__proto__`. */
class Plain {
  [responseKey: string]: unknown;
}
Object.setPrototypeOf(Plain.prototype, null);

/** The object of a row: the fields asked for, under their response keys and in their order, as the response has them. */
export function decodeRow(
  row: RowPlan,
  fields: readonly Field[],
  raw: Cells,
  bound: readonly BoundPage[],
): Plain {
  return rowObject(fields, unpack(row, raw), bound);
}

/** The object of a connection. */
export function decodePage(page: PagePlan, raw: readonly Cells[], bound: readonly BoundPage[]): Plain {
  const args = bound[page.index]!;
  const more = raw.length > args.first;
  const rows = (more ? raw.slice(0, args.first) : raw).map((cells) => unpack(page.row, cells));
  const object = new Plain();
  for (const part of page.parts) {
    if (part.kind === 'typename') object[part.key] = part.name;
    if (part.kind === 'nodes') object[part.key] = rows.map((cells) => rowObject(part.fields, cells, bound));
    if (part.kind === 'edges') object[part.key] = rows.map((cells) => edge(page, part.parts, cells, bound));
    if (part.kind === 'pageInfo') object[part.key] = pageInfo(page, part.parts, rows, more, args);
  }
  return object;
}

/** Rows wider than a database function takes arguments were drawn in chunks. */
function unpack(row: RowPlan, raw: Cells): Cells {
  return row.cells.length > WIDEST ? (raw as unknown[][]).flat(1) : raw;
}

function rowObject(fields: readonly Field[], cells: Cells, bound: readonly BoundPage[]): Plain {
  const object = new Plain();
  for (const field of fields) object[field.key] = value(field, cells, bound);
  return object;
}

function value(field: Field, cells: Cells, bound: readonly BoundPage[]): unknown {
  switch (field.kind) {
    case 'cell':
      return cells[field.at];
    case 'place':
      return cells[field.at] === null ? null : (cells[field.at] as Cells)[field.part];
    case 'one':
      return related(field, cells[field.at] as Cells | null, bound);
    case 'page':
      return decodePage(field.page, cells[field.at] as Cells[], bound);
    case 'typename':
      return field.name;
  }
}

function related(
  field: Extract<Field, { kind: 'one' }>,
  cell: Cells | null,
  bound: readonly BoundPage[],
): Plain | null {
  if (cell !== null) return decodeRow(field.row, field.fields, cell, bound);
  if (field.promised) throw new Error(`A row has no ${field.key}, which the ledger promises.`);
  return null;
}

function edge(page: PagePlan, parts: readonly EdgePart[], cells: Cells, bound: readonly BoundPage[]): Plain {
  const object = new Plain();
  for (const part of parts) {
    if (part.kind === 'typename') object[part.key] = part.name;
    if (part.kind === 'cursor') object[part.key] = cursor(page, part.cursor, cells, bound[page.index]!);
    if (part.kind === 'node') object[part.key] = rowObject(part.fields, cells, bound);
  }
  return object;
}

function pageInfo(
  page: PagePlan,
  parts: readonly InfoPart[],
  rows: readonly Cells[],
  more: boolean,
  args: BoundPage,
): Plain {
  const object = new Plain();
  for (const part of parts) {
    if (part.kind === 'typename') object[part.key] = part.name;
    if (part.kind === 'hasNextPage') object[part.key] = more;
    if (part.kind === 'hasPreviousPage') object[part.key] = args.after !== null;
    if (part.kind === 'startCursor' || part.kind === 'endCursor') {
      const cells = rows.at(part.kind === 'startCursor' ? 0 : -1);
      object[part.key] = cells === undefined ? null : cursor(page, part.cursor, cells, args);
    }
  }
  return object;
}

function cursor({ noun }: PagePlan, key: readonly number[], cells: Cells, { order }: BoundPage): string {
  const values = key.map((at) => cells[at] as KeyValue);
  return encodeCursor(noun, order, values);
}
