import { canonicalJson, type PlainJson, parsePlainJson } from '../../proof/canonical.ts';
import { AFFECTED_ROW, CHANGE_SET } from '../tables/change-set.ts';
import { DEPENDENCY } from '../tables/dependency.ts';
import { ENTRY } from '../tables/entry.ts';
import { HISTORY } from '../tables/history.ts';
import { KEY } from '../tables/key.ts';
import { MANIFEST_ENVELOPE, MANIFEST_UNIT_BLOCK } from '../tables/manifest.ts';
import { REVIEW_DECISION } from '../tables/review-decision.ts';
import { SIGNATURE } from '../tables/signature.ts';
import { SOURCE } from '../tables/source.ts';
import { SWEEP_LOG } from '../tables/sweep-log.ts';
import { type Columns, defineTable } from '../tables/table.ts';
import { INFORMATION_UNIT, UNIT_VERSION } from '../tables/unit.ts';
import { VERIFY_RESULT } from '../tables/verify-result.ts';

/** 12 · canonical_address_alias: written by nobody yet, so every row of it is an inserted one. */
const ALIAS = defineTable('cutter_governance.canonical_address_alias', ['alias_id'], {
  alias_id: 'uuid',
  target_unit_id: 'uuid',
  alias_text: 'text',
  alias_kind: 'text',
  valid_from: 'now',
  valid_until: 'timestamptz?',
  created_by: 'text',
  rationale: 'text?',
  scenario_ref: 'text?',
});

/** A table as the log's records speak of it, and as it is read back. */
export interface Kind {
  /** Its place among `KINDS`. */
  readonly index: number;
  /** With its schema. */
  readonly table: string;
  /** As records name it. */
  readonly recorded: string;
  readonly key: readonly string[];
  /** In the records' order: by code units. */
  readonly columns: readonly string[];
  readonly types: Columns;
  /** Columns that move after birth, with their value at birth as SQL of canonical text. */
  readonly atBirth: Readonly<Record<string, string>>;
  /** What a row was written with: the column that holds the transaction's time, if it has one. */
  readonly time: string | null;
}

/** The first and the newest version of a unit, as SQL over a unit aliased `r`. */
const FIRST_VERSION = `(select f.id::text from public.unit_version f where f.unit_id = r.id and f.version_seq = 1)`;
const FIRST_ANCHOR = `coalesce('"' || ${FIRST_VERSION} || '"', 'null')`;
export const NEWEST_VERSION = `(select n.id::text from public.unit_version n where n.unit_id = r.id order by n.version_seq desc limit 1)`;

const AT_BIRTH: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [ENTRY.name]: { status: `'"marked"'` },
  [REVIEW_DECISION.name]: { superseded_by_review_decision_id: `'null'` },
  [KEY.name]: { until_position: `'null'` },
  [INFORMATION_UNIT.name]: { content_anchor_ref: FIRST_ANCHOR, version_anchor_ref: FIRST_ANCHOR },
};

/** Every table whose rows the log vouches for. */
export const KINDS: readonly Kind[] = [
  ENTRY,
  HISTORY,
  DEPENDENCY,
  SWEEP_LOG,
  MANIFEST_ENVELOPE,
  MANIFEST_UNIT_BLOCK,
  REVIEW_DECISION,
  CHANGE_SET,
  AFFECTED_ROW,
  SIGNATURE,
  VERIFY_RESULT,
  ALIAS,
  INFORMATION_UNIT,
  UNIT_VERSION,
  SOURCE,
  KEY,
].map((table, index) => kindOf(table, index));
const BY_RECORDED = new Map(KINDS.map((kind) => [kind.recorded, kind]));

export function kindNamed(recorded: string): Kind | undefined {
  return BY_RECORDED.get(recorded);
}

export function kindOfTable(table: { readonly name: string }): Kind {
  return KINDS.find((kind) => kind.table === table.name) as Kind;
}

function kindOf(
  table: { readonly name: string; readonly key: readonly string[]; readonly columns: Columns },
  index: number,
): Kind {
  return {
    index,
    table: table.name,
    recorded: table.name.replace('cutter_governance.', ''),
    key: table.key,
    columns: Object.keys(table.columns).sort(),
    types: table.columns,
    atBirth: AT_BIRTH[table.name] ?? {},
    time: Object.entries(table.columns).find(([, type]) => type === 'now')?.[0] ?? null,
  };
}

/** Whether rows are found by the bits that the sketch keeps of their id: those of a UUID are all of it, other keys stand there as a hash. */
export function isKeyedByUuid({ key, types }: Kind): boolean {
  return key.length === 1 && types[key[0] as string] === 'uuid';
}

