/**
 * Which answers last: every field of theirs is of a row that stays as it was written. Nothing is known of lists,
 * counts, derived fields and the present state of anything, so these don't last.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { Noun } from './nouns/noun.ts';
import { NOUNS } from './nouns/nouns.ts';

/** The response keys to something that may still come where there is nothing yet: a row, or its place in the log. */
export type AwaitedPath = readonly string[];

const judged = new WeakMap<DocumentNode, Map<string, readonly AwaitedPath[] | null>>();

/** What an operation's answer waits for to last; null where it doesn't last anyway. */
export function awaitedBy(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName?: string | null,
): readonly AwaitedPath[] | null {
  const known = judged.get(document) ?? new Map<string, readonly AwaitedPath[] | null>();
  judged.set(document, known);
  const name = String(operationName ?? null);
  if (!known.has(name)) known.set(name, judgeOperation(schema, document, operationName));
  return known.get(name) ?? null;
}

/** Whether something that the answer waits for isn't there. */
export function isAwaiting(data: unknown, awaited: readonly AwaitedPath[]): boolean {
  return awaited.some((path) => isNothing(data, path));
}

function isNothing(value: unknown, [key, ...below]: AwaitedPath): boolean {
  if (Array.isArray(value))
    return value.some((one) => isNothing(one, key === undefined ? [] : [key, ...below]));
  if (value === null) return true;
  // A key that isn't there was left out by a directive, or is of another type.
  if (key === undefined || typeof value !== 'object' || !(key in value)) return false;
  return isNothing((value as Record<string, unknown>)[key], below);
}

function judgeOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName?: string | null,
): readonly AwaitedPath[] | null {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'query') return null;
  const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  const judge = new Judge(schema, new Map(fragments.map((node) => [node.name.value, node])));
  return judge.selection(operation.selectionSet, 'Query', []) ? judge.awaited : null;
}

/** Nouns whose rows last, by the name of their type. */
const LASTING = new Map(
  Object.values(NOUNS).flatMap((noun) => (noun.lasting === undefined ? [] : [[noun.type, noun] as const])),
);

/** Root fields that look rows of any type up. */
const NODE_FIELDS = ['node', 'nodes'];

class Judge {
  readonly awaited: AwaitedPath[] = [];
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;

  constructor(schema: GraphQLSchema, fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#schema = schema;
    this.#fragments = fragments;
  }

  /** Whether all of a selection lasts. */
  selection({ selections }: SelectionSetNode, typeName: string, path: AwaitedPath): boolean {
    return selections.every((selection) => {
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        return this.#field(selection, typeName, [...path, key]);
      }
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
      if (fragment === undefined) return false;
      return this.selection(fragment.selectionSet, fragment.typeCondition?.name.value ?? typeName, path);
    });
  }

  #field(node: FieldNode, typeName: string, path: AwaitedPath): boolean {
    const name = node.name.value;
    if (name === '__typename') return true;
    const type = this.#typeOf(typeName, name);
    if (type === null) return false;
    const noun = LASTING.get(typeName);
    if (typeName === 'Query') {
      if (!looksUp(node, type)) return false;
      this.awaited.push(path);
    } else if (noun === undefined ? typeName !== 'Node' : !this.#lasts(noun, name, path)) return false;
    const below = node.selectionSet;
    return below === undefined || this.selection(below, getNamedType(type).name, path);
  }

  #lasts(noun: Noun, name: string, path: AwaitedPath): boolean {
    if (name === 'id') return true;
    if (name === 'position' || name === 'logOrdinal') {
      this.awaited.push(path);
      return true;
    }
    const { but, also = [] } = noun.lasting!;
    if (noun.columns.has(name)) return !but.includes(name);
    return also.includes(name) || leadsToOne(noun, name);
  }

  #typeOf(typeName: string, name: string): GraphQLOutputType | null {
    const type = this.#schema.getType(typeName);
    return type !== undefined && 'getFields' in type
      ? ((type.getFields()[name] as { type: GraphQLOutputType } | undefined)?.type ?? null)
      : null;
  }
}

/** Whether a root field looks a row up by its key, so that it is always the same row. */
function looksUp({ name, arguments: given = [] }: FieldNode, type: GraphQLOutputType): boolean {
  if (NODE_FIELDS.includes(name.value)) return true;
  const noun = LASTING.get(getNamedType(type).name);
  if (noun === undefined || given.length !== noun.key.length || !isObjectType(type)) return false;
  return given.every((argument) => noun.key.includes(String(noun.columns.get(argument.name.value)?.column)));
}

/** Whether a relation leads to one row by its key, from columns that last. A reference is written with its row. */
function leadsToOne(noun: Noun, name: string): boolean {
  const relation = noun.relations[name];
  if (relation === undefined || relation.many || relation.through !== null) return false;
  const lasting = [...noun.columns].flatMap(([field, { column }]) =>
    noun.lasting!.but.includes(field) ? [] : [column],
  );
  const { key } = NOUNS[relation.to];
  return (
    key.length === relation.pairs.length &&
    relation.pairs.every(
      ([child, parent]) => key.includes(child) && lasting.includes(parent.replace(/::\w+$/, '')),
    )
  );
}
