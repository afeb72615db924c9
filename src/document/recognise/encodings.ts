/** Text that is not UTF-8: which encoding it is in, as far as its bytes show. */
import { isUtf8 } from 'node:buffer';

export interface Encoding {
  /** For people: "UTF-16". */
  readonly name: string;
  /** As iconv calls it; null where the bytes don't show it. */
  readonly iconv: string | null;
}

const LOOKED_AT = 64 * 1024;

const UTF_16LE: Encoding = { name: 'UTF-16', iconv: 'UTF-16LE' };
const UTF_16BE: Encoding = { name: 'UTF-16', iconv: 'UTF-16BE' };
const UTF_32LE: Encoding = { name: 'UTF-32', iconv: 'UTF-32LE' };
const UTF_32BE: Encoding = { name: 'UTF-32', iconv: 'UTF-32BE' };
const EBCDIC: Encoding = { name: 'EBCDIC', iconv: 'IBM1047' };
const LATIN_1: Encoding = { name: 'Latin-1 (ISO 8859-1)', iconv: 'ISO-8859-1' };
const WINDOWS_1252: Encoding = { name: 'Windows-1252', iconv: 'WINDOWS-1252' };
const WINDOWS_1258: Encoding = { name: 'Windows-1258 (Vietnamese)', iconv: 'CP1258' };
const OTHER: Encoding = {
  name: 'another encoding, for example Windows-1251, KOI8-R, GB18030 or Shift_JIS',
  iconv: null,
};

const BYTE_ORDER_MARKS: readonly (readonly [string, Encoding])[] = [
  ['fffe0000', { ...UTF_32LE, iconv: 'UTF-32' }],
  ['0000feff', { ...UTF_32BE, iconv: 'UTF-32' }],
  ['fffe', { ...UTF_16LE, iconv: 'UTF-16' }],
  ['feff', { ...UTF_16BE, iconv: 'UTF-16' }],
];

/** UTF-16 or UTF-32, by a byte order mark or by where the zeros of common characters are; null for any other. */
export function wideEncoding(bytes: Buffer): Encoding | null {
  const marked = BYTE_ORDER_MARKS.find(
    ([mark]) => bytes.subarray(0, mark.length / 2).toString('hex') === mark,
  );
  if (marked !== undefined) return marked[1];
  const head = bytes.subarray(0, LOOKED_AT);
  if (head.length < 8 || !head.includes(0)) return null;
  const zeros = [0, 0, 0, 0];
  for (let at = 0; at < head.length; at += 1) if (head[at] === 0) zeros[at % 4]! += 1;
  const [a, b, c, d] = zeros as [number, number, number, number];
  const quarter = Math.floor(head.length / 4);
  if (c >= quarter && d >= quarter) return isWords(head, UTF_32LE) ? UTF_32LE : null;
  if (a >= quarter && b >= quarter) return isWords(head, UTF_32BE) ? UTF_32BE : null;
  const [even, odd] = [a + c, b + d];
  if ((even + odd) * 50 < head.length) return null;
  if (even * 50 < odd) return isWords(head, UTF_16LE) ? UTF_16LE : null;
  if (odd * 50 < even) return isWords(head, UTF_16BE) ? UTF_16BE : null;
  return null;
}

