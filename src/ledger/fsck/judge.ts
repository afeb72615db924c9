import type { Finding, Findings } from './finding.ts';
import type { BrokenLine } from './log-lines.ts';
import { alteredNow, type Evidence, printOf, type Suspect, type Twin, type Vouched } from './suspects.ts';
import { placeOfId } from './words.ts';

/** What is known of the log when its rows are judged. */
export interface LogState {
  readonly head: number;
  readonly broken: readonly BrokenLine[];
  /** Times of records that are gone with their bodies: a row of such a time is accounted for by nothing and blamed for nothing. */
  readonly blanks: readonly (readonly [from: string | null, until: string | null])[];
  /** The rows that a record was written with, where its body says nothing any more. */
  readonly covered: ReadonlySet<string>;
  /** The times at which those rows were written. */
  readonly coveredTimes: ReadonlySet<string>;
}

type Place = Pick<Finding, 'table' | 'key' | 'after' | 'before'>;

/** Says of each suspect what happened to it, once, and taints it. */
export function judgeSuspects(evidence: Evidence, log: LogState, findings: Findings): void {
  const told = new Set<string>();
  const suspects = [...evidence.suspects.values()];
  for (const suspect of suspects) judgeTwins(suspect, evidence, log, findings, told);
  for (const suspect of suspects) {
    if (told.has(suspect.place)) continue;
    if (suspect.births.length > 1) doubled(suspect, log, findings);
    else if (suspect.standing === null) judgeMissing(suspect, evidence, log, findings);
    else if (suspect.births.length === 0) judgeStranger(suspect, log, findings);
    else judgeAltered(suspect, evidence, log, findings);
  }
}

function placeOf(suspect: Suspect, log: LogState): Place {
  const key =
    suspect.standing?.id ?? suspect.births[0]?.row.id ?? suspect.updates[0]?.row.id ?? suspect.place;
  return { table: suspect.kind.table, key, after: suspect.births[0]?.position ?? null, before: log.head };
}

const contentAltered = (suspect: Suspect) =>
  (alteredNow(suspect) ?? []).some(
    (column) => suspect.kind.atBirth[column] === undefined && !suspect.kind.key.includes(column),
  );

/** Rows that bear another row's content: swapped, put under another key, or doubled. */
function judgeTwins(
  suspect: Suspect,
  evidence: Evidence,
  log: LogState,
  findings: Findings,
  told: Set<string>,
): void {
  if (told.has(suspect.place) || suspect.standing === null) return;
  const known = suspect.births.length > 0;
  if (known && !contentAltered(suspect)) return;
  const twin = (evidence.twins.get(suspect.place) ?? [])[0];
  if (twin === undefined) return;
  const other = evidence.suspects.get(twin.place);
  told.add(suspect.place);
  if (known && other !== undefined && isTwinOf(evidence, other, suspect)) {
    told.add(other.place);
    return findings.add({
      ...placeOf(suspect, log),
      verdict: 'swapped',
      column: null,
      otherKey: twin.id,
      message: `Rows ${suspect.standing.id} and ${twin.id} stand under each other's key.`,
    });
  }
  if (!known && other !== undefined && other.standing === null)
    return moved(suspect, other, twin, log, findings, told);
  findings.add({
    ...placeOf(suspect, log),
    verdict: 'replayed',
    column: null,
    otherKey: twin.id,
    message: `The content of row ${twin.id} (position ${twin.position ?? 'pending'}) stands again under the key ${suspect.standing.id}.`,
  });
}

const isTwinOf = (evidence: Evidence, row: Suspect, of: Suspect) =>
  (evidence.twins.get(row.place) ?? []).some(({ place }) => place === of.place);

/** The row is all there, under another key: its key was edited. */
function moved(
  suspect: Suspect,
  other: Suspect,
  twin: Twin,
  log: LogState,
  findings: Findings,
  told: Set<string>,
): void {
  told.add(other.place);
  const { kind, standing } = suspect;
  const birth = other.births[0] as Vouched;
  const columns = kind.key.filter(
    (column) =>
      birth.row.fingerprints[birth.row.columns.indexOf(column)] !== printOf(standing?.values.get(column)),
  );
  for (const column of columns)
    findings.add({
      ...placeOf(other, log),
      key: twin.id,
      verdict: 'edited',
      column,
      otherKey: standing?.id ?? null,
      message: `Column ${column} of row ${twin.id} was altered: the row stands under ${standing?.id} now.`,
    });
}

