/**
 * Bytes that stay as they are: compressed and named by their digest once. A browser that has them already is answered
 * without them.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { addVaries } from '../web/answer.ts';
import { CODINGS, type Coding, codingFor } from '../web/codings.ts';
import { isHeld } from '../web/held.ts';

/** One representation, under its strong tag (RFC 9110 §8.8.3). */
interface Variant {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

export type Asset = Readonly<Record<Coding | 'identity', Variant>>;

/** Made once and sent often, so they may take longer than answers may. */
const COMPRESS: Readonly<Record<Coding, (bytes: Uint8Array) => Uint8Array>> = {
  zstd: (bytes) => zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 9 } }),
  br: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }),
  gzip: (bytes) => gzipSync(bytes, { level: 6 }),
};

/** Takes some time for a large text: see `graphiql-thread.ts`. */
export function assetOf(text: string): Asset {
  const bytes = Buffer.from(text);
  const digest = createHash('sha256').update(bytes).digest('base64url');
  const compressed = CODINGS.map((coding) => [
    coding,
    { bytes: COMPRESS[coding](bytes), etag: `"${digest}-${coding}"` },
  ]);
  return { identity: { bytes, etag: `"${digest}"` }, ...Object.fromEntries(compressed) };
}

/** Answers GET and HEAD. @param headers of the answer with the bytes, `content-type` among them */
export function answerAsset(
  request: IncomingMessage,
  response: ServerResponse,
  asset: Asset,
  { vary, ...headers }: Readonly<Record<string, string>>,
): void {
  const coding = codingFor(request.headers['accept-encoding']);
  const { bytes, etag } = asset[coding ?? 'identity'];
  addVaries(response, vary === undefined ? ['accept-encoding'] : [vary, 'accept-encoding']);
  const always = { 'cache-control': 'no-cache', ...headers, etag };
  if (isHeld(request.headers['if-none-match'], etag)) {
    const { 'content-type': _, ...without } = { 'content-type': '', ...always };
    response.writeHead(304, without).end();
    return;
  }
  response.writeHead(200, {
    ...always,
    'content-length': bytes.byteLength,
    ...(coding === null ? {} : { 'content-encoding': coding }),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
