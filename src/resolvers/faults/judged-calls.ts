/**
 * Faults of the inputs of verbs become refusals, though GraphQL itself would end the request with them. The field of
 * a verb gets an input that GraphQL takes; the faults of the real one wait for the guard, which judges authority
 * first and then refuses. So nothing is ever done with the stand-in.
 */
import {
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNullableType,
  getOperationAST,
  isInputType,
  isNonNullType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  typeFromAST,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';
import { absentInput, judgeInput } from './input-faults.ts';
import { countVariables, LITERALS, VALUES, variablesOf } from './input-forms.ts';
import { type InputFault, invalidInput } from './invalid-input.ts';

/** Faults in the text of an operation, by the node of the field. */
const ofTexts = new WeakMap<FieldNode, readonly InputFault[]>();
/** Faults in the variables of a call, by its context; the places begin in the variable. */
const ofVariables = new WeakMap<object, ReadonlyMap<string, readonly InputFault[]>>();

/** Whether a field answers with its faults: an outcome that InvalidInput is a member of. */
function isVerb(field: GraphQLField<unknown, unknown> | undefined): field is GraphQLField<unknown, unknown> {
  const type = field === undefined ? undefined : getNullableType(field.type);
  return isUnionType(type) && type.getTypes().some(({ name }) => name === 'InvalidInput');
}

interface VerbField {
  readonly node: FieldNode;
  readonly field: GraphQLField<unknown, unknown>;
}

/** The fields of verbs that an operation calls itself; inside fragments GraphQL's own errors stay. */
function verbFields(schema: GraphQLSchema, operation: OperationDefinitionNode): VerbField[] {
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) return [];
  const fields = schema.getRootType(operation.operation)?.getFields() ?? {};
  return operation.selectionSet.selections.flatMap((node) => {
    const field = node.kind === Kind.FIELD ? fields[node.name.value] : undefined;
    return node.kind === Kind.FIELD && isVerb(field) ? [{ node, field }] : [];
  });
}

/** Puts sound literals in the place of those with faults, in the document itself, and keeps the faults. */
export function judgeLiterals(schema: GraphQLSchema, document: DocumentNode): void {
  for (const operation of document.definitions) {
    if (operation.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const { node, field } of verbFields(schema, operation)) judgeField(node, field);
  }
}

function judgeField(node: FieldNode, field: GraphQLField<unknown, unknown>): void {
  const faults: InputFault[] = [];
  for (const argument of node.arguments ?? []) {
    const name = argument.name.value;
    const type = field.args.find((known) => known.name === name)?.type;
    if (type === undefined) continue;
    const judged = judgeInput(LITERALS, type, argument.value, [name]);
    if (judged.faults.length === 0) continue;
    faults.push(...judged.faults);
    (argument as { value: ValueNode }).value = judged.value;
  }
  if (faults.length > 0) ofTexts.set(node, faults);
}

/**
 * The same call with sound variables, where GraphQL takes none of those that it has; null where its errors stay:
 * where no variable is for a verb alone, or where all of them are sound.
 */
export function judgeVariables(args: ExecutionArgs): ExecutionArgs | null {
  const { schema, document, operationName, contextValue } = args;
  const operation = getOperationAST(document, operationName);
  if (operation == null) return null;
  const verbs = verbFields(schema, operation).map(({ node }) => node);
  const inVerbs = new Map<string, number>();
  for (const { name } of verbs.flatMap(variablesOf)) inVerbs.set(name, (inVerbs.get(name) ?? 0) + 1);
  const everywhere = countVariables(document);
  const given = args.variableValues ?? {};
  const sound: Record<string, unknown> = { ...given };
  const faults = new Map<string, readonly InputFault[]>();
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    if (inVerbs.get(name) !== everywhere.get(name)) continue;
    const judged = judgeVariable(schema, definition, given);
    if (judged === null || judged.faults.length === 0) continue;
    faults.set(name, judged.faults);
    sound[name] = judged.value;
  }
  if (faults.size === 0) return null;
  ofVariables.set(contextValue as object, faults);
  return { ...args, variableValues: sound };
}

function judgeVariable(
  schema: GraphQLSchema,
  { variable, type: written, defaultValue }: VariableDefinitionNode,
  given: { readonly [name: string]: unknown },
) {
  const type = typeFromAST(schema, written);
  if (!isInputType(type)) return null;
  const name = variable.name.value;
  if (Object.hasOwn(given, name) && given[name] !== undefined)
    return judgeInput(VALUES, type, given[name], []);
  return isNonNullType(type) && defaultValue === undefined ? absentInput(VALUES, type, []) : null;
}

/** The faults of a call's input that GraphQL would not take. */
export function faultsOf({ fieldNodes }: GraphQLResolveInfo, context: object): readonly InputFault[] {
  const variables = ofVariables.get(context);
  return fieldNodes.flatMap((node) => [
    ...(ofTexts.get(node) ?? []),
    ...variablesOf(node).flatMap(({ name, path }) =>
      (variables?.get(name) ?? []).map((fault) => ({ ...fault, path: [...path, ...fault.path] })),
    ),
  ]);
}

/** Refuses a call whose input has faults that GraphQL would not take. Called after authority was judged. */
export function refuseFaults(info: GraphQLResolveInfo, context: object): void {
  const faults = faultsOf(info, context);
  if (faults.length > 0) throw invalidInput(faults);
}
