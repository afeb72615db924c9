import {
  type FieldNode,
  type GraphQLField,
  getNamedType,
  isEnumType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Scope } from '../auth/authority.ts';
import { READ_LOGINS, type ReadLogin, SCOPE_OF_LOGIN } from '../auth/read-scopes.ts';
import { codecOf, listedBy } from './cursor.ts';
import { type Codec, type Noun, ORDINAL, POSITION, sortedNoun } from './nouns/noun.ts';
import { NOUNS } from './nouns/nouns.ts';
import type { Relation } from './nouns/relation.ts';
import { type Selection, selectFields } from './selection.ts';

/**
 * From requested fields to a plan: which cells each row is drawn with, and which field of the response is read from
 * which cell. A plan is data and holds no argument values; one plan serves every call of its document. `emit.ts`
 * writes the SQL for it and `decode.ts` makes the answer's cells into the objects that execution reads; as response
 * keys are in their order, the text of the response could as well be written from it.
 */

export type Cell =
  | { readonly kind: 'column'; readonly column: string; readonly codec: Codec }
  | { readonly kind: 'derived'; readonly name: string }
  | { readonly kind: 'facts'; readonly name: string }
  | { readonly kind: 'place' }
  | { readonly kind: 'id' }
  | { readonly kind: 'one'; readonly relation: Relation; readonly row: RowPlan; readonly path: string }
  | { readonly kind: 'rows'; readonly relation: Relation; readonly row: RowPlan; readonly path: string }
  | { readonly kind: 'page'; readonly relation: Relation; readonly page: PagePlan };

interface Keyed {
  readonly key: string;
}

/** What the schema says of a field's value. */
export interface Valued {
  readonly isNullable: boolean;
  /** Of an enum: the words that rows hold, with the names by which they are answered. */
  readonly names: readonly (readonly [word: string, name: string])[];
}

/** A field of a row's object; `at` is its cell. */
export type PlannedField = Keyed &
  (
    | ({ readonly kind: 'cell'; readonly at: number; readonly isBytesAsText?: boolean } & Valued)
    /** Asked for by a caller who lacks this scope. */
    | { readonly kind: 'forbidden'; readonly scope: Scope; readonly path: string }
    | { readonly kind: 'place'; readonly at: number; readonly part: 0 | 1 }
    | {
        readonly kind: 'one';
        readonly at: number;
        readonly row: RowPlan;
        readonly fields: readonly PlannedField[];
        /** Whether the schema promises it; where it is missing the ledger is broken. */
        readonly promised: boolean;
      }
    | {
        readonly kind: 'rows';
        readonly at: number;
        readonly row: RowPlan;
        readonly fields: readonly PlannedField[];
      }
    | { readonly kind: 'page'; readonly at: number; readonly page: PagePlan }
    /** A resolver judges what the cell says. */
    | { readonly kind: 'facts'; readonly at: number }
    | { readonly kind: 'resolved' }
    | { readonly kind: 'id'; readonly at: number }
    | { readonly kind: 'typename'; readonly name: string }
  );

/** The cells that make a row's cursor: in the order of the log, and by name in each other order. */
export interface CursorCells {
  readonly log: readonly number[];
  readonly sorts: Readonly<Record<string, readonly number[]>>;
}

export type EdgePart = Keyed &
  (
    | { readonly kind: 'cursor'; readonly cursor: CursorCells }
    | { readonly kind: 'node'; readonly fields: readonly PlannedField[] }
    | { readonly kind: 'typename'; readonly name: string }
  );

export type InfoPart = Keyed &
  (
    | { readonly kind: 'hasNextPage' | 'hasPreviousPage' }
    | { readonly kind: 'typename'; readonly name: string }
    | { readonly kind: 'startCursor' | 'endCursor'; readonly cursor: CursorCells }
  );

export type PagePart = Keyed &
  (
    | { readonly kind: 'nodes'; readonly fields: readonly PlannedField[] }
    | { readonly kind: 'edges'; readonly parts: readonly EdgePart[] }
    | { readonly kind: 'pageInfo'; readonly parts: readonly InfoPart[] }
    | { readonly kind: 'totalCount' }
    | { readonly kind: 'totalCountAtLeast' }
    | { readonly kind: 'typename'; readonly name: string }
  );

/** What of a connection field its arguments are checked against. */
export interface Paged {
  readonly noun: Noun;
  /** For messages: `entries.history`. */
  readonly path: string;
  readonly field: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
}

export interface PagePlan extends Paged {
  /** Its place among the plan's pages, and so of its arguments among the bound ones. */
  readonly index: number;
  /** Whether its rows are counted: how many there are comes behind those of the page. */
  isCounted: boolean;
  readonly row: RowPlan;
  readonly parts: readonly PagePart[];
  /** A filter that follows from who asks. */
  readonly mine?: NonNullable<Relation['mine']>;
}

