import {
  type ExecutionArgs,
  type ExecutionResult,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLField,
  type GraphQLResolveInfo,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  isNonNullType,
  Kind,
  locatedError,
  type OperationDefinitionNode,
} from 'graphql';
import { isPartial, withAnswers } from './partial.ts';
import { type Selection, selectFields } from './selection.ts';
import { askingForText, WrittenText } from './text/written.ts';

/**
 * Marks a root field whose resolver gives the response as it is to be sent: keys in their order, scalars written out.
 */
export const READ_WHOLE = { readWhole: true } as const;

/** A query all of whose root fields are read whole. */
export interface WholeRoot {
  readonly operation: OperationDefinitionNode;
  readonly fragments: Record<string, FragmentDefinitionNode>;
}

/** An answer that knows its text. */
interface WholeResult extends ExecutionResult {
  /** The text of a result with this data, whatever has become of its errors. */
  readonly stringify: (result: ExecutionResult) => string;
  /** The bytes of all of it, where the database wrote them. */
  readonly written: Buffer | null;
}

type Execute = (args: ExecutionArgs) => unknown;

/** The root of an operation that can be answered as it is read; null where it has to be executed field by field. */
export function wholeRoot({ schema, document, operationName }: ExecutionArgs): WholeRoot | null {
  const operation = getOperationAST(document, operationName);
  // A directive on an operation is rare, and may change how it is executed.
  if (operation?.operation !== 'query' || operation.directives?.length) return null;
  const fields = schema.getQueryType()?.getFields() ?? {};
  for (const selection of operation.selectionSet.selections) {
    // Fragments at the root are rare and left to ordinary execution.
    if (selection.kind !== Kind.FIELD) return null;
    if (fields[selection.name.value]?.extensions['readWhole'] !== true) return null;
  }
  const definitions = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  return { operation, fragments: Object.fromEntries(definitions.map((node) => [node.name.value, node])) };
}

/** What the statements of a query gave. */
export type WholeRead =
  /** Nothing was read: ordinary execution has to word what is wrong with the variables. */
  | { readonly kind: 'unread' }
  /**
   * Ordinary execution has to report what the caller may not read, or to judge what was read: the answers by their
   * response keys, null for a field that failed with one of the errors.
   */
  | {
      readonly kind: 'partial';
      readonly answers: ReadonlyMap<string, unknown>;
      readonly errors: readonly GraphQLError[];
    }
  | { readonly kind: 'result'; readonly result: ExecutionResult | WholeResult };

/** The answer of what was read, where need be by ordinary execution; nothing is read again. */
export async function finishWhole(
  read: WholeRead,
  args: ExecutionArgs,
  ordinary: Execute,
): Promise<ExecutionResult | WholeResult> {
  if (read.kind === 'result') return read.result;
  if (read.kind === 'unread') return (await ordinary(args)) as ExecutionResult;
  const contextValue = withAnswers(args.contextValue, read.answers);
  const executed = (await ordinary({ ...args, contextValue })) as ExecutionResult;
  if (read.errors.length === 0) return executed;
  // A field that failed is null among the answers; one that judges its arguments first fails again.
  const failed = new Set(read.errors.map(({ path }) => path?.[0]));
  const others = (executed.errors ?? []).filter(({ path }) => !failed.has(path?.[0]));
  return { ...executed, errors: [...read.errors, ...others] };
}

/**
 * Runs the statements of a query, to be answered from what they give, without walking the answer again. What the
 * database wrote as text goes out as it is: half of the time of a large page was in parsing it and printing it again.
 * Ordinary execution stays the oracle: a test holds the two together. A root field that fails is answered as ordinary
 * execution would, and is not asked again: what the database refused for its length, or for want of connections,
 * mustn't cost it twice.
 */
export async function readWhole(root: WholeRoot, args: ExecutionArgs): Promise<WholeRead> {
  const asked = askedOf(root, args);
  if (asked === null) return { kind: 'unread' };
  const fields = rootFields(root, { ...args, contextValue: askingForText(args.contextValue) }, asked);
  const errors: GraphQLError[] = [];
  try {
    const values = await Promise.all(startFields(fields, errors));
    const data: Record<string, unknown> = Object.create(null);
    fields.forEach(({ key }, at) => {
      data[key] = values[at];
    });
    if (values.some(isPartial)) {
      const answers = new Map(fields.map(({ key }, at) => [key, readAnswer(values[at])] as const));
      return { kind: 'partial', answers, errors };
    }
    const written = writtenAnswer(data);
    const result = { data, written, stringify: textOfResult(data, written) };
    return { kind: 'result', result: errors.length > 0 ? { errors, ...result } : result };
  } catch (error) {
    return { kind: 'result', result: { errors: [...errors, error as GraphQLError], data: null } };
  }
}

