import { ConsoleEntryDocument, type ConsoleEntryQuery } from '../generated/graphql.ts';
import { moves } from '../live.ts';
import { useLoaded } from '../parts/load.ts';
import { Copy, LoadedPart, nameOf, PageTitle, Problems, StatusBadge } from '../parts/parts.tsx';
import { Age, When, whenOf } from '../parts/time.tsx';
import { Turn } from '../parts/turn.tsx';
import { hrefOf } from '../route.ts';
import type { ConsoleSession } from '../session.ts';
import { words } from '../words/words.ts';

type Found = NonNullable<ConsoleEntryQuery['entry']>;

interface OfFound {
  readonly session: ConsoleSession;
  readonly found: Found;
}

export function EntryPage({
  session,
  entryId,
}: {
  readonly session: ConsoleSession;
  readonly entryId: string;
}) {
  const { ledger, reads, evidence } = session;
  const loaded = useLoaded(
    () => ledger.request(ConsoleEntryDocument, { entryId, reads, evidence }),
    [moves.value],
  );
  return (
    <LoadedPart loaded={loaded}>
      {({ entry: found }) =>
        found === null ? (
          <>
            <PageTitle>{words.entry.title}</PageTitle>
            <p>{words.entry.missing}</p>
          </>
        ) : (
          <>
            <PageTitle>{found.title ?? found.document?.docCode ?? words.unnamed}</PageTitle>
            <EntryState session={session} found={found} />
            <div class="columns">
              <Timeline session={session} found={found} />
              <div>
                <PlanPart session={session} found={found} />
                <Decisions found={found} />
                <CutPart found={found} />
                <VerdictPart found={found} />
              </div>
            </div>
          </>
        )
      }
    </LoadedPart>
  );
}

function EntryState({ session, found }: OfFound) {
  const { document: of, source } = found;
  return (
    <section aria-label={words.entry.state} class="panel">
      <p class="row-head">
        <StatusBadge status={found.status} />
        {found.kind === 'ESCALATION' && <span class="badge bad">{words.board.escalation}</span>}
        {found.statusSince !== null && (
          <span class="soft">
            <Age since={found.statusSince} text={words.board.since} />
          </span>
        )}
        {of != null && (
          <span>
            {words.entry.document}: <a href={hrefOf('document', of.docCode)}>{of.docCode}</a>
          </span>
        )}
      </p>
      <Turn session={session} row={found} />
      <h2>{words.entry.blocks}</h2>
      {found.blockedBecause.length === 0 ? (
        <p class="soft">{words.entry.nothingBlocks}</p>
      ) : (
        <Problems problems={found.blockedBecause.map((problem) => ({ path: [], ...problem }))} />
      )}
      {source != null && <p class="soft">{words.entry.registered(nameOf(source.registeredByPrincipal))}</p>}
      <p class="soft">
        {words.entry.id}: <Copy text={found.entryId} label={`${words.copy}: ${words.entry.id}`} />
      </p>
    </section>
  );
}

function Timeline({ session, found }: OfFound) {
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">{words.entry.timeline}</h2>
      {!session.evidence && <p class="soft">{words.entry.noEvidence}</p>}
      <ol class="timeline">
        {found.history.nodes.map((move) => (
          <li key={move.historyId}>
            <p>
              <b>{nameOf(move.changedByPrincipal)}</b> {words.entry.moves[move.changeKind]}
            </p>
            <p class="soft">
              <When time={move.changedAt} />
            </p>
            <Reason text={move.evidence?.rationale} />
          </li>
        ))}
      </ol>
      {found.history.pageInfo.hasNextPage && <p class="soft">{words.entry.more}</p>}
    </section>
  );
}

function Reason({ text }: { readonly text: string | null | undefined }) {
  return text == null ? null : <blockquote>{text}</blockquote>;
}

function PlanPart({ session, found }: OfFound) {
  if (!session.evidence) return null;
  return (
    <section aria-labelledby="plan">
      <h2 id="plan">{words.entry.plan}</h2>
      <p>
        <a href={hrefOf('review', found.entryId)}>{words.entry.openPlan}</a>
      </p>
    </section>
  );
}

function Decisions({ found }: { readonly found: Found }) {
  const { nodes } = found.reviewDecisions;
  return (
    <section aria-labelledby="decisions">
      <h2 id="decisions">{words.entry.decisions}</h2>
      {nodes.length === 0 && <p class="soft">{words.entry.noDecisions}</p>}
      <ul class="plain">
        {nodes.map((decision) => (
          <li key={decision.reviewDecisionId}>
            <p>
              <b>{words.verdict[decision.verdict]}</b> · {nameOf(decision.decidedByPrincipal)} ·{' '}
              {words.entry.risk[decision.riskClassAssessment]}
              {decision.supersededByReviewDecisionId !== null && ` · ${words.entry.superseded}`}
            </p>
            <p class="soft">
              <When time={decision.decisionAt} />
              {decision.expiresAt !== null && `, ${words.entry.expires(whenOf(decision.expiresAt))}`}
            </p>
            <Reason text={decision.evidence?.rationale} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function CutPart({ found: { cut } }: { readonly found: Found }) {
  return (
    <section aria-labelledby="cut">
      <h2 id="cut">{words.entry.cut}</h2>
      {cut === null ? (
        <p class="soft">{words.entry.noCut}</p>
      ) : (
        <>
          <p>
            <b>{nameOf(cut.emittedByPrincipal)}</b> · <When time={cut.emittedAt} />
          </p>
          <p>{words.entry.cutRows(cut.affectedRowCount)}</p>
          <p class="soft">
            {words.entry.digest}:{' '}
            <Copy text={cut.manifestVersion} label={`${words.copy}: ${words.entry.digest}`} />
          </p>
        </>
      )}
    </section>
  );
}

function VerdictPart({ found: { verification, escalations } }: { readonly found: Found }) {
  return (
    <section aria-labelledby="verdict">
      <h2 id="verdict">{words.entry.verdict}</h2>
      {verification === null ? (
        <p class="soft">{words.entry.noVerdict}</p>
      ) : (
        <>
          <p>
            <b>{words.entry.verdicts[verification.verdict] ?? verification.verdict}</b> ·{' '}
            {nameOf(verification.verifiedByPrincipal)} · <When time={verification.verifiedAt} />
          </p>
          <p>{words.entry.checked(verification.checkedRowCount)}</p>
          <Reason text={verification.evidence?.rationale} />
        </>
      )}
      {escalations.nodes.map(({ entryId }) => (
        <p key={entryId}>
          <a href={hrefOf('entry', entryId)}>{words.board.escalation}</a>
        </p>
      ))}
    </section>
  );
}
