import { createHash, type Hash, hash } from 'node:crypto';
import { canonicalJson, type PlainJson } from '../proof/canonical.ts';
import { type Digest, digestOf } from '../proof/digest.ts';
import type { DsseEnvelope } from '../proof/dsse.ts';
import type { NumberedRules } from './rules/rules.ts';
import type { Lane, Mode, PrincipalKind } from './values.ts';

/**
 * The version of a record's form; the hash covers it. docs/reference/formats/record.md describes it.
 */
export const RECORD_FORMAT = 'cutter-record/1';
/** The same with a member `statements`: records about keys and incarnations alone. */
export const STATEMENT_RECORD_FORMAT = 'cutter-record/2';
/**
 * The first with a member `parties`: records about persons, principals and tokens, which belong to no lane.
 */
export const PARTY_RECORD_FORMAT = 'cutter-record/3';
/** The first with a member `rules`: records about the rules, which belong to no lane either. */
export const RULES_RECORD_FORMAT = 'cutter-record/4';
/** Characters of base64url kept of a column's SHA-256: 48 bits name the column, the row's full digest convicts. */
export const FINGERPRINT_LENGTH = 8;
const PART_BYTES = 1_000_000;

/**
 * One row as a transaction wrote it, in the values that were sent. Tables outside `cutter_governance` carry their
 * schema.
 */
export interface WrittenRow {
  readonly table: string;
  /** The primary key; of several columns joined by `/`. */
  readonly id: string;
  readonly op: 'insert' | 'update';
  /**
   * Insert: every column. Update: the columns set. In the canonical form of each column type
   * (docs/reference/formats/record.md).
   */
  readonly columns: Readonly<Record<string, PlainJson>>;
}

/** What a principal is from a record on, as strangers may read it: no name, and no token. */
export interface RecordedParty {
  readonly principalId: string;
  readonly personId: string;
  readonly kind: PrincipalKind;
  /** In code-unit order. */
  readonly scopes: readonly string[];
  readonly lane: Lane | null;
  readonly suspended: boolean;
}

export interface RecordInput {
  readonly recordId: string;
  readonly verb: string;
  /** Null in records of parties and of rules, which belong to none. */
  readonly lane: Lane | null;
  /** Null where the owner of the database writes: in records of parties and of rules alone. */
  readonly principalId: string | null;
  readonly personId: string | null;
  /** What principals are from this record on; in records of parties alone, which have no statements. */
  readonly parties?: readonly RecordedParty[];
  /** The rules from this record on; in records of rules alone. */
  readonly rules?: NumberedRules;
  readonly mode: Mode;
  /** `transaction_timestamp()` as text, UTC, microseconds. */
  readonly at: string;
  /** The history rows as observers see them. */
  readonly history: readonly PlainJson[];
  readonly rows: readonly WrittenRow[];
  /** Signed statements that the record itself carries, for readers of the log alone: about keys and incarnations. */
  readonly statements?: readonly DsseEnvelope[];
}

export interface BuiltRecord {
  readonly recordId: string;
  /** SHA-256 of the whole body in UTF-8. */
  readonly hash: Digest;
  /** The body, cut into parts of at most 1 MB, never inside a character. */
  readonly parts: readonly string[];
  /** Keys of the rows that draw their position from this record, in record order. */
  readonly rowIds: readonly string[];
}

/**
 * Rows that are found in the log by their own id. Blocks and affected rows borrow their parent's place; units have
 * none.
 */
export const POSITIONED: ReadonlySet<string> = new Set([
  'decision_backlog_entry',
  'decision_backlog_history',
  'decision_backlog_dependency',
  'decision_backlog_sweep_log',
  'manifest_envelope',
  'review_decision',
  'cut_change_set',
  'dot_pair_signature',
  'verify_result',
  'canonical_address_alias',
  'cutter_source.source',
  'cutter_source.registered_term',
  'cutter_source.profile',
  'cutter_source.review_comment',
  'cutter_source.comment_resolution',
  'cutter_auth.person',
  'cutter_auth.principal',
  'cutter_auth.principal_version',
  'cutter_auth.token',
  'cutter_auth.token_version',
  'cutter_auth.rules',
  'cutter_auth.cut_approval',
]);

/** The canonical record of one writing transaction: what was written, by whom, when, digested from the values sent. */
export function buildRecord({ rows, ...head }: RecordInput): BuiltRecord {
  const builder = new RecordBuilder(head);
  builder.add(rows);
  return builder.finish();
}

