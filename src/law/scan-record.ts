import { FINGERPRINT_LENGTH, RECORD_FORMAT, type RecordedParty, STATEMENT_RECORD_FORMAT } from './record.ts';
import type { RecordedRow } from './recorded-row.ts';
import type { NumberedRules } from './rules/rules.ts';
import type { Lane } from './values.ts';

/*
 * The fast reading of a record's body. The full check reads every body of a ledger, and most of their bytes are rows
 * that it only compares by digest. The strict parser decides where this one sees anything unusual. Tests compare the
 * two.
 */

/** What the rows of a record have in common: a table, what was done there, and to which columns. */
export type RowShape = Pick<RecordedRow, 'table' | 'op' | 'columns'>;

/** One row: its shape, where its id is in `bytes`, without the quotes, and where its digest is. */
export type RowVisit = (
  shape: RowShape,
  bytes: Buffer,
  idFrom: number,
  idUntil: number,
  digestFrom: number,
) => void;

interface RecordRows {
  /** Visits every row in the order of writing. */
  each(visit: RowVisit): void;
  /** The rows of some shapes. */
  of(wanted: (shape: RowShape) => boolean): RecordedRow[];
}

/** Rows that the strict parser has cut apart. */
export class KnownRows implements RecordRows {
  readonly #rows: readonly RecordedRow[];

  constructor(rows: readonly RecordedRow[]) {
    this.#rows = rows;
  }

  each(visit: RowVisit): void {
    for (const row of this.#rows) {
      const id = JSON.stringify(row.id);
      const bytes = Buffer.from(`${id}${row.digest}`);
      const idUntil = bytes.length - row.digest.length - 1;
      visit(row, bytes, 1, idUntil, idUntil + 1);
    }
  }

  of(wanted: (shape: RowShape) => boolean): RecordedRow[] {
    return this.#rows.filter(wanted);
  }
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const DIGEST_LENGTH = 43;
const ROWS = Buffer.from(',"rows":[');
const SHAPES = Buffer.from('],"shapes":[');

/** What comes before the rows. */
interface Head extends Omit<ScannedRecord, 'rows' | keyof Tail> {
  readonly format: string;
}
/** What comes after them. */
interface Tail extends Pick<ScannedRecord, 'verb' | 'statements'> {
  readonly shapes: readonly RowShape[];
}

/** A record of which everything but its rows was parsed. */
export interface ScannedRecord {
  readonly recordId: string;
  readonly verb: string;
  /** Null in records of parties, which belong to none. */
  readonly lane: Lane | null;
  /** Null where the owner of the database wrote it: in records of parties alone. */
  readonly principalId: string | null;
  readonly personId: string | null;
  readonly at: string;
  /** Of whatever form. */
  readonly history: readonly unknown[];
  readonly rows: RecordRows;
  /** Signed envelopes, in records about keys and incarnations. */
  readonly statements?: readonly unknown[];
  /** What principals are from this record on; in records of parties alone. */
  readonly parties?: readonly RecordedParty[] | undefined;
  /** The rules from this record on; in records of rules alone. */
  readonly rules?: NumberedRules | undefined;
}

/**
 * Reads a body that has its hash: everything but the rows is parsed, and the rows are walked where they are in the
 * bytes. Null if the body isn't exactly of the form that this version writes; then the strict parser judges it. The
 * result is valid as long as the bytes don't change.
 */
export function scanRecord(body: Buffer): ScannedRecord | null {
  const rowsAt = body.indexOf(ROWS);
  const shapesAt = body.lastIndexOf(SHAPES);
  if (rowsAt < 0 || shapesAt < rowsAt) return null;
  const tail = tailOf(body, shapesAt);
  const head = tail === null ? null : (parsedOrNull(`${body.toString('utf8', 0, rowsAt)}}`) as Head | null);
  if (tail === null || head === null || !Array.isArray(head.history)) return null;
  // Records of parties and of rules are few, and each decides who may do what: the strict parser reads them.
  if (head.format !== RECORD_FORMAT && head.format !== STATEMENT_RECORD_FORMAT) return null;
  const count = placeRows(body, rowsAt + ROWS.length, shapesAt, tail.shapes);
  if (count < 0) return null;
  const { shapes, ...said } = tail;
  return { ...head, ...said, rows: new ScannedRows(body, shapes, count) };
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text) ?? null;
  } catch {
    return null;
  }
}

const TAILS_KEPT = 1000;
/** By their length, newest first. */
const keptTails = new Map<number, { readonly bytes: Buffer; readonly tail: Tail }[]>();
let tailsKept = 0;

/** Shapes and verb are the same in very many records. */
function tailOf(body: Buffer, shapesAt: number): Tail | null {
  const length = body.length - shapesAt;
  const known = keptTails.get(length)?.find(({ bytes }) => bytes.compare(body, shapesAt) === 0);
  if (known !== undefined) return known.tail;
  const tail = parsedOrNull(`{${body.toString('utf8', shapesAt + 2)}`) as Tail | null;
  if (tail === null || !Array.isArray(tail.shapes) || !tail.shapes.every(isShape)) return null;
  if (tailsKept++ === TAILS_KEPT) {
    keptTails.clear();
    tailsKept = 1;
  }
  keptTails.set(length, [
    { bytes: Buffer.from(body.subarray(shapesAt)), tail },
    ...(keptTails.get(length) ?? []),
  ]);
  return tail;
}

