import { type FieldNode, type GraphQLField, isObjectType } from 'graphql';
import type { BoundPage } from './bind.ts';
import { encodeCursor, type KeyValue } from './cursor.ts';
import { NOUNS, type Noun, type Relation } from './nouns.ts';
import { type Asked, selected } from './selection.ts';

/**
 * From requested fields to a plan: which cells each row is drawn with, and how the answer's cells become the objects
 * that execution reads. A plan holds no argument values; the same plan serves every call of its document. The SQL is
 * written from `RowPlan` and `PagePlan` by `emit.ts`, and could as well be written to give the response text itself:
 * `fields` keeps the response keys in their order.
 */

/** What one row of a statement's answer is: an array of cells, here before they are decoded. */
export type Cells = readonly unknown[];
export type Row = Record<string, unknown>;

/** How a value of the response is read from the cells of its row. */
export type Reader = (cells: Cells, bound: readonly BoundPage[]) => unknown;
export type Fields = readonly (readonly [responseKey: string, reader: Reader])[];

export type Cell =
  | { readonly kind: 'column'; readonly column: string; readonly time: boolean }
  | { readonly kind: 'derived'; readonly name: string }
  | { readonly kind: 'place' }
  | { readonly kind: 'one'; readonly relation: Relation; readonly row: RowPlan; readonly path: string }
  | { readonly kind: 'page'; readonly relation: Relation; readonly page: PagePlan };

/** `json_build_array` takes at most 100 arguments: wider rows are drawn in chunks. */
export const WIDEST = 80;

export class RowPlan {
  readonly noun: Noun;
  readonly cells: Cell[] = [];
  readonly #shared = new Map<string, number>();

  constructor(noun: Noun) {
    this.noun = noun;
  }

  add(cell: Cell): number {
    return this.cells.push(cell) - 1;
  }

  /** The cell of a column, drawn once however often it is asked for. */
  share(name: string, cell: Cell): number {
    let at = this.#shared.get(name);
    if (at === undefined) {
      at = this.add(cell);
      this.#shared.set(name, at);
    }
    return at;
  }

  column(column: string): number {
    for (const found of this.noun.columns.values()) {
      if (found.column === column)
        return this.share(column, { kind: 'column', column, time: found.codec === 'time' });
    }
    throw new Error(`${this.noun.name} has no column ${column}`);
  }

  unpack(raw: Cells): Cells {
    return this.cells.length > WIDEST ? (raw as unknown[][]).flat(1) : raw;
  }
}

export interface PagePlan {
  /** Its place among the plan's pages, and so of its arguments among the bound ones. */
  readonly index: number;
  readonly noun: Noun;
  readonly row: RowPlan;
  /** For messages: `entries.history`. */
  readonly path: string;
  readonly field: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
  readonly read: (rows: Cells[], bound: readonly BoundPage[]) => Row;
}

/** An object without the accessors of Object's prototype: a response key may be `__proto__`. */
class Plain {
  [responseKey: string]: unknown;
}
Object.setPrototypeOf(Plain.prototype, null);

export function assemble(fields: Fields, cells: Cells, bound: readonly BoundPage[]): Row {
  const row = new Plain();
  for (const [key, read] of fields) row[key] = read(cells, bound);
  return row;
}

export class Planner {
  readonly asked: Asked;
  readonly pages: PagePlan[] = [];

  constructor(asked: Asked) {
    this.asked = asked;
  }

  /** The fields asked of a row, drawing into `row` what they need. */
  fields(row: RowPlan, nodes: readonly FieldNode[], path: string): Fields {
    const fields: (readonly [string, Reader])[] = [];
    for (const [key, group] of selected(this.asked, nodes, row.noun.name)) {
      const reader = this.#field(row, group, `${path}.${key}`);
      if (reader !== null) fields.push([key, reader]);
    }
    return fields;
  }