/**
 * Makes a record while its rows come. Of its body no more is held than a few parts, so that a record of hundreds of
 * thousands of rows takes no more memory than one of some. Canonical: the head's members sort before `rows`, and
 * `shapes` and `verb` after; the rows are many and written by hand.
 */
export class RecordBuilder {
  readonly #head: Omit<RecordInput, 'rows'>;
  readonly #shapes = new Shapes();
  readonly #rowIds: string[] = [];
  /** Null while the body is short, as nearly every one is: then it is hashed in one go. */
  #hash: Hash | null = null;
  /** What is neither hashed nor in a part. */
  #text: string;
  /** Hashed, and less than a part. */
  #rest = Buffer.alloc(0);
  #parts: string[] = [];
  #hasRows = false;

  constructor(head: Omit<RecordInput, 'rows'>) {
    this.#head = head;
    this.#text = headText(head);
  }

  /** Takes the next rows, in the record's order. */
  add(rows: readonly WrittenRow[]): void {
    for (const row of rows) {
      const packed = this.#shapes.digestRow(row);
      this.#text += this.#hasRows ? `,${packed}` : packed;
      this.#hasRows = true;
      if (row.op === 'insert' && POSITIONED.has(row.table)) this.#rowIds.push(row.id);
    }
    if (this.#text.length > PART_BYTES) this.#pass();
  }

  /** The whole parts that there are by now; none is given twice. */
  takeParts(): readonly string[] {
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }

  /** Ends the record. `parts` are those that weren't taken. */
  finish(): BuiltRecord {
    this.#text += tailText(this.#head, this.#shapes.stated());
    const { recordId } = this.#head;
    if (this.#hash === null) {
      const body = this.#text;
      // No character takes more than three bytes for each of its code units: most bodies are one part, seen without
      // encoding them.
      const isOnePart = body.length * 3 <= PART_BYTES;
      const parts = isOnePart ? [body] : splitUtf8(Buffer.from(body, 'utf8'), PART_BYTES);
      return { recordId, hash: digestOf(body), parts, rowIds: this.#rowIds };
    }
    this.#pass();
    const parts = [...this.takeParts(), ...splitUtf8(this.#rest, PART_BYTES)];
    return { recordId, hash: `sha256:${this.#hash.digest('hex')}`, parts, rowIds: this.#rowIds };
  }

  /** Hashes the text and cuts it into parts, where `splitUtf8` would cut the whole. */
  #pass(): void {
    this.#hash ??= createHash('sha256');
    const bytes = Buffer.from(this.#text, 'utf8');
    this.#text = '';
    this.#hash.update(bytes);
    let rest = Buffer.concat([this.#rest, bytes]);
    while (rest.length > PART_BYTES) {
      const end = partEnd(rest, 0, PART_BYTES);
      this.#parts.push(rest.toString('utf8', 0, end));
      rest = rest.subarray(end);
    }
    this.#rest = Buffer.from(rest);
  }
}

function headText(head: Omit<RecordInput, 'rows'>): string {
  const text = canonicalJson({
    at: head.at,
    format: formatOf(head),
    history: [...head.history],
    lane: head.lane,
    mode: head.mode,
    ...(head.parties === undefined ? {} : { parties: head.parties as unknown as PlainJson }),
    personId: head.personId,
    principalId: head.principalId,
    recordId: head.recordId,
  });
  return `${text.slice(0, -1)},"rows":[`;
}

function tailText(
  { rules, statements, verb }: Omit<RecordInput, 'rows'>,
  shapes: readonly StatedShape[],
): string {
  const stated = canonicalJson(shapes.map(({ table, op, columns }) => ({ table, op, columns })));
  const said =
    statements === undefined ? '' : `"statements":${canonicalJson(statements as unknown as PlainJson)},`;
  const ruled = rules === undefined ? '' : `"rules":${canonicalJson(rules as unknown as PlainJson)},`;
  return `],${ruled}"shapes":${stated},${said}"verb":${canonicalJson(verb)}}`;
}

type StatedShape = Pick<Shape, 'table' | 'op' | 'columns'>;

function formatOf({ parties, rules, statements }: Omit<RecordInput, 'rows'>): string {
  if (rules !== undefined) return RULES_RECORD_FORMAT;
  if (parties !== undefined) return PARTY_RECORD_FORMAT;
  return statements === undefined ? RECORD_FORMAT : STATEMENT_RECORD_FORMAT;
}

/** A table, an operation and its columns, stated once for all rows that share them. */
interface Shape {
  readonly index: number;
  readonly table: string;
  readonly op: WrittenRow['op'];
  /** The columns as the first row names them, and sorted. */
  readonly given: readonly string[];
  readonly columns: string[];
  readonly keys: string[];
  /** The last value of each column, its text and its fingerprint: most columns repeat from row to row. */
  readonly lastValue: (PlainJson | undefined)[];
  readonly lastText: string[];
  readonly lastPrint: string[];
}

/** The canonical text of `[shape, id, digest, fingerprints]`. */
type PackedRow = string;

class Shapes {
  readonly #known = new Map<string, Shape>();
  #last: Shape | undefined;

  digestRow(row: WrittenRow): PackedRow {
    // Rows of one table come together.
    const last = this.#last;
    const shape = last !== undefined && hasShape(row, last) ? last : shapeOf(row, this.#known);
    this.#last = shape;
    return digestRow(row, shape);
  }

  stated(): readonly Shape[] {
    return [...this.#known.values()];
  }
}

function hasShape({ table, op, columns }: WrittenRow, shape: Shape): boolean {
  if (table !== shape.table || op !== shape.op) return false;
  let at = 0;
  for (const column in columns) {
    if (column !== shape.given[at]) return false;
    at += 1;
  }
  return at === shape.given.length;
}

function shapeOf({ table, op, columns: row }: WrittenRow, shapes: Map<string, Shape>): Shape {
  const given = Object.keys(row);
  const name = `${op} ${table} ${given.join()}`;
  const known = shapes.get(name);
  if (known !== undefined) return known;
  const columns = given.toSorted();
  const keys = columns.map((column) => `${canonicalJson(column)}:`);
  const shape = {
    index: shapes.size,
    table,
    op,
    given,
    columns,
    keys,
    lastValue: [],
    lastText: [],
    lastPrint: [],
  };
  shapes.set(name, shape);
  return shape;
}

/** Writes the canonical text of `{columns, id, op, table}` by hand: one pass gives row digest and fingerprints. */
function digestRow(row: WrittenRow, shape: Shape): PackedRow {
  let text = '{"columns":{';
  let fingerprints = '';
  for (let at = 0; at < shape.columns.length; at += 1) {
    const value = row.columns[shape.columns[at] as string];
    if (value === undefined || value !== shape.lastValue[at]) rememberColumn(shape, at, value);
    text += (at === 0 ? '' : ',') + shape.keys[at] + shape.lastText[at];
    fingerprints += shape.lastPrint[at];
  }
  const id = canonicalValue(row.id);
  text += `},"id":${id},"op":"${row.op}","table":${canonicalValue(row.table)}}`;
  return `[${shape.index},${id},"${hash('sha256', text, 'base64url')}","${fingerprints}"]`;
}

function rememberColumn(shape: Shape, at: number, value: PlainJson | undefined): void {
  const text = canonicalValue(value);
  shape.lastValue[at] = value;
  if (shape.lastText[at] === text) return;
  shape.lastText[at] = text;
  shape.lastPrint[at] = fingerprintOf(text);
}

function canonicalValue(value: PlainJson | undefined): string {
  if (value === null) return 'null';
  // What JSON.stringify writes of a well-formed string is its canonical form; the long bodies pass through here.
  if (typeof value === 'string' && value.isWellFormed()) return JSON.stringify(value);
  if (value === undefined)
    throw new TypeError('A written row may not hold undefined: absent columns are null');
  return canonicalJson(value);
}

/** The full digest of one row, as a record has it. */
export function rowDigestOf({ table, id, op, columns }: WrittenRow): string {
  return hash('sha256', canonicalJson({ table, id, op, columns }), 'base64url');
}

/** The short fingerprint of one column's canonical text. */
export function fingerprintOf(canonicalText: string): string {
  return hash('sha256', canonicalText, 'base64url').slice(0, FINGERPRINT_LENGTH);
}

/** Cuts UTF-8 bytes into texts of at most `limit` bytes without splitting a character. */
export function splitUtf8(body: Buffer, limit: number): string[] {
  const parts: string[] = [];
  for (let start = 0; start < body.length; ) {
    const end = partEnd(body, start, limit);
    parts.push(body.toString('utf8', start, end));
    start = end;
  }
  return parts;
}

function partEnd(body: Buffer, start: number, limit: number): number {
  let end = Math.min(start + limit, body.length);
  // A byte 10xxxxxx continues a character: step back to where it began.
  while (end < body.length && ((body[end] as number) & 0xc0) === 0x80) end -= 1;
  return end;
}
