/**
 * The part of PostgreSQL's protocol (version 3) that a read needs: one prepared statement with its values goes out as
 * one message, and rows come back as the bytes that the server sent.
 */
import { DatabaseError } from 'pg';

/** The cells of a row as text in UTF-8; null: SQL's null. */
export type RowCells = readonly (Buffer | null)[];

type Scalar = string | number | boolean;
export type Parameter = Scalar | null | readonly Scalar[];

const PARSE = 0x50;
const BIND = 0x42;
const PARSED = 0x31;
const DATA_ROW = 0x44;
const ERROR = 0x45;
const READY = 0x5a;

/** Executes the portal without a limit, and ends the round. */
const EXECUTE_AND_SYNC = Buffer.from('450000000900000000005300000004', 'hex');

/** A message of a type, with room for its length. */
function beginMessage(type: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(1 + length);
  bytes[0] = type;
  bytes.writeInt32BE(length, 1);
  return bytes;
}

/** The name of a statement that isn't kept: the next one takes its place. */
const UNNAMED = '';

/** Prepares a text under a name; null: until the next one. */
export function parseMessage(name: string | null, text: string): Buffer {
  const clear = Buffer.from(`${name ?? UNNAMED}\0${text}\0\0\0`);
  const bytes = beginMessage(PARSE, 4 + clear.length);
  clear.copy(bytes, 5);
  return bytes;
}

/** Runs what was prepared under a name with these values, all as text. */
export function runMessage(given: string | null, values: readonly Parameter[]): Buffer {
  const name = given ?? UNNAMED;
  const texts = values.map(parameterText);
  let length = 4 + 1 + name.length + 1 + 2 + 2 + 2;
  for (const text of texts) length += 4 + (text === null ? 0 : Buffer.byteLength(text));
  const bytes = Buffer.allocUnsafe(1 + length + EXECUTE_AND_SYNC.length);
  bytes[0] = BIND;
  bytes.writeInt32BE(length, 1);
  bytes[5] = 0;
  let at = 6 + bytes.write(name, 6, 'latin1');
  bytes[at] = 0;
  at = bytes.writeInt16BE(0, at + 1);
  at = bytes.writeInt16BE(texts.length, at);
  for (const text of texts) {
    const written = text === null ? -1 : bytes.write(text, at + 4);
    at = bytes.writeInt32BE(written, at) + Math.max(0, written);
  }
  at = bytes.writeInt16BE(0, at);
  EXECUTE_AND_SYNC.copy(bytes, at);
  return bytes;
}

function parameterText(value: Parameter): string | null {
  if (typeof value === 'string') return value;
  if (value === null) return null;
  return typeof value === 'object' ? `{${value.map(elementText).join(',')}}` : String(value);
}

/** An element of an array, between quotes, so that no word means anything else. */
const elementText = (value: Scalar): string => `"${String(value).replace(/[\\"]/g, '\\$&')}"`;

export interface Hearing {
  /** A statement was prepared. */
  onParsed(): void;
  onRow(row: RowCells): void;
  onError(error: DatabaseError): void;
  /** The server waits for the next statement. */
  onReady(): void;
}

/** Takes what a server sends, in whatever pieces, and tells what it says. */
export class ServerMessages {
  readonly #hearing: Hearing;
  /** Fewer bytes than a message begins with. */
  #rest: Buffer | null = null;
  /** A message that comes in several pieces, and how much of it has come. */
  #partial: Buffer | null = null;
  #filled = 0;

  constructor(hearing: Hearing) {
    this.#hearing = hearing;
  }

  /** What is kept of a piece is copied. */
  take(given: Buffer): void {
    let piece = given;
    let at = 0;
    if (this.#partial !== null) {
      at = this.#fill(this.#partial, piece);
      if (this.#filled < this.#partial.length) return;
      const whole = this.#partial;
      this.#partial = null;
      if (whole[0] === DATA_ROW) this.#hearing.onRow(cellsOf(whole));
      else this.#hear(whole, 0, whole.length);
    } else if (this.#rest !== null) {
      piece = Buffer.concat([this.#rest, piece]);
      this.#rest = null;
    }
    while (piece.length - at >= 5) {
      const end = at + 1 + piece.readUInt32BE(at + 1);
      if (end > piece.length) {
        this.#partial = Buffer.allocUnsafe(end - at);
        this.#filled = piece.copy(this.#partial, 0, at);
        return;
      }
      this.#hear(piece, at, end);
      at = end;
    }
    if (at < piece.length) this.#rest = Buffer.from(piece.subarray(at));
  }

  #fill(partial: Buffer, piece: Buffer): number {
    const copied = piece.copy(partial, this.#filled);
    this.#filled += copied;
    return copied;
  }

  #hear(bytes: Buffer, start: number, end: number): void {
    const type = bytes[start];
    if (type === DATA_ROW) this.#hearing.onRow(cellsOf(Buffer.from(bytes.subarray(start, end))));
    else if (type === READY) this.#hearing.onReady();
    else if (type === PARSED) this.#hearing.onParsed();
    else if (type === ERROR) this.#hearing.onError(errorIn(bytes.toString('utf8', start + 5, end)));
  }
}

/** The cells of a row's message. */
function cellsOf(bytes: Buffer): RowCells {
  const cells: (Buffer | null)[] = [];
  let at = 7;
  for (let left = bytes.readUInt16BE(5); left > 0; left -= 1) {
    const length = bytes.readInt32BE(at);
    at += 4;
    cells.push(length < 0 ? null : bytes.subarray(at, at + length));
    if (length > 0) at += length;
  }
  return cells;
}

/** The letters of an error's fields that somebody reads. */
const FIELDS = {
  S: 'severity',
  C: 'code',
  D: 'detail',
  H: 'hint',
  W: 'where',
  s: 'schema',
  t: 'table',
  c: 'column',
  n: 'constraint',
  R: 'routine',
} as const;

function errorIn(text: string): DatabaseError {
  const fields = new Map(text.split('\0').map((field) => [field.slice(0, 1), field.slice(1)]));
  const error = new DatabaseError(fields.get('M') ?? 'an error without a message', text.length, 'error');
  for (const [letter, name] of Object.entries(FIELDS)) error[name as 'code'] = fields.get(letter);
  return error;
}
