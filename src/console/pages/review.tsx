import { useState } from 'preact/hooks';
import { ConsolePlanDocument, type ConsolePlanQuery } from '../generated/graphql.ts';
import { movedEntries, moves } from '../live.ts';
import { useLoaded } from '../parts/load.ts';
import { Copy, LoadedPart, PageTitle, Problems } from '../parts/parts.tsx';
import { hrefOf } from '../route.ts';
import type { ConsoleSession } from '../session.ts';
import { words } from '../words/words.ts';
import { Decision } from './decision.tsx';
import { PlanUnits } from './plan-units.tsx';

type Outcome = ConsolePlanQuery['outcome'];
type Plan = Extract<Outcome, { readonly __typename: 'Plan' }>;

interface OfEntry {
  readonly session: ConsoleSession;
  readonly entryId: string;
}

export function ReviewPage({ session, entryId }: OfEntry) {
  if (session.evidence) return <ReviewOf session={session} entryId={entryId} />;
  return (
    <>
      <PageTitle>{words.entry.plan}</PageTitle>
      <p>{words.review.forbidden}</p>
    </>
  );
}

function ReviewOf({ session, entryId }: OfEntry) {
  const { ledger, reads } = session;
  // A plan isn't exchanged under the eyes of its reader: who reads it says when.
  const [seen, setSeen] = useState(moves.value);
  const loaded = useLoaded(() => ledger.request(ConsolePlanDocument, { entryId, reads }), [seen]);
  const reload = () => setSeen((before) => Math.max(before + 1, moves.value));
  const hasMoved = moves.value !== seen && movedEntries.value.has(entryId);
  return (
    <LoadedPart loaded={loaded}>
      {({ entry, outcome }) => (
        <>
          <PageTitle>
            {words.review.title(entry?.title ?? entry?.document?.docCode ?? words.unnamed)}
          </PageTitle>
          <p>
            <a href={hrefOf('entry', entryId)}>{words.review.entry}</a>
          </p>
          {hasMoved && (
            <div class="notice" role="status">
              <p>{words.review.moved}</p>
              <button type="button" onClick={reload}>
                {words.review.reload}
              </button>
            </div>
          )}
          {outcome.__typename === 'Plan' ? (
            <div class="columns review">
              <div>
                <Summary plan={outcome} />
                <Excluded plan={outcome} />
                <PlanUnits
                  session={session}
                  entryId={entryId}
                  digest={outcome.manifestDigest}
                  reload={reload}
                />
              </div>
              <Decision
                key={outcome.manifestDigest}
                session={session}
                entryId={entryId}
                digest={outcome.manifestDigest}
                supersedes={entry?.liveDecision?.reviewDecisionId ?? null}
                isMine={entry?.status === 'REVIEW_PENDING' && entry.actions.includes('REVIEW')}
                reload={reload}
              />
            </div>
          ) : (
            <PlanRefused outcome={outcome} reload={reload} />
          )}
        </>
      )}
    </LoadedPart>
  );
}

function PlanRefused({
  outcome,
  reload,
}: {
  readonly outcome: Exclude<Outcome, Plan>;
  readonly reload: () => void;
}) {
  return (
    <div class="notice bad" role="alert">
      <p>{outcome.message}</p>
      <Problems problems={outcome.problems} />
      <button type="button" onClick={reload}>
        {words.again}
      </button>
    </div>
  );
}

function Summary({ plan }: { readonly plan: Plan }) {
  const { review: said } = words;
  const { coverage, problems, toReview } = plan;
  const errors = problems.filter(({ severity }) => severity === 'ERROR');
  const warnings = problems.filter(({ severity }) => severity === 'WARNING');
  return (
    <section aria-labelledby="summary">
      <h2 id="summary">{said.summary}</h2>
      <ul>
        <li>{coverage.complete ? said.whole : said.notWhole}</li>
        <li>{said.toReview(toReview)}</li>
        {coverage.longUnits > 0 && <li>{said.long(coverage.longUnits)}</li>}
        {coverage.unmarkedNumbers > 0 && <li>{said.unmarked(coverage.unmarkedNumbers)}</li>}
        {coverage.excludedTextBytes > 0 && <li>{said.excludedBytes(coverage.excludedTextBytes)}</li>}
      </ul>
      {errors.length > 0 && (
        <div class="notice bad">
          <h3>{said.errors}</h3>
          <Problems problems={errors} />
        </div>
      )}
      {warnings.length > 0 ? (
        <div class="notice">
          <h3>{said.warnings}</h3>
          <Problems problems={warnings} />
        </div>
      ) : (
        <p class="soft">{said.noWarnings}</p>
      )}
      <p class="soft">
        {words.entry.digest}:{' '}
        <Copy text={plan.manifestDigest} label={`${words.copy}: ${words.entry.digest}`} />
      </p>
    </section>
  );
}

function Excluded({ plan: { excluded } }: { readonly plan: Plan }) {
  const { review: said } = words;
  return (
    <section aria-labelledby="excluded">
      <h2 id="excluded">{said.excluded}</h2>
      {excluded.nodes.length === 0 && <p class="soft">{said.noExcluded}</p>}
      {excluded.nodes.map((stretch) => (
        <div key={stretch.localId} class="record excluded">
          <p class="record-head">
            <span class="badge">{stretch.reason}</span>
            <span class="soft">{said.bytes(stretch.start, stretch.end)}</span>
          </p>
          <p class="exact">{stretch.text.trim()}</p>
        </div>
      ))}
      {excluded.totalCount > excluded.nodes.length && (
        <p class="soft">{said.excludedMore(excluded.nodes.length, excluded.totalCount)}</p>
      )}
    </section>
  );
}
