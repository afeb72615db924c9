import { timeTextSql } from '../text/time-sql.ts';
import { nameOfWordSql, nameOfWordsSql } from '../text/words.ts';
import type { Bound, BoundPage } from './bind.ts';
import { codecOf, listedBy, type SortOrder } from './cursor.ts';
import { idText } from './entity-id.ts';
import {
  countAll,
  countIntegrated,
  listByKey,
  listHanging,
  listInside,
  listIntegrated,
  listSorted,
  orderColumns,
  type Pen,
  type Where,
  whereAll,
} from './listing.ts';
import { type Moment, type Past, positionAsOf } from './nouns/moment.ts';
import { type Codec, type Noun, ORDINAL, POSITION, sortedNoun } from './nouns/noun.ts';
import type { Relation } from './nouns/relation.ts';
import { placeOfRow } from './place.ts';
import type { Cell, PagePlan, PlannedField, RowPlan } from './plan.ts';
import { narrowNoun } from './reach.ts';
import { type Canvas, HEAD, type PageRows } from './text/canvas.ts';
import { pageText } from './text/page.ts';
import { rowText } from './text/row.ts';
import { hasRows, isHeavy, MOST_BYTES, rowWeight } from './weight.ts';

/** SQL text with its values, every one of them bound. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}
export type Value = string | number | boolean | null | readonly (string | number | boolean)[];

/** Rows, and what is asked of them. */
export interface PlannedRow {
  readonly row: RowPlan;
  readonly fields: readonly PlannedField[];
}

/** The relation by which rows hang on the row of this alias. */
interface Hanging {
  readonly relation: Relation;
  readonly parent: string;
}

/** `json_build_array` takes at most 100 arguments: wider rows are drawn in chunks. */
export const WIDEST = 80;

const CAST: Record<Codec, string> = {
  uuid: 'uuid',
  text: 'text',
  word: 'text',
  words: 'text[]',
  digest: 'text',
  int: 'int',
  bool: 'boolean',
  time: 'timestamptz',
  position: 'bigint',
  json: 'jsonb',
  base64: 'bytea',
  utf8: 'bytea',
};

/** The text or number that a column is answered as. */
function cellText(codec: Codec | undefined, expression: string): string {
  if (codec === 'time') return timeTextSql(expression);
  if (codec === 'word') return nameOfWordSql(expression);
  if (codec === 'words') return nameOfWordsSql(expression);
  // Without the line breaks of MIME.
  if (codec === 'base64' || codec === 'utf8') return `translate(encode(${expression}, 'base64'), E'\\n', '')`;
  return codec === 'position' ? `${expression}::text` : expression;
}

/**
 * How a statement answers: with the text of the response, or with cells, nested positional arrays that `decode.ts`
 * reads (`json_build_array`, never keyed objects: half the time and half the bytes).
 */
export type Form = 'text' | 'cells';

/**
 * Writes the one statement of a plan. It answers with the ledger that the rows are of, in the same snapshot, for the
 * cursors given and those to give. The text depends on the plan and on which arguments are given, never on their
 * values.
 */
export class Emission {
  readonly #form: Form;
  readonly #bound: readonly BoundPage[];
  readonly #values: Value[] = [];
  readonly #ids: string | null;
  #moment: Moment;
  #aliases = 0;
  /** Whether what is written next is the caller's own, and not narrowed. */
  #isOwn = false;

  /**
   * `reach`: the entries whose rows alone the statement shows; null: all. `past`: the state of the ledger in which it
   * reads what has a past; null: now.
   */
  constructor(
    form: Form,
    bound: readonly BoundPage[],
    reach: readonly string[] | null,
    past: Past | null = null,
  ) {
    this.#form = form;
    this.#bound = bound;
    this.#moment = past === null ? null : this.#momentOf(past);
    this.#ids = reach === null ? null : `$${this.#values.push(reach)}::uuid[]`;
  }

