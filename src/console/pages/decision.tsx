/**
 * A reviewer's decision. It is checked by a dry run, then written under the key of this intention: whatever is asked
 * again is asked with the same key and content, so it is written once at most.
 */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { AnswerLost } from '../../client/repeat.ts';
import {
  ConsoleReviewDocument,
  type ConsoleReviewMutation,
  type ReviewInput,
  type ReviewVerdict,
  type RiskClass,
} from '../generated/graphql.ts';
import { Problems } from '../parts/parts.tsx';
import { hrefOf } from '../route.ts';
import type { ConsoleSession } from '../session.ts';
import { words } from '../words/words.ts';

type Outcome = ConsoleReviewMutation['outcome'];
type Success = Extract<Outcome, { readonly __typename: 'ReviewSuccess' }>;
type Refused = Exclude<Outcome, Success>;

type Phase =
  | { readonly name: 'open' | 'checking' | 'writing' }
  | { readonly name: 'checked' | 'done'; readonly success: Success }
  | { readonly name: 'refused'; readonly refusal: Refused }
  | { readonly name: 'lost' | 'failed'; readonly message: string };

interface Content {
  readonly verdict: ReviewVerdict;
  readonly rationale: string;
  readonly riskClass: RiskClass;
}

interface OfPlan {
  readonly session: ConsoleSession;
  readonly entryId: string;
  readonly digest: string;
  /** The live decision, where there is one. */
  readonly supersedes: string | null;
  readonly isMine: boolean;
  readonly reload: () => void;
}

const VERDICTS: readonly ReviewVerdict[] = ['APPROVE', 'REJECT', 'DEFER'];
const RISKS: readonly RiskClass[] = ['STANDARD', 'HIGH'];
/** Fields of the form, by what the ledger calls them. */
const FIELDS = ['verdict', 'rationale', 'riskClass'] as const;

export function Decision(plan: OfPlan) {
  const [phase, setPhase] = useState<Phase>({ name: 'open' });
  const [content, setContent] = useState<Content>({
    verdict: 'APPROVE',
    rationale: '',
    riskClass: 'STANDARD',
  });
  const key = useRef(newKey());
  const { review: said } = words;

  // Other content is another intention.
  const change = (part: Partial<Content>) => {
    setContent((before) => ({ ...before, ...part }));
    key.current = newKey();
    setPhase({ name: 'open' });
  };
  const send = async (dryRun: boolean) => {
    const asked = key.current;
    setPhase({ name: dryRun ? 'checking' : 'writing' });
    try {
      const input = inputOf(plan, content, asked, dryRun);
      const { outcome } = await plan.session.ledger.perform(ConsoleReviewDocument, { input });
      if (key.current !== asked) return;
      if (outcome.__typename !== 'ReviewSuccess') setPhase({ name: 'refused', refusal: outcome });
      else setPhase({ name: outcome.dryRun ? 'checked' : 'done', success: outcome });
    } catch (error) {
      if (key.current !== asked) return;
      const isLost = error instanceof AnswerLost && !dryRun;
      setPhase({ name: isLost ? 'lost' : 'failed', message: (error as Error).message });
    }
  };
  const isBusy = phase.name === 'checking' || phase.name === 'writing';
  const isChecked = phase.name === 'checked' || phase.name === 'lost';
  const submit = (event: Event) => {
    event.preventDefault();
    if (!isBusy) void send(!isChecked);
  };

  if (phase.name === 'done')
    return (
      <Aside>
        <div class="notice good" role="status">
          <Focused>{said.done[content.verdict]}</Focused>
          {phase.success.replayed && <p>{said.replayed}</p>}
          <p>
            <a href={hrefOf('entry', plan.entryId)}>{said.entry}</a>
          </p>
          <p>
            <a href={hrefOf('board')}>{said.next}</a>
          </p>
        </div>
      </Aside>
    );
  if (!plan.isMine)
    return (
      <Aside>
        <p class="soft">{said.notNow}</p>
      </Aside>
    );
  // What is being written, or may have been, stays as it is.
  const isFixed = phase.name === 'writing' || phase.name === 'lost';
  return (
    <Aside>
      <form onSubmit={submit}>
        <fieldset disabled={isFixed}>
          <legend>{said.verdict}</legend>
          {VERDICTS.map((verdict) => (
            <label key={verdict} class="choice">
              <input
                type="radio"
                name="verdict"
                value={verdict}
                checked={content.verdict === verdict}
                onChange={() => change({ verdict })}
              />
              {words.verdict[verdict]}
            </label>
          ))}
          <FieldFault phase={phase} field="verdict" />
        </fieldset>
        <label for="rationale">{said.rationale}</label>
        <textarea
          id="rationale"
          rows={4}
          disabled={isFixed}
          value={content.rationale}
          aria-describedby="rationale-hint fault-rationale"
          onInput={({ currentTarget }) => change({ rationale: currentTarget.value })}
        />
        <p id="rationale-hint" class="soft">
          {said.rationaleHint}
        </p>
        <FieldFault phase={phase} field="rationale" />
        <label for="risk">{said.risk}</label>
        <select
          id="risk"
          disabled={isFixed}
          value={content.riskClass}
          aria-describedby="risk-hint fault-riskClass"
          onChange={({ currentTarget }) => change({ riskClass: currentTarget.value as RiskClass })}
        >
          {RISKS.map((risk) => (
            <option key={risk} value={risk}>
              {said.riskNames[risk]}
            </option>
          ))}
        </select>
        <p id="risk-hint" class="soft">
          {said.riskHint}
        </p>
        <FieldFault phase={phase} field="riskClass" />
        <p class="soft">
          {said.pinned}: <code>{plan.digest.slice(0, 19)}…</code>
        </p>
        <div aria-live="polite">
          <Said phase={phase} reload={plan.reload} />
        </div>
        <button type="submit" class="main" aria-disabled={isBusy}>
          {buttonText(phase, content.verdict)}
        </button>
      </form>
    </Aside>
  );
}

