/**
 * What a plan holds, for the person who is asked to approve it: the units with their first words, and what becomes
 * no unit.
 */

import {
  PlanChangesDocument,
  type PlanChangesQuery,
  PlanExcludedDocument,
  type PlanExcludedQuery,
} from '../../client/generated/graphql.ts';
import { ClientFault } from '../client/client.ts';
import { acceptedOutcome } from '../client/refused.ts';
import { COLUMNS, fittedText, foldedText } from '../terminal/columns.ts';
import { countedWord } from '../terminal/report.ts';
import type { Clients } from './phases.ts';
import type { CutPlan } from './reading.ts';

export interface PlanPlace {
  readonly clients: Clients;
  readonly entryId: string;
  /** Whether every unit and every line that is set aside is shown, however many there are. */
  readonly full?: boolean;
}

type UnitPage = Extract<PlanChangesQuery['outcome'], { __typename: 'PlanDiff' }>;
type ChangedUnit = UnitPage['units']['nodes'][number];
type ExcludedPage = Extract<PlanExcludedQuery['outcome'], { __typename: 'Plan' }>;
type Excluded = ExcludedPage['excluded']['nodes'][number];

/** Shown unless all are asked for. */
const MOST_UNITS = 12;
const MOST_STRETCHES = 5;
const MOST_LINES = 8;

const MARKS: Readonly<Record<string, string>> = {
  ADDED: '+',
  REWORDED: '~',
  RECLASSIFIED: '~',
  FORMAT_ONLY: '~',
  MOVED: '>',
  REMOVED: '-',
};
/** Characters of the words around a difference. */
const AROUND = 24;
const INDENT = ' '.repeat(9);

/** Lines of at most 80 columns. Text that is set aside is shown whole. */
export async function* shownPlan(place: PlanPlace, plan: CutPlan): AsyncGenerator<string, void, void> {
  yield* shownExcluded(place, plan);
  yield* shownUnits(place, plan);
}

/** The units that the plan changes, with the words that differ; those that stay as they are, are only counted. */
async function* shownUnits(place: PlanPlace, plan: CutPlan): AsyncGenerator<string, void, void> {
  let [shown, changed] = [0, 0];
  for await (const [unit, count] of changedUnits(place, plan)) {
    if (changed === 0) yield `${INDENT}units: + added, ~ changed, > moved, - removed`;
    changed = count;
    if (place.full !== true && shown === MOST_UNITS) break;
    shown += 1;
    yield* unitLines(unit, place.full === true);
  }
  if (shown < changed)
    yield `${INDENT}and ${countedWord(changed - shown, 'other')}; --full shows all of them`;
}

function* unitLines(unit: ChangedUnit, full: boolean): Generator<string, void, void> {
  const { change, address, title, text, textBefore, words } = unit;
  const mark = MARKS[change] ?? '?';
  const line = address === null ? mark : `${mark} ${oneLine(address)}`;
  yield fittedText(`${INDENT}${line}`, COLUMNS);
  const said =
    words.length > 0
      ? differingWords(words)
      : [title === null ? '' : oneLine(title), oneLine(withoutHeading(text ?? textBefore ?? title ?? ' '))]
          .filter((part) => part !== '')
          .join(' | ');
  if (said === '') return;
  const shown = `${INDENT}  ${said}`;
  yield full && words.length > 0 ? foldedText(shown, INDENT.length + 2) : fittedText(shown, COLUMNS);
}

const withoutHeading = (text: string) => text.replace(/^\s*#{1,6}[ \t][^\n]*(\n|$)/, '');

/** The words that differ, with a few around them: `within [-ten-]{+thirty+} days`. */
function differingWords(words: ChangedUnit['words']): string {
  const parts = words.map(({ change, text }, at) => {
    const line = text.replaceAll(/\s+/g, ' ');
    if (change === 'REMOVED') return `[-${line}-]`;
    if (change === 'ADDED') return `{+${line}+}`;
    const before = at === 0 ? '' : line.slice(0, AROUND);
    const after = at === words.length - 1 ? '' : line.slice(-AROUND);
    return line.length > before.length + after.length ? `${before}…${after}` : line;
  });
  return parts.join('').trim();
}

/** What isn't blank and becomes no unit, word for word. */
async function* shownExcluded(place: PlanPlace, plan: CutPlan): AsyncGenerator<string, void, void> {
  let total = 0;
  let shown = 0;
  for await (const [stretch, count] of excludedStretches(place, plan)) {
    total = count;
    if (place.full !== true && shown === MOST_STRETCHES) break;
    shown += 1;
    const { reason, start, end, text } = stretch;
    yield `${INDENT}set aside: bytes ${start} to ${end}, becomes no unit (${oneLine(reason)})`;
    const lines = text.replace(/\n+$/, '').split('\n');
    const seen = place.full === true ? lines : lines.slice(0, MOST_LINES);
    for (const line of seen) yield foldedText(`${INDENT}| ${line}`, INDENT.length + 2);
    if (seen.length < lines.length)
      yield `${INDENT}and ${countedWord(lines.length - seen.length, 'more line')}; --full shows all of them`;
  }
  if (shown < total)
    yield `${INDENT}and ${countedWord(total - shown, 'other stretch', 'es')}; --full shows all`;
}

/** Each with how many there are. */
async function* changedUnits(
  place: PlanPlace,
  plan: CutPlan,
): AsyncGenerator<[ChangedUnit, number], void, void> {
  for (let after: string | null = null; ; ) {
    const page = await unitPage(place, after);
    requireSame(page, plan);
    const changed = page.counts.filter(({ change }) => MARKS[change] !== undefined);
    const count = changed.reduce((sum, one) => sum + one.count, 0);
    for (const unit of page.units.nodes) yield [unit, count];
    after = page.units.pageInfo.endCursor;
    if (!page.units.pageInfo.hasNextPage || after === null) return;
  }
}

async function unitPage({ clients, entryId }: PlanPlace, after: string | null): Promise<UnitPage> {
  const { outcome } = await clients.reviewer.execute(PlanChangesDocument, { entryId, after });
  return acceptedOutcome('Planning the cut', outcome, 'PlanDiff');
}

/** Each with how many there are. */
async function* excludedStretches(
  place: PlanPlace,
  plan: CutPlan,
): AsyncGenerator<[Excluded, number], void, void> {
  for (let after: string | null = null; ; ) {
    const page = await excludedPage(place, after);
    requireSame(page, plan);
    for (const stretch of page.excluded.nodes) yield [stretch, page.excluded.totalCount];
    after = page.excluded.pageInfo.endCursor;
    if (!page.excluded.pageInfo.hasNextPage || after === null) return;
  }
}

async function excludedPage({ clients, entryId }: PlanPlace, after: string | null): Promise<ExcludedPage> {
  const { outcome } = await clients.reviewer.execute(PlanExcludedDocument, { entryId, after });
  return acceptedOutcome('Planning the cut', outcome, 'Plan');
}

/** What is shown has to be what is approved. */
function requireSame(page: Pick<CutPlan, 'manifestDigest'>, plan: CutPlan): void {
  if (page.manifestDigest !== plan.manifestDigest)
    throw new ClientFault('The plan changed while it was read. Run the command again.');
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
