import { UUID_PATTERN } from '../proof/uuid.ts';
import { type Codec, type Noun, ORDINAL, POSITION } from './nouns/noun.ts';

/** A client may write capitals. */
export const UUID = new RegExp(`^${UUID_PATTERN}$`, 'i');
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;
/** Short enough for a bigint. */
const DECIMAL = /^(0|[1-9]\d{0,17})$/;
const LONGEST = 600;

export type KeyValue = string | number;
export type SortOrder = 'OLDEST_FIRST' | 'NEWEST_FIRST';

/** The codec of a column, by its name in the view. */
export function codecOf(noun: Noun, column: string): Codec {
  if (column === POSITION) return 'position';
  if (column === ORDINAL) return 'int';
  for (const found of noun.columns.values()) if (found.column === column) return found.codec;
  // The keys of the ledger's rows are UUIDs, but for a block's name inside its plan.
  if (noun.hiddenOf !== undefined && noun.key.includes(column))
    return column === 'unit_local_id' ? 'text' : 'uuid';
  throw new Error(`${noun.name} has no column ${column}`);
}

/** The columns that a noun is listed by: its place in the log, and what orders the rows that share one. */
export function listedBy({ seat }: Noun): readonly string[] {
  return seat.of === null ? seat.within : [POSITION, ORDINAL, ...seat.within];
}

/** The ledger that a cursor was drawn from; a database that was set back goes on as another incarnation. */
export interface Drawn {
  readonly incarnation: string;
  /** Where its log ended. */
  readonly next: number;
}

/** A place in the list of one noun in one order. */
export interface ListPlace {
  readonly incarnation: string;
  /** The values of the columns that the noun is listed by. */
  readonly key: readonly KeyValue[];
}

/** What a text is that was given as a cursor. */
export type CursorVerdict =
  | ({ readonly verdict: 'ok' } & ListPlace)
  /** Of an earlier version, which listed rows by their time or knew no incarnation. */
  | { readonly verdict: 'earlier' }
  | { readonly verdict: 'unknown' };

/** Names the form of the cursor. Those of earlier versions had the first column of the key in its place. */
export const CURSOR_FORM = '@2';

/** Which list a cursor is of. */
export const listName = ({ name, sortedBy }: Noun): string =>
  sortedBy === undefined ? name : `${name} by ${sortedBy}`;

/** An opaque place in the list of one noun: good for that noun, that order and that incarnation alone. */
export function encodeCursor(noun: Noun, order: SortOrder, { incarnation, key }: ListPlace): string {
  return Buffer.from(JSON.stringify([listName(noun), order, CURSOR_FORM, incarnation, ...key])).toString(
    'base64url',
  );
}

/** Reads a cursor of this noun and order. */
export function decodeCursor(noun: Noun, order: SortOrder, cursor: string): CursorVerdict {
  if (cursor.length > LONGEST) return { verdict: 'unknown' };
  const [name, way, form, incarnation, ...key] = cursorParts(cursor);
  if (name !== listName(noun) || way !== order) return { verdict: 'unknown' };
  const columns = listedBy(noun);
  const isWhole =
    form === CURSOR_FORM &&
    fitsCodec('uuid', incarnation) &&
    key.length === columns.length &&
    key.every((value, at) => fitsCodec(codecOf(noun, columns[at]!), value));
  if (isWhole) return { verdict: 'ok', incarnation: incarnation as string, key: key as KeyValue[] };
  return { verdict: isEarlier(form, incarnation) ? 'earlier' : 'unknown' };
}

/**
 * What earlier versions wrote behind noun and order: a time and an id, a position and an ordinal, or an id and what
 * follows.
 */
function isEarlier(first: unknown, second: unknown): boolean {
  if (fitsCodec('time', first)) return fitsCodec('uuid', second);
  if (fitsCodec('position', first)) return fitsCodec('int', second);
  return fitsCodec('uuid', first) && fitsCodec('int', second);
}

function cursorParts(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function fitsCodec(codec: Codec, value: unknown): boolean {
  if (codec === 'position') return typeof value === 'string' && DECIMAL.test(value);
  if (codec === 'int') return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
  if (typeof value !== 'string' || value.includes('\0')) return false;
  if (codec === 'uuid') return UUID.test(value);
  return codec !== 'time' || isTime(value, TIME);
}

/** Whether the text has the shape and is a time of the calendar. */
export function isTime(value: string, shape: RegExp): boolean {
  if (!shape.test(value)) return false;
  // Date rolls the 30th of February over; the database would raise an error for it.
  const day = new Date(`${value.slice(0, 10)}T00:00:00Z`);
  return (
    !Number.isNaN(Date.parse(value)) && day.toISOString().startsWith(value.slice(0, 10)) && value >= '0001'
  );
}
