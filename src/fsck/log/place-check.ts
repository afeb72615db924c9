import type { Client } from 'pg';
import { CHANGE_SET } from '../../ledger/tables/change-set.ts';
import { COMMENT_RESOLUTION, REVIEW_COMMENT } from '../../ledger/tables/comment.ts';
import { DEPENDENCY } from '../../ledger/tables/dependency.ts';
import { ENTRY } from '../../ledger/tables/entry.ts';
import { HISTORY } from '../../ledger/tables/history.ts';
import { MANIFEST_ENVELOPE } from '../../ledger/tables/manifest.ts';
import { PROFILE, REGISTERED_TERM } from '../../ledger/tables/registry.ts';
import { REVIEW_DECISION } from '../../ledger/tables/review-decision.ts';
import { SIGNATURE } from '../../ledger/tables/signature.ts';
import { SOURCE } from '../../ledger/tables/source.ts';
import { SWEEP_LOG } from '../../ledger/tables/sweep-log.ts';
import { VERIFY_RESULT } from '../../ledger/tables/verify-result.ts';
import type { FsckFindings, NewFinding, VerdictCode } from '../finding.ts';
import { copyRows } from '../rows/copy.ts';
import { LOG } from './log-lines.ts';

const PLACES = 'cutter_log.row_place';
/** How many wrong places are named one by one. More are counted. */
const MOST_NAMED = 10_000;

/** The nouns whose rows have places, with their table and its key. */
const NOUNS: Readonly<Record<string, { readonly name: string; readonly key: readonly string[] }>> = {
  Entry: ENTRY,
  History: HISTORY,
  Dependency: DEPENDENCY,
  Sweep: SWEEP_LOG,
  Manifest: MANIFEST_ENVELOPE,
  ReviewDecision: REVIEW_DECISION,
  ChangeSet: CHANGE_SET,
  Signature: SIGNATURE,
  VerifyResult: VERIFY_RESULT,
  AddressAlias: { name: 'cutter_governance.canonical_address_alias', key: ['alias_id'] },
  Source: SOURCE,
  Profile: PROFILE,
  VocabularyTerm: REGISTERED_TERM,
  Comment: REVIEW_COMMENT,
  CommentResolution: COMMENT_RESOLUTION,
};

const KNOWN = Object.entries(NOUNS)
  .map(([noun, { name, key }]) => `select '${noun}' as noun, ${key[0]} as row_id from ${name}`)
  .join(' union all ');

/**
 * Places that the log doesn't give, and rows of the log without a place. The tables say of which noun an id is, and the
 * log says in which order: both were compared with the records before. An id that two lines name belongs where the
 * first of them has it.
 */
const WRONG = `/* fsck.places */
  with due as (
    select known.noun, known.row_id, log.position, (named.at - 1)::int as ordinal
    from ${LOG} as log cross join unnest(log.row_ids) with ordinality as named (row_id, at)
    join (${KNOWN}) as known on known.row_id = named.row_id
  )
  select due.noun, due.position, due.ordinal, due.row_id, place.noun, place.position, place.ordinal, place.row_id
  from due full join ${PLACES} as place on place.noun = due.noun and place.row_id = due.row_id
  where due.noun is null or place.noun is null
    or (place.position, place.ordinal) <> (due.position, due.ordinal) and not exists (
      select from ${LOG} as log
      where log.position = place.position and log.row_ids[place.ordinal + 1] = due.row_id
        and log.position <= due.position
    )`;

interface Place {
  readonly noun: string;
  readonly position: number;
  readonly ordinal: number;
  readonly rowId: string;
}

/** The log's end is known to be lost: places beyond it follow from that. */
export const LOST_END: readonly VerdictCode[] = ['truncated', 'restored', 'forked'];

/**
 * Compares the places by which lists page with the log and the tables. It streams what differs, and keeps no place that
 * is right. `end` is the first position that the log doesn't have.
 */
