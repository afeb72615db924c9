/** What a rehearsal is of: an entry that is there, or the one that `cutter run` would mark next for a file. */
import { ownerClient } from '../../database/owner.ts';
import { type EntryState, FAILED_STATES, isTerminal, wasCut } from '../../law/states.ts';
import type { EntryKind } from '../../law/values.ts';
import { derivedId } from '../../proof/uuid.ts';
import { ClientFault } from '../client/client.ts';
import { attemptKey } from '../walk/attempt.ts';
import type { WalkDocument } from '../walk/walk-document.ts';

export interface RehearsedSubject {
  readonly docCode: string;
  readonly entryId: string;
  /** Whether the entry is there. It is rehearsed from its mark on. */
  readonly isMarked: boolean;
  /** The key of its mark, where that is known. */
  readonly key: string | null;
  /** Entries that the cut waits for, whatever its rehearsal says. */
  readonly waitsFor: number;
}

interface FoundEntry {
  readonly kind: EntryKind;
  readonly status: EntryState;
  readonly doc_code: string | null;
  readonly waits_for: number;
  /** Whether its cut is the newest of its document that counts. */
  readonly is_newest: boolean;
}

type Find = (entryId: string) => Promise<FoundEntry | null>;

/** @param ownerUrl of the ledger, which is only read */
export async function subjectOfEntry(ownerUrl: string, entryId: string): Promise<RehearsedSubject> {
  return await withFinder(ownerUrl, async (find) => {
    const found = await find(entryId);
    if (found?.doc_code == null) throw new ClientFault(`The ledger has no entry ${entryId} with a source.`);
    if (found.kind !== 'cut_request')
      throw new ClientFault(`Entry ${entryId} is of kind ${found.kind}, which is never cut.`);
    if (isTerminal(found.status) || wasCut(found.status))
      throw new ClientFault(`Entry ${entryId} is ${found.status}, so there is no cut ahead to rehearse.`);
    return { docCode: found.doc_code, entryId, isMarked: true, key: null, waitsFor: found.waits_for };
  });
}

/** The same entry as `cutter run` goes on with. */
export async function subjectOfFile(ownerUrl: string, document: WalkDocument): Promise<RehearsedSubject> {
  const { docCode } = document;
  return await withFinder(ownerUrl, async (find) => {
    for (let attempt = 1; ; attempt += 1) {
      const key = attemptKey(document, attempt);
      const entryId = derivedId(key);
      const found = await find(entryId);
      if (found === null) return { docCode, entryId, isMarked: false, key, waitsFor: 0 };
      if (FAILED_STATES.includes(found.status)) continue;
      if (found.status === 'verified_complete' && !found.is_newest) continue;
      if (wasCut(found.status))
        throw new ClientFault(
          `This text is cut already, by entry ${entryId}, which is ${found.status}. There is nothing to rehearse.`,
        );
      return { docCode, entryId, isMarked: true, key, waitsFor: found.waits_for };
    }
  });
}

async function withFinder<Result>(ownerUrl: string, work: (find: Find) => Promise<Result>): Promise<Result> {
  const owner = ownerClient(ownerUrl, 'cutter rehearse');
  await owner.connect();
  try {
    return await work(async (entryId) => (await owner.query<FoundEntry>(FIND, [entryId])).rows[0] ?? null);
  } finally {
    await owner.end();
  }
}

const FIND = `/* rehearsal.entry */
  select e.kind, e.status, s.doc_code,
    (select count(*)::int from cutter_governance.decision_backlog_dependency d
      join cutter_governance.decision_backlog_entry p on p.entry_id = d.from_entry_id
      where d.to_entry_id = e.entry_id and d.dependency_kind = 'blocks'
        and p.status <> 'verified_complete') as waits_for,
    coalesce(e.entry_id = (select c.decision_backlog_entry_id from cutter_governance.cut_change_set c
      where c.payload_summary->>'doc_code' = s.doc_code and c.change_kind = 'cut'
        and not exists (select from cutter_governance.cut_change_set x
          where x.compensates_change_set_id = c.change_set_id)
      order by c.payload_summary->'cut_seq' desc nulls last, c.change_set_id desc limit 1), false) as is_newest
  from cutter_governance.decision_backlog_entry e
  left join cutter_source.source s on 'source:' || s.source_id = e.payload->>'iu_ref'
  where e.entry_id = $1`;