  #momentOf(past: Past): string {
    if ('at' in past) return `$${this.#values.push(past.at)}::bigint`;
    return positionAsOf(`$${this.#values.push(past.asOf)}::timestamptz`);
  }

  /** A page from the whole view. `rootKey`: as text, it is the answer that has this field alone. */
  page(name: string, page: PagePlan, rootKey: string): Statement {
    const bytes = isHeavy(page.row) ? this.#rootWeight(page) : null;
    return this.#statement(name, this.#page(page, null, rootKey), bytes);
  }

  /**
   * The row with these values in its columns, or by its filters, which name at most one; or SQL null. `rootKey`: as for
   * a page. `isOwn`: the row, and each that a relation to one leads to from it, is shown whatever the reach. Lists
   * under it are not.
   */
  one(
    name: string,
    { row, fields }: PlannedRow,
    key: readonly (readonly [column: string, value: Value])[],
    { rootKey, isOwn = false }: { readonly rootKey?: string; readonly isOwn?: boolean } = {},
  ): Statement {
    this.#isOwn = isOwn;
    const a = this.#alias();
    const conditions = key.map(([column, value]) => {
      const rule = row.noun.filters[column];
      if (rule === undefined) return `${a}.${column} = ${this.#bind(row.noun, column, value)}`;
      const given = `$${this.#values.push(value)}::${CAST[rule.codec]}`;
      if (rule.found === undefined) return rule.sql(a, given, this.#moment);
      return `${a}.${rule.found.by} in (${rule.found.values(given)})`;
    });
    const drawn = this.#drawn(row, fields, a, rootKey);
    const from = `from ${this.#seen(row.noun).view} ${a}${whereAll(conditions)}`;
    const bytes = hasRows(row) && isHeavy(row) ? `(select ${rowWeight(this.#canvas, row, a)} ${from})` : null;
    return this.#statement(name, `select ${drawn} ${from}`, bytes);
  }

  /** The row that a relation leads to from a row of `parent` that is given by value, or SQL null. */
  behind(
    name: string,
    row: RowPlan,
    relation: Relation,
    parent: Noun,
    values: ReadonlyMap<string, Value>,
  ): Statement {
    const [a, p] = [this.#alias(), this.#alias()];
    const columns = [...values].map(([column, value]) => `${this.#bind(parent, column, value)} as ${column}`);
    const given = `(select ${columns.join(', ')}) ${p}`;
    const where = this.#joined(relation, a, p).join(' and ');
    return this.#statement(
      name,
      `select ${this.#row(row, a)} from ${given}, ${this.#seen(row.noun).view} ${a} where ${where}`,
    );
  }

  /** The rows with these keys, in the order of the keys. */
  list(name: string, row: RowPlan, keys: readonly string[]): Statement {
    const a = this.#alias();
    const column = row.noun.key[0]!;
    const given = `$${this.#values.push(keys)}::uuid[]`;
    return this.#statement(
      name,
      `select json_agg(${this.#row(row, a)} order by array_position(${given}, ${a}.${column}))
      from ${this.#seen(row.noun).view} ${a} where ${a}.${column} = any(${given})`,
    );
  }

  /**
   * The rows with these keys, a list of values for each column of the key: cells, each behind the place of its key in
   * the list, without those that aren't there; or text, in the order of the keys with commas between, and null in the
   * place of one that isn't there.
   */
  keyed(
    name: string,
    { row, fields }: PlannedRow,
    lists: readonly Value[],
    { isBounded }: { readonly isBounded: boolean },
  ): Statement {
    const [a, g] = [this.#alias(), this.#alias()];
    const given = row.noun.key.map(
      (column, at) => `$${this.#values.push(lists[at]!)}::${CAST[codecOf(row.noun, column)]}[]`,
    );
    const names = row.noun.key.map((_, at) => `k${at}`);
    const all = `unnest(${given.join(', ')}) with ordinality as ${g} (${names.join(', ')}, at)`;
    const same = row.noun.key.map((column, at) => `${a}.${column} = ${g}.k${at}`).join(' and ');
    const rows = `${this.#seen(row.noun).view} ${a}`;
    // Each row is looked up by its key: a plan that joins the two would read the whole table where that was small.
    const one = `(select ${a}.* from ${rows} where ${same} offset 0) ${a}`;
    const from = `from ${all} cross join lateral ${one}`;
    const bytes =
      isBounded && isHeavy(row) ? `(select sum(${rowWeight(this.#canvas, row, a)}) ${from})` : null;
    if (this.#form === 'cells')
      return this.#statement(
        name,
        `select coalesce(json_agg(json_build_array(${g}.at, ${this.#row(row, a)})), '[]') ${from}`,
        bytes,
      );
    const found = `(select ${rowText(this.#canvas, row, fields, a)} from ${rows} where ${same})`;
    return this.#statement(
      name,
      `select string_agg(coalesce(${found}, 'null'), ',' order by ${g}.at) from ${all}`,
      bytes,
    );
  }

  /** `bytes`: SQL of how many the long values of the answer have, which is not written where they are too many. */
  #statement(name: string, body: string, bytes: string | null = null): Statement {
    const head = `${HEAD}.incarnation::text as incarnation, ${HEAD}.next_position::text as next`;
    const [answer, weighed] =
      bytes === null
        ? [`(${body})::text as answer`, '']
        : [
            `case when w.bytes <= ${MOST_BYTES} then (${body})::text end as answer, w.bytes`,
            // Once: drawn into the list of columns it would be summed up for each of its two uses.
            ` cross join lateral (select coalesce(${bytes}, 0)::bigint as bytes offset 0) w`,
          ];
    return {
      sql: `/* ${name} */ select ${head}, ${answer} from cutter_log.head ${HEAD}${weighed}`,
      values: this.#values,
    };
  }

  /** One row alone is answered however long it is: there would be no way to read it. */
  #rootWeight(page: PagePlan): string {
    const weight = `(${this.#pageWeight(page, null)})`;
    if (hasRows(page.row)) return weight;
    const size = this.#values.push(this.#bound[page.index]!.size);
    return `case when $${size}::int = 1 then 0 else ${weight} end`;
  }

  /** SQL of the bytes that the long values of a page have. */
  #pageWeight(page: PagePlan, hangs: Hanging | null): string {
    return this.#inPage(page, (args) => {
      const [v, a] = [this.#alias(), this.#alias()];
      const limit = `$${this.#values.push(args.size)}::int`;
      const { rows, walk } = this.#rowsOf(page, args, hangs);
      return `select coalesce(sum(${rowWeight(this.#canvas, page.row, a)}), 0)
        from (select * from (${rows}) ${v} order by ${walk(v)} limit ${limit}) ${a}`;
    });
  }

  #drawn(row: RowPlan, fields: readonly PlannedField[], alias: string, rootKey?: string): string {
    return this.#form === 'text' ? rowText(this.#canvas, row, fields, alias, rootKey) : this.#row(row, alias);
  }

  #row(row: RowPlan, alias: string): string {
    const cells = row.cells.map((cell) => this.#cell(row.noun, cell, alias));
    if (cells.length <= WIDEST) return `json_build_array(${cells.join(', ')})`;
    const chunks: string[] = [];
    for (let at = 0; at < cells.length; at += WIDEST) {
      chunks.push(`json_build_array(${cells.slice(at, at + WIDEST).join(', ')})`);
    }
    return `json_build_array(${chunks.join(', ')})`;
  }

  #cell(noun: Noun, cell: Cell, alias: string): string {
    switch (cell.kind) {
      case 'column':
        return cellText(cell.codec, `${alias}.${cell.column}`);
      case 'derived':
        return cellText(noun.derived[cell.name]!.codec, this.#computed(noun, cell.name, alias));
      case 'facts':
        return `(${noun.judged[cell.name]!(alias)})`;
      case 'id':
        return idText(noun, alias, this.#moment);
      case 'place':
        return placeOfRow(
          noun,
          alias,
          this.#alias(),
          (place) => `json_build_array(${place}.position::text, ${place}.ordinal)`,
        );
      case 'one': {
        const child = this.#alias();
        const where = this.#joined(cell.relation, child, alias).join(' and ');
        return `(select ${this.#row(cell.row, child)} from ${this.#seen(cell.row.noun).view} ${child} where ${where})`;
      }
      case 'rows': {
        const child = this.#alias();
        const where = this.#joined(cell.relation, child, alias).join(' and ');
        const order = (cell.relation.listed ?? []).map((column) => `${child}.${column}`).join(', ');
        const rows = `json_agg(${this.#row(cell.row, child)} order by ${order})`;
        return `(select coalesce(${rows}, '[]') from ${this.#seen(cell.row.noun).view} ${child} where ${where})`;
      }
      case 'page':
        return `(${this.#page(cell.page, hangingOn(cell.relation, alias))})`;
    }
  }

  /**
   * Cells are drawn outside the limit, so only for the rows of the page. The literal limit inside lets PostgreSQL
   * plan a prepared statement for a page and not for a tenth of the view.
   */
  #page(page: PagePlan, hangs: Hanging | null, rootKey?: string): string {
    return this.#inPage(page, (args) => this.#pageIn(page, args, hangs, rootKey));
  }

  /** Writes what is in a page: in its past, where it has one of its own, and never of the caller's own. */
  #inPage(page: PagePlan, write: (args: BoundPage) => string): string {
    const args = this.#bound[page.index]!;
    const [above, isOwn] = [this.#moment, this.#isOwn];
    if (args.past !== null) this.#moment = this.#momentOf(args.past);
    this.#isOwn = false;
    const rows = write(args);
    this.#moment = above;
    this.#isOwn = isOwn;
    return rows;
  }

  /** The rows of a page with their orders. */
  #rowsOf(page: PagePlan, args: BoundPage, hangs: Hanging | null): Omit<PageRows, 'count'> {
    const noun = sortedNoun(page.noun, args.sort);
    const rows = this.#list(page, args, hangs);
    const born = noun.born.filter((column) => !noun.seat.within.includes(column));
    // Rows inside one plan or change set share its place, and at the root each has a place: nothing decides after it.
    const isPlaced = hangs === null && noun.seat.of !== null && args.sort === null;
    const others = isPlaced ? listedBy(noun) : [...listedBy(noun), ...born];
    const columns = isInside(noun, hangs) ? noun.seat.within : others;
    const ordered = (order: SortOrder) => (alias: string) =>
      orderColumns(
        order,
        columns.map((column) => `${alias}.${column}`),
      );
    return { rows, walk: ordered(args.walk), order: ordered(args.order), args };
  }

  #pageIn(page: PagePlan, args: BoundPage, hangs: Hanging | null, rootKey?: string): string {
    const rows = this.#rowsOf(page, args, hangs);
    const count = page.isCounted ? this.#count(this.#seen(page.noun), args, hangs) : null;
    const listed = { ...rows, count };
    return this.#form === 'text'
      ? pageText(this.#canvas, page, listed, rootKey)
      : this.#pageCells(page, listed);
  }

  #pageCells({ row }: PagePlan, { rows, count, walk, args }: PageRows): string {
    const [v, a, c] = [this.#alias(), this.#alias(), this.#alias()];
    const limit = `$${this.#values.push(args.size)}::int + 1`;
    const page = `select coalesce(json_agg(${this.#row(row, a)} order by ${walk(a)}), '[]')
      from (select * from (${rows}) ${v} order by ${walk(v)} limit ${limit}) ${a}`;
    if (count === null) return page;
    return `select json_build_array((${page}), json_build_array(${c}.rows, ${c}.found)) from (${count}) ${c}`;
  }

  /** How many rows the list has, as a query of `rows` and `found`. */
  #count(noun: Noun, args: BoundPage, hangs: Hanging | null): string {
    if (hangs === null && noun.seat.of !== null) return countIntegrated(this.#pen, noun, args);
    return countAll(this.#pen, noun, this.#conditions(args, hangs));
  }

  #conditions(args: BoundPage, hangs: Hanging | null): Where {
    return (v) => [
      ...(hangs === null ? [] : this.#joined(hangs.relation, v, hangs.parent)),
      ...args.filter.map((bound) => this.#condition(bound, v)),
    ];
  }

  #list(page: PagePlan, args: BoundPage, hangs: Hanging | null): string {
    const noun = this.#seen(page.noun);
    const where = this.#conditions(args, hangs);
    if (args.sort !== null) return listSorted(this.#pen, noun, args, where, hangs === null);
    if (hangs === null && noun.seat.of !== null) return listIntegrated(this.#pen, noun, args);
    if (noun.seat.of === null) return listByKey(this.#pen, noun, args, where);
    const seat = seatOf(noun, hangs);
    return seat === undefined
      ? listHanging(this.#pen, noun, args, where)
      : listInside(this.#pen, noun, args, where, {
          parent: `${hangs!.parent}.${seat}`,
          isPlaced: showsPlaces(page),
        });
  }

  /** The noun as the caller may read it. */
  #seen(noun: Noun): Noun {
    const then =
      this.#moment === null || noun.viewAt === undefined
        ? noun
        : { ...noun, view: noun.viewAt(this.#moment) };
    return this.#ids === null || this.#isOwn ? then : narrowNoun(then, this.#ids);
  }

  #computed(noun: Noun, name: string, alias: string): string {
    return `(${noun.derived[name]!.sql(alias, this.#moment)})`;
  }

  /** The join of a relation, as conditions on the related row. */
  #joined({ pairs, through }: Relation, child: string, parent: string): string[] {
    if (through !== null) return [through.condition(child, parent, this.#moment)];
    return pairs.map(([theirs, ours]) => `${child}.${theirs} = ${parent}.${ours}`);
  }

  get #pen(): Pen {
    return {
      alias: () => this.#alias(),
      bind: (codec, value, isList = false) =>
        `$${this.#values.push(value as Value)}::${CAST[codec]}${isList ? '[]' : ''}`,
      condition: (bound, alias) => this.#condition(bound, alias),
    };
  }

  get #canvas(): Canvas {
    return {
      alias: () => this.#alias(),
      bind: (value, type) => `$${this.#values.push(value)}::${type}`,
      view: (noun) => this.#seen(noun).view,
      joined: (relation, child, parent) => this.#joined(relation, child, parent),
      computed: (noun, name, alias) => this.#computed(noun, name, alias),
      idText: (noun, alias) => idText(noun, alias, this.#moment),
      page: (page, relation, parent) => this.#page(page, hangingOn(relation, parent)),
      pageWeight: (page, relation, parent) => this.#pageWeight(page, hangingOn(relation, parent)),
    };
  }

  #condition(bound: Bound, alias: string): string {
    return conditionSql(bound, alias, this.#values, this.#moment);
  }

  #bind(noun: Noun, column: string, value: Value): string {
    return `$${this.#values.push(value)}::${CAST[codecOf(noun, column)]}`;
  }

  #alias(): string {
    return `n${this.#aliases++}`;
  }
}

/** A condition on the row of an alias; its value goes behind the others. */
export function conditionSql(
  { column, codec, operator, value, rule }: Bound,
  alias: string,
  values: Value[],
  moment: Moment,
): string {
  if (rule !== undefined) {
    const given = `$${values.push(value as Value)}::${CAST[codec]}${Array.isArray(value) ? '[]' : ''}`;
    return rule.sql(alias, given, moment);
  }
  if (operator === 'null' || operator === 'not null') return `${alias}.${column} is ${operator}`;
  const at = values.push(value);
  if (operator === 'any') return `${alias}.${column} = any($${at}::${CAST[codec]}[])`;
  return `${alias}.${column} ${operator} $${at}::${CAST[codec]}`;
}

/** What the rows of a relation hang on; null where they are a caller's own, which hang on no row. */
function hangingOn(relation: Relation, parent: string): Hanging | null {
  return relation.mine === undefined ? { relation, parent } : null;
}

/** Of rows that hang on what they share their place with: its column. */
function seatOf({ seat }: Noun, hangs: Hanging | null): string | undefined {
  if (seat.within.length === 0) return undefined;
  return hangs?.relation.pairs.find(([column]) => column === seat.by)?.[1];
}

const isInside = (noun: Noun, hangs: Hanging | null): boolean =>
  noun.seat.of !== null && seatOf(noun, hangs) !== undefined;

/** Whether the place of a row is answered, or a cursor, which names it. */
const showsPlaces = ({ row }: PagePlan): boolean =>
  row.cells.some((cell) => cell.kind === 'column' && [POSITION, ORDINAL].includes(cell.column));
