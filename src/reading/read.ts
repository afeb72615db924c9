import { type FieldNode, GraphQLError, type GraphQLResolveInfo } from 'graphql';
import type { Scope } from '../auth/authority.ts';
import { READ_LOGINS, type ReadLogin, SCOPE_OF_LOGIN } from '../auth/read-scopes.ts';
import type { Context } from '../context.ts';
import { codeOf } from '../database/outage.ts';
import type { Node } from '../schema/node.ts';
import { badInput } from './bad-input.ts';
import { assertDrawnHere, type Bound, type BoundPage, bindPage, checkValue } from './bind.ts';
import { affordableRoots, assertAffordable } from './cost.ts';
import { codecOf, type Drawn } from './cursor.ts';
import { type Cells, type DecodeInput, decodePage, decodeRow, type RawPage } from './decode.ts';
import { Emission, type Form, type Statement, type Value } from './emit.ts';
import { assertIndexed, readTooLong } from './indexed.ts';
import { type Given, type KeptStatements, keepStatement } from './kept-statement.ts';
import type { Past } from './nouns/moment.ts';
import type { FilterRule, Noun } from './nouns/noun.ts';
import type { NounName } from './nouns/noun-name.ts';
import { NOUNS } from './nouns/nouns.ts';
import type { OwnRows, Relation } from './nouns/relation.ts';
import { answeredBefore, markPartial } from './partial.ts';
import { type PagePlan, type PlannedField, Planner, RowPlan } from './plan.ts';
import { prepareStatement } from './prepared.ts';
import { reachOf } from './reach.ts';
import { decidingVariables, type Selection } from './selection.ts';
import { isPageWritable, isRowWritable } from './text/writable.ts';
import { asksForText, WrittenText } from './text/written.ts';
import { answerTooLong, heavyFields, heavyParts, isHeavy, MOST_BYTES } from './weight.ts';

/** A compiled root field: a page of a connection, or rows of a noun by their keys. */
type Plan = Needs &
  (
    | { readonly kind: 'page'; readonly page: PagePlan }
    | { readonly kind: 'rows'; readonly row: RowPlan; readonly fields: readonly PlannedField[] }
  );

interface Needs {
  readonly pages: readonly PagePlan[];
  /** The narrowest login that may read all of it. */
  readonly login: ReadLogin;
  /** Whether its answer is executed field by field: the caller lacks a scope for some of them, or resolvers judge. */
  readonly isPartial: boolean;
  /** For the refusal of an answer that is too long: what asks for its rows, and the fields that make it so. */
  readonly heavy: { readonly argument: string; readonly fields: readonly string[] };
  /** Whether the database can write the text of it. */
  readonly isWritable: boolean;
  /** The statements that were written for it. */
  readonly kept: Readonly<Record<Form, KeptStatements>>;
}

interface Compiled {
  readonly nodes: readonly FieldNode[];
  /** The variables of `@skip` and `@include` below; each combination of their values has its plan. */
  readonly deciding: readonly string[];
  readonly plans: Map<string, Plan>;
}

const MOST_PLANS_OF_A_FIELD = 32;
const compiled = new WeakMap<FieldNode, Compiled>();

/** The scopes that a field may need beside that of its root. */
const FIELD_SCOPES = READ_LOGINS.map((login) => SCOPE_OF_LOGIN[login]);

/**
 * The plan of a field of a document for what the caller may read: compiled at its first use, cached as long as the
 * document is.
 */
function planOf({ session }: Context, info: GraphQLResolveInfo, kind: Plan['kind'], noun: NounName): Plan {
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
  const scopes = FIELD_SCOPES.filter((scope) => session?.scopes.has(scope));
  const taken = kept.deciding.map((name) => (coerced[name] === true ? '1' : '0')).join('');
  const variant = `${noun} ${scopes.join(' ')} ${taken}`;
  let plan = kept.plans.get(variant);
  if (plan === undefined) {
    plan = compilePlan(info, kind, noun, new Set(scopes));
    if (kept.plans.size >= MOST_PLANS_OF_A_FIELD) kept.plans.clear();
    kept.plans.set(variant, plan);
  }
  return plan;
}

