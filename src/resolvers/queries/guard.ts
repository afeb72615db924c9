import {
  defaultFieldResolver,
  GraphQLError,
  type GraphQLSchema,
  getNullableType,
  isUnionType,
} from 'graphql';
import type { Scope } from '../../auth/authority.ts';
import { QUERY_AUTHORITY, WHOLE_LEDGER } from '../../auth/query-authority.ts';
import type { Session } from '../../auth/session.ts';
import type { Context } from '../../context.ts';
import { answeredBefore } from '../../reading/partial.ts';
import { answerRefusals } from '../answer-refusals.ts';
import { auditCall, noteError } from '../audited/audited-call.ts';
import { refuseFaults } from '../faults/judged-calls.ts';

/** The caller's session, if it is one and has the scope; else an error that says what is missing. */
export function requireScope({ session }: Context, field: string, scope: Scope | null): Session {
  if (session === null) {
    throw new GraphQLError(`${field} needs a caller: send a token as "Authorization: Bearer …".`, {
      extensions: { code: 'UNAUTHENTICATED' },
    });
  }
  if (scope !== null && !session.scopes.has(scope)) {
    throw new GraphQLError(`${field} needs the scope ${scope}, which this token does not carry.`, {
      extensions: { code: 'FORBIDDEN' },
    });
  }
  return session;
}

function refuseNarrowed({ entryIds }: Session, field: string): void {
  if (entryIds === null || !WHOLE_LEDGER.has(field)) return;
  throw new GraphQLError(
    `${field} shows the whole ledger, and this token is narrowed to some entries. Use a token that isn't narrowed.`,
    {
      extensions: { code: 'FORBIDDEN' },
    },
  );
}

/**
 * Puts the authority of every query before its resolver, from the one table; so before its arguments are looked at.
 * A query that the table does not name stops the build of the schema.
 */
export function guardQueries(schema: GraphQLSchema): GraphQLSchema {
  const table: Readonly<Record<string, Scope | null>> = QUERY_AUTHORITY;
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const scope = table[field.name];
    if (scope === undefined) throw new Error(`QUERY_AUTHORITY does not say who may ask for ${field.name}.`);
    const resolve = field.resolve ?? defaultFieldResolver;
    field.resolve = (source, args, context: Context, info) => {
      const began = performance.now();
      try {
        refuseNarrowed(requireScope(context, field.name, scope), field.name);
      } catch (error) {
        // What was read already is refused a second time by ordinary execution.
        if (answeredBefore(context, info) === undefined) noteError({ field, args, context, began }, error);
        throw error;
      }
      const run = () => resolve(source, args, context, info);
      if (!isUnionType(getNullableType(field.type))) return run();
      const answer = () => {
        refuseFaults(info, context);
        return run();
      };
      return auditCall(context, field, args, () => answerRefusals(answer));
    };
  }
  return schema;
}
