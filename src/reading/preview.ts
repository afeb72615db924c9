import type { GraphQLResolveInfo } from 'graphql';
import { SCOPE_OF_LOGIN } from '../auth/read-scopes.ts';
import type { Context } from '../context.ts';
import { PreviewNode } from '../schema/node.ts';
import { badInput } from './bad-input.ts';
import { type Bound, type BoundPage, bindPage } from './bind.ts';
import { encodeCursor, type KeyValue, type ListPlace, listedBy } from './cursor.ts';
import { forbiddenValue } from './decode.ts';
import { encodeId } from './entity-id.ts';
import { type Codec, type Noun, ORDINAL, POSITION } from './nouns/noun.ts';
import type { NounName } from './nouns/noun-name.ts';
import { NOUNS } from './nouns/nouns.ts';
import type { Relation } from './nouns/relation.ts';
import { readBehind, readFacts } from './read.ts';
import { textOf } from './utf8.ts';

/** A row by its columns' names, as a phase wrote it: times as text, ids in lower case. */
export type ColumnValues = Readonly<Record<string, unknown>>;

/** The rows that a dry run would add, and those it would change as they would be. */
export type PreviewRows = { readonly [N in NounName]?: readonly ColumnValues[] };

/**
 * The row with this id among the rows of a dry run, as a node. Its columns are those values; it has no place in the
 * log. A relation to one row is looked for among the rows first and in the ledger then; a relation to many shows the
 * rows of the dry run alone.
 */
export function previewNode(noun: NounName, rows: PreviewRows, id: string): PreviewNode {
  const key = NOUNS[noun].key[0]!;
  const found = rows[noun]?.find((row) => row[key] === id);
  if (found === undefined) throw new Error(`The dry run has no ${noun} ${id}.`);
  return new PreviewRow(NOUNS[noun], rows, found);
}

/** Fields given by value. */
export class PreviewFields extends PreviewNode {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(fields: Readonly<Record<string, unknown>>) {
    super();
    this.#fields = fields;
  }

  override read(field: string): unknown {
    return this.#fields[field];
  }
}

class PreviewRow extends PreviewNode {
  readonly #noun: Noun;
  readonly #rows: PreviewRows;
  readonly #row: ColumnValues;

  constructor(noun: Noun, rows: PreviewRows, row: ColumnValues) {
    super();
    this.#noun = noun;
    this.#rows = rows;
    this.#row = row;
  }