/** The cells that rows of a noun are drawn with. */
export class RowPlan {
  readonly noun: Noun;
  /** Whether the rows come with their place in the log, as those of a page do. */
  readonly isListed: boolean;
  readonly cells: Cell[] = [];
  readonly #shared = new Map<string, number>();

  constructor(noun: Noun, isListed = false) {
    this.noun = noun;
    this.isListed = isListed;
  }

  add(cell: Cell): number {
    return this.cells.push(cell) - 1;
  }

  /** A cell that is drawn once however often it is asked for. */
  share(name: string, cell: Cell): number {
    const at = this.#shared.get(name) ?? this.add(cell);
    this.#shared.set(name, at);
    return at;
  }

  column(column: string, codec: Codec): number {
    return this.share(`${column} ${codec}`, { kind: 'column', column, codec });
  }

  /** Drawn only once a cursor is asked for. */
  cursor(): CursorCells {
    // Words stand in cursors as they are stored: rows are compared with them.
    const codec = (noun: Noun, column: string) => {
      const own = codecOf(noun, column);
      return own === 'word' ? 'text' : own;
    };
    const cells = (noun: Noun) => listedBy(noun).map((column) => this.column(column, codec(noun, column)));
    const sorts = Object.keys(this.noun.sorts);
    return {
      log: cells(this.noun),
      sorts: Object.fromEntries(sorts.map((sort) => [sort, cells(sortedNoun(this.noun, sort))])),
    };
  }
}

/** Compiles the fields of one root field. */
export class Planner {
  readonly pages: PagePlan[] = [];
  /** Whether resolvers have to judge some of the fields. */
  isJudged = false;
  /** The scopes that were missing for some of the fields. */
  readonly missing = new Set<Scope>();
  readonly #scopes: ReadonlySet<Scope>;
  #login: ReadLogin = 'observe';
  readonly #asked: Selection;

  /** `scopes`: those of the caller that matter here. */
  constructor(asked: Selection, scopes: ReadonlySet<Scope>) {
    this.#asked = asked;
    this.#scopes = scopes;
  }

  /** The narrowest login that may read everything that was planned. */
  get login(): ReadLogin {
    return this.#login;
  }

  /** Counts a noun or a field among what has to be read. */
  #use(login: ReadLogin): void {
    if (READ_LOGINS.indexOf(login) > READ_LOGINS.indexOf(this.#login)) this.#login = login;
  }

  /** The rows of a noun. */
  row(noun: Noun, isListed = false): RowPlan {
    this.#use(noun.login);
    return new RowPlan(noun, isListed);
  }

  /** The field in the place of one that asks for a scope which the caller lacks: of another login than its row's. */
  #forbidden(
    row: RowPlan,
    login: ReadLogin,
    key: string,
    path: string,
    isScoped = login !== row.noun.login,
  ): PlannedField | null {
    const scope = SCOPE_OF_LOGIN[login];
    if (!isScoped || this.#scopes.has(scope)) return null;
    this.missing.add(scope);
    return { key, kind: 'forbidden', scope, path };
  }

  /** The fields asked of a row, drawing into `row` what they need. */
  fields(row: RowPlan, nodes: readonly FieldNode[], path: string): PlannedField[] {
    return this.#each(nodes, row.noun.type, (name, key, group) =>
      this.#field(row, name, key, group, `${path}.${key}`),
    );
  }

  #field(row: RowPlan, name: string, key: string, group: readonly FieldNode[], path: string): PlannedField {
    const column = row.noun.columns.get(name);
    if (column !== undefined) {
      const at = row.column(column.column, column.codec);
      const isBytesAsText = column.codec === 'utf8';
      return { key, kind: 'cell', at, isBytesAsText, ...this.#valued(row, name) };
    }
    if (name === 'id') return { key, kind: 'id', at: row.share('id', { kind: 'id' }) };
    if (row.noun.resolved?.includes(name)) return { key, kind: 'resolved' };
    const derived = row.noun.derived[name];
    if (derived !== undefined) return this.#derived(row, name, key, path, derived.login ?? row.noun.login);
    if (name in row.noun.judged) {
      this.isJudged = true;
      return { key, kind: 'facts', at: row.share(name, { kind: 'facts', name }) };
    }
    if (name === 'position' || name === 'logOrdinal') {
      const place = name === 'position' ? POSITION : ORDINAL;
      if (row.isListed) {
        const at = row.column(place, codecOf(row.noun, place));
        return { key, kind: 'cell', at, ...this.#valued(row, name) };
      }
      return {
        key,
        kind: 'place',
        at: row.share('place', { kind: 'place' }),
        part: name === 'position' ? 0 : 1,
      };
    }
    const relation = row.noun.relations[name];
    if (relation === undefined)
      throw new Error(`${row.noun.name}.${name} is not described in src/reading/nouns`);
    const forbidden = this.#forbidden(row, NOUNS[relation.to].login, key, path, relation.isScoped);
    return forbidden ?? this.#relation(row, relation, name, key, group, path);
  }

  #derived(row: RowPlan, name: string, key: string, path: string, login: ReadLogin): PlannedField {
    const forbidden = this.#forbidden(row, login, key, path);
    if (forbidden !== null) return forbidden;
    this.#use(login);
    return { key, kind: 'cell', at: row.share(name, { kind: 'derived', name }), ...this.#valued(row, name) };
  }

  #valued({ noun }: RowPlan, name: string): Valued {
    const { type } = this.#definition(noun.type, name);
    const named = getNamedType(type);
    const values = isEnumType(named) ? named.getValues() : [];
    return {
      isNullable: !isNonNullType(type),
      names: values.map((each) => [String(each.value), each.name] as const),
    };
  }