/** The key of a row as records write it, as SQL over a row aliased `r`. */
export function keySql(kind: Kind): string {
  return kind.key.map((column) => `r.${column}::text`).join(` || '/' || `);
}

const isJson = (kind: Kind, column: string) => kind.types[column]?.startsWith('jsonb') === true;

/** The canonical text of a column's value, as SQL; jsonb comes as it is stored, and is made canonical here. */
function valueSql(kind: Kind, column: string): string {
  const name = `r.${column}`;
  switch (kind.types[column]?.replace('?', '')) {
    case 'uuid':
      return `coalesce('"' || ${name}::text || '"', 'null')`;
    case 'int':
    case 'bool':
      return `coalesce(${name}::text, 'null')`;
    case 'bigint':
      return `coalesce('"' || ${name}::text || '"', 'null')`;
    case 'now':
    case 'timestamptz':
      return `coalesce('"' || to_char(${name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"', 'null')`;
    case 'bytea':
      return `coalesce('"' || translate(encode(${name}, 'base64'), E'\\n', '') || '"', 'null')`;
    case 'jsonb':
      // Where nothing stands, NULL does: a JSON null was put there by another hand, and must not read the same.
      return `coalesce(case when ${name} = 'null'::jsonb then '?' else ${name}::text end, 'null')`;
    default:
      return `coalesce(to_json(${name})::text, 'null')`;
  }
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/**
 * The text whose SHA-256 is a row's digest, at birth: pieces of SQL, of which every second one is a jsonb value. The server writes
 * it, so that a row without jsonb is hashed as it comes.
 */
export function birthPieces(kind: Kind): string[] {
  const pieces: string[] = [];
  let text: string[] = [quoted('{"columns":{')];
  kind.columns.forEach((column, at) => {
    text.push(quoted(`${at === 0 ? '' : ','}"${column}":`));
    if (isJson(kind, column)) {
      pieces.push(text.join(' || '), valueSql(kind, column));
      text = [];
    } else text.push(kind.atBirth[column] ?? valueSql(kind, column));
  });
  text.push(
    quoted('},"id":'),
    `to_json(${keySql(kind)})::text`,
    quoted(`,"op":"insert","table":"${kind.recorded}"}`),
  );
  pieces.push(text.join(' || '));
  return pieces;
}

/** Each column's value, for rows that are looked at one by one. */
export function valuePieces(kind: Kind): string[] {
  return kind.columns.map((column) => valueSql(kind, column));
}

/** The canonical text of a value as `valuePieces` reads it; null where a number has digits that would be lost. */
export function canonicalValue(kind: Kind, column: string, text: string): string | null {
  return isJson(kind, column) ? canonicalOfJsonb(text) : text;
}

/**
 * The canonical text of a jsonb value as PostgreSQL prints it, or null where it isn't plain JSON. The two texts differ in the order
 * of members and in a space after each separator; where the lengths say more, a number may have lost digits, and a strict parser decides.
 */
export function canonicalOfJsonb(text: string): string | null {
  if (text === 'null') return text;
  try {
    separators = 0;
    const canonical = written(JSON.parse(text) as PlainJson);
    if (canonical.length + separators === text.length) return canonical;
    return canonicalJson(parsePlainJson(text));
  } catch {
    return null;
  }
}

let separators = 0;

/** RFC 8785 of a value that JSON.parse gave. */
function written(value: PlainJson): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) {
    if (value.length > 1) separators += value.length - 1;
    return `[${value.map(written).join()}]`;
  }
  const object = value as Readonly<Record<string, PlainJson>>;
  const members = orderOf(Object.keys(object));
  if (members.length > 0) separators += 2 * members.length - 1;
  let text = '{';
  for (const [name, quotedName] of members) text += quotedName + written(object[name] as PlainJson);
  return `${text}}`;
}

type Members = readonly (readonly [name: string, quoted: string])[];
const orders = new Map<string, Members>();

/** Names in their canonical order, each as it is written; the few sets of names that there are come again and again. */
function orderOf(names: readonly string[]): Members {
  // A character that no name in jsonb can hold.
  const set = names.join('\u0000');
  const known = orders.get(set);
  if (known !== undefined) return known;
  const order = names
    .toSorted()
    .map((name, at) => [name, `${at === 0 ? '' : ','}${JSON.stringify(name)}:`] as const);
  if (orders.size < 1000) orders.set(set, order);
  return order;
}
