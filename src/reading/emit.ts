import { timeTextSql } from '../text/time-sql.ts';
import type { Bound, BoundPage } from './bind.ts';
import { codecOf, listedBy } from './cursor.ts';
import { idText } from './entity-id.ts';
import {
  listByKey,
  listHanging,
  listInside,
  listIntegrated,
  orderColumns,
  type Pen,
  type Where,
  whereAll,
} from './listing.ts';
import { type Moment, type Past, positionAsOf } from './nouns/moment.ts';
import type { Codec, Noun } from './nouns/noun.ts';
import type { Relation } from './nouns/relation.ts';
import type { Cell, PagePlan, RowPlan } from './plan.ts';
import { narrowNoun } from './reach.ts';

/** SQL text with its values, every one of them bound. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}
export type Value = string | number | boolean | null | readonly (string | number | boolean)[];

/** The relation by which rows hang on the row of this alias. */
interface Hanging {
  readonly relation: Relation;
  readonly parent: string;
}

/** In the same snapshot as the rows: which ledger they are of, for the cursors given and those to give. */
const HEAD = `select json_build_array(incarnation, next_position::text) from cutter_log.head`;

/** `json_build_array` takes at most 100 arguments: wider rows are drawn in chunks. */
export const WIDEST = 80;

const CAST: Record<Codec, string> = {
  uuid: 'uuid',
  text: 'text',
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
function cellText(codec: Codec, expression: string): string {
  if (codec === 'time') return timeTextSql(expression);
  // Without the line breaks of MIME.
  if (codec === 'base64' || codec === 'utf8') return `translate(encode(${expression}, 'base64'), E'\\n', '')`;
  return codec === 'position' ? `${expression}::text` : expression;
}

/**
 * Writes the one statement of a plan: one row with one text column, nested positional arrays (`json_build_array`, never
 * keyed objects: half the time and half the bytes). The text depends on the plan and on which arguments are given,
 * never on their values.
 */
export class Emission {
  readonly #bound: readonly BoundPage[];
  readonly #values: Value[] = [];
  readonly #ids: string | null;
  #moment: Moment;
  #aliases = 0;

  /**
   * `reach`: the entries whose rows alone the statement shows; null: all. `past`: the state of the ledger in which it
   * reads what has a past; null: now.
   */
  constructor(bound: readonly BoundPage[], reach: readonly string[] | null, past: Past | null = null) {
    this.#bound = bound;
    this.#moment = past === null ? null : this.#momentOf(past);
    this.#ids = reach === null ? null : `$${this.#values.push(reach)}::uuid[]`;
  }

  #momentOf(past: Past): string {
    if ('at' in past) return `$${this.#values.push(past.at)}::bigint`;
    return positionAsOf(`$${this.#values.push(past.asOf)}::timestamptz`);
  }

  /** A page from the whole view. */
  page(name: string, page: PagePlan): Statement {
    return this.#statement(name, this.#page(page, null));
  }

  /** The row with these values in its columns, or by its filters, which name at most one; or SQL null. */
  one(name: string, row: RowPlan, key: readonly (readonly [column: string, value: Value])[]): Statement {
    const a = this.#alias();
    const conditions = key.map(([column, value]) => {
      const rule = row.noun.filters[column];
      if (rule === undefined) return `${a}.${column} = ${this.#bind(row.noun, column, value)}`;
      return rule.sql(a, `$${this.#values.push(value)}::${CAST[rule.codec]}`, this.#moment);
    });
    return this.#statement(
      name,
      `select ${this.#row(row, a)} from ${this.#seen(row.noun).view} ${a}${whereAll(conditions)}`,
    );
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

  /** The rows with these keys, each behind the place of its key in the list; those that aren't there are left out. */
  keyed(name: string, row: RowPlan, keys: readonly (readonly string[])[]): Statement {
    const [a, g] = [this.#alias(), this.#alias()];
    const lists = row.noun.key.map((column, at) => {
      const values = keys.map((key) => key[at]!);
      return `$${this.#values.push(values)}::${CAST[codecOf(row.noun, column)]}[]`;
    });
    const names = row.noun.key.map((_, at) => `k${at}`);
    const same = row.noun.key.map((column, at) => `${a}.${column} = ${g}.k${at}`);
    return this.#statement(
      name,
      `select coalesce(json_agg(json_build_array(${g}.at, ${this.#row(row, a)})), '[]')
        from unnest(${lists.join(', ')}) with ordinality as ${g} (${names.join(', ')}, at)
        join ${this.#seen(row.noun).view} ${a} on ${same.join(' and ')}`,
    );
  }

  #statement(name: string, body: string): Statement {
    return {
      sql: `/* ${name} */ select json_build_array((${HEAD}), (${body}))::text as answer`,
      values: this.#values,
    };
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
        return this.#computed(noun, cell.name, alias);
      case 'id':
        return idText(noun, alias, this.#moment);
      case 'place':
        return placeInLog(noun, alias, this.#alias());
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
        return `(${this.#page(cell.page, { relation: cell.relation, parent: alias })})`;
    }
  }

  /**
   * Cells are drawn outside the limit, so only for the rows of the page. The literal limit inside lets PostgreSQL
   * plan a prepared statement for a page and not for a tenth of the view.
   */
  #page(page: PagePlan, hangs: Hanging | null): string {
    const args = this.#bound[page.index]!;
    const above = this.#moment;
    if (args.past !== null) this.#moment = this.#momentOf(args.past);
    const rows = this.#pageIn(page, args, hangs);
    this.#moment = above;
    return rows;
  }

  #pageIn({ noun, row }: PagePlan, args: BoundPage, hangs: Hanging | null): string {
    const rows = this.#list(this.#seen(noun), args, hangs);
    const [v, a] = [this.#alias(), this.#alias()];
    const born = noun.born.filter((column) => !noun.seat.within.includes(column));
    const order = (alias: string) =>
      orderColumns(
        args,
        [...listedBy(noun), ...born].map((column) => `${alias}.${column}`),
      );
    const limit = `$${this.#values.push(args.first + 1)}::int`;
    return `select coalesce(json_agg(${this.#row(row, a)} order by ${order(a)}), '[]')
      from (select * from (${rows}) ${v} order by ${order(v)} limit ${limit}) ${a}`;
  }

  #list(noun: Noun, args: BoundPage, hangs: Hanging | null): string {
    if (hangs === null && noun.seat.of !== null) return listIntegrated(this.#pen, noun, args);
    const where: Where = (v) => [
      ...(hangs === null ? [] : this.#joined(hangs.relation, v, hangs.parent)),
      ...args.filter.map((bound) => this.#condition(bound, v)),
    ];
    if (noun.seat.of === null) return listByKey(this.#pen, noun, args, where);
    const seat = hangs?.relation.pairs.find(([column]) => column === noun.seat.by)?.[1];
    return seat === undefined || noun.seat.within.length === 0
      ? listHanging(this.#pen, noun, args, where)
      : listInside(this.#pen, noun, args, where, `${hangs!.parent}.${seat}`);
  }

  /** The noun as the caller may read it. */
  #seen(noun: Noun): Noun {
    const then =
      this.#moment === null || noun.viewAt === undefined
        ? noun
        : { ...noun, view: noun.viewAt(this.#moment) };
    return this.#ids === null ? then : narrowNoun(then, this.#ids);
  }

  #computed(noun: Noun, name: string, alias: string): string {
    const { sql, codec } = noun.derived[name]!;
    const value = `(${sql(alias, this.#moment)})`;
    return codec === undefined ? value : cellText(codec, value);
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

/** Where a row is in the log, or null. */
function placeInLog({ seat }: Noun, row: string, place: string): string {
  if (seat.of === null) return 'null';
  return `(select json_build_array(${place}.position::text, ${place}.ordinal) from cutter_log.row_place ${place}
    where ${place}.row_id = ${row}.${seat.by} and ${place}.noun = '${seat.of}')`;
}
