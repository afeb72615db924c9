/**
 * Whether an answer is of the type that its operation promises. The generated types say what a ledger answers. What
 * is at its address may be something else, and a command that believed the types would fail in the middle. Judged by
 * the schema of this version.
 */
import { readFileSync } from 'node:fs';
import {
  buildSchema,
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
} from 'graphql';

const SCHEMA = new URL('../../../schema.graphql', import.meta.url);

let known: GraphQLSchema | null = null;
const operations = new Map<string, DocumentNode>();

/** What is wrong with the data that came for an operation, as the end of a sentence; null where nothing is. */
export function shapeFault(operation: string, data: unknown): string | null {
  known ??= buildSchema(readFileSync(SCHEMA, 'utf8'), { assumeValid: true, noLocation: true });
  const document = operations.get(operation) ?? parse(operation, { noLocation: true });
  operations.set(operation, document);
  return new Shape(known, document).fault(data);
}

type Path = readonly (string | number)[];

class Shape {
  readonly #schema: GraphQLSchema;
  readonly #document: DocumentNode;

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    this.#schema = schema;
    this.#document = document;
  }

  fault(data: unknown): string | null {
    for (const definition of this.#document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      const root = this.#schema.getRootType(definition.operation);
      if (root) return this.#object(root, [definition.selectionSet], data, []);
    }
    throw new TypeError('The document holds no operation of the schema.');
  }

  #value(
    type: GraphQLOutputType,
    sets: readonly SelectionSetNode[],
    value: unknown,
    path: Path,
  ): string | null {
    if (value === undefined) return `${nameOf(path)} is missing`;
    if (isNonNullType(type))
      return value === null ? `${nameOf(path)} is null` : this.#value(type.ofType, sets, value, path);
    if (value === null) return null;
    if (isListType(type)) {
      if (!Array.isArray(value)) return `${nameOf(path)} is no list`;
      return firstFault(value, (item, at) => this.#value(type.ofType, sets, item, [...path, at]));
    }
    if (isCompositeType(type)) return this.#object(type, sets, value, path);
    return isLeafOf(type, value) ? null : `${nameOf(path)} is no ${type.toString()}`;
  }

  #object(
    type: GraphQLCompositeType,
    sets: readonly SelectionSetNode[],
    value: unknown,
    path: Path,
  ): string | null {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return `${nameOf(path)} is no object`;
    const members = value as Readonly<Record<string, unknown>>;
    const concrete = this.#concrete(
      type,
      Object.hasOwn(members, '__typename') ? members['__typename'] : undefined,
    );
    if (concrete === null) return `${nameOf(path)} is of no type that this version knows there`;
    return firstFault([...this.#fields(concrete, sets)], ([key, { name, nested }]) => {
      if (name === '__typename') return null;
      const field = concrete.getFields()[name];
      const member = Object.hasOwn(members, key) ? members[key] : undefined;
      return field === undefined ? null : this.#value(field.type, nested, member, [...path, key]);
    });
  }

  #concrete(type: GraphQLCompositeType, name: unknown) {
    if (!isAbstractType(type)) return name === undefined || name === type.name ? type : null;
    return this.#schema.getPossibleTypes(type).find((possible) => possible.name === name) ?? null;
  }

  /** The fields that the operation selects of an object, by the names under which they are answered. */
  #fields(type: GraphQLCompositeType, sets: readonly SelectionSetNode[]) {
    const found = new Map<string, { readonly name: string; readonly nested: SelectionSetNode[] }>();
    const add = (set: SelectionSetNode): void => {
      for (const selection of set.selections) {
        if (selection.kind === Kind.FIELD) {
          const key = selection.alias?.value ?? selection.name.value;
          const field = found.get(key) ?? { name: selection.name.value, nested: [] };
          if (selection.selectionSet) field.nested.push(selection.selectionSet);
          found.set(key, field);
          continue;
        }
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragment(selection.name.value);
        if (this.#applies(fragment.typeCondition?.name.value, type)) add(fragment.selectionSet);
      }
    };
    for (const set of sets) add(set);
    return found;
  }

  #fragment(name: string) {
    for (const definition of this.#document.definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name) return definition;
    throw new TypeError(`The document has no fragment ${name}.`);
  }

  #applies(condition: string | undefined, type: GraphQLCompositeType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const wanted = this.#schema.getType(condition);
    return isAbstractType(wanted) && isObjectType(type) && this.#schema.isSubType(wanted, type);
  }
}

/**
 * The form of scalars that travel as text isn't judged here. Names that a later version adds to an enumeration pass.
 */
function isLeafOf(type: GraphQLOutputType, value: unknown): boolean {
  const named = getNamedType(type);
  if (isEnumType(named)) return typeof value === 'string';
  switch (named.name) {
    case 'Boolean':
      return typeof value === 'boolean';
    case 'Int':
      return Number.isInteger(value);
    case 'Float':
      return typeof value === 'number';
    case 'JSON':
      return true;
    default:
      return typeof value === 'string';
  }
}

function firstFault<Item>(
  items: readonly Item[],
  judge: (item: Item, at: number) => string | null,
): string | null {
  for (const [at, item] of items.entries()) {
    const fault = judge(item, at);
    if (fault !== null) return fault;
  }
  return null;
}

const nameOf = (path: Path): string => (path.length === 0 ? 'the whole' : path.join('.'));
