import { LedgerFault } from './ledger-fault.ts';

/** An operation with the types of its result and variables, as codegen makes it; its text is `toString()`. */
export interface Operation<Result, Variables> {
  readonly __apiType?: (variables: Variables) => Result;
  toString(): string;
}

/** A principal's token, or what gives it: a token that ends soon is asked for at each connection. */
export type Token = string | (() => string | Promise<string>);

export const tokenOf = async (token: Token): Promise<string> =>
  typeof token === 'string' ? token : await token();

/** GraphQL's address; a bare host means its usual path. Throws a LedgerFault where it is none. */
export function endpointOf(url: string): string {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new LedgerFault(`${url} is not a URL of the form http://host:4000.`, 'failed');
  const endpoint = new URL(url);
  if (endpoint.pathname === '/') endpoint.pathname = '/graphql';
  return endpoint.href;
}
