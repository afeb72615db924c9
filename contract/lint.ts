/** The rules of the schema: what Relay's compiler, code generators and readers rely on. */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';

/** A description of fewer letters says no more than the name. */
const LEAST_SAID = 12;

const PASCAL = /^[A-Z][A-Za-z0-9]*$/;
const CAMEL = /^[a-z][A-Za-z0-9]*$/;
const UPPER = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;

/** Each fault as a sentence that begins with its place. */
export function faultsOf(schema: GraphQLSchema): string[] {
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
  );
  return [...types.flatMap(typeFaults), ...mutationFaults(schema), ...nodeFaults(schema)];
}

function typeFaults(type: GraphQLNamedType): string[] {
  const faults = [
    ...saidFaults(type.name, type.name, type.description),
    ...nameFaults(type.name, PASCAL, type.name),
  ];
  if (isEnumType(type))
    for (const { name, description } of type.getValues())
      faults.push(
        ...nameFaults(`${type.name}.${name}`, UPPER, name),
        ...saidFaults(`${type.name}.${name}`, name, description),
      );
  if (isScalarType(type) && !type.specifiedByURL) faults.push(`${type.name} has no @specifiedBy.`);
  if (isUnionType(type) && type.getTypes().length < 2) faults.push(`${type.name} is a union of one type.`);
  if (isInputObjectType(type)) faults.push(...inputFaults(type));
  if (!isObjectType(type) && !isInterfaceType(type)) return faults;
  for (const field of Object.values(type.getFields())) faults.push(...fieldFaults(type.name, field));
  if (type.name.endsWith('Connection')) faults.push(...connectionFaults(type.name, type.getFields()));
  if (type.name.endsWith('Edge')) faults.push(...missing(type.name, type.getFields(), ['cursor', 'node']));
  if (type.name === 'PageInfo')
    faults.push(
      ...missing(type.name, type.getFields(), ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor']),
    );
  return faults;
}

function inputFaults(type: GraphQLInputObjectType): string[] {
  const faults = /(Input|Filter)$/.test(type.name) ? [] : [`${type.name} is an input and isn't named so.`];
  for (const { name, description, deprecationReason } of Object.values(type.getFields()))
    faults.push(
      ...nameFaults(`${type.name}.${name}`, CAMEL, name),
      ...saidFaults(`${type.name}.${name}`, name, description),
      ...deprecationFaults(`${type.name}.${name}`, deprecationReason),
    );
  return faults;
}

function fieldFaults(typeName: string, field: GraphQLField<unknown, unknown>): string[] {
  const place = `${typeName}.${field.name}`;
  const argumentFaults = field.args.flatMap((argument: GraphQLArgument) => [
    ...nameFaults(`${place}(${argument.name}:)`, CAMEL, argument.name),
    ...saidFaults(`${place}(${argument.name}:)`, argument.name, argument.description),
  ]);
  return [
    ...nameFaults(place, CAMEL, field.name),
    ...saidFaults(place, field.name, field.description),
    ...deprecationFaults(place, field.deprecationReason),
    ...argumentFaults,
    ...(getNamedType(field.type).name.endsWith('Connection') ? pagingFaults(place, field.args) : []),
  ];
}

/** Relay pages by these, and by no default: a default would be sent beside `last`. */
function pagingFaults(place: string, args: readonly GraphQLArgument[]): string[] {
  return ['first', 'after', 'last', 'before'].flatMap((name) => {
    const found = args.find((argument) => argument.name === name);
    if (found === undefined) return [`${place} takes no ${name}.`];
    return isNonNullType(found.type) || found.default !== undefined
      ? [`${place}(${name}:) must be nullable, without a default.`]
      : [];
  });
}

type Fields = Readonly<Record<string, GraphQLField<unknown, unknown>>>;

function connectionFaults(name: string, fields: Fields): string[] {
  const faults = missing(name, fields, ['edges', 'nodes', 'pageInfo', 'totalCount', 'totalCountAtLeast']);
  const edges = fields['edges']?.type;
  const list = edges !== undefined && isNonNullType(edges) ? edges.ofType : edges;
  if (!isListType(list) || !getNamedType(list).name.endsWith('Edge'))
    faults.push(`${name}.edges is no list of edges.`);
  return faults;
}

function missing(name: string, fields: Fields, due: readonly string[]): string[] {
  return due.filter((field) => fields[field] === undefined).map((field) => `${name} has no ${field}.`);
}

/** Each verb takes one input, and answers with a union of its success and its refusals. */
function mutationFaults(schema: GraphQLSchema): string[] {
  return Object.values(schema.getMutationType()?.getFields() ?? {}).flatMap(({ name, args, type }) => {
    const answer = getNamedType(type);
    const due = `${name[0]!.toUpperCase()}${name.slice(1)}Outcome`;
    return [
      ...(args.length === 1 && args[0]!.name === 'input' && isNonNullType(args[0]!.type)
        ? []
        : [`Mutation.${name} must take one argument, input, which isn't null.`]),
      ...(isUnionType(answer) && answer.name === due ? [] : [`Mutation.${name} must answer with ${due}.`]),
    ];
  });
}

/** Relay refetches by `node(id:)` whatever has an id. */
function nodeFaults(schema: GraphQLSchema): string[] {
  const node = schema.getType('Node');
  if (!isInterfaceType(node)) return ['The schema has no interface Node.'];
  const nodes = new Set(schema.getPossibleTypes(node).map(({ name }) => name));
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter((type) => 'id' in type.getFields() && !nodes.has(type.name))
    .map(({ name }) => `${name} has an id and isn't a Node.`);
}

function nameFaults(place: string, rule: RegExp, name: string): string[] {
  return rule.test(name) ? [] : [`${place} is not named as ${rule} says.`];
}

/** A description is there, ends as a sentence, and says more than the name. */
function saidFaults(place: string, name: string, description: string | null | undefined): string[] {
  if (!description) return [`${place} has no description.`];
  const bare = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  if (description.length < LEAST_SAID || bare(description) === bare(name))
    return [`${place} says no more than its name: ${JSON.stringify(description)}`];
  return /[.:`)]$/.test(description) ? [] : [`${place}'s description ends without a stop.`];
}

/** docs/reference/api.md has the policy. */
function deprecationFaults(place: string, reason: string | null | undefined): string[] {
  if (reason == null) return [];
  return /^Use `\w+(\.\w+)*`.* Removed after \d{4}-\d{2}-\d{2}\.$/.test(reason)
    ? []
    : [`${place} is deprecated without saying what to use and until when it stays.`];
}
