import type { BoundPage } from '../bind.ts';
import type { Noun } from '../nouns/noun.ts';
import type { Relation } from '../nouns/relation.ts';
import type { PagePlan } from '../plan.ts';

/** What the text of rows is written on: the statement under way. */
export interface Canvas {
  /** An alias that the statement doesn't have yet. */
  alias(): string;
  /** A place in the statement for this value. */
  bind(value: string | number, type: 'int' | 'text'): string;
  /** From where the caller reads a noun. */
  view(noun: Noun): string;
  /** The conditions on a related row. */
  joined(relation: Relation, child: string, parent: string): readonly string[];
  /** A computed field, before it is written as its codec says. */
  computed(noun: Noun, name: string, alias: string): string;
  /** What the id of a row says, in the clear. */
  idText(noun: Noun, alias: string): string;
  /** The page that hangs on a row. */
  page(page: PagePlan, relation: Relation, parent: string): string;
  /** How many bytes its long values have. */
  pageWeight(page: PagePlan, relation: Relation, parent: string): string;
}

/** The rows of a page. */
export interface PageRows {
  /** A query of at least as many as the page has, with one more. */
  readonly rows: string;
  /** A query of how many rows the list has (`rows`, `found`), where that is asked for. */
  readonly count: string | null;
  /** The order in which rows are read, from the end that the page is nearest to. */
  readonly walk: (alias: string) => string;
  /** The order in which they are shown. */
  readonly order: (alias: string) => string;
  readonly args: BoundPage;
}

/** The incarnation of the ledger that answers, in every statement that writes text. */
export const HEAD = 'head';
