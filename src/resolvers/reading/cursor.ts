import type { Codec, Noun } from './nouns.ts';

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;
/** Short enough for a bigint. */
const POSITION = /^(0|[1-9]\d{0,17})$/;
const LONGEST = 600;

export type KeyValue = string | number;
export type SortOrder = 'OLDEST_FIRST' | 'NEWEST_FIRST';

/** The codec of a column, by its name in the view. */
export function codecOf(noun: Noun, column: string): Codec {
  for (const found of noun.columns.values()) if (found.column === column) return found.codec;
  throw new Error(`${noun.name} has no column ${column}`);
}

/** An opaque place in one order of one noun: good for that noun and order alone. */
export function encodeCursor(noun: Noun, order: SortOrder, key: readonly KeyValue[]): string {
  return Buffer.from(JSON.stringify([noun.name, order, ...key])).toString('base64url');
}

/** The key that a cursor stands for, or null where it isn't a cursor of this noun and order. */
export function decodeCursor(noun: Noun, order: SortOrder, cursor: string): KeyValue[] | null {
  if (cursor.length > LONGEST) return null;
  const [name, way, ...key] = parts(cursor);
  if (name !== noun.name || way !== order || key.length !== noun.order.length) return null;
  return key.every((value, at) => fits(codecOf(noun, noun.order[at]!), value)) ? (key as KeyValue[]) : null;
}

function parts(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function fits(codec: Codec, value: unknown): boolean {
  if (codec === 'position') return typeof value === 'string' && POSITION.test(value);
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
