/** urql for a ledger: the normalising cache with the ledger's schema, repeated calls, and the resuming follower. */
import { createClient, type Operation, repeatingFetch } from '@cutter-ledger/client';
import { keys } from '@cutter-ledger/client/graphcache';
import schema from '@cutter-ledger/client/schema.json';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';

export interface Ledger {
  readonly client: Client;
  /** The context of an operation that the executor sends. */
  readonly asExecutor: { readonly fetchOptions: RequestInit };
}

const url = new URL('/graphql', location.href).href;
const optionsOf = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });

/** `say` shows what a person should know of a call. */
export function openLedger(reviewer: string, executor: string, say: (words: string) => void): Ledger {
  const onRepeat = () => say('The answer was lost, so the call was sent again under the same key.');
  const ledger = createClient({ url, token: reviewer });
  const client = new Client({
    url,
    preferGetMethod: false,
    fetch: repeatingFetch({ onRepeat }),
    fetchOptions: () => optionsOf(reviewer),
    exchanges: [
      cacheExchange({
        schema: schema as never,
        keys,
        resolvers: { Query: { entries: relayPagination() } },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe(sink) {
            const leaving = new AbortController();
            const operation = query as unknown as Operation<{ history: { __typename?: string } }, never>;
            const follow = async () => {
              const following = { operation, variables: { ...variables }, signal: leaving.signal };
              for await (const history of ledger.follow(following)) sink.next({ data: { history } });
            };
            follow().then(sink.complete, sink.error);
            return { unsubscribe: () => leaving.abort() };
          },
        }),
      }),
    ],
  });
  return { client, asExecutor: { fetchOptions: optionsOf(executor) } };
}