const isShape = (shape: RowShape | null) =>
  typeof shape?.table === 'string' &&
  (shape.op === 'insert' || shape.op === 'update') &&
  Array.isArray(shape.columns);

/**
 * Where the rows of the present body are, four numbers a row: shape, id from, id until, digest from. Each body uses it
 * in turn.
 */
let places = new Int32Array(1 << 12);

/** Rows as they lie in a body: `[shape,"id","digest","fingerprints"]`, one after the other. */
class ScannedRows implements RecordRows {
  readonly #body: Buffer;
  readonly #shapes: readonly RowShape[];
  readonly #count: number;

  constructor(body: Buffer, shapes: readonly RowShape[], count: number) {
    this.#body = body;
    this.#shapes = shapes;
    this.#count = count;
  }

  each(visit: RowVisit): void {
    for (let at = 0; at < 4 * this.#count; at += 4)
      visit(
        this.#shapes[places[at] as number] as RowShape,
        this.#body,
        places[at + 1] as number,
        places[at + 2] as number,
        places[at + 3] as number,
      );
  }

  of(wanted: (shape: RowShape) => boolean): RecordedRow[] {
    const found: RecordedRow[] = [];
    const isWanted = this.#shapes.map(wanted);
    if (!isWanted.includes(true)) return found;
    this.each((shape, body, idFrom, idUntil, digestFrom) => {
      if (isWanted[this.#shapes.indexOf(shape)] === true)
        found.push(new ScannedRow(shape, body, idFrom, idUntil, digestFrom));
    });
    return found;
  }
}

/** How many rows there are, each with its place in `places`; -1 where they aren't of this form to the end. */
function placeRows(body: Buffer, from: number, until: number, shapes: readonly RowShape[]): number {
  let at = from;
  let count = 0;
  for (; at < until; count += 1) {
    if (4 * count + 4 > places.length) places = grownPlaces(places);
    if (body[at++] !== 0x5b) return -1;
    let index = 0;
    for (; body[at] !== COMMA; at += 1) {
      const digit = (body[at] as number) - 0x30;
      if (!(digit >= 0 && digit <= 9)) return -1;
      index = 10 * index + digit;
    }
    const shape = shapes[index];
    if (shape === undefined || body[++at] !== QUOTE) return -1;
    const idFrom = at + 1;
    const idUntil = endOfText(body, idFrom);
    if (idUntil < 0 || body[idUntil + 1] !== COMMA || body[idUntil + 2] !== QUOTE) return -1;
    const digestFrom = idUntil + 3;
    at = digestFrom + DIGEST_LENGTH;
    if (body[at] !== QUOTE || body[at + 1] !== COMMA || body[at + 2] !== QUOTE) return -1;
    at += 3 + shape.columns.length * FINGERPRINT_LENGTH;
    if (body[at] !== QUOTE || body[at + 1] !== 0x5d) return -1;
    at += 2;
    if (at < until && (body[at++] !== COMMA || at === until)) return -1;
    places[4 * count] = index;
    places[4 * count + 1] = idFrom;
    places[4 * count + 2] = idUntil;
    places[4 * count + 3] = digestFrom;
  }
  return at === until ? count : -1;
}

function grownPlaces(full: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const more = new Int32Array(2 * full.length);
  more.set(full);
  return more;
}

/** Where a text ends that holds nothing escaped; -1 where it does. */
function endOfText(body: Buffer, from: number): number {
  for (let at = from; at < body.length; at += 1) {
    if (body[at] === QUOTE) return at;
    if (body[at] === 0x5c) return -1;
  }
  return -1;
}

/** A row cut out of a body; its fingerprints are cut apart when they are asked for. */
class ScannedRow implements RecordedRow {
  readonly table: string;
  readonly op: 'insert' | 'update';
  readonly columns: readonly string[];
  readonly id: string;
  readonly digest: string;
  readonly #packed: string;

  constructor(shape: RowShape, body: Buffer, idFrom: number, idUntil: number, digestFrom: number) {
    this.table = shape.table;
    this.op = shape.op;
    this.columns = shape.columns;
    this.id = body.toString('utf8', idFrom, idUntil);
    this.digest = body.toString('latin1', digestFrom, digestFrom + DIGEST_LENGTH);
    const packedFrom = digestFrom + DIGEST_LENGTH + 3;
    this.#packed = body.toString(
      'latin1',
      packedFrom,
      packedFrom + shape.columns.length * FINGERPRINT_LENGTH,
    );
  }

  get fingerprints(): readonly string[] {
    return this.columns.map((_, at) =>
      this.#packed.slice(at * FINGERPRINT_LENGTH, (at + 1) * FINGERPRINT_LENGTH),
    );
  }
}
