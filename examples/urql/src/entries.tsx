/** The list. What an act or the stream says of an entry changes it in the cache, and so on the screen. */
import { useState } from 'react';
import { useClient, useQuery, useSubscription } from 'urql';
import {
  type Change,
  ChangesDocument,
  CutDocument,
  EntriesDocument,
  PlanDocument,
  ReviewDocument,
} from './documents';
import type { Ledger } from './ledger';

const PAGE = 50;

interface EntriesProps {
  readonly asExecutor: Ledger['asExecutor'];
  readonly say: (words: string) => void;
}

export function Entries({ asExecutor, say }: EntriesProps) {
  const client = useClient();
  const [after, setAfter] = useState<string | null>(null);
  const [{ data }, read] = useQuery({ query: EntriesDocument, variables: { first: PAGE, after } });
  const entries = data?.entries.edges.map(({ node }) => node) ?? [];

  useSubscription<{ history: Change }>({ query: ChangesDocument, variables: {} }, (_, change) => {
    const { __typename, rows = [] } = change.history;
    // Between the list and the stream nothing is missed: the list is read once more when the stream has begun.
    const isNew = rows.some(({ entry }) => !entries.some(({ id }) => id === entry.id));
    if (__typename === 'Ready' || isNew) read({ requestPolicy: 'network-only' });
    return change;
  });

  const planOf = async (entryId: string): Promise<string> => {
    const { data, error } = await client.query(PlanDocument, { entryId }, { requestPolicy: 'network-only' });
    if (data !== undefined && 'manifestDigest' in data.outcome) return data.outcome.manifestDigest;
    throw refusal(data?.outcome, error);
  };
  const review = async (entryId: string) => {
    const manifestDigest = await planOf(entryId);
    const input = { idempotencyKey: `urql:review:${entryId}`, entryId, manifestDigest, verdict: 'APPROVE' };
    const { data, error } = await client.mutation(ReviewDocument, { input });
    if (data === undefined || 'message' in data.outcome) throw refusal(data?.outcome, error);
  };
  const cut = async (entryId: string) => {
    const manifestDigest = await planOf(entryId);
    const input = { idempotencyKey: `urql:cut:${entryId}`, entryId, manifestDigest };
    const { data, error } = await client.mutation(CutDocument, { input }, asExecutor);
    if (data === undefined || 'message' in data.outcome) throw refusal(data?.outcome, error);
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

/** What a call was refused by, or failed with. */
function refusal(outcome: object | undefined, error: Error | undefined): Error {
  if (outcome !== undefined && 'message' in outcome) return new Error(String(outcome.message));
  return error ?? new Error('No answer came.');
}
