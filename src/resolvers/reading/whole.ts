import {
  type ExecutionArgs,
  type ExecutionResult,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLResolveInfo,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { type Asked, selected } from './selection.ts';

/** Marks a root field whose resolver gives the response as it is to be sent: keys in their order, scalars written out. */
export const READ_WHOLE = { readWhole: true } as const;

/** A query all of whose root fields are read whole. */
export interface WholeRoot {
  readonly operation: OperationDefinitionNode;
  readonly fragments: Record<string, FragmentDefinitionNode>;
}

type Execute = (args: ExecutionArgs) => unknown;

/** The root of an operation that can be answered as it is read; null where it has to be executed field by field. */
export function wholeRoot({ schema, document, operationName }: ExecutionArgs): WholeRoot | null {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'query') return null;
  const fields = schema.getQueryType()?.getFields() ?? {};
  for (const selection of operation.selectionSet.selections) {
    // Fragments at the root are rare and left to ordinary execution.
    if (selection.kind !== Kind.FIELD) return null;
    if (fields[selection.name.value]?.extensions['readWhole'] !== true) return null;
  }
  const definitions = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  return { operation, fragments: Object.fromEntries(definitions.map((node) => [node.name.value, node])) };
}

/**
 * Answers a query from what its statements give, without walking the answer again: half of the time of a large page. Ordinary
 * execution stays the oracle (a test holds the two together) and the fallback: at any fault it runs the query anew and says
 * what is wrong in its own words.
 */
export async function executeWhole(
  root: WholeRoot,
  args: ExecutionArgs,
  ordinary: Execute,
): Promise<ExecutionResult> {
  try {
    const asked = askedOf(root, args);
    if (asked === null) return (await ordinary(args)) as ExecutionResult;
    const fields = [
      ...selected(
        asked,
        [{ kind: Kind.FIELD, selectionSet: root.operation.selectionSet } as FieldNode],
        'Query',
      ),
    ];
    const values = await Promise.all(
      fields.map(([key, nodes]) => resolveRoot(root, args, asked, key, nodes)),
    );
    const data: Record<string, unknown> = Object.create(null);
    fields.forEach(([key], at) => {
      data[key] = values[at];
    });
    return { data };
  } catch {
    return (await ordinary(args)) as ExecutionResult;
  }
}

function askedOf(
  { operation, fragments }: WholeRoot,
  { schema, variableValues }: ExecutionArgs,
): Asked | null {
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues ?? {});
  if (coerced.errors !== undefined) return null;
  return { schema, fragments, variableValues: coerced.variableValues, fieldNodes: [] };
}

function resolveRoot(
  { operation, fragments }: WholeRoot,
  { schema, contextValue }: ExecutionArgs,
  { variableValues }: Asked,
  key: string,
  fieldNodes: FieldNode[],
): unknown {
  const parentType = schema.getQueryType() as NonNullable<ReturnType<typeof schema.getQueryType>>;
  const node = fieldNodes[0] as FieldNode;
  const field = parentType.getFields()[node.name.value] as GraphQLField<unknown, unknown>;
  const info = {
    fieldName: field.name,
    fieldNodes,
    returnType: field.type,
    parentType,
    path: { key, prev: undefined, typename: parentType.name },
    schema,
    fragments,
    rootValue: undefined,
    operation,
    variableValues,
  } as unknown as GraphQLResolveInfo;
  return field.resolve?.(undefined, getArgumentValues(field, node, variableValues), contextValue, info);
}
