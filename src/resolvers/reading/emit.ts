import { LARGEST_PAGE } from '../../schema/node.ts';
import type { Bound, BoundPage } from './bind.ts';
import { codecOf } from './cursor.ts';
import type { Codec, InLog, Noun, Relation } from './nouns.ts';
import type { Cell, PagePlan, RowPlan } from './plan.ts';

/** SQL text with its values, every one of them bound. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly Value[];
}
export type Value = string | number | boolean | null | readonly (string | number | boolean)[];

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
};

/** The text or number that a column is answered as. */
function drawn(codec: Codec, expression: string): string {
  if (codec === 'time') return `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  return codec === 'position' ? `${expression}::text` : expression;
}

/**
 * Writes the one statement of a plan: one row with one text column, nested positional arrays (`json_build_array`, never
 * keyed objects: half the time and half the bytes). The text depends on the plan and on which arguments are given, never
 * on their values.
 */
export class Emission {
  readonly #bound: readonly BoundPage[];
  readonly #values: Value[] = [];
  #aliases = 0;

  constructor(bound: readonly BoundPage[]) {
    this.#bound = bound;
  }

  /** A page from the whole view. */
  page(name: string, page: PagePlan): Statement {
    return this.#statement(
      name,
      this.#page(page, () => []),
    );
  }

  /** The row with this key, or SQL null. */
  one(name: string, row: RowPlan, key: readonly Value[]): Statement {
    const a = this.#alias();
    const conditions = row.noun.key.map(
      (column, at) => `${a}.${column} = ${this.#bind(row.noun, column, key[at]!)}`,
    );
    return this.#statement(
      name,
      `select ${this.#row(row, a)} from ${row.noun.view} ${a} where ${conditions.join(' and ')}`,
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
    const where = related(relation, a, p).join(' and ');
    return this.#statement(
      name,
      `select ${this.#row(row, a)} from ${given}, ${row.noun.view} ${a} where ${where}`,
    );
  }

  /** The rows with these keys, in the order of the keys. */
  list(name: string, row: RowPlan, keys: readonly string[]): Statement {
    const a = this.#alias();
    const column = row.noun.key[0]!;
    const given = `$${this.#values.push(keys)}::uuid[]`;
    return this.#statement(
      name,
      `select json_agg(${this.#row(row, a)} order by array_position(${given}, ${a}.${column})) from ${row.noun.view} ${a} where ${a}.${column} = any(${given})`,
    );
  }

  #statement(name: string, body: string): Statement {
    return { sql: `/* ${name} */ select (${body})::text as answer`, values: this.#values };
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
        return drawn(cell.codec, `${alias}.${cell.column}`);
      case 'derived':
        return `(${noun.derived[cell.name]!(alias)})`;
      case 'place':
        return placeInLog(`${alias}.${noun.logged}`, this.#alias());
      case 'one': {
        const child = this.#alias();
        const where = related(cell.relation, child, alias).join(' and ');
        return `(select ${this.#row(cell.row, child)} from ${cell.row.noun.view} ${child} where ${where})`;
      }
      case 'page':
        return `(${this.#page(cell.page, (child) => related(cell.relation, child, alias))})`;
    }
  }

  /**
   * Cells are drawn outside the limit, so only for the rows of the page. The literal limit inside lets PostgreSQL plan a
   * prepared statement for a page and not for a tenth of the view.
   */
  #page({ index, noun, row }: PagePlan, hangs: (child: string) => readonly string[]): string {
    const args = this.#bound[index]!;
    const v = this.#alias();
    const a = this.#alias();
    const order = (alias: string) =>
      noun.order
        .map((column) => `${alias}.${column}${args.order === 'NEWEST_FIRST' ? ' desc' : ''}`)
        .join(', ');
    const where = [...hangs(v), ...args.filter.map((bound) => this.#condition(bound, v))];
    const rows =
      noun.inLog === null
        ? `select ${v}.* from ${noun.view} ${v}${all([...where, ...this.#after(noun, args, v)])}`
        : `select ${v}.* from (${this.#inLog(noun, noun.inLog, args, where, v)}) ${v}`;
    const limit = `$${this.#values.push(args.first + 1)}::int`;
    return `select coalesce(json_agg(${this.#row(row, a)} order by ${order(a)}), '[]') from (select * from (${rows} order by ${order(v)} limit ${LARGEST_PAGE + 1}) ${v} limit ${limit}) ${a}`;
  }

  #after(noun: Noun, { after, order }: BoundPage, alias: string): string[] {
    if (after === null) return [];
    const columns = noun.order.map((column) => `${alias}.${column}`).join(', ');
    const values = noun.order.map((column, at) => this.#bind(noun, column, after[at]!)).join(', ');
    return [`(${columns}) ${order === 'NEWEST_FIRST' ? '<' : '>'} (${values})`];
  }

  /**
   * Integrated rows with their place. The log is walked by its key, each record's rows looked up by theirs; or, where the filter
   * leaves few rows, these are found first and their records by the index on `row_ids`. `offset 0` keeps it that way round.
   */
  #inLog(noun: Noun, inLog: InLog, { after, order, filter }: BoundPage, where: string[], v: string): string {
    const [log, row] = [this.#alias(), this.#alias()];
    const id = `${v}.${noun.logged}`;
    const narrow = filter.some(({ column }) => inLog.narrow.has(column));
    const ordinal = narrow ? `array_position(${log}.row_ids, ${id}) - 1` : `${row}.place::int - 1`;
    const behind: string[] = [];
    if (after !== null) {
      const [position, place] = noun.order.map((column, at) => this.#bind(noun, column, after[at]!));
      const beyond = order === 'NEWEST_FIRST' ? '<' : '>';
      // The first condition is for the log's key, which a comparison of pairs from two places couldn't use.
      behind.push(`${log}.position ${beyond}= ${position}`);
      behind.push(`(${log}.position ${beyond} ${position} or ${ordinal} ${beyond} ${place})`);
    }
    const columns = `select ${v}.*, ${log}.position as log_position, ${ordinal} as log_ordinal`;
    if (narrow) {
      const found = `(select * from ${noun.view} ${v}${all(where)} offset 0) ${v}`;
      const place = `(select * from cutter_log.log ${log} where ${log}.row_ids @> array[${id}] offset 0) ${log}`;
      return `${columns} from ${found} cross join lateral ${place}${all(behind)}`;
    }
    const records = `cutter_log.log ${log} cross join lateral unnest(${log}.row_ids) with ordinality ${row}(id, place)`;
    return `${columns} from ${records} join ${noun.view} ${v} on ${id} = ${row}.id${all([...where, ...behind])}`;
  }

  #condition({ column, codec, operator, value }: Bound, alias: string): string {
    if (operator === 'null' || operator === 'not null') return `${alias}.${column} is ${operator}`;
    const at = this.#values.push(value);
    if (operator === 'any') return `${alias}.${column} = any($${at}::${CAST[codec]}[])`;
    return `${alias}.${column} ${operator} $${at}::${CAST[codec]}`;
  }

  #bind(noun: Noun, column: string, value: Value): string {
    return `$${this.#values.push(value)}::${CAST[codecOf(noun, column)]}`;
  }

  #alias(): string {
    return `n${this.#aliases++}`;
  }
}

/** A `where` of conditions, or nothing. */
function all(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
}

/** The join of a relation, as conditions on the related row. */
function related({ pairs, through }: Relation, child: string, parent: string): string[] {
  if (through !== null) return [through.condition(child, parent)];
  return pairs.map(([theirs, ours]) => `${child}.${theirs} = ${parent}.${ours}`);
}

/** No `limit`: with one, the planner may walk the log by position and leave the GIN index alone. An id is logged once. */
function placeInLog(id: string, log: string): string {
  return `(select json_build_array(${log}.position::text, array_position(${log}.row_ids, ${id}) - 1) from cutter_log.log ${log} where ${log}.row_ids @> array[${id}])`;
}