/** Operations of one document may share a fragment and still merge its fields with different others. */
function sameNodes(a: readonly FieldNode[], b: readonly FieldNode[]): boolean {
  return a.length === b.length && a.every((node, at) => node === b[at]);
}

function compilePlan(
  info: GraphQLResolveInfo,
  kind: Plan['kind'],
  noun: NounName,
  scopes: ReadonlySet<Scope>,
): Plan {
  const asked: Selection = info;
  const planner = new Planner(asked, scopes);
  const needs = (isWritable: boolean, heavy: Needs['heavy']) => ({
    heavy,
    pages: planner.pages,
    login: planner.login,
    isPartial: planner.missing.size > 0 || planner.isJudged,
    isWritable: isWritable && planner.missing.size === 0,
    kept: { text: new Map(), cells: new Map() },
  });
  const first = asked.fieldNodes[0]!;
  const path = first.alias?.value ?? first.name.value;
  if (kind === 'page') {
    const page = planner.page(NOUNS[noun], asked.fieldNodes, info.parentType.name, path);
    const heavy = { argument: `${path}(first:)`, fields: heavyParts(page.row, page.parts, path) };
    return { kind, page, ...needs(isPageWritable(page), heavy) };
  }
  const row = planner.row(NOUNS[noun]);
  const fields = planner.fields(row, asked.fieldNodes, path);
  const heavy = { argument: path, fields: heavyFields(row, fields, path) };
  return { kind, row, fields, ...needs(isRowWritable(row, fields), heavy) };
}

function boundToOwner({ noun }: PagePlan, { fields, condition, values }: OwnRows): readonly Bound[] {
  const columns = Object.entries(fields).map(
    ([field, value]): Bound => ({ ...noun.columns.get(field)!, operator: 'any', value }),
  );
  const rule: FilterRule = { codec: 'text', sql: condition, variant: condition('row', 'values') };
  return [...columns, { column: 'owner', codec: 'text', operator: '=', value: values, rule }];
}

function bindPages({ session }: Context, plan: Plan, info: GraphQLResolveInfo): BoundPage[] {
  return plan.pages.map((page) => {
    const bound = bindPage(page, info.variableValues);
    if (page.mine === undefined) return bound;
    if (session === null) throw new Error(`${page.path} is asked for by nobody.`);
    return { ...bound, filter: [...boundToOwner(page, page.mine(session)), ...bound.filter] };
  });
}

/** `read.entries` for a root field, `read.MarkSuccess.entry` elsewhere. */
function statementName({ parentType, fieldName }: GraphQLResolveInfo): string {
  return parentType.name === 'Query' ? `read.${fieldName}` : `read.${parentType.name}.${fieldName}`;
}

/** The entries that the caller's token is narrowed to. */
function reachGiven({ session }: Context): Given['reach'] {
  const reach = reachOf(session);
  return reach === null ? null : { value: reach };
}

const emissionOf = (form: Form, { bound, reach, past }: Given): Emission =>
  new Emission(form, bound, reach?.value ?? null, past);

/** How the statement of a field answers. */
function formOf(context: Context, info: GraphQLResolveInfo, { isWritable }: Plan): Form {
  return isWritable && asksForText(context, info) ? 'text' : 'cells';
}

/** The answer, known for one whose missing scopes execution has to report. */
function markIfPartial<Answer extends object>({ isPartial }: Plan, answer: Answer): Answer {
  if (isPartial) markPartial(answer);
  return answer;
}

export function widestLogin(logins: readonly ReadLogin[]): ReadLogin {
  return READ_LOGINS.findLast((login) => logins.includes(login)) ?? 'observe';
}

/** The login that a filter needs beside those of the fields, if the caller has its scope. */
function filterLogin({ session }: Context, filter: string, rule: FilterRule | undefined): ReadLogin[] {
  if (rule?.login === undefined) return [];
  const scope = SCOPE_OF_LOGIN[rule.login];
  if (session?.scopes.has(scope) === true) return [rule.login];
  throw new GraphQLError(`The filter ${filter} needs the scope ${scope}, which this token does not carry.`, {
    extensions: { code: 'FORBIDDEN', scope },
  });
}

