import { badInput } from './bad-input.ts';
import type { BoundPage } from './bind.ts';
import type { RowPlan } from './plan.ts';

/**
 * The most rows that one statement may give back: the sum over all levels of the product of the `first`s down to each.
 * A page of 50 entries with 10 change sets each and 200 affected rows of each is 100,550.
 */
const MOST_ROWS = 250_000;

/** What a plain list counts as. */
const LISTED = 10;

interface Level {
  readonly path: string;
  readonly first: number;
  readonly rows: number;
}

function collectLevels(row: RowPlan, times: number, bound: readonly BoundPage[], found: Level[]): Level[] {
  for (const cell of row.cells) {
    if (cell.kind === 'one') {
      found.push({ path: cell.path, first: 1, rows: times });
      collectLevels(cell.row, times, bound, found);
    }
    if (cell.kind === 'rows') {
      found.push({ path: cell.path, first: LISTED, rows: times * LISTED });
      collectLevels(cell.row, times * LISTED, bound, found);
    }
    if (cell.kind === 'page') {
      const { size } = bound[cell.page.index]!;
      found.push({ path: cell.page.path, first: size, rows: times * size });
      collectLevels(cell.page.row, times * size, bound, found);
    }
  }
  return found;
}

/** A source may have 16 MiB, and an answer is one text in memory. */
const MOST_CONTENTS = 2;

/** How many sources' bytes the rows may hold. */
function countContents(row: RowPlan, times: number, bound: readonly BoundPage[]): number {
  return row.cells.reduce((sum, cell) => {
    if (cell.kind === 'column') return cell.codec === 'base64' || cell.codec === 'utf8' ? sum + times : sum;
    if (cell.kind === 'one') return sum + countContents(cell.row, times, bound);
    if (cell.kind === 'rows') return sum + countContents(cell.row, times * LISTED, bound);
    if (cell.kind !== 'page') return sum;
    return sum + countContents(cell.page.row, times * bound[cell.page.index]!.size, bound);
  }, 0);
}

/** Refuses, before any SQL, what could give back more than `MOST_ROWS` rows; says which levels to lower. */
export function assertAffordable(row: RowPlan, roots: Level, bound: readonly BoundPage[]): void {
  const contents = countContents(row, roots.rows, bound);
  if (contents > MOST_CONTENTS)
    throw badInput(
      'first',
      `asks for the bytes of up to ${contents.toLocaleString('en')} sources in this field, and one answer holds ` +
        `those of ${MOST_CONTENTS}. Ask for fewer sources at once, or leave out text and base64.`,
    );
  const all = collectLevels(row, roots.rows, bound, [roots]);
  const total = all.reduce((sum, level) => sum + level.rows, 0);
  if (total <= MOST_ROWS) return;
  const widest = all.reduce((most, level) => (level.rows > most.rows ? level : most));
  const above = all
    .filter(({ path, first }) => first > 1 && (path === widest.path || widest.path.startsWith(`${path}.`)))
    .map(({ path, first }) => `${path} (${first})`);
  throw badInput(
    'first',
    `multiplies to ${total.toLocaleString('en')} rows in this field, more than ${MOST_ROWS.toLocaleString('en')}. ` +
      `Lower it on: ${above.join(', ')}.`,
  );
}

/**
 * How many roots with this under each are affordable in one statement; at least one, for `assertAffordable` to
 * refuse.
 */
export function affordableRoots(row: RowPlan, bound: readonly BoundPage[]): number {
  const each = collectLevels(row, 1, bound, []).reduce((sum, level) => sum + level.rows, 1);
  const contents = countContents(row, 1, bound);
  return Math.max(1, Math.min(Math.floor(MOST_ROWS / each), Math.floor(MOST_CONTENTS / contents)));
}
