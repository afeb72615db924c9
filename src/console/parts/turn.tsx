/** Whose turn an entry is, and the smallest step that takes it on. */
import type { LedgerClient } from '../../client/client.ts';
import {
  type ConsoleRowFragment,
  ConsoleStepDocument,
  type ConsoleStepQuery,
  type EntryAction,
  type EntryStatus,
} from '../generated/graphql.ts';
import { hrefOf } from '../route.ts';
import type { ConsoleSession } from '../session.ts';
import { words } from '../words/words.ts';
import { useLoaded } from './load.ts';
import { nameOf } from './parts.tsx';

type NextVerb = Exclude<EntryAction, 'ABANDON'>;
type Step = ConsoleStepQuery['readiness'];

const NEXT: Readonly<Partial<Record<EntryStatus, NextVerb>>> = {
  MARKED: 'SWEEP',
  REVIEWED_DEFERRED: 'SWEEP',
  REVIEW_PENDING: 'REVIEW',
  REVIEWED_APPROVED: 'CUT',
  CUT_APPLIED: 'VERIFY',
};

/** As many names as fit a line. */
const MOST_NAMES = 3;

interface OfRow {
  readonly session: ConsoleSession;
  readonly row: ConsoleRowFragment;
}

export function Turn({ session, row }: OfRow) {
  const phase = NEXT[row.status];
  if (phase === undefined) return <p class="turn soft">{words.turn.ended}</p>;
  if (row.kind === 'ESCALATION') return <p class="turn">{words.turn.person}</p>;
  const isMine = row.actions.includes(phase);
  return (
    <div class="turn">
      {session.evidence ? (
        <PlannedTurn session={session} row={row} phase={phase} />
      ) : (
        <TurnLine
          isMine={isMine && !isBlocked(row)}
          who={words.turn.byStatus[row.status] ?? words.nobody}
          step={
            row.blockedBecause.find(({ severity }) => severity === 'ERROR')?.message ?? words.turn.deed[phase]
          }
        />
      )}
      {phase === 'REVIEW' && isMine && session.evidence && (
        <a class="button" href={hrefOf('review', row.entryId)}>
          {words.board.review}
        </a>
      )}
    </div>
  );
}

const isBlocked = (row: ConsoleRowFragment) =>
  row.blockedBecause.some(({ severity }) => severity === 'ERROR');

function PlannedTurn({ session, row, phase }: OfRow & { readonly phase: NextVerb }) {
  const key = stepKey(row, phase);
  const loaded = useLoaded(() => askStep(session.ledger, { phase, entryId: row.entryId, key }), [key]);
  if (loaded.value === null) return <p class="soft">{loaded.fault?.message ?? words.loading}</p>;
  return <TurnLine {...turnOf(loaded.value, phase)} />;
}

/** What the list says of a row. While that is the same, the row's step isn't asked for again: others move often. */
function stepKey(
  { entryId, statusSince, actions, blockedBecause }: ConsoleRowFragment,
  phase: NextVerb,
): string {
  return JSON.stringify([phase, entryId, statusSince, actions, blockedBecause.map(({ message }) => message)]);
}

/** An entry may be on a page twice; it is asked about once. */
const asked = { by: null as LedgerClient | null, steps: new Map<string, Promise<Step>>() };
/** Some pages of rows. */
const MOST_STEPS = 200;

interface StepAsked {
  readonly phase: NextVerb;
  readonly entryId: string;
  readonly key: string;
}

function askStep(ledger: LedgerClient, { phase, entryId, key }: StepAsked): Promise<Step> {
  if (asked.by !== ledger || asked.steps.size >= MOST_STEPS)
    Object.assign(asked, { by: ledger, steps: new Map() });
  const before = asked.steps.get(key);
  if (before !== undefined) return before;
  const step = ledger.request(ConsoleStepDocument, { phase, entryId }).then(({ readiness }) => readiness);
  asked.steps.set(key, step);
  step.catch(() => asked.steps.delete(key));
  return step;
}

interface TurnWords {
  readonly isMine: boolean;
  readonly who: string;
  readonly step: string;
  /** How many steps there are in all, in words. */
  readonly of?: string;
}

function turnOf(step: Step, phase: NextVerb): TurnWords {
  if (step.isReadyForCaller) return { isMine: true, who: words.turn.you, step: words.turn.deed[phase] };
  const [act] = step.acts;
  if (act === undefined) {
    const gap = step.state === 'READY' ? undefined : step.gaps[0];
    return {
      isMine: false,
      who: namesOf(step.whoMay, step.whoMayCount),
      step: gap?.message ?? words.turn.deed[phase],
    };
  }
  const by = { CALLER: namesOf(act.who, act.whoCount), OPERATOR: words.turn.operator, TIME: words.turn.time };
  return { isMine: false, who: by[act.by], step: act.message, of: words.turn.steps(step.acts.length) };
}

function namesOf(who: Step['whoMay'], count: number): string {
  if (who.length === 0) return words.turn.nobody;
  const shown = who.slice(0, MOST_NAMES);
  return words.turn.may(shown.map(nameOf).join(', '), count - shown.length);
}

function TurnLine({ isMine, who, step, of }: TurnWords) {
  return (
    <dl class="turn-line">
      <div>
        <dt>{words.turn.label}</dt>
        <dd class={isMine ? 'mine' : ''}>{isMine ? words.turn.you : who}</dd>
      </div>
      <div>
        <dt>{words.turn.step}</dt>
        <dd>
          {step} {of !== undefined && of !== '' && <span class="soft">({of})</span>}
        </dd>
      </div>
    </dl>
  );
}
