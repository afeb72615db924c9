import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { CutSpec } from '../document/types.ts';
import type { LeanedApproval } from '../law/carried-over.ts';
import type { HinderedEntry, OpenComment } from '../law/hindrances.ts';
import type { DeedName, Party } from '../law/parties.ts';
import type { OpenPredecessor } from '../law/predecessors.ts';
import { sqlFragment } from '../text/sql-fragment.ts';

/** What is known of an entry to say what a phase of it still needs. */
export interface EntryFacts extends HinderedEntry {
  readonly comments: readonly OpenComment[];
  readonly leaned: readonly LeanedApproval[];
  readonly open: readonly OpenPredecessor[];
  readonly unverified: readonly string[];
  readonly did: Partial<Record<DeedName, Party | null>>;
  readonly docCode: string | null;
  readonly sourceId: string | null;
  /** Of its cut; null before that. */
  readonly changeSetId: string | null;
  /** How it is to be cut, as it is stored. */
  readonly spec: CutSpec | null;
}

const factsRow = z.object({ facts: z.custom<EntryFacts>() });

/** Reads the facts of an entry, as cutter_evidence. `factsSql` is that of the room that knows the views. */
export async function readEntryFacts(
  evidence: Pick<DatabasePool, 'maybeOne'>,
  factsSql: (id: string) => string,
  entryId: string,
): Promise<EntryFacts | null> {
  const row = await evidence.maybeOne(sql.prepared('readiness.entry', factsRow)`
    /* readiness.entry */ select f.facts from (select ${entryId}::uuid as id) asked
    cross join lateral (${sqlFragment(factsSql('asked.id'))}) f`);
  return row?.facts ?? null;
}
