/** Apollo Client for a ledger: two persons' tokens, calls that are repeated as they were, and the resuming follower. */
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { createClient, type LedgerClient, type Operation, repeatingFetch } from '@cutter-ledger/client';
import { possibleTypes, typePolicies } from '@cutter-ledger/client/apollo';
import { OperationTypeNode, print } from 'graphql';
import { Observable } from 'rxjs';

export interface Tokens {
  readonly reviewer: string;
  readonly executor: string;
}

const uri = new URL('/graphql', location.href).href;

/** `say` shows what a person should know of a call. */
export function openLedger(tokens: Tokens, say: (words: string) => void): ApolloClient {
  const onRepeat = () => say('The answer was lost, so the call was sent again under the same key.');
  const asWho = new SetContextLink(({ headers, as = 'reviewer' }) => ({
    headers: { ...headers, authorization: `Bearer ${tokens[as as keyof Tokens]}` },
  }));
  const follower = createClient({ url: uri, token: tokens.reviewer });
  return new ApolloClient({
    link: ApolloLink.split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      followingLink(follower),
      asWho.concat(new HttpLink({ uri, fetch: repeatingFetch({ onRepeat }) })),
    ),
    cache: new InMemoryCache({ possibleTypes, typePolicies }),
  });
}

/** A subscription to `history` is followed over any number of connections: no gap and no duplicate. */
const followingLink = (ledger: LedgerClient) =>
  new ApolloLink(
    ({ query, variables }) =>
      new Observable((observer) => {
        const leaving = new AbortController();
        const operation = print(query) as unknown as Operation<{ history: { __typename?: string } }, never>;
        const follow = async () => {
          for await (const history of ledger.follow({ operation, variables, signal: leaving.signal }))
            observer.next({ data: { history } });
        };
        follow().then(
          () => observer.complete(),
          (error: unknown) => observer.error(error),
        );
        return () => leaving.abort();
      }),
  );
