import { useState } from 'preact/hooks';
import {
  ConsoleEntriesDocument,
  type ConsoleRowFragment,
  ConsoleWaitingDocument,
  type EntryStatus,
} from '../generated/graphql.ts';
import { counts, moves } from '../live.ts';
import { useLoaded } from '../parts/load.ts';
import { LoadedPart, Pager, PageTitle, StatusBadge } from '../parts/parts.tsx';
import { Age } from '../parts/time.tsx';
import { Turn } from '../parts/turn.tsx';
import { hrefOf } from '../route.ts';
import type { ConsoleSession } from '../session.ts';
import { words } from '../words/words.ts';

const ROWS = 20;
const OPEN: readonly EntryStatus[] = [
  'MARKED',
  'REVIEW_PENDING',
  'REVIEWED_DEFERRED',
  'REVIEWED_APPROVED',
  'CUT_APPLIED',
];
const ENDED: readonly EntryStatus[] = [
  'VERIFIED_COMPLETE',
  'REVIEWED_REJECTED',
  'VERIFY_FAILED_ESCALATED',
  'ABANDONED',
];

interface OfSession {
  readonly session: ConsoleSession;
}

export function BoardPage({ session }: OfSession) {
  const [only, setOnly] = useState<EntryStatus | null>(null);
  return (
    <>
      <PageTitle>{words.board.title}</PageTitle>
      <Mine session={session} />
      <Counts only={only} choose={setOnly} />
      <Entries key={only ?? 'open'} session={session} only={only} showAll={() => setOnly(null)} />
    </>
  );
}

function Mine({ session }: OfSession) {
  const [after, setAfter] = useState<string | null>(null);
  const { ledger, reads } = session;
  const loaded = useLoaded(
    async () =>
      (await ledger.request(ConsoleWaitingDocument, { first: ROWS, after, reads })).backlog.waitingForMe,
    [after, moves.value],
  );
  return (
    <section aria-labelledby="mine">
      <h2 id="mine">{words.board.mine}</h2>
      <LoadedPart loaded={loaded}>
        {(page) => (
          <>
            {page.nodes.length === 0 && <p class="soft">{words.board.nothingMine}</p>}
            <Rows session={session} rows={page.nodes} />
            <Pager label={words.board.mine} page={pageOf(page)} after={after} go={setAfter} />
          </>
        )}
      </LoadedPart>
    </section>
  );
}

interface RowPage {
  readonly nodes: readonly unknown[];
  readonly totalCount: number | null;
  readonly totalCountAtLeast: number;
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}

const pageOf = ({ nodes, totalCount, totalCountAtLeast, pageInfo }: RowPage) => ({
  shown: nodes.length,
  total: totalCount ?? totalCountAtLeast,
  isAtLeast: totalCount === null,
  next: pageInfo.hasNextPage ? pageInfo.endCursor : null,
});

function Counts(props: {
  readonly only: EntryStatus | null;
  readonly choose: (status: EntryStatus | null) => void;
}) {
  const { only, choose } = props;
  return (
    <section aria-labelledby="counts">
      <h2 id="counts">{words.board.counts}</h2>
      <ul class="counts">
        {[...OPEN, ...ENDED].map((status) => {
          const found = (counts.value ?? []).filter((one) => one.status === status);
          const count = found.reduce((sum, one) => sum + one.count, 0);
          const oldest = found.flatMap(({ oldestSince }) => oldestSince ?? []).sort()[0];
          return (
            <li key={status}>
              <button
                type="button"
                class={`count ${status.toLowerCase()}`}
                aria-pressed={only === status}
                onClick={() => choose(only === status ? null : status)}
              >
                <b>{counts.value === null ? '…' : count}</b>
                <span>{words.status[status]}</span>
                {oldest !== undefined && OPEN.includes(status) && (
                  <small>
                    <Age since={oldest} text={words.board.oldest} />
                  </small>
                )}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Entries(props: OfSession & { readonly only: EntryStatus | null; readonly showAll: () => void }) {
  const { session, only, showAll } = props;
  const [after, setAfter] = useState<string | null>(null);
  const { ledger, reads } = session;
  const loaded = useLoaded(async () => {
    const filter = { statusIn: only === null ? OPEN : [only] };
    const order = only !== null && ENDED.includes(only) ? 'NEWEST_FIRST' : 'OLDEST_FIRST';
    return (await ledger.request(ConsoleEntriesDocument, { first: ROWS, after, filter, order, reads }))
      .entries;
  }, [after, moves.value]);
  const title = only === null ? words.board.open : words.board.only(words.status[only]);
  return (
    <section aria-labelledby="entries">
      <h2 id="entries">{title}</h2>
      {only !== null && (
        <button type="button" class="small" onClick={showAll}>
          {words.board.showAll}
        </button>
      )}
      <LoadedPart loaded={loaded}>
        {(page) => (
          <>
            {page.nodes.length === 0 && <p class="soft">{words.board.nothing}</p>}
            <Rows session={session} rows={page.nodes} />
            <Pager label={title} page={pageOf(page)} after={after} go={setAfter} />
          </>
        )}
      </LoadedPart>
    </section>
  );
}

function Rows({ session, rows }: OfSession & { readonly rows: readonly ConsoleRowFragment[] }) {
  if (rows.length === 0) return null;
  return (
    <ul class="rows">
      {rows.map((row) => (
        <li key={row.entryId}>
          <div class="row-head">
            <a class="row-title" href={hrefOf('entry', row.entryId)}>
              {row.title ?? row.document?.docCode ?? words.unnamed}
            </a>
            <StatusBadge status={row.status} />
            {row.kind === 'ESCALATION' && <span class="badge bad">{words.board.escalation}</span>}
            {row.statusSince !== null && (
              <span class="soft">
                <Age since={row.statusSince} text={words.board.since} />
              </span>
            )}
          </div>
          <Turn session={session} row={row} />
        </li>
      ))}
    </ul>
  );
}
