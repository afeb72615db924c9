import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLResolveInfo,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** The part of a resolve info that the look-ahead reads. */
export type Selection = Pick<GraphQLResolveInfo, 'schema' | 'fragments' | 'variableValues' | 'fieldNodes'>;

/** Response key → the field nodes that share it, as execution will merge them below these nodes for this type. */
export function selectFields(
  asked: Selection,
  nodes: readonly FieldNode[],
  typeName: string,
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const seen = new Set<string>();
  for (const node of nodes)
    if (node.selectionSet) collectFields(asked, node.selectionSet, typeName, fields, seen);
  return fields;
}

function collectFields(
  asked: Selection,
  set: SelectionSetNode,
  typeName: string,
  fields: Map<string, FieldNode[]>,
  seen: Set<string>,
): void {
  for (const selection of set.selections) {
    if (!isIncluded(asked, selection)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const group = fields.get(key);
      if (group) group.push(selection);
      else fields.set(key, [selection]);
      continue;
    }
    const fragment = fragmentOf(asked.fragments, selection);
    if (fragment === undefined || !appliesTo(asked, fragment.typeCondition?.name.value, typeName)) continue;
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      if (seen.has(selection.name.value)) continue;
      seen.add(selection.name.value);
    }
    collectFields(asked, fragment.selectionSet, typeName, fields, seen);
  }
}

type Fragment = Pick<FragmentDefinitionNode, 'selectionSet'> & {
  typeCondition?: FragmentDefinitionNode['typeCondition'] | undefined;
};

function fragmentOf(
  fragments: Selection['fragments'],
  selection: Exclude<SelectionNode, FieldNode>,
): Fragment | undefined {
  return selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
}

function appliesTo({ schema }: Selection, condition: string | undefined, typeName: string): boolean {
  if (condition === undefined || condition === typeName) return true;
  const wider = schema.getType(condition);
  const type = schema.getType(typeName);
  return isAbstractType(wider) && isObjectType(type) && schema.isSubType(wider, type);
}

function isIncluded(asked: Selection, selection: SelectionNode): boolean {
  for (const directive of selection.directives ?? []) {
    const name = directive.name.value;
    if (name === 'skip' && conditionOf(asked, directive) === true) return false;
    if (name === 'include' && conditionOf(asked, directive) === false) return false;
  }
  return true;
}

function conditionOf({ variableValues }: Selection, directive: DirectiveNode): unknown {
  const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value;
  if (value?.kind === Kind.BOOLEAN) return value.value;
  return value?.kind === Kind.VARIABLE ? variableValues.coerced[value.name.value] : undefined;
}

/** The variables that decide, by `@skip` and `@include`, what these nodes select; sorted. */
export function decidingVariables(fragments: Selection['fragments'], nodes: readonly FieldNode[]): string[] {
  const names = new Set<string>();
  const seen = new Set<string>();
  const visit = (selection: SelectionNode): void => {
    for (const { name, arguments: given } of selection.directives ?? []) {
      const value = given?.find((argument) => argument.name.value === 'if')?.value;
      if ((name.value === 'skip' || name.value === 'include') && value?.kind === Kind.VARIABLE)
        names.add(value.name.value);
    }
    if (selection.kind === Kind.FRAGMENT_SPREAD) {
      if (seen.has(selection.name.value)) return;
      seen.add(selection.name.value);
    }
    const set =
      selection.kind === Kind.FRAGMENT_SPREAD
        ? fragments[selection.name.value]?.selectionSet
        : selection.selectionSet;
    set?.selections.forEach(visit);
  };
  for (const node of nodes) node.selectionSet?.selections.forEach(visit);
  return [...names].sort();
}