/** The logins that the filters of a list need beside those of its fields. */
export function filterLogins(context: Context, filter: readonly Bound[]): ReadLogin[] {
  return filter.flatMap(({ column, rule }) => filterLogin(context, column, rule));
}

/** PostgreSQL's code for a statement that was ended for its time. */
const CANCELLED = '57014';

/** What the statement found, as the bytes of a text, and what its rows are decoded with. */
async function runStatement(
  context: Context,
  { pages, login, heavy }: Pick<Needs, 'pages' | 'login'> & Partial<Pick<Needs, 'heavy'>>,
  bound: readonly BoundPage[],
  statement: Statement,
  past: Past | null = null,
): Promise<{ readonly found: Buffer | null; readonly answered: DecodeInput }> {
  const filters = bound.flatMap(({ filter }) => filterLogins(context, filter));
  const reads = context.reads[widestLogin([login, ...filters])];
  const rows = await reads.ask(prepareStatement(statement)).catch((error: unknown) => {
    throw codeOf(error) === CANCELLED ? readTooLong(pages, bound) : error;
  });
  const [incarnation, next, found = null, bytes = null] = rows[0] ?? [];
  if (incarnation == null) throw new Error('cutter_log.head has no row, which the first start writes.');
  const drawn = { incarnation: incarnation.toString('latin1'), next: Number(next) };
  for (const each of [past, ...bound.map((page) => page.past)]) assertReached(each, drawn);
  for (const page of pages) assertDrawnHere(page, bound[page.index]!, drawn);
  if (heavy !== undefined && Number(bytes) > MOST_BYTES)
    throw answerTooLong(heavy.argument, heavy.fields, Number(bytes));
  return { found, answered: { bound, incarnation: drawn.incarnation } };
}

/** What the database found, where it answered with cells. */
function cellsIn<Found>(found: Buffer | null): Found {
  return JSON.parse(found?.toString() ?? 'null') as Found;
}

/** Refuses a position that the log hasn't reached, where nothing can be said of the ledger yet. */
function assertReached(past: Past | null, { next }: Drawn): void {
  if (past === null || !('at' in past) || BigInt(past.at) < BigInt(next)) return;
  throw badInput('at', `is ${past.at}, and the log ends before position ${next}. Give a position before it.`);
}

/**
 * A connection with all that hangs under it, in one statement. `filter`: the conditions of a field that takes none from
 * its caller.
 */
export async function readPage(
  context: Context,
  info: GraphQLResolveInfo,
  noun: NounName,
  filter?: readonly Bound[],
): Promise<Node | WrittenText> {
  const earlier = answeredBefore(context, info);
  if (earlier !== undefined) return earlier as Node;
  const plan = planOf(context, info, 'page', noun);
  if (plan.kind !== 'page') throw new Error('A field is either a page or a node.');
  const asked = bindPages(context, plan, info);
  const bound = asked.map((page, at) => (at === 0 && filter !== undefined ? { ...page, filter } : page));
  assertIndexed(plan.page, bound[0]!);
  const { size } = bound[0]!;
  assertAffordable(plan.page.row, { path: plan.page.path, first: size, rows: size }, bound);
  const form = formOf(context, info, plan);
  const given = { bound, reach: reachGiven(context), past: null, keys: [] };
  const statement = keepStatement(plan.kept[form], given, (from) =>
    emissionOf(form, from).page(statementName(info), plan.page, String(info.path.key)),
  );
  const { found, answered } = await runStatement(context, plan, bound, statement);
  if (form === 'text') return new WrittenText(found!, { key: String(info.path.key) });
  return markIfPartial(plan, decodePage(plan.page, cellsIn<RawPage>(found), answered));
}

/**
 * The row with this key and what hangs under the field, in one statement; null where there is none. `isOwn`: it is the
 * caller's own, which a narrowed token reads, too; of lists under it, the token's part.
 */
