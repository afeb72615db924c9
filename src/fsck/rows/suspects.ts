import { hash } from 'node:crypto';
import type { Client } from 'pg';
import type { ReadRecord } from '../../law/read-record.ts';
import { fingerprintOf } from '../../law/record.ts';
import type { RecordedRow } from '../../law/recorded-row.ts';
import { isKeyedByUuid, KINDS, type Kind } from '../kinds.ts';
import type { LogLine } from '../log/records.ts';
import { copyBinary } from './copy.ts';
import { type StandingRow, StandingRows } from './row-text.ts';
import type { Difference } from './sketch.ts';
import { kindOfWords, placeOf, placeOfId, uuidOf } from './words.ts';

const UNITS = 'public.information_unit';
const VERSIONS = 'public.unit_version';

/** A row as a record vouches for it. */
export interface Vouched {
  readonly row: RecordedRow;
  readonly position: number | null;
  readonly reliable: boolean;
  /** Its place among all recorded rows. */
  readonly order: number;
  /** The version that a unit was born with. */
  readonly anchor: string | null;
}

export interface Suspect {
  readonly kind: Kind;
  readonly place: string;
  standing: StandingRow | null;
  /** How many rows have the key: there can be several once the primary key is gone. */
  copies: number;
  readonly births: Vouched[];
  readonly updates: Vouched[];
}

/** A recorded row with the content of a suspect, apart from key and later moves. */
export interface Twin {
  readonly kind: Kind;
  readonly id: string;
  readonly place: string;
  readonly position: number | null;
}

export interface Evidence {
  readonly suspects: ReadonlyMap<string, Suspect>;
  /** By the place of the suspect that looks the same. */
  readonly twins: ReadonlyMap<string, readonly Twin[]>;
  /** The order of the newest recorded row of each kind that is still there. */
  readonly newestStanding: ReadonlyMap<number, number>;
  /** Signature rows by the fingerprint of an envelope that a suspect has. */
  readonly envelopes: ReadonlyMap<string, string>;
}

/** The rows that the differences are about, as they are now. */
export async function suspectsOf(
  client: Client,
  differences: readonly Difference[],
): Promise<Map<string, Suspect>> {
  const suspects = new Map<string, Suspect>();
  for (const { words } of differences) {
    const place = placeOf(words);
    const kind = kindOfWords(words);
    if (!suspects.has(place))
      suspects.set(place, { kind, place, standing: null, copies: 0, births: [], updates: [] });
  }
  for (const kind of KINDS) {
    const places = [...suspects.values()]
      .filter((suspect) => suspect.kind === kind)
      .map(({ place }) => place);
    if (places.length > 0) await fetchStanding(client, kind, suspects, places);
  }
  return suspects;
}

const PAGE = 500;

async function fetchStanding(
  client: Client,
  kind: Kind,
  suspects: Map<string, Suspect>,
  places: readonly string[],
): Promise<void> {
  const standing = new StandingRows(kind);
  const query = `select ${standing.select} from ${kind.table} r`;
  const pages = isKeyedByUuid(kind)
    ? pagesOf(places).map((page) => `${query} where r.${kind.key[0]} in (${page})`)
    : [query];
  for (const page of pages) {
    await copyBinary(client, page, (bytes) => {
      const row = standing.read(bytes);
      const suspect = suspects.get(placeOfId(kind.index, row.id));
      if (suspect === undefined) return;
      suspect.standing = row;
      suspect.copies += 1;
    });
  }
}

function pagesOf(places: readonly string[]): string[] {
  const pages: string[] = [];
  for (let from = 0; from < places.length; from += PAGE)
    pages.push(
      places
        .slice(from, from + PAGE)
        .map((place) => `'${uuidOf(place)}'`)
        .join(),
    );
  return pages;
}

/** The fingerprints of what makes a row itself: neither its key nor what moves later. */
function contentPrint(kind: Kind, fingerprint: (column: string, at: number) => string): string {
  let print = `${kind.index} `;
  kind.columns.forEach((column, at) => {
    if (!kind.key.includes(column) && kind.atBirth[column] === undefined) print += fingerprint(column, at);
  });
  return print;
}

export const printOf = (text: string | null | undefined) => (text == null ? '-' : fingerprintOf(text));
const NULL_PRINT = fingerprintOf('null');

/** The fingerprints that a record has of a row, one for each column of its kind; null where it has other columns. */
function columnPrints(kind: Kind, row: RecordedRow): readonly string[] | null {
  if (row.columns.length === kind.columns.length) return row.fingerprints;
  const known = new Map(row.columns.map((column, at) => [column, row.fingerprints[at] as string]));
  const prints = kind.columns.map(
    (column) => known.get(column) ?? (kind.added.has(column) ? NULL_PRINT : null),
  );
  const isWhole = row.columns.every((column) => kind.columns.includes(column)) && !prints.includes(null);
  return isWhole ? (prints as string[]) : null;
}