export async function checkPlaces(client: Client, end: number, findings: FsckFindings): Promise<void> {
  const missing = new Missing();
  const strange: Place[] = [];
  let more = 0;
  let last = -1;
  await client.query('set local enable_hashjoin = on; set local enable_mergejoin = on');
  await copyRows(client, WRONG, (fields) => {
    const [due, place] = [placeOf(fields.slice(0, 4)), placeOf(fields.slice(4, 8))];
    if (due === null && place !== null && place.position >= end) last = Math.max(last, place.position);
    else if (missing.size + strange.length >= MOST_NAMED) more += 1;
    else {
      if (due !== null) missing.add(due);
      if (place !== null) strange.push(place);
    }
  });
  for (const place of strange) reportStrange(place, missing.take(place), findings);
  for (const due of missing.left()) reportMissing(due, findings);
  if (last >= 0 && !findings.all.some(({ verdict }) => LOST_END.includes(verdict)))
    reportLostEnd(end, last, findings);
  if (more > 0)
    findings.add({
      ...bounds('*', 0),
      verdict: 'edited',
      message: `${more} more places of rows aren't those of the log: too many to name one by one.`,
    });
}

function placeOf([noun, position, ordinal, rowId]: readonly (string | null)[]): Place | null {
  if (noun == null) return null;
  return { noun, position: Number(position), ordinal: Number(ordinal), rowId: rowId as string };
}

const seatOf = ({ position, ordinal }: Place): string => `${position}/${ordinal}`;

const nameOf = ({ noun, rowId }: Place): string => `${noun} ${rowId}`;

/** Rows of the log that aren't at their places. */
class Missing {
  readonly #bySeat = new Map<string, Place>();
  readonly #byName = new Map<string, Place>();

  get size(): number {
    return this.#bySeat.size;
  }

  add(due: Place): void {
    this.#bySeat.set(seatOf(due), due);
    this.#byName.set(nameOf(due), due);
  }

  /** The row that belongs where a wrong one is, or that is at a wrong place itself. Each is returned once. */
  take(place: Place): Place | null {
    const found = this.#bySeat.get(seatOf(place)) ?? this.#byName.get(nameOf(place));
    if (found === undefined) return null;
    this.#bySeat.delete(seatOf(found));
    this.#byName.delete(nameOf(found));
    return found;
  }

  left(): Iterable<Place> {
    return this.#bySeat.values();
  }
}

function reportStrange(place: Place, due: Place | null, findings: FsckFindings): void {
  const { noun, position, ordinal, rowId } = place;
  const found = `${PLACES} says that ${rowId} is a row of ${noun} at position ${position}, ordinal ${ordinal}`;
  if (due !== null) {
    const wrong = (['noun', 'position', 'ordinal', 'rowId'] as const).find(
      (column) => place[column] !== due[column],
    );
    derivePlaceFinding(place, findings, {
      verdict: 'edited',
      column: wrong === 'rowId' ? 'row_id' : (wrong ?? null),
      message:
        `${found}; the log has ${due.rowId} of ${due.noun} ` +
        `at position ${due.position}, ordinal ${due.ordinal}.`,
    });
  } else
    derivePlaceFinding(place, findings, {
      verdict: 'inserted',
      column: null,
      message: `${found}; the log has no such row there.`,
    });
}

function reportMissing(due: Place, findings: FsckFindings): void {
  derivePlaceFinding(due, findings, {
    verdict: 'deleted',
    column: null,
    message: `${due.rowId} of ${due.noun} at position ${due.position} has no place in ${PLACES}: lists leave it out.`,
  });
}

/** Places show how far the log once went. */
function reportLostEnd(end: number, last: number, findings: FsckFindings): void {
  findings.add({
    verdict: 'truncated',
    table: LOG,
    key: `${end}..${last}`,
    column: null,
    after: end - 1,
    before: null,
    message: `The log ends before position ${end}, and ${PLACES} has places of rows up to position ${last}.`,
  });
}

/** Dropped where the line of the log or the row itself is known to be altered. */
function derivePlaceFinding(
  place: Place,
  findings: FsckFindings,
  finding: Pick<NewFinding, 'verdict' | 'column' | 'message'>,
): void {
  const table = NOUNS[place.noun]?.name ?? PLACES;
  findings.derive(
    [
      [LOG, String(place.position)],
      [table, place.rowId],
    ],
    { ...bounds(`${place.noun}/${seatOf(place)}`, place.position), ...finding },
  );
}

const bounds = (key: string, position: number) => ({
  table: PLACES,
  key,
  column: null,
  after: position,
  before: null,
});
