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
import { InvalidInput, type Problem, problemAt } from '../law/refusals.ts';

/**
 * GraphQL takes `{ dryRun: $dryRun }` with no value for $dryRun as if the field were left out, so a caller that lost
 * a value would get the default unnoticed. Where the default does more than any value could (writes,
 * sweeps everything, blocks nothing), the field says `NEEDS_VALUE`, and such a call is refused.
 */
export function refuseMissingValues(field: GraphQLField<unknown, unknown>, info: GraphQLResolveInfo): void {
  const problems: Problem[] = [];
  const isMissing = (name: string) => !Object.hasOwn(info.variableValues.coerced, name);
  for (const given of info.fieldNodes[0]?.arguments ?? []) {
    const argument = field.args.find(({ name }) => name === given.name.value);
    if (argument !== undefined) findMissing(argument.type, given.value, [argument.name], isMissing, problems);
  }
  const [first] = problems;
  if (first !== undefined) throw new InvalidInput(`The input can't be taken: ${first.message}`, problems);
}

type IsMissing = (variable: string) => boolean;

function findMissing(
  type: GraphQLInputType,
  value: ValueNode,
  path: readonly string[],
  isMissing: IsMissing,
  problems: Problem[],
): void {
  if (value.kind === Kind.LIST) {
    value.values.forEach((item, at) => {
      findMissing(type, item, [...path, String(at)], isMissing, problems);
    });
  }
  if (value.kind === Kind.OBJECT) findMissingInside(type, value, path, isMissing, problems);
}

function findMissingInside(
  type: GraphQLInputType,
  value: ObjectValueNode,
  path: readonly string[],
  isMissing: IsMissing,
  problems: Problem[],
): void {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return;
  for (const { name, value: given } of value.fields) {
    const described = named.getFields()[name.value];
    if (described === undefined) continue;
    const place = [...path, name.value];
    if (given.kind !== Kind.VARIABLE) findMissing(described.type, given, place, isMissing, problems);
    else if (described.extensions['needsValue'] === true && isMissing(given.name.value)) {
      const fault = `${name.value} is given by the variable $${given.name.value}, which has no value`;
      const message = `${fault}; give it one, or leave ${name.value} out.`;
      problems.push(problemAt(place, 'variable-missing', message));
    }
  }
}