const readAnswer = (value: unknown): unknown => (value instanceof WrittenText ? value.read() : value);

/** The bytes of an answer of one field, where the database wrote all of it. */
function writtenAnswer(data: Readonly<Record<string, unknown>>): Buffer | null {
  const [only, ...others] = Object.values(data);
  return only instanceof WrittenText && others.length === 0 ? only.answer : null;
}

/** Members of a result that are not sent. */
const UNSENT: ReadonlySet<string> = new Set(['stringify', 'written']);

/** Writes results with this data, in which the text of fields may be written already. */
function textOfResult(
  data: Readonly<Record<string, unknown>>,
  written: Buffer | null,
): WholeResult['stringify'] {
  return (result) => {
    if (written !== null && isAlone(result, data)) return written.toString();
    const parts = Object.entries(result).flatMap(([name, value]) => {
      const text = value === data ? dataText(data) : (JSON.stringify(value) as string | undefined);
      return text === undefined || UNSENT.has(name) ? [] : [`"${name}":${text}`];
    });
    return `{${parts.join(',')}}`;
  };
}

/** Whether a result has these data and nothing else to be sent. */
function isAlone(result: ExecutionResult, data: unknown): boolean {
  for (const [name, value] of Object.entries(result))
    if (!UNSENT.has(name) && value !== undefined && value !== data) return false;
  return result.data === data;
}

function dataText(data: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(data).map(
    ([key, value]) => `"${key}":${value instanceof WrittenText ? value.text : JSON.stringify(value)}`,
  );
  return `{${fields.join(',')}}`;
}

interface RootField {
  readonly key: string;
  readonly nodes: readonly FieldNode[];
  readonly nullable: boolean;
  readonly resolve: () => unknown;
}

/** Starts all fields. If a field is refused before it waits, those after it are not started. */
function startFields(fields: readonly RootField[], errors: GraphQLError[]): unknown[] {
  const values: unknown[] = [];
  try {
    for (const field of fields) values.push(startField(field, errors));
    return values;
  } catch (error) {
    void Promise.allSettled(values); // nobody waits for them any more
    throw error;
  }
}

/**
 * Starts a field and returns its value. If it fails, the value is null and the error is added to `errors`; if the field
 * may not be null, the error is thrown.
 */
function startField({ key, nodes, nullable, resolve }: RootField, errors: GraphQLError[]): unknown {
  const fail = (raw: unknown): null => {
    const error = locatedError(raw, nodes, [key]);
    if (!nullable) throw error;
    errors.push(error);
    return null;
  };
  try {
    const value = resolve();
    return value instanceof Promise ? value.catch(fail) : value;
  } catch (raw) {
    return fail(raw);
  }
}

function askedOf(
  { operation, fragments }: WholeRoot,
  { schema, variableValues }: ExecutionArgs,
): Selection | null {
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {});
  if (coerced.errors !== undefined) return null;
  return { schema, fragments, variableValues: coerced.variableValues, fieldNodes: [] };
}

function rootFields(root: WholeRoot, args: ExecutionArgs, asked: Selection): RootField[] {
  const { selectionSet } = root.operation;
  return [...selectFields(asked, [{ kind: Kind.FIELD, selectionSet } as FieldNode], 'Query')].map(
    ([key, nodes]) => rootField(root, args, asked, key, nodes),
  );
}

function rootField(
  { operation, fragments }: WholeRoot,
  { schema, contextValue, hideSuggestions }: ExecutionArgs,
  { variableValues }: Selection,
  key: string,
  nodes: FieldNode[],
): RootField {
  const parentType = schema.getQueryType() as NonNullable<ReturnType<typeof schema.getQueryType>>;
  const node = nodes[0] as FieldNode;
  const field = parentType.getFields()[node.name.value] as GraphQLField<unknown, unknown>;
  const info = {
    fieldName: field.name,
    fieldNodes: nodes,
    returnType: field.type,
    parentType,
    path: { key, prev: undefined, typename: parentType.name },
    schema,
    fragments,
    rootValue: undefined,
    operation,
    variableValues,
  } as unknown as GraphQLResolveInfo;
  const given = () => getArgumentValues(field, node, variableValues, undefined, hideSuggestions);
  return {
    key,
    nodes,
    nullable: !isNonNullType(field.type),
    resolve: () => field.resolve?.(undefined, given(), contextValue, info),
  };
}