export async function findNode(
  context: Context,
  info: GraphQLResolveInfo,
  noun: NounName,
  key: readonly (readonly [argument: string, value: string, column?: string])[],
  { past = null, isOwn = false }: { readonly past?: Past | null; readonly isOwn?: boolean } = {},
): Promise<Node | WrittenText | null> {
  const earlier = answeredBefore(context, info);
  if (earlier !== undefined) return earlier as Node | null;
  const plan = planOf(context, info, 'rows', noun);
  if (plan.kind !== 'rows') throw new Error('A field is either a page or a node.');
  const values = key.map(([argument, value, named], at) => {
    const column = named ?? NOUNS[noun].key[at]!;
    const codec = NOUNS[noun].filters[column]?.codec ?? codecOf(NOUNS[noun], column);
    return [column, checkValue(codec, value, argument)] as const;
  });
  const rules = values.flatMap(([column]) => NOUNS[noun].filters[column] ?? []);
  const bound = bindPages(context, plan, info);
  assertAffordable(plan.row, { path: info.fieldName, first: 1, rows: 1 }, bound);
  const form = formOf(context, info, plan);
  const keys = values.map(([column, value]) => ({ column, value }));
  // A statement has to use each of its values: of an own row without lists nothing is narrowed.
  const reach = isOwn && plan.pages.length === 0 ? null : reachGiven(context);
  const given = { bound, reach, past, keys };
  const statement = keepStatement(plan.kept[form], given, (from) =>
    emissionOf(form, from).one(
      statementName(info),
      plan,
      from.keys.map((one) => [one.column, one.value] as const),
      { rootKey: String(info.path.key), isOwn },
    ),
  );
  const login = widestLogin([plan.login, ...rules.flatMap((rule) => rule.login ?? [])]);
  const { found, answered } = await runStatement(context, { ...plan, login }, bound, statement, past);
  if (found === null) return null;
  if (form === 'text') return new WrittenText(found, { key: String(info.path.key) });
  return markIfPartial(plan, decodeRow(plan.row, plan.fields, cellsIn<Cells>(found), answered));
}

/** The row that a relation leads to from a given row, and what hangs under the field, in one statement. */
export async function readBehind(
  context: Context,
  info: GraphQLResolveInfo,
  parent: Noun,
  relation: Relation,
  row: Readonly<Record<string, unknown>>,
): Promise<Node | null> {
  const plan = planOf(context, info, 'rows', relation.to);
  if (plan.kind !== 'rows') throw new Error('A field is either a page or a node.');
  const bound = bindPages(context, plan, info);
  assertAffordable(plan.row, { path: info.fieldName, first: 1, rows: 1 }, bound);
  const values = new Map(
    [...parent.columns.values()].map(({ column }) => [column, (row[column] ?? null) as Value]),
  );
  const statement = new Emission('cells', bound, reachOf(context.session)).behind(
    statementName(info),
    plan.row,
    relation,
    parent,
    values,
  );
  const { found, answered } = await runStatement(context, plan, bound, statement);
  return found === null ? null : decodeRow(plan.row, plan.fields, cellsIn<Cells>(found), answered);
}

/** The facts of a judged field, of the row with these values in its columns; null where there is none. */
export async function readFacts(
  context: Context,
  noun: Noun,
  field: string,
  key: readonly (readonly [column: string, value: string])[],
): Promise<unknown> {
  const row = new RowPlan(noun);
  row.share(field, { kind: 'facts', name: field });
  const emission = new Emission('cells', [], reachOf(context.session));
  const statement = emission.one(`read.${noun.name}.${field}`, { row, fields: [] }, key);
  const { found } = await runStatement(context, { pages: [], login: noun.login }, [], statement);
  return cellsIn<Cells | null>(found)?.[0] ?? null;
}

/** The row with this id, which must exist: for a field of type `noun` on what a mutation answers. One statement. */
export async function readNode(
  context: Context,
  info: GraphQLResolveInfo,
  noun: NounName,
  id: string,
): Promise<Node> {
  const node = await findNode(context, info, noun, [['id', id]]);
  if (node === null || node instanceof WrittenText)
    throw new Error(`${noun} ${id} was written and can't be read.`);
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
  const plan = planOf(context, info, 'rows', noun);
  if (plan.kind !== 'rows') throw new Error('A field is either a page or a node.');
  return readListed(context, info, noun, plan, bindPages(context, plan, info), ids);
}

