/** Compares the schema with a list of binding names: what is listed must be there as listed; what is more is welcome. */
import {
  type ConstDirectiveNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isUnionType,
  parse,
  print,
  type TypeDefinitionNode,
} from 'graphql';

/** One sentence for each difference; descriptions don't count. */
export function apiDifferences(listed: string, schema: GraphQLSchema): string[] {
  const definitions = parse(listed).definitions as readonly TypeDefinitionNode[];
  return [
    ...definitions.flatMap((definition) => ofType(definition, schema)),
    ...refusalsListed(listed).flatMap((name) => ofRefusal(name, schema)),
    ...connectionsListed(listed).flatMap((name) => ofConnection(name, schema)),
    ...outcomes(definitions, schema),
  ];
}

function ofType(definition: TypeDefinitionNode, schema: GraphQLSchema): string[] {
  const name = definition.name.value;
  const type = schema.getType(name);
  if (type === undefined) return [`${name} is missing`];
  switch (definition.kind) {
    case 'ScalarTypeDefinition':
      return isScalarType(type) ? [] : [`${name} is no scalar`];
    case 'EnumTypeDefinition':
      return ofEnum(definition, type);
    case 'UnionTypeDefinition':
      return isUnionType(type)
        ? absent(name, names(definition.types ?? []), type.getTypes().map(String))
        : [`${name} is no union`];
    case 'InputObjectTypeDefinition':
      if (!isInputObjectType(type)) return [`${name} is no input`];
      if (hasOneOf(definition.directives ?? []) !== type.isOneOf) return [`${name} differs in @oneOf`];
      return ofInputs(name, definition.fields ?? [], Object.values(type.getFields()));
    default:
      if (!isObjectType(type) && !isInterfaceType(type)) return [`${name} is no object`];
      return [
        ...absent(name, names(definition.interfaces ?? []), type.getInterfaces().map(String)),
        ...(definition.fields ?? []).flatMap((field) => ofField(name, field, type.getFields())),
      ];
  }
}

const names = (nodes: readonly { readonly name: { readonly value: string } }[]) =>
  nodes.map((node) => node.name.value);
const hasOneOf = (directives: readonly ConstDirectiveNode[]) => names(directives).includes('oneOf');

function absent(where: string, wanted: readonly string[], there: readonly string[]): string[] {
  return wanted.filter((name) => !there.includes(name)).map((name) => `${where} lacks ${name}`);
}

function ofEnum(definition: EnumTypeDefinitionNode, type: GraphQLNamedType): string[] {
  if (!isEnumType(type)) return [`${type.name} is no enum`];
  const there = type.getValues().map((value) => value.name);
  return absent(type.name, names(definition.values ?? []), there);
}

function ofField(
  owner: string,
  wanted: FieldDefinitionNode,
  fields: Readonly<Record<string, GraphQLField<unknown, unknown>>>,
): string[] {
  const where = `${owner}.${wanted.name.value}`;
  const field = fields[wanted.name.value];
  if (field === undefined) return [`${where} is missing`];
  const type = print(wanted.type);
  return [
    ...(String(field.type) === type ? [] : [`${where} is ${field.type}, listed as ${type}`]),
    ...ofInputs(where, wanted.arguments ?? [], field.args),
  ];
}

type Input = GraphQLArgument | GraphQLInputField;

/** Arguments of a field, or fields of an input: those listed as listed, and none beside them that a caller must give. */
function ofInputs(
  where: string,
  wanted: readonly InputValueDefinitionNode[],
  there: readonly Input[],
): string[] {
  const listed = new Set(names(wanted));
  const demanding = there.filter((input) => !listed.has(input.name) && isRequired(input));
  return [
    ...demanding.map((input) => `${where} demands ${input.name}, which isn't listed`),
    ...wanted.flatMap((input) => {
      const found = there.find(({ name }) => name === input.name.value);
      const place = `${where}(${input.name.value})`;
      if (found === undefined) return [`${place} is missing`];
      const type = print(input.type);
      const standard = input.defaultValue === undefined ? undefined : print(input.defaultValue);
      return [
        ...(String(found.type) === type ? [] : [`${place} is ${found.type}, listed as ${type}`]),
        ...(defaultOf(found) === standard
          ? []
          : [`${place} is ${defaultOf(found)} by default, listed ${standard}`]),
      ];
    }),
  ];
}

/** Whether a caller has to give it. */
function isRequired(input: Input): boolean {
  return isNonNullType(input.type) && defaultOf(input) === undefined;
}

/** The default as it is written in SDL. */
function defaultOf(input: Input): string | undefined {
  const value = input.astNode?.defaultValue;
  return value === undefined ? undefined : print(value);
}

/** The refusals stand in a comment, separated by middle dots; a guard may follow in parentheses. */
function refusalsListed(listed: string): string[] {
  const comments = listed.split('\n').filter((line) => /^# .*·/.test(line));
  return comments
    .flatMap((line) => line.slice(2).split('·'))
    .map((name) => name.trim().split(' ')[0] as string)
    .filter((name) => /^[A-Z]\w+$/.test(name));
}

function ofRefusal(name: string, schema: GraphQLSchema): string[] {
  const type = schema.getType(name);
  if (!isObjectType(type)) return [`the refusal ${name} is missing`];
  return type.getInterfaces().some(({ name: implemented }) => implemented === 'Refusal')
    ? []
    : [`${name} is no Refusal`];
}

/** The connections stand in a comment, in backticks. */
function connectionsListed(listed: string): string[] {
  const comments = listed.split('\n').filter((line) => line.startsWith('# '));
  const text = comments.slice(0, 4).join(' ');
  return [...text.matchAll(/`(\w+)`/g)].map((match) => match[1] as string);
}

function ofConnection(name: string, schema: GraphQLSchema): string[] {
  const field = schema.getQueryType()?.getFields()[name];
  if (field === undefined) return [`Query.${name} is missing`];
  return /Connection!$/.test(String(field.type)) ? [] : [`Query.${name} is no connection`];
}

/** `<Verb>Outcome` is the union of `<Verb>Success` and refusals alone. */
function outcomes(definitions: readonly TypeDefinitionNode[], schema: GraphQLSchema): string[] {
  const verbs = names(definitions).flatMap((name) => /^(\w+)Success$/.exec(name)?.[1] ?? []);
  return verbs.flatMap((verb) => {
    const union = schema.getType(`${verb}Outcome`);
    if (!isUnionType(union)) return [`${verb}Outcome is no union`];
    const others = union.getTypes().filter((type) => type.name !== `${verb}Success`);
    const strangers = others.filter(
      (type) => !type.getInterfaces().some((implemented) => implemented.name === 'Refusal'),
    );
    return [
      ...(others.length === union.getTypes().length ? [`${verb}Outcome lacks its success`] : []),
      ...strangers.map((type) => `${verb}Outcome has ${type.name}, which is no refusal`),
    ];
  });
}
