import { placeInLog } from '../place.ts';
import type { PlannedField, RowPlan } from '../plan.ts';
import type { Canvas } from './canvas.ts';
import { base64urlText, orNull, valueText } from './value.ts';

/**
 * Stands where a row is missing that the schema promises. No JSON text has this character: it would be escaped.
 */
export const MISSING = '\u0001';

/** A piece of text: fixed, or an expression of SQL. */
type Piece = { readonly fixed: string } | { readonly sql: string; readonly isLong?: boolean };

/** SQL of the JSON object of a row, as text. */
export function rowText(
  canvas: Canvas,
  row: RowPlan,
  fields: readonly PlannedField[],
  alias: string,
): string {
  return joinPieces(fieldPieces(canvas, row, fields, alias));
}

function fieldPieces(canvas: Canvas, row: RowPlan, fields: readonly PlannedField[], alias: string): Piece[] {
  return objectPieces(fields, (field) => fieldPiece(canvas, row, field, alias));
}

/** The pieces of an object of which each part gives one value. */
export function objectPieces<Part extends { readonly key: string }>(
  parts: readonly Part[],
  piece: (part: Part) => Piece | readonly Piece[],
): Piece[] {
  const pieces = parts.flatMap((part, at) => [
    { fixed: `${at === 0 ? '' : ','}"${part.key}":` },
    ...[piece(part)].flat(),
  ]);
  return [{ fixed: '{' }, ...pieces, { fixed: '}' }];
}

function fieldPiece(canvas: Canvas, row: RowPlan, field: PlannedField, alias: string): Piece {
  switch (field.kind) {
    case 'typename':
      return { fixed: `"${field.name}"` };
    case 'cell':
      return { sql: cellText(canvas, row, field.at, alias) };
    case 'id':
      return { sql: `'"' || ${base64urlText(canvas.idText(row.noun, alias))} || '"'` };
    case 'place':
      return { sql: placeText(canvas, row, field.part, alias) };
    case 'one':
      return { sql: relatedText(canvas, row, field, alias), isLong: true };
    case 'rows':
      return { sql: listText(canvas, row, field, alias), isLong: true };
    case 'page': {
      const cell = row.cells[field.at]!;
      if (cell.kind !== 'page') break;
      return { sql: `(${canvas.page(cell.page, cell.relation, alias)})`, isLong: true };
    }
    default:
  }
  throw new Error(`The database does not write a field that is ${field.kind}`);
}

function cellText(canvas: Canvas, row: RowPlan, at: number, alias: string): string {
  const cell = row.cells[at]!;
  if (cell.kind === 'column') return valueText(cell.codec, `${alias}.${cell.column}`);
  if (cell.kind !== 'derived') throw new Error(`A field of ${row.noun.name} is no column: ${cell.kind}`);
  return valueText(row.noun.derived[cell.name]!.codec, canvas.computed(row.noun, cell.name, alias));
}

function placeText(canvas: Canvas, { noun }: RowPlan, part: 0 | 1, alias: string): string {
  const column = part === 0 ? 'position' : 'ordinal';
  const value = placeInLog(noun, alias, canvas.alias(), (place) => `${place}.${column}`);
  return valueText(part === 0 ? 'position' : 'int', value);
}

/** The row of a relation to one. */
function relatedText(
  canvas: Canvas,
  { cells }: RowPlan,
  field: Extract<PlannedField, { kind: 'one' }>,
  alias: string,
): string {
  const cell = cells[field.at]!;
  if (cell.kind !== 'one') throw new Error(`${field.key} is no relation to one row`);
  const child = canvas.alias();
  const where = canvas.joined(cell.relation, child, alias).join(' and ');
  const text = rowText(canvas, field.row, field.fields, child);
  const found = `(select ${text} from ${canvas.view(field.row.noun)} ${child} where ${where})`;
  return field.promised ? `coalesce(${found}, E'\\x01${field.key}\\x01')` : orNull(found);
}

/** All rows of a relation. */
function listText(
  canvas: Canvas,
  { cells }: RowPlan,
  field: Extract<PlannedField, { kind: 'rows' }>,
  alias: string,
): string {
  const cell = cells[field.at]!;
  if (cell.kind !== 'rows') throw new Error(`${field.key} is no relation to rows`);
  const child = canvas.alias();
  const where = canvas.joined(cell.relation, child, alias).join(' and ');
  const order = (cell.relation.listed ?? []).map((column) => `${child}.${column}`).join(', ');
  const rows = `string_agg(${rowText(canvas, field.row, field.fields, child)}, ',' order by ${order})`;
  return `(select '[' || coalesce(${rows}, '') || ']' from ${canvas.view(field.row.noun)} ${child} where ${where})`;
}

/** A function of PostgreSQL takes at most 100 arguments. */
const MOST_ARGUMENTS = 90;

/**
 * One expression of all pieces. Short ones are joined by the operator, which is the fastest; long ones by the function,
 * which copies each but once.
 */
export function joinPieces(pieces: readonly Piece[]): string {
  const parts: string[] = [];
  let short: string[] = [];
  let fixed = '';
  const endFixed = () => {
    if (fixed !== '') short.push(`'${fixed}'`);
    fixed = '';
  };
  const endShort = () => {
    endFixed();
    if (short.length > 0) parts.push(short.join(' || '));
    short = [];
  };
  for (const piece of pieces) {
    if ('fixed' in piece) {
      fixed += piece.fixed;
      continue;
    }
    if (piece.isLong === true) {
      endShort();
      parts.push(piece.sql);
    } else {
      endFixed();
      short.push(piece.sql);
    }
  }
  endShort();
  if (parts.length > 1) return concatenated(parts);
  // A literal alone has no type yet.
  return pieces.every((piece) => 'fixed' in piece) ? `${parts[0]}::text` : parts[0]!;
}

function concatenated(parts: readonly string[]): string {
  if (parts.length <= MOST_ARGUMENTS) return `concat(${parts.join(', ')})`;
  const chunks: string[] = [];
  for (let at = 0; at < parts.length; at += MOST_ARGUMENTS)
    chunks.push(`concat(${parts.slice(at, at + MOST_ARGUMENTS).join(', ')})`);
  return concatenated(chunks);
}
