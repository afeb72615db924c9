/** The list of entries: read once, then kept by the stream of history. Nothing but the client and the browser. */
import { createClient, type LedgerClient } from '@cutter-ledger/client';
import {
  CutDocument,
  ListEntriesDocument,
  PlanOfEntryDocument,
  ReviewDocument,
} from '@cutter-ledger/client/operations';

type Entry = { readonly entryId: string; readonly status: string };

const byId = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;
const say = (words: string): void => {
  byId('said').textContent = words;
};
const url = new URL('/graphql', location.href).href;

byId<HTMLFormElement>('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  const given = new FormData(event.target as HTMLFormElement);
  const clientOf = (who: string) => createClient({ url, token: String(given.get(who)) });
  const [reviewer, executor] = [clientOf('reviewer'), clientOf('executor')];
  keepList(reviewer, (entry) => show(entry, reviewer, executor)).catch((error: Error) => say(error.message));
});

/** The list as it is, then each change. The stream is opened first, so that nothing falls between the two. */
async function keepList(reviewer: LedgerClient, show: (entry: Entry) => void): Promise<void> {
  for await (const message of reviewer.follow({})) {
    if (message.__typename === 'Ready') {
      const { entries } = await reviewer.request(ListEntriesDocument, { first: 100 });
      for (const { node } of entries.edges) show(node);
    }
    if (message.__typename !== 'HistoryEvent') continue;
    for (const { entry } of message.rows) show(entry);
  }
}

function show({ entryId, status }: Entry, reviewer: LedgerClient, executor: LedgerClient): void {
  let row = document.querySelector<HTMLElement>(`[data-entry="${entryId}"]`);
  if (row === null) {
    row = document.createElement('li');
    row.dataset['entry'] = entryId;
    row.innerHTML =
      '<code></code> <b class="status"></b> <button data-act="review">Approve</button> <button data-act="cut">Cut</button>';
    (row.querySelector('code') as HTMLElement).textContent = entryId;
    byId('entries').append(row);
    const again = (entry: Entry) => show(entry, reviewer, executor);
    press(row, 'review', async () => again(await review(entryId, reviewer)));
    press(row, 'cut', async () => again(await cut(entryId, reviewer, executor)));
  }
  (row.querySelector('.status') as HTMLElement).textContent = status;
}

function press(row: HTMLElement, act: string, perform: () => Promise<void>): void {
  row.querySelector(`[data-act="${act}"]`)?.addEventListener('click', () => {
    perform().catch((error: Error) => say(error.message));
  });
}

async function planOf(entryId: string, reviewer: LedgerClient) {
  const { outcome } = await reviewer.request(PlanOfEntryDocument, { entryId });
  if (outcome.__typename !== 'Plan') throw new Error(outcome.message);
  return outcome;
}

async function review(entryId: string, reviewer: LedgerClient): Promise<Entry> {
  const { manifestDigest } = await planOf(entryId, reviewer);
  const input = {
    idempotencyKey: `board:review:${entryId}`,
    entryId,
    manifestDigest,
    verdict: 'APPROVE' as const,
  };
  const { outcome } = await reviewer.perform(ReviewDocument, { input });
  if (outcome.__typename !== 'ReviewSuccess') throw new Error(outcome.message);
  return outcome.entry;
}

async function cut(entryId: string, reviewer: LedgerClient, executor: LedgerClient): Promise<Entry> {
  const { manifestDigest } = await planOf(entryId, reviewer);
  const { outcome } = await executor.perform(
    CutDocument,
    { input: { idempotencyKey: `board:cut:${entryId}`, entryId, manifestDigest } },
    { onRepeat: () => say('The answer was lost, so the call was sent again under the same key.') },
  );
  if (outcome.__typename !== 'CutSuccess') throw new Error(outcome.message);
  return outcome.entry;
}
