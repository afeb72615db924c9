/**
 * Reviews and cuts what waits for review, first what is there, then what comes. It approves plans without problems
 * alone, and keeps one idempotency key for each act, so that it may be stopped and started at any time.
 *
 *     CUTTER_TOKEN_REVIEWER=… CUTTER_TOKEN_EXECUTOR=… npm start
 */
import { createClient, FollowEnded, type LedgerClient } from '@cutter-ledger/client';
import {
  CutDocument,
  ListEntriesDocument,
  type ListEntriesQuery,
  PlanOfEntryDocument,
  ReviewDocument,
} from '@cutter-ledger/client/operations';

const url = process.env['CUTTER_URL'] ?? 'http://127.0.0.1:4000';
const leaving = new AbortController();
process.on('SIGTERM', () => leaving.abort());
process.on('SIGINT', () => leaving.abort());

const clientOf = (who: string): LedgerClient =>
  createClient({ url, token: process.env[`CUTTER_TOKEN_${who}`] ?? '', signal: leaving.signal });
const reviewer = clientOf('REVIEWER');
const executor = clientOf('EXECUTOR');
const say = (line: string): void => console.log(line);
const onRepeat = (_: number, why: string): void =>
  say(`The answer was ${why}: sent again under the same key.`);

/** Approves the plan of an entry and cuts it. What is refused is said, and left to people. */
async function work(entryId: string): Promise<void> {
  const { outcome: plan } = await reviewer.request(PlanOfEntryDocument, { entryId });
  if (plan.__typename !== 'Plan') return say(`${entryId} has no plan: ${plan.message}`);
  if (plan.problems.length > 0) return say(`${entryId} is left to a person: ${plan.problems[0]?.message}`);
  const act = { entryId, manifestDigest: plan.manifestDigest };

  const review = await reviewer.perform(
    ReviewDocument,
    { input: { ...act, idempotencyKey: `bot:review:${entryId}`, verdict: 'APPROVE' } },
    { onRepeat },
  );
  if (review.outcome.__typename !== 'ReviewSuccess')
    return say(`${entryId} was not reviewed: ${review.outcome.message}`);
  say(`${entryId} reviewed`);

  const cut = await executor.perform(
    CutDocument,
    { input: { ...act, idempotencyKey: `bot:cut:${entryId}` } },
    { onRepeat },
  );
  if (cut.outcome.__typename !== 'CutSuccess') return say(`${entryId} was not cut: ${cut.outcome.message}`);
  say(`${entryId} cut${cut.outcome.replayed ? ', by a call whose answer was lost' : ''}`);
}

/** What waits when the bot begins. The stream goes on where the list was read: it is opened first. */
async function workThroughList(): Promise<void> {
  let after: string | null | undefined = null;
  do {
    const page: ListEntriesQuery = await reviewer.request(ListEntriesDocument, {
      first: 50,
      after,
      filter: { status: 'REVIEW_PENDING' },
    });
    for (const { node } of page.entries.edges) await work(node.entryId);
    after = page.entries.pageInfo.hasNextPage ? page.entries.pageInfo.endCursor : null;
  } while (after !== null);
}

try {
  for await (const message of reviewer.follow({ filter: { changeKind: 'SWEEP_PROMOTE' } })) {
    if (message.__typename === 'Ready') await workThroughList();
    if (message.__typename !== 'HistoryEvent') continue;
    for (const { entryId } of message.rows) await work(entryId);
  }
} catch (error) {
  if (error instanceof FollowEnded) say(`A person has to look: ${error.message}`);
  if (!leaving.signal.aborted) throw error;
}
