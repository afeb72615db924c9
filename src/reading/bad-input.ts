import { GraphQLError } from 'graphql';

/** Input of a query that can't be served as it stands: names the argument and the way out; `more` is for programs. */
export function badInput(
  argument: string,
  complaint: string,
  more: Readonly<Record<string, string>> = {},
): GraphQLError {
  return new GraphQLError(`${argument} ${complaint}`, {
    extensions: { code: 'BAD_USER_INPUT', argument, ...more },
  });
}