/** The beginning of bytes in a wide encoding, as text. */
export function wideText(bytes: Buffer, { iconv }: Encoding): string {
  const head = bytes.subarray(0, LOOKED_AT);
  const big = iconv?.endsWith('BE') || head[0] === 0xfe || (head[0] === 0 && head[2] === 0xfe);
  if (!iconv?.startsWith('UTF-32')) return new TextDecoder(big ? 'utf-16be' : 'utf-16le').decode(head);
  const codes = Array.from({ length: Math.floor(head.length / 4) }, (_, at) =>
    big ? head.readUInt32BE(at * 4) : head.readUInt32LE(at * 4),
  );
  return codes.map((code) => (code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd')).join('');
}

/** Whether the text is one that people write, and not numbers that look like one. */
function isWords(head: Buffer, encoding: Encoding): boolean {
  const text = wideText(head, encoding);
  const odd = text.match(/[^\p{L}\p{M}\p{N}\p{P}\p{S}\s]|\ufffd/gu)?.length ?? 0;
  return odd * 50 <= text.length && /\s/.test(text);
}

/** The encoding of a text in bytes of its own script; null where it is UTF-8 with a damaged character. */
export function byteEncoding(bytes: Buffer): Encoding | null {
  const head = bytes.subarray(0, LOOKED_AT);
  if (isEbcdic(bytes)) return EBCDIC;
  const text = head.toString('utf8');
  const damaged = text.match(/\ufffd/g)?.length ?? 0;
  const sound = text.match(/[^\0-\x7f\ufffd]/g)?.length ?? 0;
  if (sound > damaged) return null;
  let high = 0;
  for (const byte of head) if (byte >= 0x80) high += 1;
  if (isVietnamese(head)) return WINDOWS_1258;
  if (high * 4 > head.length) return OTHER;
  // What Windows-1252 writes quotes and dashes with are controls in Latin-1.
  return head.some((byte) => byte >= 0x80 && byte < 0xa0) ? WINDOWS_1252 : LATIN_1;
}

/** A, e, i, o, u, y with and without the marks that are letters of their own: what a tone is written behind. */
const VOWELS = new Set([...Buffer.from('aeiouyAEIOUY'), ...[0xc2, 0xc3, 0xca, 0xd4, 0xd5, 0xdd]]);
for (const vowel of [0xe2, 0xe3, 0xea, 0xf4, 0xf5, 0xfd]) VOWELS.add(vowel);
/** Grave, hook, tilde, acute, dot below: in Windows-1258 each is a byte behind its vowel. */
const TONES: ReadonlySet<number> = new Set([0xcc, 0xd2, 0xde, 0xec, 0xf2]);
/** Đ, đ, Ơ, ơ, Ư, ư. */
const OWN_LETTERS: ReadonlySet<number> = new Set([0xd0, 0xf0, 0xd5, 0xf5, 0xdd, 0xfd]);

/** Whether tones follow vowels, as they do in no other language that these bytes are letters of. */
function isVietnamese(head: Buffer): boolean {
  let [tones, letters, high] = [0, 0, 0];
  for (const [at, byte] of head.entries()) {
    if (byte >= 0x80) high += 1;
    if (OWN_LETTERS.has(byte)) letters += 1;
    if (TONES.has(byte) && VOWELS.has(head[at - 1] ?? 0)) tones += 1;
  }
  return letters > 0 && tones >= 3 && tones * 5 >= high;
}

/** Letters and the space of EBCDIC, of which ASCII makes accented letters and "@". */
export function isEbcdic(bytes: Buffer): boolean {
  const head = bytes.subarray(0, LOOKED_AT);
  let [letters, spaces, asciiSpaces] = [0, 0, 0];
  for (const byte of head) {
    if (byte === 0x40) spaces += 1;
    else if (byte === 0x20) asciiSpaces += 1;
    else if (byte >= 0x81 && byte <= 0xe9) letters += 1;
  }
  return letters * 2 >= head.length && spaces * 20 >= head.length && asciiSpaces * 10 < spaces;
}

const PIECE = 64 * 1024;

/** The offset of the first byte that begins no valid character of UTF-8. Only called where there is one. */
export function firstBadByte(bytes: Buffer): number {
  let start = 0;
  while (start < bytes.length) {
    let end = Math.min(start + PIECE, bytes.length);
    // A piece ends before a character, so that none is split.
    while (end < bytes.length && end > start + 1 && (bytes[end]! & 0xc0) === 0x80) end -= 1;
    const piece = bytes.subarray(start, end);
    if (!isUtf8(piece)) return start + badByteIn(piece);
    start = end;
  }
  return bytes.length;
}

function badByteIn(bytes: Buffer): number {
  let offset = 0;
  for (const character of bytes.toString('utf8')) {
    const real = bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd;
    if (character === '\ufffd' && !real) break;
    offset += Buffer.byteLength(character);
  }
  return offset;
}
