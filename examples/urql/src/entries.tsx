/** The list. What an act or the stream says of an entry changes it in the cache, and so on the screen. */
import {
  CutDocument,
  FollowHistoryDocument,
  type FollowHistorySubscription,
  ListEntriesDocument,
  PlanOfEntryDocument,
  ReviewDocument,
} from '@cutter-ledger/client/operations';
import { useState } from 'react';
import { useClient, useQuery, useSubscription } from 'urql';
import type { Ledger } from './ledger';
import { typed } from './typed';

const [LIST, PLAN] = [typed(ListEntriesDocument), typed(PlanOfEntryDocument)];
const [CHANGES, REVIEW, CUT] = [typed(FollowHistoryDocument), typed(ReviewDocument), typed(CutDocument)];
const PAGE = 50;

interface EntriesProps {
  readonly asExecutor: Ledger['asExecutor'];
  readonly say: (words: string) => void;
}

export function Entries({ asExecutor, say }: EntriesProps) {
  const client = useClient();
  const [after, setAfter] = useState<string | null>(null);
  const [{ data }, read] = useQuery({ query: LIST, variables: { first: PAGE, after } });
  const entries = data?.entries.edges.map(({ node }) => node) ?? [];

  useSubscription<FollowHistorySubscription>({ query: CHANGES, variables: {} }, (_, change) => {
    const { history: message } = change;
    // Between the list and the stream nothing is missed: the list is read once more when the stream has begun.
    const rows = message.__typename === 'HistoryEvent' ? message.rows : [];
    const isNew = rows.some(({ entry }) => !entries.some(({ id }) => id === entry.id));
    if (message.__typename === 'Ready' || isNew) read({ requestPolicy: 'network-only' });
    return change;
  });

  const planOf = async (entryId: string): Promise<string> => {
    const { data, error } = await client.query(PLAN, { entryId }, { requestPolicy: 'network-only' });
    if (data?.outcome.__typename === 'Plan') return data.outcome.manifestDigest;
    throw new Error(data?.outcome.message ?? error?.message);
  };
  const review = async (entryId: string) => {
    const manifestDigest = await planOf(entryId);
    const input = {
      idempotencyKey: `urql:review:${entryId}`,
      entryId,
      manifestDigest,
      verdict: 'APPROVE' as const,
    };
    const { data, error } = await client.mutation(REVIEW, { input });
    if (data?.outcome.__typename !== 'ReviewSuccess')
      throw new Error(data?.outcome.message ?? error?.message);
  };
  const cut = async (entryId: string) => {
    const manifestDigest = await planOf(entryId);
    const input = { idempotencyKey: `urql:cut:${entryId}`, entryId, manifestDigest };
    const { data, error } = await client.mutation(CUT, { input }, asExecutor);
    if (data?.outcome.__typename !== 'CutSuccess') throw new Error(data?.outcome.message ?? error?.message);
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
        <button type="button" onClick={() => setAfter(endCursor)}>
          More
        </button>
      )}
    </>
  );
}
