import { placeOfRow } from '../place.ts';
import type { PlannedField, RowPlan } from '../plan.ts';
import type { Canvas } from './canvas.ts';
import { base64urlText, orNull, type Piece, valuePieces } from './value.ts';

/**
 * Stands around what is missing that the schema promises. No JSON text has this character: it would be escaped.
 */
export const MISSING = '\u0001';

/** SQL of the mark with what is missing. */
const missing = (what: string): string => `E'\\x01${what}\\x01'`;

/** SQL of the JSON object of a row, as text. */
export function rowText(
  canvas: Canvas,
  row: RowPlan,
  fields: readonly PlannedField[],
  alias: string,
  rootKey?: string,
): string {
  const object = objectPieces(fields, (field) => fieldPieces(canvas, row, field, alias));
  return joinPieces(rootKey === undefined ? object : asAnswer(object, rootKey));
}

/** What stands around the text of the only root field of an answer. */
export const answerAround = (rootKey: string) => ({ before: `{"data":{"${rootKey}":`, after: '}}' });

/** With all that stands around the only field of an answer, which costs nothing here. */
export function asAnswer(pieces: readonly Piece[], rootKey: string): Piece[] {
  const { before, after } = answerAround(rootKey);
  return [{ fixed: before }, ...pieces, { fixed: after }];
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

function fieldPieces(
  canvas: Canvas,
  row: RowPlan,
  field: PlannedField,
  alias: string,
): Piece | readonly Piece[] {
  switch (field.kind) {
    case 'typename':
      return { fixed: `"${field.name}"` };
    case 'cell':
      return cellPieces(canvas, row, field, alias);
    case 'id':
      return { sql: `'"' || ${base64urlText(canvas.idText(row.noun, alias))} || '"'` };
    case 'place':
      return placePieces(canvas, row, field.part, alias);
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

function cellPieces(
  canvas: Canvas,
  row: RowPlan,
  field: Extract<PlannedField, { kind: 'cell' }>,
  alias: string,
): readonly Piece[] {
  const cell = row.cells[field.at]!;
  if (cell.kind === 'column') return valuePieces(cell.codec, `${alias}.${cell.column}`, field);
  if (cell.kind !== 'derived') throw new Error(`A field of ${row.noun.name} is no column: ${cell.kind}`);
  const value = canvas.computed(row.noun, cell.name, alias);
  return valuePieces(row.noun.derived[cell.name]!.codec, value, field);
}

function placePieces(canvas: Canvas, { noun }: RowPlan, part: 0 | 1, alias: string): readonly Piece[] {
  const column = part === 0 ? 'position' : 'ordinal';
  const value = placeOfRow(noun, alias, canvas.alias(), (place) => `${place}.${column}`);
  return valuePieces(part === 0 ? 'position' : 'int', value, { isNullable: true, names: [] });
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
  return field.promised ? `coalesce(${found}, ${missing(field.key)})` : orNull(found);
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
  return `(select concat('[', ${rows}, ']') from ${canvas.view(field.row.noun)} ${child} where ${where})`;
}

/** The operator copies what it joins each time, the function each piece twice: with so many long ones it wins. */
const MANY_LONG = 6;
/** A function of PostgreSQL takes at most 100 arguments. */
const MOST_ARGUMENTS = 90;

/** One expression of all pieces. */
export function joinPieces(pieces: readonly Piece[]): string {
  const parts = mergeFixed(pieces);
  const long = parts.filter(({ isLong }) => isLong === true).length;
  const isPromised = parts.some((part) => part.isPromised === true);
  const texts = parts.map(({ sql }) => sql);
  if (long >= MANY_LONG) return concatParts(guarded(parts));
  // A literal alone has no type yet.
  const joined = texts.length === 1 ? `${texts[0]}::text` : joinRuns(parts);
  // A sum over rows would leave out a row that is null.
  return isPromised ? `coalesce(${joined}, ${missing('value')})` : joined;
}

/**
 * The operator copies both its sides. So what stands behind a long piece is joined first, and a long piece is copied
 * twice however many short ones follow.
 */
function joinRuns(parts: readonly Sql[]): string {
  const runs: string[][] = [];
  let isOpen = false;
  for (const { sql, isLong } of parts) {
    if (isLong === true || !isOpen) runs.push([sql]);
    else runs.at(-1)!.push(sql);
    isOpen = isLong !== true;
  }
  return runs.map((run) => (run.length === 1 ? run[0] : `(${run.join(' || ')})`)).join(' || ');
}

type Sql = Exclude<Piece, { readonly fixed: string }>;

/** The pieces, with those that are fixed as literals, as few as there can be. */
function mergeFixed(pieces: readonly Piece[]): Sql[] {
  const parts: Sql[] = [];
  let fixed = '';
  const endFixed = () => {
    if (fixed !== '') parts.push({ sql: `'${fixed}'` });
    fixed = '';
  };
  for (const piece of pieces) {
    if ('fixed' in piece) fixed += piece.fixed;
    else {
      endFixed();
      parts.push(piece);
    }
  }
  endFixed();
  return parts;
}

/** What is null would vanish from the middle of a row. */
const guarded = (parts: readonly Sql[]): string[] =>
  parts.map(({ sql, isPromised }) =>
    isPromised === true ? `coalesce(${sql}::text, ${missing('value')})` : sql,
  );

function concatParts(parts: readonly string[]): string {
  if (parts.length <= MOST_ARGUMENTS) return `concat(${parts.join(', ')})`;
  const chunks: string[] = [];
  for (let at = 0; at < parts.length; at += MOST_ARGUMENTS)
    chunks.push(`concat(${parts.slice(at, at + MOST_ARGUMENTS).join(', ')})`);
  return concatParts(chunks);
}
