import { useState } from 'preact/hooks';
import {
  ConsoleDocumentDocument,
  type ConsoleDocumentQuery,
  ConsolePassportDocument,
} from '../generated/graphql.ts';
import { moves } from '../live.ts';
import { useLoaded } from '../parts/load.ts';
import { Copy, LoadedPart, Pager, PageTitle } from '../parts/parts.tsx';
import { ageOf } from '../parts/time.tsx';
import { hrefOf } from '../route.ts';
import type { ConsoleSession } from '../session.ts';
import { words } from '../words/words.ts';

const UNITS = 50;

type Found = NonNullable<ConsoleDocumentQuery['document']>;

export function DocumentPage({
  session,
  docCode,
}: {
  readonly session: ConsoleSession;
  readonly docCode: string;
}) {
  const [after, setAfter] = useState<string | null>(null);
  const { ledger, observes } = session;
  const loaded = useLoaded(
    () => ledger.request(ConsoleDocumentDocument, { docCode, first: UNITS, after, observes }),
    [after, moves.value],
  );
  return (
    <LoadedPart loaded={loaded}>
      {({ document: found }) =>
        found === null ? (
          <>
            <PageTitle>{docCode}</PageTitle>
            <p>{words.document.missing}</p>
          </>
        ) : (
          <>
            <PageTitle>{found.title ?? docCode}</PageTitle>
            <DocumentFacts session={session} found={found} />
            {found.unitCount === 0 && <p>{words.document.empty}</p>}
            <Text found={found} />
            <Pager
              label={found.title ?? docCode}
              page={{
                shown: found.units.nodes.length,
                total: found.units.totalCount ?? found.unitCount,
                isAtLeast: false,
                next: found.units.pageInfo.hasNextPage ? found.units.pageInfo.endCursor : null,
              }}
              after={after}
              go={setAfter}
            />
          </>
        )
      }
    </LoadedPart>
  );
}

function DocumentFacts({ session, found }: { readonly session: ConsoleSession; readonly found: Found }) {
  const { currentChangeSet: cut, docCode, unitCount, lastVerifiedAt } = found;
  return (
    <div class="facts">
      <p>
        <code>{docCode}</code> · {words.documents.units(unitCount)} ·{' '}
        {lastVerifiedAt === null
          ? words.documents.notVerified
          : words.documents.verified(words.ago(ageOf(lastVerifiedAt)))}
      </p>
      {cut != null && (
        <p>
          {words.document.cut(words.ago(ageOf(cut.emittedAt)))}{' '}
          {cut.entry !== null && <a href={hrefOf('entry', cut.entry.entryId)}>{words.document.entry}</a>}
        </p>
      )}
      {cut != null && session.evidence && <PassportLink session={session} changeSetId={cut.changeSetId} />}
    </div>
  );
}

function PassportLink({
  session,
  changeSetId,
}: {
  readonly session: ConsoleSession;
  readonly changeSetId: string;
}) {
  const [fault, setFault] = useState<string | null>(null);
  const fetchPassport = async () => {
    setFault(null);
    try {
      const { outcome } = await session.ledger.request(ConsolePassportDocument, { changeSetId });
      if (outcome.__typename === 'Passport') saveFile(outcome.fileName, outcome.text);
      else setFault(outcome.__typename === 'Busy' ? words.document.passportBusy : outcome.message);
    } catch (error) {
      setFault((error as Error).message);
    }
  };
  return (
    <p>
      <button type="button" onClick={fetchPassport}>
        {words.document.passport}
      </button>{' '}
      <a href="../passport">{words.document.verify}</a>
      <span class="fault" role="alert">
        {fault}
      </span>
    </p>
  );
}

/** The bytes as the ledger gave them: a passport that was formatted anew is refused. */
function saveFile(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function Text({ found }: { readonly found: Found }) {
  return (
    <article class="text">
      {found.units.nodes.map((unit) => {
        const citation = unit.citation.join(' ');
        return (
          <section key={unit.unitId} class={`unit depth-${Math.min(unit.ancestors.length, 6)}`}>
            <div class="cite">
              <Copy text={citation} label={words.document.cite(citation)} />
              {unit.verifiedAt === null && <span class="badge cut_applied">{words.document.unverified}</span>}
            </div>
            <UnitText title={unit.title} text={unit.text} depth={unit.ancestors.length} />
          </section>
        );
      })}
    </article>
  );
}

const HEADINGS = ['h2', 'h3', 'h4', 'h5', 'h6'] as const;

/** The exact text. Its first line is shown as a heading where that is what it is. */
function UnitText({
  title,
  text,
  depth,
}: {
  readonly title: string | null;
  readonly text: string;
  readonly depth: number;
}) {
  const [, first, rest] = /^#{1,6} ([^\n]*)\n?([\s\S]*)$/.exec(text) ?? [];
  if (first === undefined || title === null) return <p class="exact">{text.trim()}</p>;
  const Heading = HEADINGS[Math.min(depth, HEADINGS.length - 1)] ?? 'h6';
  return (
    <>
      <Heading>{first}</Heading>
      {rest !== undefined && rest.trim() !== '' && <p class="exact">{rest.trim()}</p>}
    </>
  );
}