function Aside({ children }: { readonly children: ComponentChildren }) {
  return (
    <aside class="decision panel" aria-labelledby="decide">
      <h2 id="decide">{words.review.decide}</h2>
      {children}
    </aside>
  );
}

/** The form is gone, and the focus with it: this takes it. */
function Focused({ children }: { readonly children: string }) {
  const place = useRef<HTMLParagraphElement>(null);
  useEffect(() => place.current?.focus(), []);
  return (
    <p class="strong" tabIndex={-1} ref={place}>
      {children}
    </p>
  );
}

function buttonText(phase: Phase, verdict: ReviewVerdict): string {
  const { review: said } = words;
  if (phase.name === 'checking') return said.checking;
  if (phase.name === 'writing') return said.sending;
  if (phase.name === 'lost') return said.askAgain;
  return phase.name === 'checked' ? said.send[verdict] : said.check;
}

/** What the last answer says of the whole; what it says of one field is at that field. */
function Said({ phase, reload }: { readonly phase: Phase; readonly reload: () => void }) {
  const { review: said } = words;
  if (phase.name === 'checked') {
    const rows = phase.success.rows.filter(({ inserted, updated }) => inserted + updated > 0);
    return (
      <div class="notice good">
        <p>{said.checked}</p>
        <p class="soft">
          {said.wouldWrite(
            rows.map(({ table, inserted, updated }) => `${table} ${inserted + updated}`).join(', '),
          )}
        </p>
      </div>
    );
  }
  if (phase.name === 'lost') return <p class="notice bad">{said.lost}</p>;
  if (phase.name === 'failed') return <p class="notice bad">{phase.message}</p>;
  if (phase.name !== 'refused') return null;
  const others = phase.refusal.problems.filter((problem) => fieldOf(problem.path) === null);
  return (
    <div class="notice bad">
      <p>
        <b>{said.refused}</b> {phase.refusal.message}
      </p>
      <Problems problems={others.filter(({ message }) => message !== phase.refusal.message)} />
      {phase.refusal.__typename === 'PlanStale' && (
        <button type="button" onClick={reload}>
          {said.reload}
        </button>
      )}
    </div>
  );
}

function fieldOf(path: readonly string[]): string | null {
  return FIELDS.find((field) => path.includes(field)) ?? null;
}

function FieldFault({ phase, field }: { readonly phase: Phase; readonly field: (typeof FIELDS)[number] }) {
  const problems =
    phase.name === 'refused' ? phase.refusal.problems.filter(({ path }) => fieldOf(path) === field) : [];
  return (
    <p id={`fault-${field}`} class="fault" role="alert">
      {problems.map(({ message }) => message).join(' ')}
    </p>
  );
}

function inputOf(plan: OfPlan, content: Content, idempotencyKey: string, dryRun: boolean): ReviewInput {
  const rationale = content.rationale.trim();
  return {
    idempotencyKey,
    dryRun,
    entryId: plan.entryId,
    manifestDigest: plan.digest,
    verdict: content.verdict,
    riskClass: content.riskClass,
    rationale: rationale === '' ? null : rationale,
    supersedesDecisionId: plan.supersedes,
  };
}

/** Random, and possible on pages without TLS, too. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `console-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
