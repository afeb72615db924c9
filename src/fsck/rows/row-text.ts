import { hash } from 'node:crypto';
import type { Kind } from '../kinds.ts';
import { CanonicalText } from './canonical-text.ts';
import type { BinaryRow } from './copy.ts';

type Write = (text: CanonicalText, bytes: Buffer, from: number, until: number) => boolean;

const WRITE: Readonly<Record<string, Write>> = {
  uuid: (text, bytes, from, until) => text.uuid(bytes, from, until),
  text: (text, bytes, from, until) => text.text(bytes, from, until),
  int: (text, bytes, from, until) => text.integer(bytes, from, until),
  bigint: (text, bytes, from, until) => text.bigInteger(bytes, from, until),
  bool: (text, bytes, from, until) => text.truth(bytes, from, until),
  jsonb: (text, bytes, from, until) => text.jsonb(bytes, from, until),
  bytea: (text, bytes, from, until) => text.base64(bytes, from, until),
  now: (text, bytes, from, until) => text.time(bytes, from, until),
  timestamptz: (text, bytes, from, until) => text.time(bytes, from, until),
};
const NULL = Buffer.from('null');

interface Column {
  readonly name: string;
  /** What comes before its value; the comma only where a value is before it. */
  readonly label: Buffer;
  readonly write: Write;
  /** Its place in the key; -1 where it is none of it. */
  readonly inKey: number;
  readonly isAdded: boolean;
}

function columnsOf(kind: Kind): Column[] {
  return kind.columns.map((name) => ({
    name,
    label: Buffer.from(`,"${name}":`),
    write: WRITE[kind.types[name] as string] as Write,
    inKey: kind.key.indexOf(name),
    isAdded: kind.added.has(name),
  }));
}

/** Makes the text whose SHA-256 a row's record holds, for each row of a table as it was born. */
export class BirthText {
  /** What to select, of a row aliased `r`. */
  readonly select: string;
  readonly text = new CanonicalText();
  /** Where the key is in the text. */
  idFrom = 0;
  idUntil = 0;
  readonly #columns: readonly Column[];
  readonly #key: { from: number; until: number }[];
  readonly #end: Buffer;

  constructor(kind: Kind) {
    this.select = kind.columns.map((column) => kind.atBirth[column] ?? `r.${column}`).join();
    this.#columns = columnsOf(kind);
    this.#key = kind.key.map(() => ({ from: 0, until: 0 }));
    this.#end = Buffer.from(`","op":"insert","table":"${kind.recorded}"}`);
  }

  /** The row's SHA-256, one character a byte; null where a value has no canonical form. */
  digest(row: BinaryRow): string | null {
    const { text } = this;
    text.length = 0;
    text.reserve(OPEN.length);
    text.raw(OPEN, 0, OPEN.length);
    let whole = true;
    for (const { label, write, inKey, isAdded } of this.#columns) {
      const hasValue = row.next();
      if (isAdded && !hasValue) continue;
      text.reserve(label.length + NULL.length);
      text.raw(label, text.length === OPEN.length ? 1 : 0, label.length);
      const from = text.length;
      if (!hasValue) text.raw(NULL, 0, NULL.length);
      else if (!write(text, row.bytes, row.from, row.until)) whole = false;
      if (inKey < 0) continue;
      const place = this.#key[inKey] as { from: number; until: number };
      [place.from, place.until] = [from, text.length];
    }
    this.#finish();
    return whole ? hash('sha256', text.written(), 'binary') : null;
  }

  /** The key's columns, without their quotes and joined by a slash, and what comes after them. */
  #finish(): void {
    const { text } = this;
    text.reserve(text.length + this.#end.length + MIDDLE.length);
    text.raw(MIDDLE, 0, MIDDLE.length);
    this.idFrom = text.length;
    for (const [at, { from, until }] of this.#key.entries()) {
      if (at > 0) text.raw(SLASH, 0, 1);
      text.raw(text.bytes, from + 1, until - 1);
    }
    this.idUntil = text.length;
    text.raw(this.#end, 0, this.#end.length);
  }
}

const OPEN = Buffer.from('{"columns":{');
const MIDDLE = Buffer.from('},"id":"');
const SLASH = Buffer.from('/');

/** A row as it is now: the canonical text of each column; null where a value has none. */
export interface StandingRow {
  readonly kind: Kind;
  readonly id: string;
  readonly values: ReadonlyMap<string, string | null>;
}

/** Reads rows that are looked at one by one: their key, and each column's canonical text. */
export class StandingRows {
  /** What to select, of a row aliased `r`. */
  readonly select: string;
  readonly #kind: Kind;
  readonly #columns: readonly Column[];
  readonly #text = new CanonicalText();

  constructor(kind: Kind) {
    this.select = [keySql(kind), ...kind.columns.map((column) => `r.${column}`)].join();
    this.#kind = kind;
    this.#columns = columnsOf(kind);
  }

  read(row: BinaryRow): StandingRow {
    const id = row.text() as string;
    const values = this.#columns.map(({ name, write }) => [name, this.#value(row, write)] as const);
    return { kind: this.#kind, id, values: new Map(values) };
  }

  #value(row: BinaryRow, write: Write): string | null {
    if (!row.next()) return 'null';
    const text = this.#text;
    text.length = 0;
    return write(text, row.bytes, row.from, row.until) ? text.bytes.toString('utf8', 0, text.length) : null;
  }
}

/** The key of a row as records write it, as SQL over a row aliased `r`. */
export function keySql(kind: Kind): string {
  return kind.key.map((column) => `r.${column}::text`).join(` || '/' || `);
}
