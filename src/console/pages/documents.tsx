import { useState } from 'preact/hooks';
import { ConsoleDocumentsDocument } from '../generated/graphql.ts';
import { moves } from '../live.ts';
import { useLoaded } from '../parts/load.ts';
import { LoadedPart, Pager, PageTitle } from '../parts/parts.tsx';
import { ageOf } from '../parts/time.tsx';
import { hrefOf } from '../route.ts';
import type { ConsoleSession } from '../session.ts';
import { words } from '../words/words.ts';

const ROWS = 50;

export function DocumentsPage({ session }: { readonly session: ConsoleSession }) {
  const [after, setAfter] = useState<string | null>(null);
  const loaded = useLoaded(
    async () => (await session.ledger.request(ConsoleDocumentsDocument, { first: ROWS, after })).documents,
    [after, moves.value],
  );
  return (
    <>
      <PageTitle>{words.documents.title}</PageTitle>
      <LoadedPart loaded={loaded}>
        {({ nodes, totalCount, pageInfo }) => (
          <>
            {nodes.length === 0 && <p class="soft">{words.documents.none}</p>}
            <ul class="rows">
              {nodes.map(({ docCode, title, unitCount, lastVerifiedAt }) => (
                <li key={docCode}>
                  <div class="row-head">
                    <a class="row-title" href={hrefOf('document', docCode)}>
                      {title ?? docCode}
                    </a>
                    <code>{docCode}</code>
                    <span class="soft">
                      {words.documents.units(unitCount)},{' '}
                      {lastVerifiedAt === null
                        ? words.documents.notVerified
                        : words.documents.verified(words.ago(ageOf(lastVerifiedAt)))}
                    </span>
                  </div>
                </li>
              ))}
            </ul>
            <Pager
              label={words.documents.title}
              page={{
                shown: nodes.length,
                total: totalCount ?? nodes.length,
                isAtLeast: totalCount === null,
                next: pageInfo.hasNextPage ? pageInfo.endCursor : null,
              }}
              after={after}
              go={setAfter}
            />
          </>
        )}
      </LoadedPart>
    </>
  );
}
