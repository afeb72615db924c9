/** The records of a plan, a page at a time, as the tree that they are, each with its text. */
import { useState } from 'preact/hooks';
import { ConsolePlanUnitsDocument, type ConsolePlanUnitsQuery } from '../generated/graphql.ts';
import { useLoaded } from '../parts/load.ts';
import { LoadedPart, Pager, Problems } from '../parts/parts.tsx';
import type { ConsoleSession } from '../session.ts';
import { words } from '../words/words.ts';

const RECORDS = 50;

type Diff = Extract<ConsolePlanUnitsQuery['outcome'], { readonly __typename: 'PlanDiff' }>;
type PlanRecord = Diff['units']['nodes'][number];

export function PlanUnits(props: {
  readonly session: ConsoleSession;
  readonly entryId: string;
  /** Of the plan that is shown beside this list. */
  readonly digest: string;
  readonly reload: () => void;
}) {
  const { session, entryId, digest, reload } = props;
  const [after, setAfter] = useState<string | null>(null);
  const loaded = useLoaded(
    async () =>
      (await session.ledger.request(ConsolePlanUnitsDocument, { entryId, first: RECORDS, after })).outcome,
    [after, digest],
  );
  return (
    <section aria-labelledby="units">
      <h2 id="units">{words.review.units}</h2>
      <LoadedPart loaded={loaded}>
        {(outcome) =>
          outcome.__typename !== 'PlanDiff' ? (
            <div class="notice bad" role="alert">
              <p>{outcome.message}</p>
              <Problems problems={outcome.problems} />
            </div>
          ) : outcome.manifestDigest !== digest ? (
            <div class="notice bad" role="alert">
              <p>{words.review.changed}</p>
              <button type="button" onClick={reload}>
                {words.review.reload}
              </button>
            </div>
          ) : (
            <RecordPage diff={outcome} after={after} go={setAfter} />
          )
        }
      </LoadedPart>
    </section>
  );
}

function RecordPage(props: {
  readonly diff: Diff;
  readonly after: string | null;
  readonly go: (after: string | null) => void;
}) {
  const { counts, units } = props.diff;
  const pager = (
    <Pager
      label={words.review.units}
      page={{
        shown: units.nodes.length,
        total: units.totalCount,
        isAtLeast: false,
        next: units.pageInfo.hasNextPage ? units.pageInfo.endCursor : null,
      }}
      after={props.after}
      go={props.go}
    />
  );
  return (
    <>
      <p class="changes">
        {counts
          .filter(({ count }) => count > 0)
          .map(({ change, count }) => (
            <span key={change} class={`badge ${change.toLowerCase()}`}>
              {words.change[change]}: {count}
            </span>
          ))}
      </p>
      <ol class="tree">
        {units.nodes.map((unit) => (
          <li key={unit.localId} class={`record depth-${Math.min(unit.depth, 6)} ${unit.role.toLowerCase()}`}>
            <RecordOf unit={unit} />
          </li>
        ))}
      </ol>
      {pager}
    </>
  );
}

function RecordOf({ unit }: { readonly unit: PlanRecord }) {
  const name = unit.label.length > 0 ? unit.label.join(' ') : null;
  return (
    <>
      <p class="record-head">
        <span class={`badge ${unit.change.toLowerCase()}`}>{words.change[unit.change]}</span>
        {name !== null && <b>{name}</b>}
        {unit.title !== null && unit.title !== name && <b>{unit.title}</b>}
        {unit.excludedBecause !== null && <span>{unit.excludedBecause}</span>}
        <code>{unit.address ?? unit.addressBefore}</code>
      </p>
      {unit.words.length > 0 ? (
        <p class="exact">
          {unit.words.map(({ change, text }, at) => {
            const key = `${at} ${change}`;
            if (change === 'ADDED') return <ins key={key}>{text}</ins>;
            if (change === 'REMOVED') return <del key={key}>{text}</del>;
            return <span key={key}>{text}</span>;
          })}
        </p>
      ) : unit.text !== null ? (
        <p class="exact">{unit.text.trim()}</p>
      ) : (
        <p class="exact">
          <del>{unit.textBefore?.trim()}</del>
        </p>
      )}
    </>
  );
}
