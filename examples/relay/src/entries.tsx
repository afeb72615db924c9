/** The list. What an act or the stream says of an entry changes it in the store, and so on the screen. */
import { useEffect, useRef } from 'react';
import {
  commitMutation,
  fetchQuery,
  graphql,
  useLazyLoadQuery,
  usePaginationFragment,
  useRelayEnvironment,
} from 'react-relay';
import { type Environment, type MutationParameters, requestSubscription } from 'relay-runtime';
import type { entries_list$key } from './__generated__/entries_list.graphql';
import type { entriesChangesSubscription } from './__generated__/entriesChangesSubscription.graphql';
import type { entriesCutMutation } from './__generated__/entriesCutMutation.graphql';
import type { entriesPageQuery } from './__generated__/entriesPageQuery.graphql';
import type { entriesPlanQuery } from './__generated__/entriesPlanQuery.graphql';
import type { entriesQuery } from './__generated__/entriesQuery.graphql';
import type { entriesReviewMutation } from './__generated__/entriesReviewMutation.graphql';
import { look } from './look';

/** The list begins with its newest page, and grows in both directions. A person would want larger pages. */
const PAGE = 2;

export function Entries({ say }: { say: (words: string) => void }) {
  const environment = useRelayEnvironment() as Environment;
  const query = useLazyLoadQuery<entriesQuery>(
    graphql`
      query entriesQuery {
        ...entries_list @arguments(last: 2)
      }
    `,
    {},
  );
  const list = usePaginationFragment<entriesPageQuery, entries_list$key>(
    graphql`
      fragment entries_list on Query
      @argumentDefinitions(
        first: { type: "Int" }
        after: { type: "String" }
        last: { type: "Int" }
        before: { type: "String" }
      )
      @refetchable(queryName: "entriesPageQuery") {
        entries(first: $first, after: $after, last: $last, before: $before) @connection(key: "entries_entries") {
          edges {
            node {
              id
              entryId
              status
              seen
            }
          }
        }
      }
    `,
    query,
  );
  const entries = list.data.entries.edges.map(({ node }) => node);
  const { refetch } = list;
  const listed = useRef<readonly string[]>([]);
  listed.current = entries.map(({ id }) => id);

  useEffect(() => {
    let isBegun = false;
    const readNewest = () => refetch({ first: null, last: PAGE }, { fetchPolicy: 'network-only' });
    const following = requestSubscription<entriesChangesSubscription>(environment, {
      subscription: CHANGES,
      variables: {},
      onError: (error) => say(error.message),
      onNext(change) {
        const message = change?.history;
        // Between the list and the stream nothing is missed: the list is read once more when the stream has begun.
        if (message?.__typename === 'Ready' && !isBegun) readNewest();
        isBegun = true;
        if (message?.__typename !== 'HistoryEvent') return;
        if (message.rows.some(({ entry }) => !listed.current.includes(entry.id))) readNewest();
      },
    });
    return () => following.dispose();
  }, [environment, refetch, say]);

  const act = (doing: Promise<void>) => void doing.catch((error: Error) => say(error.message));
  return (
    <>
      {list.hasPrevious && (
        <button type="button" data-act="earlier" onClick={() => list.loadPrevious(PAGE)}>
          Earlier
        </button>
      )}{' '}
      <button type="button" data-act="oldest" onClick={() => refetch({ first: PAGE, last: null })}>
        The oldest
      </button>
      <ul>
        {entries.map(({ id, entryId, status, seen }) => (
          <li key={id} data-entry={entryId}>
            <code>{entryId}</code> <b className="status">{status}</b> <i>{seen === true && 'seen'}</i>{' '}
            <button type="button" data-act="look" onClick={() => act(look(environment, id).then(say))}>
              Look
            </button>{' '}
            <button type="button" data-act="review" onClick={() => act(review(environment, entryId))}>
              Approve
            </button>{' '}
            <button type="button" data-act="cut" onClick={() => act(cut(environment, entryId))}>
              Cut
            </button>
          </li>
        ))}
      </ul>
      {list.hasNext && (
        <button type="button" data-act="later" onClick={() => list.loadNext(PAGE)}>
          Later
        </button>
      )}
    </>
  );
}

const CHANGES = graphql`
  subscription entriesChangesSubscription($after: String) {
    history(after: $after) {
      __typename
      ... on Ready {
        cursor
        head
        heartbeatMs
        incarnation
      }
      ... on HistoryEvent {
        cursor
        position
        rows {
          historyId
          position
          entry {
            id
            status
          }
        }
      }
      ... on CaughtUp {
        cursor
      }
      ... on Heartbeat {
        cursor
        head
      }
      ... on Reset {
        reason
        message
      }
    }
  }
`;

async function planOf(environment: Environment, entryId: string): Promise<string> {
  const asked = graphql`
    query entriesPlanQuery($entryId: UUID!) {
      outcome: planCut(entryId: $entryId) {
        __typename
        ... on Plan {
          manifestDigest
        }
        ... on Refusal {
          message
        }
      }
    }
  `;
  const answer = await fetchQuery<entriesPlanQuery>(environment, asked, { entryId }).toPromise();
  if (answer?.outcome.manifestDigest !== undefined) return answer.outcome.manifestDigest;
  throw new Error(answer?.outcome.message ?? 'No answer came.');
}

async function review(environment: Environment, entryId: string): Promise<void> {
  const manifestDigest = await planOf(environment, entryId);
  const input = {
    idempotencyKey: `relay:review:${entryId}`,
    entryId,
    manifestDigest,
    verdict: 'APPROVE',
  } as const;
  const { outcome } = await committed<entriesReviewMutation>(environment, {
    mutation: graphql`
      mutation entriesReviewMutation($input: ReviewInput!) {
        outcome: review(input: $input) {
          __typename
          ... on ReviewSuccess {
            entry {
              id
              status
            }
          }
          ... on Refusal {
            message
          }
        }
      }
    `,
    variables: { input },
  });
  if (outcome.message !== undefined) throw new Error(outcome.message);
}

async function cut(environment: Environment, entryId: string): Promise<void> {
  const manifestDigest = await planOf(environment, entryId);
  const { outcome } = await committed<entriesCutMutation>(environment, {
    mutation: graphql`
      mutation entriesCutMutation($input: CutInput!) {
        outcome: cut(input: $input) {
          __typename
          ... on CutSuccess {
            replayed
            entry {
              id
              status
            }
          }
          ... on Refusal {
            message
          }
        }
      }
    `,
    variables: { input: { idempotencyKey: `relay:cut:${entryId}`, entryId, manifestDigest } },
    cacheConfig: { metadata: { as: 'executor' } },
  });
  if (outcome.message !== undefined) throw new Error(outcome.message);
}

type Mutation<Act extends MutationParameters> = Pick<
  Parameters<typeof commitMutation<Act>>[1],
  'mutation' | 'variables' | 'cacheConfig'
>;

function committed<Act extends MutationParameters>(
  environment: Environment,
  act: Mutation<Act>,
): Promise<Act['response']> {
  return new Promise((resolve, reject) => {
    commitMutation<Act>(environment, { ...act, onCompleted: resolve, onError: reject });
  });
}