  override read(field: string, _args: object, context: Context, info: GraphQLResolveInfo): unknown {
    if (field === 'id')
      return encodeId(`${this.#noun.type}:${this.#noun.key.map((column) => this.#row[column]).join('/')}`);
    const column = this.#noun.columns.get(field);
    if (column !== undefined) return asAnswered(column.codec, this.#row[column.column] ?? null);
    if (field in this.#noun.judged) return this.#factsNow(field, context);
    const relation = this.#noun.relations[field];
    if (relation === undefined) return field === 'effectiveStatus' ? this.#effectiveStatus() : null;
    const found = relatedRows(this.#rows, this.#noun, relation, this.#row);
    const to = NOUNS[relation.to];
    assertScope(context, this.#noun, field, to);
    if (relation.many) return previewPage(to, this.#rows, found, info);
    const row = found[0];
    return row === undefined
      ? readBehind(context, info, this.#noun, relation, this.#row)
      : new PreviewRow(to, this.#rows, row);
  }

  /** Of the row as the ledger has it: what can be done now doesn't follow from what isn't written. */
  #factsNow(field: string, context: Context): Promise<unknown> {
    const key = this.#noun.key.map((column) => [column, this.#row[column] as string] as const);
    return readFacts(context, this.#noun, field, key);
  }

  /** Of a plan that this dry run would write: what its decision says. */
  #effectiveStatus(): string {
    const decision = relatedRows(
      this.#rows,
      this.#noun,
      this.#noun.relations['reviewDecisions']!,
      this.#row,
    )[0];
    return { approve: 'accepted', reject: 'rejected' }[decision?.['verdict'] as string] ?? 'under_review';
  }
}

/** What a statement of the row would refuse is refused here, too: a dry run gives no scope. */
function assertScope({ session }: Context, noun: Noun, field: string, to: Noun): void {
  const scope = SCOPE_OF_LOGIN[to.login];
  if (to.login === noun.login || session?.scopes.has(scope) === true) return;
  throw forbiddenValue(`${noun.type}.${field}`, scope);
}

/** A value of a row as the statements draw it. */
function asAnswered(codec: Codec, value: unknown): unknown {
  if (!Buffer.isBuffer(value)) return value;
  return codec === 'utf8' ? textOf(value) : value.toString('base64');
}

/** The rows of the dry run that a relation leads to. */
function relatedRows(
  rows: PreviewRows,
  noun: Noun,
  { to, pairs, through }: Relation,
  row: ColumnValues,
): ColumnValues[] {
  if (through?.among !== undefined) {
    const { among } = through;
    return (rows[to] ?? []).filter((candidate) => among(candidate, row));
  }
  if (through !== null) {
    const ends = through.ways.flatMap((way) => followWay(rows, noun, way, row));
    return [...new Set(ends)];
  }
  return (rows[to] ?? []).filter((candidate) =>
    pairs.every(([theirs, ours]) => {
      const value = row[ours.replace(/::.*/, '')];
      return value !== null && value !== undefined && candidate[theirs] === value;
    }),
  );
}

function followWay(rows: PreviewRows, noun: Noun, way: readonly string[], row: ColumnValues): ColumnValues[] {
  const [name, ...rest] = way;
  if (name === undefined) return [row];
  const relation = noun.relations[name]!;
  return relatedRows(rows, noun, relation, row).flatMap((next) =>
    followWay(rows, NOUNS[relation.to], rest, next),
  );
}

function previewPage(
  noun: Noun,
  rows: PreviewRows,
  found: ColumnValues[],
  info: GraphQLResolveInfo,
): PreviewNode {
  const args = bindPage(
    {
      noun,
      path: info.fieldName,
      field: info.parentType.getFields()[info.fieldName]!,
      node: info.fieldNodes[0]!,
    },
    info.variableValues,
  );
  if (args.sort !== null)
    throw badInput(
      `${info.fieldName}(sort:)`,
      'is not for a dry run, whose rows are in the order of the log.',
    );
  const way = args.order === 'NEWEST_FIRST' ? -1 : 1;
  const all = found
    .filter((row) => args.filter.every((bound) => meetsCondition(row, bound)))
    .sort((a, b) => way * compareKeys(keyOf(noun, a), keyOf(noun, b)));
  return pageOf(noun, rows, all, args);
}

/** The incarnation in cursors of rows that no ledger has. Such a cursor counts the rows of the dry run. */
const NO_LEDGER = '00000000-0000-0000-0000-000000000000';

function cursorOf(noun: Noun, { order }: BoundPage, row: ColumnValues, at: number): string {
  const place: ColumnValues = { ...row, [POSITION]: '0', [ORDINAL]: at };
  const key = listedBy(noun).map((column) => place[column] as KeyValue);
  return encodeCursor(noun, order, { incarnation: NO_LEDGER, key });
}

/** Where a cursor that counts the rows of a dry run stands; `otherwise` of none, and of a ledger's. */
function placeOfCursor(place: ListPlace | null, otherwise: number): number {
  return place?.incarnation === NO_LEDGER ? Number(place.key[1]) : otherwise;
}

function pageOf(noun: Noun, rows: PreviewRows, all: readonly ColumnValues[], args: BoundPage): PreviewNode {
  const { isFromEnd, size, given } = args;
  const [after, before] = isFromEnd ? [args.until, args.from] : [args.from, args.until];
  const start = placeOfCursor(after, -1) + 1;
  const end = Math.max(start, Math.min(placeOfCursor(before, all.length), all.length));
  const from = isFromEnd ? Math.max(start, end - size) : start;
  const until = isFromEnd ? end : Math.min(end, start + size);
  const edges = all.slice(from, until).map((row, at) => ({
    cursor: cursorOf(noun, args, row, from + at),
    node: new PreviewRow(noun, rows, row),
  }));
  return new PreviewFields({
    nodes: edges.map(({ node }) => node),
    edges: edges.map((edge) => new PreviewFields(edge)),
    pageInfo: new PreviewFields({
      hasNextPage: isFromEnd ? given.before !== null : until < end,
      hasPreviousPage: isFromEnd ? from > start : given.after !== null,
      startCursor: edges.at(0)?.cursor ?? given.before,
      endCursor: edges.at(-1)?.cursor ?? given.after,
    }),
    totalCount: all.length,
    totalCountAtLeast: all.length,
  });
}

function keyOf(noun: Noun, row: ColumnValues): KeyValue[] {
  return noun.born.map((column) => row[column] as KeyValue);
}

function compareKeys(a: readonly KeyValue[], b: readonly KeyValue[]): number {
  for (const [at, value] of a.entries()) {
    const other = b[at]!;
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}

function meetsCondition(row: ColumnValues, { column, codec, operator, value }: Bound): boolean {
  const own = (row[column] ?? null) as KeyValue | boolean | null;
  const same = (wanted: unknown) => own === (codec === 'uuid' ? String(wanted).toLowerCase() : wanted);
  switch (operator) {
    case 'null':
      return own === null;
    case 'not null':
      return own !== null;
    case 'any':
      return (value as readonly unknown[]).some(same);
    case '=':
      return same(value);
    case '>=':
      return own !== null && Date.parse(own as string) >= Date.parse(value as string);
    case '<':
      return own !== null && Date.parse(own as string) < Date.parse(value as string);
  }
}