/** Whether what is asked of a row may be long: such rows are read one by one, each within its bounds. */
export function mayBeLong(context: Context, info: GraphQLResolveInfo, noun: NounName): boolean {
  const plan = planOf(context, info, 'rows', noun);
  return plan.kind === 'rows' && isHeavy(plan.row);
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
  const plan = planOf(context, info, 'rows', noun);
  if (plan.kind !== 'rows') throw new Error('A field is either a page or a node.');
  const bound = bindPages(context, plan, info);
  const most = affordableRoots(plan.row, bound);
  const found = new Map<string, Node>();
  for (let at = 0; at < ids.length; at += most) {
    const some = ids.slice(at, at + most);
    const keys = some.map((id) => [id]);
    // What a stream says must not fail for how much there is of it.
    const wanted = { noun, keys, past: null };
    const nodes = await rowsByKeys(context, info, plan, bound, wanted, { isBounded: false });
    for (const [place, node] of nodes.entries()) if (node !== null) found.set(some[place]!, node);
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
  const emission = new Emission('cells', bound, reachOf(context.session));
  const statement = emission.list(statementName(info), plan.row, ids);
  const { found, answered } = await runStatement(context, plan, bound, statement);
  const rows = cellsIn<Cells[] | null>(found);
  if (rows?.length !== ids.length)
    throw new Error(`${ids.length} ${noun} rows were written and not all can be read.`);
  return rows.map((cells) => decodeRow(plan.row, plan.fields, cells, answered));
}

/** Rows that are asked for by their keys. */
interface Wanted {
  readonly noun: NounName;
  readonly keys: readonly (readonly string[])[];
  readonly past: Past | null;
}

/** Rows of one noun, by their keys; null in the place of one that isn't there. One statement. */
export async function readByKeys(
  context: Context,
  info: GraphQLResolveInfo,
  wanted: Wanted,
): Promise<readonly (Node | null)[]> {
  const plan = planOf(context, info, 'rows', wanted.noun);
  if (plan.kind !== 'rows') throw new Error('A field is either a page or a node.');
  return await rowsByKeys(context, info, plan, bindPages(context, plan, info), wanted, { isBounded: true });
}

/** The same as text, with commas between; null where the caller has to read the rows. */
export async function readTextByKeys(
  context: Context,
  info: GraphQLResolveInfo,
  wanted: Wanted,
): Promise<string | null> {
  const plan = planOf(context, info, 'rows', wanted.noun);
  if (plan.kind !== 'rows') throw new Error('A field is either a page or a node.');
  if (formOf(context, info, plan) === 'cells') return null;
  const bound = bindPages(context, plan, info);
  const { found } = await runKeyed('text', context, info, plan, bound, wanted, { isBounded: true });
  return found?.toString() ?? null;
}

async function rowsByKeys(
  context: Context,
  info: GraphQLResolveInfo,
  plan: Extract<Plan, { kind: 'rows' }>,
  bound: readonly BoundPage[],
  wanted: Wanted,
  limit: { readonly isBounded: boolean },
): Promise<readonly (Node | null)[]> {
  const { found, answered } = await runKeyed('cells', context, info, plan, bound, wanted, limit);
  const rows = new Map(cellsIn<readonly (readonly [at: number, cells: Cells])[]>(found));
  return wanted.keys.map((_, at) => {
    const cells = rows.get(at + 1);
    return cells === undefined
      ? null
      : markIfPartial(plan, decodeRow(plan.row, plan.fields, cells, answered));
  });
}

function runKeyed(
  form: Form,
  context: Context,
  info: GraphQLResolveInfo,
  plan: Extract<Plan, { kind: 'rows' }>,
  bound: readonly BoundPage[],
  { noun, keys, past }: Wanted,
  limit: { readonly isBounded: boolean },
): ReturnType<typeof runStatement> {
  assertAffordable(plan.row, { path: info.fieldName, first: keys.length, rows: keys.length }, bound);
  const lists = NOUNS[noun].key.map((column, at) => ({ column, value: keys.map((one) => one[at]!) }));
  const given = { bound, reach: reachGiven(context), past, keys: lists };
  const statement = keepStatement(plan.kept[form], given, (from) =>
    emissionOf(form, from).keyed(
      `${statementName(info)}.${noun}`,
      plan,
      from.keys.map(({ value }) => value),
      limit,
    ),
  );
  return runStatement(context, plan, bound, statement, past);
}
