/**
 * A plugin of codegen: what a normalising cache has to know of the schema. Which types an interface or a union has,
 * which have an id of their own, and by which arguments the pages of a list belong together.
 */
import { type GraphQLSchema, isAbstractType, isObjectType } from 'graphql';

/** Arguments that name a page of a list, not the list. */
const PAGE_ARGUMENTS = ['first', 'after', 'last', 'before'];
const isConnection = (type: string) => /Connection!?$/.test(type);

export function plugin(schema: GraphQLSchema): string {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const objects = types.filter((type) => isObjectType(type));
  const isRow = (name: string) =>
    objects.some((type) => type.name === name && type.getInterfaces().some((one) => one.name === 'Node'));
  const roots = ['Query', 'Mutation', 'Subscription'];
  const possible = types
    .filter((type) => isAbstractType(type))
    .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]);
  const lists = objects.flatMap((type) => {
    const fields = Object.values(type.getFields())
      .filter((field) => isConnection(field.type.toString()))
      .map((field) => [
        field.name,
        field.args.map(({ name }) => name).filter((name) => !PAGE_ARGUMENTS.includes(name)),
      ]);
    return fields.length === 0 ? [] : [[type.name, Object.fromEntries(fields)]];
  });
  const values = objects.map(({ name }) => name).filter((name) => !isRow(name) && !roots.includes(name));
  return [
    constantOf('possibleTypes', 'The types of each interface and union.', Object.fromEntries(possible)),
    constantOf(
      'LISTS',
      'The lists of each type, and the arguments that choose one.',
      Object.fromEntries(lists),
    ),
    constantOf('VALUES', 'Types without an id of their own: they belong to the row that has them.', values),
  ].join('\n');
}

function constantOf(name: string, what: string, value: unknown): string {
  const type = Array.isArray(value) ? 'readonly string[]' : typeOf(name);
  return `/** ${what} */\nexport const ${name}: ${type} = ${JSON.stringify(value, null, 2)};\n`;
}

const typeOf = (name: string) =>
  name === 'possibleTypes'
    ? 'Record<string, string[]>'
    : 'Readonly<Record<string, Readonly<Record<string, string[]>>>>';
