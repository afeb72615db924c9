import { InputValidationError } from '@pothos/plugin-validation';
import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import { AUTHORITY, type Authority } from '../auth/authority.ts';
import type { Context } from '../context.ts';
import { Forbidden, InvalidInput, type Problem, problemAt, Refusal } from '../law/refusals.ts';
import { RefusalAnswer } from '../schema/refusals.ts';
import { refuseMissingValues } from './missing-values.ts';

/**
 * Judges the authority of every mutation before its input, and turns refusals into members of its outcome. A
 * mutation that the authority table doesn't name, or a verb without a mutation, stops the build of the schema.
 */
export function guardMutations(schema: GraphQLSchema): GraphQLSchema {
  const table: Readonly<Record<string, Authority>> = AUTHORITY;
  const fields = schema.getMutationType()?.getFields() ?? {};
  for (const verb of Object.keys(table)) if (!(verb in fields)) throw new Error(`${verb} has no mutation.`);
  for (const field of Object.values(fields)) {
    const authority = table[field.name];
    if (authority === undefined) throw new Error(`AUTHORITY does not say who may call ${field.name}.`);
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = (source, args, context: Context, info) =>
      answerRefusals(() => {
        refuseUnauthorised(field.name, authority, args, context);
        refuseMissingValues(field, info);
        return resolve(source, args, context, info);
      });
  }
  return schema;
}

/** Runs a resolver; its refusals, and the faults of its input, become its answer. */
export async function answerRefusals(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Refusal) return new RefusalAnswer(error);
    if (error instanceof InputValidationError) return new RefusalAnswer(invalidInput(error));
    throw error;
  }
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

function invalidInput(error: InputValidationError): InvalidInput {
  const problems: Problem[] = error.issues.map((issue) => {
    const path = (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step));
    return problemAt(path, 'invalid', problemSentence(placeOf(path), issue.message));
  });
  const first = problems[0]?.message ?? 'It is invalid.';
  const more = problems.length > 1 ? ` The other problems (${problems.length - 1}) are listed.` : '';
  return new InvalidInput(`The input can't be taken: ${first}${more}`, problems);
}

/** A complaint goes on from its place ("title must not be blank"); one that is a sentence already follows it. */
function problemSentence(place: string, complaint: string): string {
  const goesOn = /^\p{Ll}/u.test(complaint);
  return `${place}${goesOn ? ' ' : ': '}${complaint.replace(/\.$/, '')}.`;
}

const LONGEST_PLACE = 200;

/** `blockedBy[0]`, `cutSpec.units[3].kind`: the way to a place as one would write it. */
function placeOf(path: readonly string[]): string {
  const steps = path[0] === 'input' ? path.slice(1) : path;
  const place = steps.map(placeStep).join('').replace(/^\./, '');
  if (place === '') return 'The input';
  return place.length <= LONGEST_PLACE ? place : `${place.slice(0, LONGEST_PLACE).toWellFormed()}…`;
}

function placeStep(name: string): string {
  if (/^\d+$/.test(name)) return `[${name}]`;
  return /^\w+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
