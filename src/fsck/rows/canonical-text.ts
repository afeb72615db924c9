import { canonicalJson } from '../../proof/canonical.ts';
import { parsePlainJson } from '../../proof/parse-plain-json.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;
/** Deeper values are left to the strict parser, which limits the depth. */
const MAX_DEPTH = 32;
const KEPT_VIEWS = 1 << 13;
/** Digits that every double holds. */
const SAFE_DIGITS = 15;

/**
 * Canonical JSON (docs/reference/formats/record.md) of column values, written byte by byte as they come from a binary
 * COPY. All rows use one buffer in turn. Each writer returns false where a value has no canonical form, so that no
 * record can contain it.
 */
export class CanonicalText {
  bytes = Buffer.allocUnsafeSlow(1 << 16);
  length = 0;
  #views: Buffer[] = [];
  #viewed: Buffer | null = null;
  #scratch = Buffer.allocUnsafeSlow(1 << 12);
  /** Members of the objects that are open: where each begins and ends in `bytes`. */
  #members: Int32Array = new Int32Array(1 << 10);
  #open = 0;
  readonly #orders: Uint16Array[] = [];
  readonly #time = Buffer.alloc(29);
  #timeHigh = Number.NaN;
  #timeLow = Number.NaN;

  /** Room for so many bytes more. */
  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(2 * (this.length + more));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  /** All that was written. A view costs more to make than to fill, so one of each length is kept. */
  written(): Buffer {
    const { length } = this;
    if (length >= KEPT_VIEWS) return this.bytes.subarray(0, length);
    if (this.#viewed !== this.bytes) [this.#viewed, this.#views] = [this.bytes, []];
    this.#views[length] ??= this.bytes.subarray(0, length);
    return this.#views[length] as Buffer;
  }

  /** Bytes as they are. */
  raw(source: Uint8Array, from: number, until: number): void {
    this.length = copyBytes(source, from, until, this.bytes, this.length);
  }

  /** A text as a JSON string without its quotes. */
  escaped(source: Uint8Array, from: number, until: number): void {
    this.reserve(6 * (until - from));
    const { bytes } = this;
    let to = this.length;
    for (let at = from; at < until; at += 1) {
      const byte = source[at] as number;
      if (byte >= SPACE && byte !== QUOTE && byte !== BACKSLASH) bytes[to++] = byte;
      else {
        const escaped = ESCAPES[byte] as Buffer;
        to = copyBytes(escaped, 0, escaped.length, bytes, to);
      }
    }
    this.length = to;
  }

  text(source: Buffer, from: number, until: number): boolean {
    this.reserve(1);
    this.bytes[this.length++] = QUOTE;
    this.escaped(source, from, until);
    this.reserve(1);
    this.bytes[this.length++] = QUOTE;
    return true;
  }

  uuid(source: Buffer, from: number, until: number): boolean {
    if (until - from !== 16) return false;
    this.reserve(38);
    const { bytes } = this;
    let to = this.length;
    bytes[to++] = QUOTE;
    for (let at = 0; at < 16; at += 1) {
      if (at === 4 || at === 6 || at === 8 || at === 10) bytes[to++] = 0x2d;
      const byte = source[from + at] as number;
      bytes[to++] = HEX[byte >> 4] as number;
      bytes[to++] = HEX[byte & 15] as number;
    }
    bytes[to++] = QUOTE;
    this.length = to;
    return true;
  }

  integer(source: Buffer, from: number, until: number): boolean {
    if (until - from !== 4) return false;
    this.reserve(11);
    const value = source.readInt32BE(from);
    if (value < 0 || value > 99) this.length += this.bytes.write(String(value), this.length, 'latin1');
    else {
      if (value > 9) this.bytes[this.length++] = 0x30 + Math.floor(value / 10);
      this.bytes[this.length++] = 0x30 + (value % 10);
    }
    return true;
  }

  /** As a string: not every reader of JSON keeps its digits. */
  bigInteger(source: Buffer, from: number, until: number): boolean {
    if (until - from !== 8) return false;
    this.reserve(22);
    this.length += this.bytes.write(`"${source.readBigInt64BE(from)}"`, this.length, 'latin1');
    return true;
  }

  truth(source: Buffer, from: number, until: number): boolean {
    if (until - from !== 1) return false;
    this.reserve(5);
    const literal = source[from] === 0 ? FALSE : TRUE;
    this.raw(literal, 0, literal.length);
    return true;
  }

  base64(source: Buffer, from: number, until: number): boolean {
    this.reserve(2 * (until - from) + 6);
    this.bytes[this.length++] = QUOTE;
    this.length += this.bytes.write(source.toString('base64', from, until), this.length, 'latin1');
    this.bytes[this.length++] = QUOTE;
    return true;
  }

  /** Microseconds since 2000. The rows of one transaction have one time, so the last one is kept. */
  time(source: Buffer, from: number, until: number): boolean {
    if (until - from !== 8) return false;
    const [high, low] = [source.readInt32BE(from), source.readInt32BE(from + 4)];
    if (high !== this.#timeHigh || low !== this.#timeLow) {
      const micros = source.readBigInt64BE(from);
      const seconds = micros / 1_000_000n - (micros % 1_000_000n < 0n ? 1n : 0n);
      if (seconds < FIRST_SECOND || seconds > LAST_SECOND) return false;
      const day = new Date((Number(seconds) + UNIX_OF_2000) * 1000).toISOString().slice(0, 19);
      const rest = String(micros - seconds * 1_000_000n).padStart(6, '0');
      this.#time.write(`"${day}.${rest}Z"`, 'latin1');
      [this.#timeHigh, this.#timeLow] = [high, low];
    }
    this.reserve(29);
    this.raw(this.#time, 0, 29);
    return true;
  }

  /** A jsonb value: a byte that names its version, and its text as PostgreSQL prints it. */
  jsonb(source: Buffer, from: number, until: number): boolean {
    if (source[from] !== 1) return false;
    this.reserve(2 * (until - from));
    const start = this.length;
    this.#open = 0;
    if (this.#value(source, from + 1, 0) === until) return !this.#isNull(start);
    // A name or a number that a copy is not enough for: the strict parser decides.
    this.length = start;
    try {
      const text = canonicalJson(parsePlainJson(source.toString('utf8', from + 1, until)));
      this.reserve(3 * text.length);
      this.length += this.bytes.write(text, start, 'utf8');
      return !this.#isNull(start);
    } catch {
      return false;
    }
  }

  /** No verb writes a JSON null into a column, so it must not read like the NULL of an empty one. */
  #isNull(start: number): boolean {
    return this.length - start === 4 && this.bytes[start] === NULL[0];
  }

  /** Writes the value that begins at `at`; returns where it ends, or -1 where a copy is not enough. */
  #value(source: Buffer, at: number, depth: number): number {
    const first = source[at] as number;
    if (first === QUOTE) return this.#string(source, at);
    if (first === 0x7b) return this.#object(source, at, depth + 1);
    if (first === 0x5b) return this.#array(source, at, depth + 1);
    const literal = first === NULL[0] ? NULL : first === TRUE[0] ? TRUE : first === FALSE[0] ? FALSE : null;
    if (literal === null) return this.#number(source, at);
    this.raw(literal, 0, literal.length);
    return at + literal.length;
  }

  /** PostgreSQL escapes what canonical JSON escapes, in the same way. */
  #string(source: Buffer, at: number): number {
    const { bytes } = this;
    let to = this.length;
    let from = at;
    bytes[to++] = QUOTE;
    for (let byte = source[++from] as number; byte !== QUOTE; byte = source[++from] as number) {
      bytes[to++] = byte;
      if (byte === BACKSLASH) bytes[to++] = source[++from] as number;
    }
    bytes[to++] = QUOTE;
    this.length = to;
    return from + 1;
  }

  #number(source: Buffer, at: number): number {
    let from = source[at] === 0x2d ? at + 1 : at;
    while (from < source.length && (source[from] as number) >= 0x30 && (source[from] as number) <= 0x39)
      from += 1;
    const next = source[from];
    // A point or an exponent, or more digits than are sure to be kept.
    if (from === at || from - at > SAFE_DIGITS || next === 0x2e || next === 0x65 || next === 0x45) return -1;
    this.raw(source, at, from);
    return from;
  }

