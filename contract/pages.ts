import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql';

interface Fielded {
  readonly name: string;
  readonly type: unknown;
  readonly description?: string | null | undefined;
  readonly deprecationReason?: string | null | undefined;
  readonly args?: readonly GraphQLArgument[];
}

/** The pages of the reference by their file names, as Markdown. */
export function referencePages(schema: GraphQLSchema): ReadonlyMap<string, string> {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const types = Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .filter((type) => !isSpecifiedScalarType(type) && !roots.some((root) => root === type))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const place = new Map(types.map((type) => [type.name, fileOf(type)]));
  const of = (file: string) => types.filter((type) => fileOf(type) === file);
  const operations = (root: (typeof roots)[number]) => Object.values(root?.getFields() ?? {});
  const pages: readonly (readonly [file: string, title: string, body: string])[] = [
    [
      'queries.md',
      'Queries',
      operations(roots[0])
        .map((field) => operationText(field, place))
        .join('\n'),
    ],
    [
      'mutations.md',
      'Mutations',
      operations(roots[1])
        .map((field) => operationText(field, place))
        .join('\n'),
    ],
    [
      'subscriptions.md',
      'Subscriptions',
      operations(roots[2])
        .map((field) => operationText(field, place))
        .join('\n'),
    ],
    [
      'objects.md',
      'Objects',
      of('objects.md')
        .map((type) => typeText(type, place))
        .join('\n'),
    ],
    [
      'connections.md',
      'Lists',
      of('connections.md')
        .map((type) => typeText(type, place))
        .join('\n'),
    ],
    [
      'unions.md',
      'Unions',
      of('unions.md')
        .map((type) => typeText(type, place))
        .join('\n'),
    ],
    [
      'inputs.md',
      'Inputs',
      of('inputs.md')
        .map((type) => typeText(type, place))
        .join('\n'),
    ],
    [
      'enums.md',
      'Enums',
      of('enums.md')
        .map((type) => typeText(type, place))
        .join('\n'),
    ],
    [
      'scalars.md',
      'Scalars',
      of('scalars.md')
        .map((type) => typeText(type, place))
        .join('\n'),
    ],
  ];
  const index = pages.map(([file, title]) => `- [${title}](${file})\n`).join('');
  return new Map([
    ['README.md', `# The API, type by type\n\n${MADE}\n${index}`],
    ...pages.map(([file, title, body]) => [file, `# ${title}\n\n${MADE}\n${body}`] as const),
  ]);
}

const MADE = '<!-- `npm run codegen` writes this page from schema.graphql. -->\n';

function fileOf(type: GraphQLNamedType): string {
  if (isEnumType(type)) return 'enums.md';
  if (isScalarType(type)) return 'scalars.md';
  if (isInputObjectType(type)) return 'inputs.md';
  if (isUnionType(type)) return 'unions.md';
  return /(Connection|Edge)$/.test(type.name) || type.name === 'PageInfo' ? 'connections.md' : 'objects.md';
}

type Places = ReadonlyMap<string, string>;

function operationText(field: Fielded, places: Places): string {
  return `## ${field.name}\n\n${said(field)}\n\nAnswers ${linked(field.type, places)}.\n${argumentList(field, places, '')}`;
}

function typeText(type: GraphQLNamedType, places: Places): string {
  const head = `## ${type.name}\n\n${said(type)}\n`;
  if (isEnumType(type))
    return `${head}\n${type
      .getValues()
      .map((value) => `- \`${value.name}\`: ${said(value)}\n`)
      .join('')}`;
  if (isScalarType(type)) return `${head}\nSpecified by <${type.specifiedByURL}>.\n`;
  if (isUnionType(type))
    return `${head}\nOne of ${type
      .getTypes()
      .map((one) => linked(one, places))
      .join(', ')}.\n`;
  const interfaces = isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : [];
  const implemented =
    interfaces.length === 0
      ? ''
      : `\nImplements ${interfaces.map((one) => linked(one, places)).join(', ')}.\n`;
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return head;
  const fields: readonly (Fielded | GraphQLInputField)[] = Object.values(type.getFields());
  return `${head}${implemented}\n${fields.map((field) => fieldText(field, places)).join('')}`;
}

function fieldText(field: Fielded, places: Places): string {
  const old = field.deprecationReason == null ? '' : ` **Deprecated.** ${oneLine(field.deprecationReason)}`;
  return `- \`${field.name}\` (${linked(field.type, places)}): ${said(field)}${old}\n${argumentList(field, places, '  ')}`;
}

function argumentList({ args = [] }: Fielded, places: Places, indent: string): string {
  if (args.length === 0) return '';
  const lines = args.map((one) => `${indent}- \`${one.name}\` (${linked(one.type, places)}): ${said(one)}\n`);
  return `${indent === '' ? '\n' : ''}${lines.join('')}`;
}

function said({ description }: { readonly description?: string | null | undefined }): string {
  return oneLine(description ?? '');
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** A type as it is written, with a link to its place. */
function linked(type: unknown, places: Places): string {
  const { name } = getNamedType(type as GraphQLNamedType);
  const file = places.get(name);
  const text = `\`${String(type)}\``;
  return file === undefined ? text : `[${text}](${file}#${name.toLowerCase()})`;
}
