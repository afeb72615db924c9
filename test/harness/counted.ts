import type pg from 'pg';

/* The counters as somebody would count who has nothing but the history. */

/** A move as the history has it. */
export interface FoldedMove {
  readonly position: string;
  readonly log_ordinal: number;
  readonly entry_id: string;
  readonly kind: string;
  readonly entry_version_after: string;
  readonly change_kind: string;
  readonly changed_at: string;
}

/** What is counted of one status and kind: how many entries, and since when the first of them. */
interface FoldedCount {
  readonly count: number;
  readonly oldestSince: string | null;
}

/** Counts by `status kind`; those of nobody are left out. */
export type FoldedCounts = Readonly<Record<string, FoldedCount>>;

/** Where each entry is, move by move. */
export class BacklogFold {
  readonly #at = new Map<string, FoldedMove>();

  add(move: FoldedMove): void {
    // Behind all others: a map has the order in which its keys came.
    this.#at.delete(move.entry_id);
    this.#at.set(move.entry_id, move);
  }

  counts(fits: (move: FoldedMove) => boolean = () => true): FoldedCounts {
    const found: Record<string, FoldedCount> = {};
    for (const move of this.#at.values()) {
      if (!fits(move)) continue;
      const key = `${move.entry_version_after} ${move.kind}`;
      const { count, oldestSince } = found[key] ?? { count: 0, oldestSince: move.changed_at };
      found[key] = { count: count + 1, oldestSince };
    }
    return found;
  }
}

/** Every move that is in the log, in its order. */
export async function foldedHistory(superuser: pg.Pool): Promise<readonly FoldedMove[]> {
  const { rows } = await superuser.query<FoldedMove>(
    `select p.position::text, p.ordinal as log_ordinal, h.entry_id::text, e.kind, h.entry_version_after, h.change_kind,
       to_char(h.changed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as changed_at
     from cutter_governance.decision_backlog_history h
     join cutter_governance.decision_backlog_entry e using (entry_id)
     join cutter_log.row_place p on p.row_id = h.history_id and p.noun = 'History'
     order by p.position, p.ordinal`,
  );
  return rows;
}

export function foldAll(moves: readonly FoldedMove[]): FoldedCounts {
  const fold = new BacklogFold();
  for (const move of moves) fold.add(move);
  return fold.counts();
}
