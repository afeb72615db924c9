/** Compression of an answer on Node's own threads: whole where it is short, in pieces where it is long. */
import type { ServerResponse } from 'node:http';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createBrotliCompress, createGzip, createZstdCompress } from 'node:zlib';
import type { Coding } from './codings.ts';

/** What fits one packet gains nothing. */
export const LEAST_COMPRESSED_BYTES = 1_400;

/** Compressions at a time, each of less than a megabyte; beyond it answers go as they are. */
const MOST_AT_A_TIME = 64;

/** Characters of a text that are made into bytes in one turn of the event loop. */
const PIECE_CHARS = 64 * 1024;

let running = 0;

/** Whether another answer may be compressed now. */
export function hasRoomToCompress(): boolean {
  return running < MOST_AT_A_TIME;
}

/**
 * Windows are small, so that many answers at a time cost little memory. Higher levels take two to five times as long
 * for pages of rows, and make them no shorter.
 */
const COMPRESSORS: Readonly<Record<Coding, () => Transform>> = {
  zstd: () =>
    createZstdCompress({
      params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_windowLog]: 18 },
    }),
  br: () =>
    createBrotliCompress({
      params: {
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_QUALITY]: 4,
        [constants.BROTLI_PARAM_LGWIN]: 18,
      },
    }),
  gzip: () => createGzip({ level: 4 }),
};

/**
 * Sends a text compressed; the head is written already. A reader that takes nothing stops the compressor, and one that
 * goes ends it.
 */
export async function sendCompressed(
  response: ServerResponse,
  text: string | Buffer,
  coding: Coding,
): Promise<void> {
  running += 1;
  try {
    const pieces = typeof text === 'string' ? piecesOf(text) : [text];
    await pipeline(Readable.from(pieces, { objectMode: false }), COMPRESSORS[coding](), response);
  } catch {
    // The reader went; the pipeline has ended the response.
  } finally {
    running -= 1;
  }
}

/** The text as bytes, piece by piece; no character is parted. */
export function* piecesOf(text: string): Generator<Buffer> {
  for (let at = 0; at < text.length; ) {
    let end = Math.min(at + PIECE_CHARS, text.length);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
    yield Buffer.from(text.slice(at, end));
    at = end;
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
