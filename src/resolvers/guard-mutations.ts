import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import { AUTHORITY, type Authority } from '../auth/authority.ts';
import type { Context } from '../context.ts';
import { Forbidden, problemAt } from '../law/refusals.ts';
import { answerRefusals } from './answer-refusals.ts';
import { auditCall } from './audited/audited-call.ts';
import { invalidInput } from './faults/invalid-input.ts';
import { faultsOf } from './faults/judged-calls.ts';
import { answerSoundItems } from './item-faults.ts';
import { verbOfMany } from './many-verbs.ts';
import { missingValues } from './missing-values.ts';
import { verbOfStatement } from './statement-verbs.ts';

/**
 * Judges the authority of every mutation before its input, turns refusals into members of its outcome, and notes
 * them for the audit. A
 * mutation that the authority table doesn't name, or a verb without a mutation, stops the build of the schema.
 */
export function guardMutations(schema: GraphQLSchema): GraphQLSchema {
  const table: Readonly<Record<string, Authority>> = AUTHORITY;
  const fields = schema.getMutationType()?.getFields() ?? {};
  for (const verb of Object.keys(table)) if (!(verb in fields)) throw new Error(`${verb} has no mutation.`);
  for (const field of Object.values(fields)) {
    const authority = table[verbOfMany(field.name) ?? verbOfStatement(field.name) ?? field.name];
    if (authority === undefined) throw new Error(`AUTHORITY does not say who may call ${field.name}.`);
    const resolve = field.resolve ?? defaultFieldResolver;
    const verb = verbOfMany(field.name);
    field.resolve = (source, args, context: Context, info) => {
      const answer = () => {
        refuseUnauthorised(field.name, authority, args, context);
        const faults = [...faultsOf(info, context), ...missingValues(field, info)];
        const run = (given: Readonly<Record<string, unknown>>) => resolve(source, given, context, info);
        if (verb !== null) return answerSoundItems(run, args, faults);
        if (faults.length > 0) throw invalidInput(faults);
        return run(args);
      };
      return auditCall(context, field, args, () => answerRefusals(answer), verb);
    };
  }
  return schema;
}

function refuseUnauthorised(
  verb: string,
  authority: Authority,
  args: Record<string, unknown>,
  { session }: Context,
): void {
  if (session === null)
    throw new Forbidden(`${verb} needs a caller: send a token as "Authorization: Bearer …".`);
  const { scope, agent } = authorityFor(authority, args);
  if (!session.scopes.has(scope)) {
    throw new Forbidden(`${verb} needs the scope ${scope}, which this token does not carry.`, [
      problemAt([], 'scope-missing', `The caller ${session.name} lacks ${scope}.`),
    ]);
  }
  if (session.kind === 'agent' && !agent) {
    throw new Forbidden(`${verb} is for persons and services; an agent may not call it.`);
  }
}

/**
 * Most verbs need one authority; a few need another for one kind of their input, which GraphQL's own enum has judged.
 */
function authorityFor(
  authority: Authority,
  args: Record<string, unknown>,
): Pick<Authority, 'scope' | 'agent'> {
  const kind = (args['input'] as { kind?: unknown } | undefined)?.kind;
  return (typeof kind === 'string' ? authority.byKind?.[kind] : undefined) ?? authority;
}