  #relation(
    row: RowPlan,
    relation: Relation,
    name: string,
    key: string,
    group: readonly FieldNode[],
    path: string,
  ): PlannedField {
    if (relation.many && relation.listed === undefined) {
      const page = this.page(NOUNS[relation.to], group, row.noun.type, path, relation.mine);
      return { key, kind: 'page', at: row.add({ kind: 'page', relation, page }), page };
    }
    const related = this.row(NOUNS[relation.to]);
    const fields = this.fields(related, group, path);
    if (relation.listed !== undefined)
      return {
        key,
        kind: 'rows',
        at: row.add({ kind: 'rows', relation, row: related, path }),
        row: related,
        fields,
      };
    return {
      key,
      kind: 'one',
      at: row.add({ kind: 'one', relation, row: related, path }),
      row: related,
      fields,
      promised: isNonNullType(this.#definition(row.noun.type, name).type),
    };
  }

  /** A connection: its rows are drawn once, however many of `nodes` and `edges` are asked for. */
  page(
    noun: Noun,
    nodes: readonly FieldNode[],
    parentType: string,
    path: string,
    mine?: Relation['mine'],
  ): PagePlan {
    const node = nodes[0]!;
    const parts: PagePart[] = [];
    const field = this.#definition(parentType, node.name.value);
    const page: PagePlan = {
      index: this.pages.length,
      isCounted: false,
      noun,
      row: this.row(noun, true),
      path,
      node,
      field,
      parts,
      ...(mine === undefined ? {} : { mine }),
    };
    this.pages.push(page);
    parts.push(
      ...this.#each(nodes, `${noun.type}Connection`, (name, key, group) =>
        this.#part(page, name, key, group),
      ),
    );
    return page;
  }

  #part(page: PagePlan, name: string, key: string, group: readonly FieldNode[]): PagePart {
    const { row, path } = page;
    if (name === 'totalCount' || name === 'totalCountAtLeast') {
      page.isCounted = true;
      return { key, kind: name };
    }
    if (name === 'nodes') return { key, kind: 'nodes', fields: this.fields(row, group, path) };
    if (name === 'edges') {
      const parts = this.#each<EdgePart>(group, `${row.noun.type}Edge`, (part, own, below) =>
        part === 'cursor'
          ? { key: own, kind: 'cursor', cursor: row.cursor() }
          : { key: own, kind: 'node', fields: this.fields(row, below, path) },
      );
      return { key, kind: 'edges', parts };
    }
    const parts = this.#each<InfoPart>(group, 'PageInfo', (part, own) =>
      part === 'startCursor' || part === 'endCursor'
        ? { key: own, kind: part, cursor: row.cursor() }
        : { key: own, kind: part as 'hasNextPage' | 'hasPreviousPage' },
    );
    return { key, kind: 'pageInfo', parts };
  }

  /** What `plan` makes of each response key selected below these nodes. */
  #each<Part>(
    nodes: readonly FieldNode[],
    typeName: string,
    plan: (name: string, key: string, group: readonly FieldNode[]) => Part,
  ): (Part | (Keyed & { readonly kind: 'typename'; readonly name: string }))[] {
    return [...selectFields(this.#asked, nodes, typeName)].map(([key, group]) => {
      const name = group[0]!.name.value;
      return name === '__typename' ? { key, kind: 'typename', name: typeName } : plan(name, key, group);
    });
  }

  #definition(parentType: string, name: string): GraphQLField<unknown, unknown> {
    const type = this.#asked.schema.getType(parentType);
    const field = isObjectType(type) ? type.getFields()[name] : undefined;
    if (field === undefined) throw new Error(`The schema has no ${parentType}.${name}`);
    return field;
  }
}