/** Reads the whole log again for what it says about the suspects, and for rows that look like them. */
export async function gatherEvidence(
  suspects: ReadonlyMap<string, Suspect>,
  everyLine: (
    each: (record: ReadRecord, line: Pick<LogLine, 'position'>, reliable: boolean) => void,
  ) => Promise<void>,
): Promise<Evidence> {
  const looks = new Map<string, string[]>();
  const wanted = new Set<string>();
  const watched = new Set<Kind>();
  for (const { kind, place, standing } of suspects.values()) {
    watched.add(kind);
    if (standing === null) continue;
    const print = contentPrint(kind, (column) => printOf(standing.values.get(column)));
    looks.set(print, [...(looks.get(print) ?? []), place]);
    if (kind.recorded === 'dot_pair_signature') wanted.add(printOf(standing.values.get('payload_envelope')));
  }
  const twins = new Map<string, Twin[]>();
  const newestStanding = new Map<number, number>();
  const envelopes = new Map<string, string>();
  let order = 0;
  await everyLine((record, line, reliable) => {
    const anchorOf = anchorsOf(record);
    for (const row of record.rows.of(() => true)) {
      order += 1;
      const kind = kindOf(row.table, watched);
      if (kind === undefined) continue;
      const place = placeOfId(kind.index, row.id);
      const suspect = suspects.get(place);
      if (suspect !== undefined) {
        const vouched = { row, position: line.position, reliable, order, anchor: anchorOf(row) };
        (row.op === 'insert' ? suspect.births : suspect.updates).push(vouched);
      }
      if (row.op !== 'insert') continue;
      if (suspect === undefined || suspect.standing !== null) newestStanding.set(kind.index, order);
      const prints = columnPrints(kind, row);
      if (prints === null) continue;
      const print = contentPrint(kind, (_, at) => prints[at] as string);
      for (const look of looks.get(print) ?? []) {
        if (look !== place)
          twins.set(look, [...(twins.get(look) ?? []), { kind, id: row.id, place, position: line.position }]);
      }
      if (kind.recorded === 'dot_pair_signature') {
        const envelope = prints[kind.columns.indexOf('payload_envelope')] as string;
        if (wanted.has(envelope)) envelopes.set(envelope, row.id);
      }
    }
  });
  return { suspects, twins, newestStanding, envelopes };
}

function kindOf(table: string, watched: ReadonlySet<Kind>): Kind | undefined {
  for (const kind of watched) if (kind.recorded === table) return kind;
  return undefined;
}

/** Finds the version that a unit of one record was born with: its id has the fingerprint of the unit's anchor. */
export type Anchors = (row: RecordedRow) => string | null;

/** Reads the versions of a record once, when the first unit asks: a record may hold a hundred thousand of both. */
export function anchorsOf(record: ReadRecord): Anchors {
  let ids: Map<string, string> | null = null;
  return (row) => {
    if (row.table !== UNITS || row.op !== 'insert') return null;
    ids ??= new Map(
      record.rows.of(({ table }) => table === VERSIONS).map(({ id }) => [fingerprintOf(`"${id}"`), id]),
    );
    const anchor = row.fingerprints[row.columns.indexOf('version_anchor_ref')];
    return anchor === undefined ? null : (ids.get(anchor) ?? null);
  };
}

/** The columns in which a row differs from what the log gives it now; null where it differs and none can be named. */
export function alteredNow(suspect: Suspect): readonly string[] | null {
  const { kind, standing, births, updates } = suspect;
  const birth = births[0];
  if (standing === null || birth === undefined) return [];
  const expected = new Map(
    [...kind.added].map((column): [string, string | undefined] => [column, NULL_PRINT]),
  );
  for (const [at, column] of birth.row.columns.entries()) expected.set(column, birth.row.fingerprints[at]);
  for (const { row } of updates) {
    for (const [at, column] of row.columns.entries()) expected.set(column, row.fingerprints[at]);
  }
  const named = kind.columns.filter(
    (column) => expected.get(column) !== printOf(standing.values.get(column)),
  );
  if (named.length > 0) return named;
  return birthDigestOf(standing, birth) === birth.row.digest ? [] : null;
}

function birthDigestOf(standing: StandingRow, birth: Vouched): string {
  const { kind } = standing;
  const values = kind.columns
    .map((column) => [column, bornValue(standing, column, birth)] as const)
    .filter(([column, value]) => value !== 'null' || !kind.added.has(column))
    .map(([column, value]) => `"${column}":${value}`);
  const text =
    `{"columns":{${values.join()}},"id":${JSON.stringify(standing.id)},` +
    `"op":"insert","table":"${kind.recorded}"}`;
  return hash('sha256', text, 'base64url');
}

function bornValue(standing: StandingRow, column: string, birth: Vouched): string {
  if (standing.kind.atBirth[column] === undefined) return standing.values.get(column) ?? '?';
  if (column === 'status') return '"marked"';
  if (column === 'superseded_by_review_decision_id' || column === 'until_position') return 'null';
  return birth.anchor === null ? 'null' : `"${birth.anchor}"`;
}
