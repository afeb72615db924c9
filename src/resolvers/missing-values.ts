import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLResolveInfo,
  getNamedType,
  isInputObjectType,
  Kind,
  type ObjectValueNode,
  type ValueNode,
} from 'graphql';
import type { InputFault } from './faults/invalid-input.ts';

/**
 * GraphQL takes `{ dryRun: $dryRun }` with no value for $dryRun as if the field were left out, so a caller that lost
 * a value would get the default unnoticed. Where the default does more than any value could (writes,
 * sweeps everything, blocks nothing), the field says `NEEDS_VALUE`, and such a call is refused.
 */
export function missingValues(
  field: GraphQLField<unknown, unknown>,
  info: GraphQLResolveInfo,
): readonly InputFault[] {
  const faults: InputFault[] = [];
  const isMissing = (name: string) => !Object.hasOwn(info.variableValues.coerced, name);
  for (const given of info.fieldNodes[0]?.arguments ?? []) {
    const argument = field.args.find(({ name }) => name === given.name.value);
    if (argument !== undefined) findMissing(argument.type, given.value, [argument.name], isMissing, faults);
  }
  return faults;
}

type IsMissing = (variable: string) => boolean;

function findMissing(
  type: GraphQLInputType,
  value: ValueNode,
  path: readonly string[],
  isMissing: IsMissing,
  faults: InputFault[],
): void {
  if (value.kind === Kind.LIST) {
    value.values.forEach((item, at) => {
      findMissing(type, item, [...path, String(at)], isMissing, faults);
    });
  }
  if (value.kind === Kind.OBJECT) findMissingInside(type, value, path, isMissing, faults);
}

function findMissingInside(
  type: GraphQLInputType,
  value: ObjectValueNode,
  path: readonly string[],
  isMissing: IsMissing,
  faults: InputFault[],
): void {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return;
  for (const { name, value: given } of value.fields) {
    const described = named.getFields()[name.value];
    if (described === undefined) continue;
    const place = [...path, name.value];
    if (given.kind !== Kind.VARIABLE) findMissing(described.type, given, place, isMissing, faults);
    else if (described.extensions['needsValue'] === true && isMissing(given.name.value)) {
      const fault = `is given by the variable $${given.name.value}, which has no value`;
      const complaint = `${fault}; give it one, or leave it out`;
      faults.push({ path: place, code: 'variable-missing', complaint });
    }
  }
}
