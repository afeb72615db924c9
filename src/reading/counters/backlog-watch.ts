import { ENTRY_STATES } from '../../law/states.ts';
import { encodePlace } from '../../log/feed/cursor.ts';
import type { EntryTest } from '../../log/feed/history-message.ts';
import type { PlacedHistoryRow, RecordEvent } from '../../log/feed/history-page.ts';
import { type Beginning, Recently, type Teller } from '../../log/feed/teller.ts';
import { type CountedPart, type CountedPlace, type Counts, countsAt, oldestAt } from './backlog-counts.ts';
import type { EntryFilter } from './entry-filter.ts';

/** How many entries are in one status. */
interface BacklogCount {
  readonly status: string;
  readonly kind: string;
  readonly count: number;
}

/** What is said of the backlog behind one position. */
export interface BacklogWord {
  readonly type: 'BacklogSnapshot' | 'BacklogChange';
  readonly cursor: string;
  readonly position: string;
  readonly counts: readonly BacklogCount[];
  /** What is watched. */
  readonly filter: EntryFilter;
  /** The entries that moved; none in a snapshot. */
  readonly entryIds: readonly string[];
  /** Since when the first entry of each status and kind has been in it, by `status kind`; read once. */
  oldest(): Promise<ReadonlyMap<string, string>>;
}

interface Step {
  readonly counts: Counts;
  readonly word: BacklogWord | null;
}

/** Positions whose counts and words those who keep up are about to ask for. */
const KEPT_STEPS = 64;

/**
 * The backlog as all see it who have the same filter and reach. What one of them has computed of a position is there
 * for the others: counts, words, and what is read when it is asked for.
 */
export class BacklogWatch {
  readonly #part: CountedPart;
  readonly #test: EntryTest | null;
  readonly #beginnings = new Recently<string, Promise<Step>>(KEPT_STEPS);
  readonly #resumptions = new Recently<string, Promise<Counts>>(KEPT_STEPS);
  readonly #steps = new Recently<RecordEvent, Promise<Step>>(KEPT_STEPS);
  readonly #reach: ReadonlySet<string> | null;

  /** `test`: judges what the rows don't say; null where they say all. */
  constructor(part: CountedPart, test: EntryTest | null) {
    this.#part = part;
    this.#test = test;
    this.#reach = part.reach === null ? null : new Set(part.reach);
  }

  /** What one subscriber is sent. It knows the counts at its place, so that it can go on from there. */
  teller(): Teller<BacklogWord> {
    let known: Counts | null = null;
    const go = async (step: Promise<Step>): Promise<BacklogWord | null> => {
      const { counts, word } = await step;
      known = counts;
      return word;
    };
    return {
      saysCaughtUp: false,
      begin: async (at) => (await go(this.#begin(at))) as BacklogWord,
      say: async (event, mark) => {
        const before = known ?? (await this.#countsBefore({ ...mark, next: event.position }));
        return go(
          this.#steps.get(event, () => this.#step(event, before, { ...mark, next: event.position + 1 })),
        );
      },
    };
  }

  #begin(at: Beginning): Promise<Step> {
    return this.#beginnings.get(placeKey(at), async () => {
      const counts = await countsAt(this.#part, at);
      return { counts, word: this.#word('BacklogSnapshot', at, counts, []) };
    });
  }

  #countsBefore(at: CountedPlace): Promise<Counts> {
    return this.#resumptions.get(placeKey(at), () => countsAt(this.#part, at));
  }

  async #step(event: RecordEvent, before: Counts, at: Beginning): Promise<Step> {
    const moves = await this.#movesOf(event);
    if (moves.length === 0) return { counts: before, word: null };
    const counts = new Map(before);
    for (const { entry_version_before, entry_version_after, entry_kind } of moves) {
      if (entry_version_before !== null) addTo(counts, `${entry_version_before} ${entry_kind}`, -1);
      addTo(counts, `${entry_version_after} ${entry_kind}`, 1);
    }
    const shown = moves.filter((row) => this.#isShown(row));
    const entryIds = [...new Set(shown.map(({ entry_id }) => entry_id))];
    return { counts, word: shown.length === 0 ? null : this.#word('BacklogChange', at, counts, entryIds) };
  }

  /** The moves of the entries that are watched, whatever their status. */
  async #movesOf(event: RecordEvent): Promise<readonly PlacedHistoryRow[]> {
    const rows = event.rows.filter(({ entry_id }) => this.#reach === null || this.#reach.has(entry_id));
    if (rows.length === 0 || this.#test === null) return rows;
    const found = await this.#test.matching(event);
    return rows.filter(({ entry_id }) => found.has(entry_id));
  }

  /** Whether a move changes what is shown: out of a status that is asked for, or into one. */
  #isShown({ entry_version_before, entry_version_after, entry_kind }: PlacedHistoryRow): boolean {
    const { statuses, kinds } = this.#part.filter;
    if (kinds !== null && !kinds.has(entry_kind)) return false;
    return (
      statuses === null || statuses.has(entry_version_after) || statuses.has(entry_version_before ?? 'none')
    );
  }

  #word(type: BacklogWord['type'], at: Beginning, counts: Counts, entryIds: readonly string[]): BacklogWord {
    const { filter } = this.#part;
    const { statuses, kinds } = filter;
    let oldest: ReturnType<BacklogWord['oldest']> | null = null;
    return {
      type,
      cursor: encodePlace(at, at.key),
      // A ledger begins with the records of its keys: nothing can be counted before them.
      position: String(Math.max(0, at.next - 1)),
      counts: listCounts(counts).filter(
        ({ status, kind }) => (statuses?.has(status) ?? true) && (kinds?.has(kind) ?? true),
      ),
      filter,
      entryIds,
      oldest: () => {
        oldest ??= oldestAt(this.#part, at);
        oldest.catch(() => {
          oldest = null;
        });
        return oldest;
      },
    };
  }
}

const placeKey = ({ incarnation, next }: CountedPlace): string => `${incarnation} ${next}`;

function addTo(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

/** In the order of an entry's life. */
function listCounts(counts: Counts): BacklogCount[] {
  const states: readonly string[] = ENTRY_STATES;
  return [...counts]
    .map(([key, count]) => {
      const [status, kind] = key.split(' ') as [string, string];
      return { status, kind, count };
    })
    .sort((a, b) => states.indexOf(a.status) - states.indexOf(b.status) || (a.kind < b.kind ? -1 : 1));
}
