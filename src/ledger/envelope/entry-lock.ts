import { sql } from 'slonik';
import { z } from 'zod';
import { IllegalTransition, NotFound, problemAt, type Refusal } from '../../law/refusals.ts';
import { ENTRY_STATES, type EntryState } from '../../law/states.ts';
import type { EntryKind } from '../../law/values.ts';
import { LOCK_RULES_SHARED } from '../rules/rules-sql.ts';
import { AT, ENTRY_SOURCE_ID } from './reading.ts';
import type { AnyTx, ExecTx } from './transaction.ts';

const lockedRow = z.object({ at: z.string(), status: z.enum(ENTRY_STATES).nullable() });
export type Locked = z.infer<typeof lockedRow>;

/**
 * The first statement of a verb: locks the entry row before anything is looked at. `status` is null where nothing
 * could be locked; a locking read silently leaves out rows that the lane's update policy hides, so a plain read
 * decides what that means.
 */
export function lockEntry(tx: AnyTx, entryId: string, verb: string): Promise<Locked> {
  return tx.connection.one(sql.prepared(`${verb}.lock`, lockedRow)`
    /* entry.lock */ with locked as (select status from cutter_governance.decision_backlog_entry
      where entry_id = ${entryId}::uuid for no key update)
    select ${AT} as at, (select status from locked) as status`);
}

/** Takes the lock of a document's code, for a source aliased `s`: the last that a verb takes. */
export const LOCK_DOCUMENT = sql.fragment`pg_advisory_xact_lock(
  hashtextextended('cutter:document:' || s.doc_code, 0))`;

/**
 * The same, and then the document. Who withdraws an approval takes its lock, since plans of other entries may carry it
 * over: CUT takes it, too, so that the log has a withdrawal before each cut that must see it.
 */
export function lockEntryAndDocument(tx: ExecTx, entryId: string, verb: string): Promise<Locked> {
  return tx.connection.one(sql.prepared(`${verb}.lock`, lockedRow)`
    /* entry.lockDocument */ with locked as materialized (
        select status, payload from cutter_governance.decision_backlog_entry
        where entry_id = ${entryId}::uuid for no key update),
      rules as materialized (select ${LOCK_RULES_SHARED} as taken from locked),
      document as materialized (
        select ${LOCK_DOCUMENT} as taken from (select l.payload from locked l cross join rules) e
        join cutter_source.source s on s.source_id = ${ENTRY_SOURCE_ID})
    select ${AT} as at, (select status from locked) as status, (select count(*) from document) as documents`);
}

/** An entry that is there. */
export interface FoundEntry {
  readonly kind: EntryKind;
  readonly status: EntryState;
}

/** The entry as a look found it; refuses where there is none. */
export function foundEntry(
  entryId: string,
  { kind, status }: { readonly [Name in keyof FoundEntry]: FoundEntry[Name] | null },
): FoundEntry {
  if (kind === null || status === null) throw noEntry(entryId);
  return { kind, status };
}

function noEntry(entryId: string): NotFound {
  return new NotFound(`There is no entry ${entryId}.`, [
    problemAt(['input', 'entryId'], 'not-found', 'No entry has this id.', { entryId }),
  ]);
}

/**
 * What it means that an entry couldn't be locked: it doesn't exist, or it is in a state that this lane doesn't own.
 */
export function refusalOfUnlocked(
  entryId: string,
  status: EntryState | null,
  verb: string,
  before: readonly EntryState[],
): Refusal {
  if (status === null) return noEntry(entryId);
  return new IllegalTransition(
    `Entry ${entryId} is ${status}; ${verb} needs it to be ${before.join(' or ')}, and it can't get there any more.`,
    [problemAt(['input', 'entryId'], status, `The entry is ${status}.`, { entryId })],
  );
}