function doubled(suspect: Suspect, log: LogState, findings: Findings): void {
  const [, again] = suspect.births as [Vouched, Vouched];
  findings.add({
    table: 'cutter_log.log',
    key: String(again.position ?? 'pending'),
    column: null,
    after: suspect.births[0]?.position ?? null,
    before: log.head,
    verdict: 'replayed',
    message: `The birth of row ${suspect.births[0]?.row.id} of ${suspect.kind.table} is recorded twice.`,
  });
}

function judgeMissing(suspect: Suspect, evidence: Evidence, log: LogState, findings: Findings): void {
  const birth = suspect.births[0];
  if (birth === undefined || !birth.reliable) return;
  const newest = birth.order > (evidence.newestStanding.get(suspect.kind.index) ?? -1);
  const message = newest
    ? `Row ${birth.row.id}, written at position ${birth.position ?? 'pending'}, is gone, and so is every newer row of its table.`
    : `Row ${birth.row.id}, written at position ${birth.position ?? 'pending'}, is gone.`;
  findings.add({
    ...placeOf(suspect, log),
    verdict: newest ? 'truncated' : 'deleted',
    column: null,
    message,
  });
}

function judgeStranger(suspect: Suspect, log: LogState, findings: Findings): void {
  if (isCovered(suspect, log)) return;
  findings.add({
    ...placeOf(suspect, log),
    verdict: 'inserted',
    column: null,
    message: `No record accounts for row ${suspect.standing?.id}.`,
  });
}

/** Whether a record whose body is gone may have written the row. */
function isCovered({ kind, standing, place }: Suspect, log: LogState): boolean {
  if (log.covered.has(place)) return true;
  const value = (column: string) => JSON.parse(standing?.values.get(column) ?? 'null') as string | null;
  if (kind.recorded === 'manifest_unit_block')
    return log.covered.has(placeOfId(4, value('envelope_id') ?? ''));
  if (kind.recorded === 'cut_change_set_affected_row')
    return log.covered.has(placeOfId(7, value('change_set_id') ?? '')) || log.blanks.length > 0;
  const at = kind.time === null ? null : value(kind.time);
  if (at === null) return false;
  return (
    log.coveredTimes.has(at) ||
    log.blanks.some(([from, until]) => (from ?? '') <= at && (until === null || at <= until))
  );
}

function judgeAltered(suspect: Suspect, evidence: Evidence, log: LogState, findings: Findings): void {
  const birth = suspect.births[0] as Vouched;
  if (!birth.reliable || suspect.updates.some(({ reliable }) => !reliable)) return;
  const altered = alteredNow(suspect);
  const place = placeOf(suspect, log);
  if (altered === null)
    return findings.add({
      ...place,
      verdict: 'edited',
      column: null,
      message: `Row ${place.key} was altered in a column that no fingerprint names.`,
    });
  const from = movedSignature(suspect, altered, evidence);
  if (from !== null)
    return findings.add({
      ...place,
      verdict: 'signature-moved',
      column: 'payload_envelope',
      otherKey: from,
      message: `Row ${place.key} bears the signature that was made for ${from}.`,
    });
  const blanks = log.broken.some(({ record }) => record === null) || log.blanks.length > 0;
  for (const column of altered) {
    // A later move may stand in a record that can't be read.
    if (blanks && suspect.kind.atBirth[column] !== undefined) continue;
    findings.add({
      ...place,
      verdict: 'edited',
      column,
      message: `Column ${column} of row ${place.key} was altered after position ${lastWritten(suspect, column) ?? 'pending'}.`,
    });
  }
}

function lastWritten({ births, updates }: Suspect, column: string): number | null {
  return updates.findLast(({ row }) => row.columns.includes(column))?.position ?? births[0]?.position ?? null;
}

/** The row that a signature was made for, where it stands on another one now. */
function movedSignature(suspect: Suspect, altered: readonly string[], evidence: Evidence): string | null {
  if (suspect.kind.recorded !== 'dot_pair_signature' || !altered.includes('payload_envelope')) return null;
  return evidence.envelopes.get(printOf(suspect.standing?.values.get('payload_envelope'))) ?? null;
}
