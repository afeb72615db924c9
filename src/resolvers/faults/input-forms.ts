/** The two forms of an input: a value of the variables, and a literal of the operation. */
import {
  type ConstValueNode,
  type DocumentNode,
  type FieldNode,
  GraphQLError,
  type GraphQLLeafType,
  isEnumType,
  Kind,
  print,
  type ValueNode,
  visit,
} from 'graphql';
import type { InputForm } from './input-faults.ts';

const LONGEST_QUOTE = 60;

function shortQuote(text: string): string {
  return text.length <= LONGEST_QUOTE ? text : `${text.slice(0, LONGEST_QUOTE).toWellFormed()}…`;
}

/** Why GraphQL takes no value by `coerce`; null where it does. */
function faultOf(coerce: () => unknown): string | null {
  try {
    return coerce() === undefined ? 'has a value of another type' : null;
  } catch (error) {
    if (error instanceof GraphQLError) return error.message;
    throw error;
  }
}

/** JSON as it came. */
export const VALUES: InputForm<unknown> = {
  read(value) {
    if (value === null || value === undefined) return { kind: 'null' };
    if (Array.isArray(value)) return { kind: 'list', items: value };
    if (typeof value === 'object') return { kind: 'object', fields: new Map(Object.entries(value)) };
    return { kind: 'leaf' };
  },
  list: (items) => items,
  object: (fields) => Object.fromEntries(fields),
  leafFault: (type, value) => faultOf(() => type.coerceInputValue(value)),
  anyLeaf: (type) =>
    isEnumType(type)
      ? type.getValues()[0]!.name
      : firstOf(['', 0, false, {}], (value) => VALUES.leafFault(type, value)),
  // Of a long value only the beginning is written out.
  quote: (value) =>
    shortQuote(
      typeof value === 'object'
        ? Array.isArray(value)
          ? 'a list'
          : 'an object'
        : (JSON.stringify(value) ?? 'nothing'),
    ),
};

const ANY_LITERAL: readonly ConstValueNode[] = [
  { kind: Kind.STRING, value: '' },
  { kind: Kind.INT, value: '0' },
  { kind: Kind.BOOLEAN, value: false },
  { kind: Kind.OBJECT, fields: [] },
];

/** Nodes of an operation's text. */
export const LITERALS: InputForm<ValueNode> = {
  read(node) {
    if (node.kind === Kind.VARIABLE) return { kind: 'open' };
    if (node.kind === Kind.NULL) return { kind: 'null' };
    if (node.kind === Kind.LIST) return { kind: 'list', items: node.values };
    if (node.kind !== Kind.OBJECT) return { kind: 'leaf' };
    return { kind: 'object', fields: new Map(node.fields.map(({ name, value }) => [name.value, value])) };
  },
  list: (values) => ({ kind: Kind.LIST, values }),
  object: (fields) => ({
    kind: Kind.OBJECT,
    fields: [...fields].map(([name, value]) => ({
      kind: Kind.OBJECT_FIELD,
      name: { kind: Kind.NAME, value: name },
      value,
    })),
  }),
  // A list or an object with variables in it (a scalar that takes any JSON) is known once they have values.
  leafFault: (type, node) =>
    variablesIn(node).length > 0 ? null : faultOf(() => literalOf(type, node as ConstValueNode)),
  anyLeaf: (type) =>
    isEnumType(type)
      ? { kind: Kind.ENUM, value: type.getValues()[0]!.name }
      : firstOf(ANY_LITERAL, (node) => LITERALS.leafFault(type, node)),
  quote: (node) =>
    node.kind === Kind.LIST ? 'a list' : node.kind === Kind.OBJECT ? 'an object' : shortQuote(print(node)),
};

function literalOf(type: GraphQLLeafType, node: ConstValueNode): unknown {
  return type.coerceInputLiteral === undefined
    ? type.parseLiteral(node, undefined)
    : type.coerceInputLiteral(node);
}

function firstOf<V>(candidates: readonly V[], fault: (value: V) => string | null): V {
  const found = candidates.find((candidate) => fault(candidate) === null);
  if (found === undefined) throw new Error('no value is known that this scalar takes');
  return found;
}

interface VariableUse {
  readonly name: string;
  readonly path: readonly string[];
}

/** Every variable in a literal, with the place that it is for. */
function variablesIn(node: ValueNode, path: readonly string[] = []): VariableUse[] {
  if (node.kind === Kind.VARIABLE) return [{ name: node.name.value, path }];
  if (node.kind === Kind.LIST)
    return node.values.flatMap((item, at) => variablesIn(item, [...path, String(at)]));
  if (node.kind !== Kind.OBJECT) return [];
  return node.fields.flatMap(({ name, value }) => variablesIn(value, [...path, name.value]));
}

/** The same of the arguments of a field. */
export function variablesOf(field: FieldNode): VariableUse[] {
  return (field.arguments ?? []).flatMap(({ name, value }) => variablesIn(value, [name.value]));
}

/** How often each variable is used in a document. */
export function countVariables(document: DocumentNode): Map<string, number> {
  const counts = new Map<string, number>();
  visit(document, {
    VariableDefinition: () => false,
    Variable: ({ name }) => void counts.set(name.value, (counts.get(name.value) ?? 0) + 1),
  });
  return counts;
}
