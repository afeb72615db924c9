import type { Client } from 'pg';
import type { Findings } from './finding.ts';
import { LOG } from './log-lines.ts';

const PLACES = 'cutter_log.row_place';
/** So many are named. */
const MOST_NAMED = 1000;

/** A row of the log's lists whose place isn't the one that the log gives it. Nulls: there is none on that side. */
interface Difference {
  readonly row_id: string;
  readonly due_noun: string | null;
  readonly due_at: string | null;
  readonly noun: string | null;
  readonly at: string | null;
  readonly position: string;
  readonly logged: boolean;
}

/** The tables whose rows have places, by the nouns that lists have for them. */
const NOUNS: Readonly<Record<string, readonly [table: string, id: string]>> = {
  Entry: ['cutter_governance.decision_backlog_entry', 'entry_id'],
  History: ['cutter_governance.decision_backlog_history', 'history_id'],
  Dependency: ['cutter_governance.decision_backlog_dependency', 'dependency_id'],
  Sweep: ['cutter_governance.decision_backlog_sweep_log', 'sweep_id'],
  Manifest: ['cutter_governance.manifest_envelope', 'envelope_id'],
  ReviewDecision: ['cutter_governance.review_decision', 'review_decision_id'],
  ChangeSet: ['cutter_governance.cut_change_set', 'change_set_id'],
  Signature: ['cutter_governance.dot_pair_signature', 'signature_id'],
  VerifyResult: ['cutter_governance.verify_result', 'verify_result_id'],
  AddressAlias: ['cutter_governance.canonical_address_alias', 'alias_id'],
  Source: ['cutter_source.source', 'source_id'],
};
const KNOWN = Object.entries(NOUNS)
  .map(([noun, [table, id]]) => `select '${noun}' as noun, ${id} as row_id from ${table}`)
  .join(' union all ');

/** Each id beside a line of the log has exactly one place, where it stands first; nothing else has one. */
export async function checkPlaces(client: Client, head: number, findings: Findings): Promise<void> {
  const { rows } = await client.query<Difference>(
    `/* fsck.places */ with due as (
      select distinct on (logged.row_id) logged.row_id, known.noun, logged.position, logged.ordinal
      from (select log.position, (named.at - 1)::int as ordinal, named.row_id
        from ${LOG} log cross join unnest(log.row_ids) with ordinality as named (row_id, at)) logged
      left join (${KNOWN}) known on known.row_id = logged.row_id
      order by logged.row_id, logged.position, logged.ordinal)
    select coalesce(due.row_id, place.row_id)::text as row_id, due.noun as due_noun, due.position || '/' || due.ordinal as due_at,
      place.noun, place.position || '/' || place.ordinal as at, coalesce(due.position, place.position)::text as position,
      exists (select from ${LOG} l where l.position = place.position) as logged
    from due full join ${PLACES} place on place.row_id = due.row_id
    where place.row_id is null or due.row_id is null or place.position <> due.position or place.ordinal <> due.ordinal
      or place.noun <> due.noun
    order by coalesce(due.position, place.position), coalesce(due.ordinal, place.ordinal) limit ${MOST_NAMED}`,
  );
  const isLogAltered = findings.all.some(({ table }) => table === LOG);
  const missing = new Map(rows.filter(({ at }) => at === null).map((row) => [row.due_at, row]));
  for (const row of rows) {
    // A line that is gone or was moved took its rows along; a row that is gone is told where it is.
    if (isLogAltered && !row.logged) continue;
    const other = row.due_at === null ? missing.get(row.at) : undefined;
    if (other !== undefined) missing.delete(row.at);
    if (row.at !== null) tellOf(row, other, head, findings);
  }
  for (const row of missing.values())
    if (row.due_noun !== null)
      tell(
        findings,
        row,
        head,
        'deleted',
        `${row.due_noun}/${row.due_at}`,
        null,
        `Row ${row.row_id} has no place in lists.`,
      );
}

function tellOf(row: Difference, other: Difference | undefined, head: number, findings: Findings): void {
  const key = `${row.noun}/${row.at}`;
  const edited = (column: string, was: string) =>
    tell(
      findings,
      row,
      head,
      'edited',
      key,
      column,
      `The place of row ${row.row_id} has another ${column}; ${was}.`,
    );
  if (other !== undefined) edited('row_id', `it is that of row ${other.row_id}`);
  else if (row.due_at === null)
    tell(
      findings,
      row,
      head,
      'inserted',
      key,
      null,
      `No line of the log has row ${row.row_id}, which has a place.`,
    );
  else if (row.at !== row.due_at)
    edited(
      row.at?.split('/')[0] === row.due_at.split('/')[0] ? 'ordinal' : 'position',
      `the log has it at ${row.due_at}`,
    );
  else edited('noun', `it is a row of ${row.due_noun}`);
}

function tell(
  findings: Findings,
  { position }: Difference,
  head: number,
  verdict: 'edited' | 'inserted' | 'deleted',
  key: string,
  column: string | null,
  message: string,
): void {
  findings.derive([[LOG, position]], {
    verdict,
    table: PLACES,
    key,
    column,
    after: null,
    before: head,
    message,
  });
}