  #array(source: Buffer, at: number, depth: number): number {
    if (depth > MAX_DEPTH) return -1;
    this.bytes[this.length++] = 0x5b;
    let from = at + 1;
    while (source[from] !== 0x5d) {
      if (source[from] === COMMA) {
        this.bytes[this.length++] = COMMA;
        from += 2;
      }
      from = this.#value(source, from, depth);
      if (from < 0) return -1;
    }
    this.bytes[this.length++] = 0x5d;
    return from + 1;
  }

  /** Writes each member with a comma before it, then sorts them and replaces the first comma by the brace. */
  #object(source: Buffer, at: number, depth: number): number {
    if (depth > MAX_DEPTH) return -1;
    const start = this.length;
    const open = this.#open;
    let from = at + 1;
    for (; source[from] !== 0x7d; this.#open += 2) {
      if (source[from] === COMMA) from += 2;
      if (this.#open + 2 > this.#members.length) this.#members = growMembers(this.#members);
      const own = this.#open;
      this.#members[own] = this.length;
      this.bytes[this.length++] = COMMA;
      from = this.#name(source, from);
      if (from < 0) return -1;
      this.#open += 2;
      from = this.#value(source, from + 2, depth);
      if (from < 0) return -1;
      this.#open = own;
      this.#members[own + 1] = this.length;
    }
    if (this.length === start) this.length += 1;
    else if (this.#open > open + 2) this.#sort(start, open);
    this.#open = open;
    this.bytes[start] = 0x7b;
    this.bytes[this.length++] = 0x7d;
    return from + 1;
  }

  /** A member's name with its colon; -1 where bytes don't sort as characters do. */
  #name(source: Buffer, at: number): number {
    const { bytes } = this;
    let to = this.length;
    let from = at;
    bytes[to++] = QUOTE;
    for (let byte = source[++from] as number; byte !== QUOTE; byte = source[++from] as number) {
      if (byte >= 0x80 || byte === BACKSLASH) return -1;
      bytes[to++] = byte;
    }
    bytes[to++] = QUOTE;
    bytes[to++] = COLON;
    this.length = to;
    return from + 1;
  }

  /** Sorts the members from `open` on. The next object with such names mostly has the order of the last one. */
  #sort(start: number, open: number): void {
    const count = (this.#open - open) / 2;
    const slot = this.#slot(open, count);
    let order = this.#orders[slot];
    if (order?.length !== count || !this.#isSorted(order, open)) {
      order = Uint16Array.from({ length: count }, (_, at) => at).sort((a, b) =>
        this.#isBefore(this.#members[open + 2 * a] as number, this.#members[open + 2 * b] as number) ? -1 : 1,
      );
      this.#orders[slot] = order;
    }
    const written = this.length - start;
    if (this.#scratch.length < written) this.#scratch = Buffer.allocUnsafeSlow(2 * written);
    this.bytes.copy(this.#scratch, 0, start, this.length);
    let to = start;
    for (let at = 0; at < count; at += 1) {
      const member = open + 2 * (order[at] as number);
      const [from, until] = [this.#members[member] as number, this.#members[member + 1] as number];
      to = copyBytes(this.#scratch, from - start, until - start, this.bytes, to);
    }
  }

  #slot(open: number, count: number): number {
    let slot = count;
    for (let at = open; at < this.#open; at += 2)
      slot = (Math.imul(slot, 31) + (this.bytes[(this.#members[at] as number) + 2] as number)) | 0;
    return slot & 1023;
  }

  #isSorted(order: Uint16Array, open: number): boolean {
    for (let at = 1; at < order.length; at += 1) {
      const [one, next] = [order[at - 1] as number, order[at] as number];
      if (!this.#isBefore(this.#members[open + 2 * one] as number, this.#members[open + 2 * next] as number))
        return false;
    }
    return true;
  }

  /** Whether the name of one member sorts before another's; each begins after a comma and a quote. */
  #isBefore(one: number, other: number): boolean {
    const { bytes } = this;
    for (let at = 2; ; at += 1) {
      const [a, b] = [bytes[one + at] as number, bytes[other + at] as number];
      if (a !== b) return a === QUOTE || (b !== QUOTE && a < b);
      if (a === QUOTE) return false;
    }
  }
}

const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const HEX = Buffer.from('0123456789abcdef');
const UNIX_OF_2000 = Date.UTC(2000, 0, 1) / 1000;
const FIRST_SECOND = BigInt(Date.parse('0001-01-01T00:00:00Z') / 1000 - UNIX_OF_2000);
const LAST_SECOND = BigInt(Date.parse('9999-12-31T23:59:59Z') / 1000 - UNIX_OF_2000);

/** How JSON writes characters that a string must escape. */
const ESCAPES: readonly Buffer[] = Array.from({ length: 0x5d }, (_, code) =>
  Buffer.from(JSON.stringify(String.fromCharCode(code)).slice(1, -1)),
);

/** Few bytes are copied faster one by one than by a call, which needs a view of them. */
function copyBytes(source: Uint8Array, from: number, until: number, target: Buffer, to: number): number {
  if (until - from > 200) {
    target.set(source.subarray(from, until), to);
    return to + until - from;
  }
  let end = to;
  for (let at = from; at < until; at += 1) target[end++] = source[at] as number;
  return end;
}

function growMembers(members: Int32Array): Int32Array {
  const more = new Int32Array(2 * members.length);
  more.set(members);
  return more;
}