  #field(row: RowPlan, group: readonly FieldNode[], path: string): Reader | null {
    const name = group[0]!.name.value;
    if (name === '__typename') return null;
    const column = row.noun.columns.get(name);
    if (column !== undefined) return cell(row.column(column.column));
    if (name === 'position' || name === 'logOrdinal') return placeReader(row, name === 'position' ? 0 : 1);
    if (name in row.noun.derived) return cell(row.share(name, { kind: 'derived', name }));
    const relation = row.noun.relations[name];
    if (relation === undefined) throw new Error(`${row.noun.name}.${name} is not described in nouns.ts`);
    return relation.many ? this.#many(row, relation, group, path) : this.#one(row, relation, group, path);
  }

  #one(parent: RowPlan, relation: Relation, group: readonly FieldNode[], path: string): Reader {
    const row = new RowPlan(NOUNS[relation.to]);
    const fields = this.fields(row, group, path);
    const at = parent.add({ kind: 'one', relation, row, path });
    return (cells, bound) => {
      const raw = cells[at] as Cells | null;
      return raw === null ? null : assemble(fields, row.unpack(raw), bound);
    };
  }

  #many(parent: RowPlan, relation: Relation, group: readonly FieldNode[], path: string): Reader {
    const page = this.page(NOUNS[relation.to], group, parent.noun.name, path);
    const at = parent.add({ kind: 'page', relation, page });
    return (cells, bound) => page.read(cells[at] as Cells[], bound);
  }

  /** A connection: its rows are drawn once, however many of `nodes` and `edges` are asked for. */
  page(noun: Noun, nodes: readonly FieldNode[], parentType: string, path: string): PagePlan {
    const index = this.pages.length;
    const row = new RowPlan(noun);
    const node = nodes[0]!;
    const parts: (readonly [string, PageReader])[] = [];
    const page: PagePlan = {
      index,
      noun,
      row,
      path,
      node,
      field: this.#definition(parentType, node.name.value),
      read: (rows, bound) => readPage(page, parts, rows, bound),
    };
    this.pages.push(page);
    for (const [key, group] of selected(this.asked, nodes, `${noun.name}Connection`)) {
      const part = this.#part(row, group, path);
      if (part !== null) parts.push([key, part]);
    }
    return page;
  }

  #part(row: RowPlan, group: readonly FieldNode[], path: string): PageReader | null {
    switch (group[0]!.name.value) {
      case 'nodes': {
        const fields = this.fields(row, group, path);
        return ({ rows, bound }) => rows.map((cells) => assemble(fields, cells, bound));
      }
      case 'edges':
        return this.#edges(row, group, path);
      case 'pageInfo':
        return this.#pageInfo(row, group);
      default:
        return null;
    }
  }

  #edges(row: RowPlan, nodes: readonly FieldNode[], path: string): PageReader {
    const cursor = cursorReader(row);
    const parts: (readonly [string, (cells: Cells, page: Page) => unknown])[] = [];
    for (const [key, group] of selected(this.asked, nodes, `${row.noun.name}Edge`)) {
      const name = group[0]!.name.value;
      if (name === 'cursor') parts.push([key, cursor()]);
      if (name === 'node') {
        const fields = this.fields(row, group, path);
        parts.push([key, (cells, { bound }) => assemble(fields, cells, bound)]);
      }
    }
    return (page) =>
      page.rows.map((cells) => {
        const edge = new Plain();
        for (const [key, part] of parts) edge[key] = part(cells, page);
        return edge;
      });
  }

  #pageInfo(row: RowPlan, nodes: readonly FieldNode[]): PageReader {
    const cursor = cursorReader(row);
    const parts: (readonly [string, PageReader])[] = [];
    for (const [key, group] of selected(this.asked, nodes, 'PageInfo')) {
      const name = group[0]!.name.value;
      if (name === 'hasNextPage') parts.push([key, (page) => page.more]);
      if (name === 'hasPreviousPage') parts.push([key, (page) => page.args.after !== null]);
      if (name === 'startCursor' || name === 'endCursor') {
        const read = cursor();
        const at = name === 'startCursor' ? 0 : -1;
        parts.push([key, (page) => (page.rows.length === 0 ? null : read(page.rows.at(at)!, page))]);
      }
    }
    return (page) => assemblePage(parts, page);
  }

  #definition(parentType: string, name: string): GraphQLField<unknown, unknown> {
    const type = this.asked.schema.getType(parentType);
    const field = isObjectType(type) ? type.getFields()[name] : undefined;
    if (field === undefined) throw new Error(`The schema has no ${parentType}.${name}`);
    return field;
  }
}

interface Page {
  readonly rows: readonly Cells[];
  readonly more: boolean;
  readonly args: BoundPage;
  readonly bound: readonly BoundPage[];
}
type PageReader = (page: Page) => unknown;

function readPage(
  { index, row }: PagePlan,
  parts: readonly (readonly [string, PageReader])[],
  raw: readonly Cells[],
  bound: readonly BoundPage[],
): Row {
  const args = bound[index]!;
  const more = raw.length > args.first;
  const rows = (more ? raw.slice(0, args.first) : raw).map((cells) => row.unpack(cells));
  return assemblePage(parts, { rows, more, args, bound });
}

function assemblePage(parts: readonly (readonly [string, PageReader])[], page: Page): Row {
  const object = new Plain();
  for (const [key, part] of parts) object[key] = part(page);
  return object;
}

const cell =
  (at: number): Reader =>
  (cells) =>
    cells[at];

function placeReader(row: RowPlan, part: 0 | 1): Reader {
  const at = row.share('place', { kind: 'place' });
  return (cells) => (cells[at] as [string, number] | null)?.[part] ?? null;
}

/** Draws the order's columns only once a cursor is asked for. */
function cursorReader(row: RowPlan) {
  return () => {
    const key = row.noun.order.map((column) => row.column(column));
    return (cells: Cells, { args }: Page) =>
      encodeCursor(
        row.noun,
        args.order,
        key.map((at) => cells[at] as KeyValue),
      );
  };
}
