/** Relay's environment for a ledger: two persons' tokens, calls that are repeated as they were, the resuming follower. */
import { createClient, type Operation, repeatingFetch } from '@cutter-ledger/client';
import { Environment, type FetchFunction, Network, Observable, RecordSource, Store } from 'relay-runtime';

const url = new URL('/graphql', location.href).href;

/** `say` shows what a person should know of a call. */
export function openLedger(reviewer: string, executor: string, say: (words: string) => void): Environment {
  const onRepeat = () => say('The answer was lost, so the call was sent again under the same key.');
  const send = repeatingFetch({ onRepeat });
  const ledger = createClient({ url, token: reviewer });

  const fetchFromLedger: FetchFunction = async ({ text }, variables, { metadata }) => {
    const token = metadata?.['as'] === 'executor' ? executor : reviewer;
    const response = await send(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query: text, variables }),
    });
    return await response.json();
  };

  return new Environment({
    store: new Store(new RecordSource()),
    network: Network.create(fetchFromLedger, ({ text }, variables) =>
      Observable.create((sink) => {
        const leaving = new AbortController();
        const operation = text as unknown as Operation<{ history: { __typename?: string } }, never>;
        const follow = async () => {
          for await (const history of ledger.follow({ operation, variables, signal: leaving.signal }))
            sink.next({ data: { history } } as never);
        };
        follow().then(
          () => sink.complete(),
          (error: Error) => sink.error(error),
        );
        return () => leaving.abort();
      }),
    ),
  });
}
