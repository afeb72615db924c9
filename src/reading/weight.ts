import { GraphQLError } from 'graphql';
import type { Codec } from './nouns/noun.ts';
import type { PagePart, PlannedField, RowPlan } from './plan.ts';
import type { Canvas } from './text/canvas.ts';

/**
 * How many bytes the long values of an answer have. The statement sums them up before it writes anything, from what
 * PostgreSQL knows of a stored value without reading it: an answer is one text in memory, and nobody waits for a
 * large one to be made and thrown away.
 */

/** An answer with more of them is refused. JSON of so many is read within a turn of the event loop. */
export const MOST_BYTES = 8 * 1024 * 1024;

/** Columns that may be long are those of texts that people and documents have, and of JSON. */
const LONG: ReadonlySet<Codec> = new Set<Codec>(['json']);
const LONG_COLUMNS: ReadonlySet<string> = new Set([
  'body',
  'signature_payload',
  'rationale',
  'verdict_rationale',
]);

/** SQL of a value's bytes; null where values of its column are never long. */
function weightOf(column: string, codec: Codec, alias: string): string | null {
  const value = `${alias}.${column}`;
  // The length of a text is known without the text.
  if (codec === 'text' && LONG_COLUMNS.has(column)) return `coalesce(octet_length(${value}), 0)`;
  if (!LONG.has(codec)) return null;
  // That of JSON isn't, where it was compressed.
  return `coalesce(case when pg_column_compression(${value}) is null then pg_column_size(${value})
    else octet_length(${value}::text) end, 0)`;
}

/** Whether rows have values that may be long, in themselves or in what hangs under them. */
export function isHeavy(row: RowPlan): boolean {
  return row.cells.some((cell) => {
    if (cell.kind === 'column') return weightOf(cell.column, cell.codec, 'row') !== null;
    if (cell.kind === 'one' || cell.kind === 'rows') return isHeavy(cell.row);
    return cell.kind === 'page' && isHeavy(cell.page.row);
  });
}

/** Whether any number of rows hangs on each of these. */
export function hasRows(row: RowPlan): boolean {
  return row.cells.some((cell) =>
    cell.kind === 'one' ? hasRows(cell.row) : cell.kind === 'page' || cell.kind === 'rows',
  );
}

/** SQL of the bytes that the long values of a row have, with those of what hangs on it. */
export function rowWeight(canvas: Canvas, row: RowPlan, alias: string): string {
  const parts = row.cells.flatMap((cell): string[] => {
    if (cell.kind === 'column') return [weightOf(cell.column, cell.codec, alias) ?? []].flat();
    if (cell.kind === 'page')
      return isHeavy(cell.page.row) ? [`(${canvas.pageWeight(cell.page, cell.relation, alias)})`] : [];
    if ((cell.kind !== 'one' && cell.kind !== 'rows') || !isHeavy(cell.row)) return [];
    const child = canvas.alias();
    const where = canvas.joined(cell.relation, child, alias).join(' and ');
    const weight = `coalesce(sum(${rowWeight(canvas, cell.row, child)}), 0)`;
    return [`(select ${weight} from ${canvas.view(cell.row.noun)} ${child} where ${where})`];
  });
  return parts.length === 0 ? '0' : `(${parts.join(' + ')})`;
}

/** The fields of these rows that may be long, by their paths. */
export function heavyFields(row: RowPlan, fields: readonly PlannedField[], path: string): string[] {
  return fields.flatMap((field) => {
    if (field.kind === 'one' || field.kind === 'rows')
      return heavyFields(field.row, field.fields, `${path}.${field.key}`);
    if (field.kind === 'page') return heavyParts(field.page.row, field.page.parts, field.page.path);
    if (field.kind !== 'cell') return [];
    const cell = row.cells[field.at]!;
    return cell.kind === 'column' && weightOf(cell.column, cell.codec, 'row') !== null
      ? [`${path}.${field.key}`]
      : [];
  });
}

/** The same of a page, by its parts. */
export function heavyParts(row: RowPlan, parts: readonly PagePart[], path: string): string[] {
  const found = parts.flatMap((part) => {
    if (part.kind === 'nodes') return heavyFields(row, part.fields, path);
    if (part.kind !== 'edges') return [];
    return part.parts.flatMap((own) => (own.kind === 'node' ? heavyFields(row, own.fields, path) : []));
  });
  return [...new Set(found)];
}

/** The refusal of an answer with so many bytes in these fields. */
export function answerTooLong(argument: string, fields: readonly string[], bytes: number): GraphQLError {
  const [count, most] = [bytes, MOST_BYTES].map((number) => number.toLocaleString('en'));
  return new GraphQLError(
    `${argument} would be answered with ${count} bytes in ${fields.join(', ')}, and one answer holds ${most}. ` +
      'Ask for fewer rows at once by a smaller first, or leave these fields out.',
    { extensions: { code: 'ANSWER_TOO_LONG', argument, fields, bytes, mostBytes: MOST_BYTES } },
  );
}
