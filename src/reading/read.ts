import type { FieldNode, GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import type { Node } from '../schema/node.ts';
import { assertDrawnHere, type BoundPage, bindPage, checkValue } from './bind.ts';
import { affordableRoots, assertAffordable } from './cost.ts';
import { codecOf } from './cursor.ts';
import { type Cells, type DecodeInput, decodePage, decodeRow } from './decode.ts';
import { Emission, type Statement, type Value } from './emit.ts';
import type { Noun } from './nouns/noun.ts';
import type { NounName } from './nouns/noun-name.ts';
import { NOUNS } from './nouns/nouns.ts';
import type { Relation } from './nouns/relation.ts';
import { type PagePlan, type PlannedField, Planner, RowPlan } from './plan.ts';
import { prepareStatement } from './prepared.ts';
import { reachOf } from './reach.ts';
import { decidingVariables, type Selection } from './selection.ts';

/** A compiled root field: a page of a connection, or rows of a noun by their keys. */
type Plan =
  | { readonly kind: 'page'; readonly pages: readonly PagePlan[]; readonly page: PagePlan }
  | {
      readonly kind: 'rows';
      readonly pages: readonly PagePlan[];
      readonly row: RowPlan;
      readonly fields: readonly PlannedField[];
    };

interface Compiled {
  readonly nodes: readonly FieldNode[];
  /** The variables of `@skip` and `@include` below; each combination of their values has its plan. */
  readonly deciding: readonly string[];
  readonly plans: Map<string, Plan>;
}

const MOST_PLANS_OF_A_FIELD = 32;
const compiled = new WeakMap<FieldNode, Compiled>();

/** The plan of a field of a document: compiled at its first use, cached as long as the document is. */
function planOf(info: GraphQLResolveInfo, kind: Plan['kind'], noun: NounName): Plan {
  const first = info.fieldNodes[0]!;
  let kept = compiled.get(first);
  if (kept === undefined || !sameNodes(kept.nodes, info.fieldNodes)) {
    kept = {
      nodes: info.fieldNodes,
      deciding: decidingVariables(info.fragments, info.fieldNodes),
      plans: new Map(),
    };
    compiled.set(first, kept);
  }
  const { coerced } = info.variableValues;
  const variant = kept.deciding.map((name) => (coerced[name] === true ? '1' : '0')).join('');
  let plan = kept.plans.get(variant);
  if (plan === undefined) {
    plan = compilePlan(info, kind, noun, info.parentType.name);
    if (kept.plans.size >= MOST_PLANS_OF_A_FIELD) kept.plans.clear();
    kept.plans.set(variant, plan);
  }
  return plan;
}

/** Operations of one document may share a fragment and still merge its fields with different others. */
function sameNodes(a: readonly FieldNode[], b: readonly FieldNode[]): boolean {
  return a.length === b.length && a.every((node, at) => node === b[at]);
}

function compilePlan(asked: Selection, kind: Plan['kind'], noun: NounName, parentType: string): Plan {
  const planner = new Planner(asked);
  const first = asked.fieldNodes[0]!;
  const path = first.alias?.value ?? first.name.value;
  if (kind === 'page') {
    const page = planner.page(NOUNS[noun], asked.fieldNodes, parentType, path);
    return { kind, page, pages: planner.pages };
  }
  const row = new RowPlan(NOUNS[noun]);
  const fields = planner.fields(row, asked.fieldNodes, path);
  return { kind, row, fields, pages: planner.pages };
}

function bindPages(plan: Plan, info: GraphQLResolveInfo): BoundPage[] {
  return plan.pages.map((page) => bindPage(page, info.variableValues));
}

/** `read.entries` for a root field, `read.MarkSuccess.entry` elsewhere. */
function statementName({ parentType, fieldName }: GraphQLResolveInfo): string {
  return parentType.name === 'Query' ? `read.${fieldName}` : `read.${parentType.name}.${fieldName}`;
}

/** What the statement found, and what its rows are decoded with. */
async function runStatement(
  context: Context,
  { pages }: Plan,
  bound: readonly BoundPage[],
  statement: Statement,
): Promise<{ readonly found: unknown; readonly answered: DecodeInput }> {
  const [head, found] = JSON.parse(await context.observe.oneFirst(prepareStatement(statement))) as [
    [incarnation: string, next: string] | null,
    unknown,
  ];
  if (head === null) throw new Error('cutter_log.head has no row, which the first start writes.');
  const drawn = { incarnation: head[0], next: Number(head[1]) };
  for (const page of pages) assertDrawnHere(page, bound[page.index]!, drawn);
  return { found, answered: { bound, incarnation: drawn.incarnation } };
}

/** A connection at the root, with all that hangs under it, in one statement. */
export async function readPage(context: Context, info: GraphQLResolveInfo, noun: NounName): Promise<Node> {
  const plan = planOf(info, 'page', noun);
  if (plan.kind !== 'page') throw new Error('A field is either a page or a node.');
  const bound = bindPages(plan, info);
  const { first } = bound[0]!;
  assertAffordable(plan.page.row, { path: plan.page.path, first, rows: first }, bound);
  const statement = new Emission(bound, reachOf(context.session)).page(statementName(info), plan.page);
  const { found, answered } = await runStatement(context, plan, bound, statement);
  return decodePage(plan.page, found as Cells[], answered);
}

/** The row with this key and what hangs under the field, in one statement; null where there is none. */
export async function findNode(
  context: Context,
  info: GraphQLResolveInfo,
  noun: NounName,
  key: readonly (readonly [argument: string, value: string])[],
): Promise<Node | null> {
  const plan = planOf(info, 'rows', noun);
  if (plan.kind !== 'rows') throw new Error('A field is either a page or a node.');
  const columns = NOUNS[noun].key;
  const values = key.map(([argument, value], at) =>
    checkValue(codecOf(NOUNS[noun], columns[at]!), value, argument),
  );
  const bound = bindPages(plan, info);
  assertAffordable(plan.row, { path: info.fieldName, first: 1, rows: 1 }, bound);
  const statement = new Emission(bound, reachOf(context.session)).one(statementName(info), plan.row, values);
  const { found, answered } = await runStatement(context, plan, bound, statement);
  return found === null ? null : decodeRow(plan.row, plan.fields, found as Cells, answered);
}

/** The row that a relation leads to from a given row, and what hangs under the field, in one statement. */
export async function readBehind(
  context: Context,
  info: GraphQLResolveInfo,
  parent: Noun,
  relation: Relation,
  row: Readonly<Record<string, unknown>>,
): Promise<Node | null> {
  const plan = planOf(info, 'rows', relation.to);
  if (plan.kind !== 'rows') throw new Error('A field is either a page or a node.');
  const bound = bindPages(plan, info);
  assertAffordable(plan.row, { path: info.fieldName, first: 1, rows: 1 }, bound);
  const values = new Map(
    [...parent.columns.values()].map(({ column }) => [column, (row[column] ?? null) as Value]),
  );
  const statement = new Emission(bound, reachOf(context.session)).behind(
    statementName(info),
    plan.row,
    relation,
    parent,
    values,
  );
  const { found, answered } = await runStatement(context, plan, bound, statement);
  return found === null ? null : decodeRow(plan.row, plan.fields, found as Cells, answered);
}

/** The row with this id, which must exist: for a field of type `noun` on what a mutation answers. One statement. */
export async function readNode(
  context: Context,
  info: GraphQLResolveInfo,
  noun: NounName,
  id: string,
): Promise<Node> {
  const node = await findNode(context, info, noun, [['id', id]]);
  if (node === null) throw new Error(`${noun} ${id} was written and can't be read.`);
  return node;
}

/** The rows with these ids, in their order: for a field of type `[noun!]!`. One statement, none for no ids. */
export async function readNodesById(
  context: Context,
  info: GraphQLResolveInfo,
  noun: NounName,
  ids: readonly string[],
): Promise<Node[]> {
  if (ids.length === 0) return [];
  const plan = planOf(info, 'rows', noun);
  if (plan.kind !== 'rows') throw new Error('A field is either a page or a node.');
  return readListed(context, info, noun, plan, bindPages(plan, info), ids);
}

/**
 * The rows with these ids, each given once: for a field that many rows share. One statement, or as few as its
 * cost allows: what is asked of one row must not be refused for how many there happen to be.
 */
export async function readShared(
  context: Context,
  info: GraphQLResolveInfo,
  noun: NounName,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Node>> {
  const plan = planOf(info, 'rows', noun);
  if (plan.kind !== 'rows') throw new Error('A field is either a page or a node.');
  const bound = bindPages(plan, info);
  const most = affordableRoots(plan.row, bound);
  const found = new Map<string, Node>();
  for (let at = 0; at < ids.length; at += most) {
    const some = ids.slice(at, at + most);
    const nodes = await readListed(context, info, noun, plan, bound, some);
    for (const [place, node] of nodes.entries()) found.set(some[place]!, node);
  }
  return found;
}

async function readListed(
  context: Context,
  info: GraphQLResolveInfo,
  noun: NounName,
  plan: Extract<Plan, { kind: 'rows' }>,
  bound: readonly BoundPage[],
  ids: readonly string[],
): Promise<Node[]> {
  assertAffordable(plan.row, { path: info.fieldName, first: ids.length, rows: ids.length }, bound);
  const statement = new Emission(bound, reachOf(context.session)).list(statementName(info), plan.row, ids);
  const { found, answered } = await runStatement(context, plan, bound, statement);
  const rows = found as Cells[] | null;
  if (rows?.length !== ids.length)
    throw new Error(`${ids.length} ${noun} rows were written and not all can be read.`);
  return rows.map((cells) => decodeRow(plan.row, plan.fields, cells, answered));
}
