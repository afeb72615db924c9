import { GraphQLError } from 'graphql';

/** An error of a query's input. It names the argument and what to do; `more` is for programs. */
export function badInput(
  argument: string,
  complaint: string,
  more: Readonly<Record<string, string | readonly string[]>> = {},
): GraphQLError {
  return new GraphQLError(`${argument} ${complaint}`, {
    extensions: { code: 'BAD_USER_INPUT', argument, ...more },
  });
}
