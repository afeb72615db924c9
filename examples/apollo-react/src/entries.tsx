/** The list. What an act or the stream says of an entry changes it in the cache, and so on the screen. */
import { useApolloClient, useQuery, useSubscription } from '@apollo/client/react';
import { ChangesDocument, CutDocument, EntriesDocument, PlanDocument, ReviewDocument } from './documents';

const PAGE = 50;

export function Entries({ say }: { say: (words: string) => void }) {
  const client = useApolloClient();
  const { data, fetchMore, refetch } = useQuery(EntriesDocument, { variables: { first: PAGE } });
  const entries = data?.entries.edges.map(({ node }) => node) ?? [];
  const isListed = (id: string) => entries.some((entry) => entry.id === id);

  useSubscription(ChangesDocument, {
    onData({ data: { data: change } }) {
      const message = change?.history;
      // Between the list and the stream nothing is missed: the list is read once more when the stream has begun.
      const isNew =
        message?.__typename === 'HistoryEvent' && message.rows.some(({ entry }) => !isListed(entry.id));
      if (message?.__typename === 'Ready' || isNew) void refetch();
    },
    onError: (error) => say(error.message),
  });

  const planOf = async (entryId: string): Promise<string> => {
    const { data } = await client.query({
      query: PlanDocument,
      variables: { entryId },
      fetchPolicy: 'no-cache',
    });
    if (data?.outcome.__typename === 'Plan') return data.outcome.manifestDigest;
    throw new Error(data?.outcome.message);
  };
  const review = async (entryId: string) => {
    const manifestDigest = await planOf(entryId);
    const input = {
      idempotencyKey: `apollo:review:${entryId}`,
      entryId,
      manifestDigest,
      verdict: 'APPROVE' as const,
    };
    const { data } = await client.mutate({ mutation: ReviewDocument, variables: { input } });
    if (data?.outcome.__typename !== 'ReviewSuccess') throw new Error(data?.outcome.message);
  };
  const cut = async (entryId: string) => {
    const manifestDigest = await planOf(entryId);
    const input = { idempotencyKey: `apollo:cut:${entryId}`, entryId, manifestDigest };
    const { data } = await client.mutate({
      mutation: CutDocument,
      variables: { input },
      context: { as: 'executor' },
    });
    if (data?.outcome.__typename !== 'CutSuccess') throw new Error(data?.outcome.message);
  };
  const act = (doing: Promise<void>) => void doing.catch((error: Error) => say(error.message));

  const { hasNextPage = false, endCursor = null } = data?.entries.pageInfo ?? {};
  return (
    <>
      <ul>
        {entries.map(({ id, entryId, status }) => (
          <li key={id} data-entry={entryId}>
            <code>{entryId}</code> <b className="status">{status}</b>{' '}
            <button type="button" data-act="review" onClick={() => act(review(entryId))}>
              Approve
            </button>{' '}
            <button type="button" data-act="cut" onClick={() => act(cut(entryId))}>
              Cut
            </button>
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <button type="button" onClick={() => void fetchMore({ variables: { after: endCursor } })}>
          More
        </button>
      )}
    </>
  );
}
