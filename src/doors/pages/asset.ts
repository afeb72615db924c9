/**
 * Bytes that stay as they are: compressed and named by their digest once. A browser that has them already is answered
 * without them.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** One representation, under its strong tag (RFC 9110 §8.8.3). */
interface Variant {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

export interface Asset {
  readonly plain: Variant;
  readonly gzip: Variant;
}

/** Takes some time for a large text: see `graphiql-thread.ts`. */
export function assetOf(text: string): Asset {
  const bytes = Buffer.from(text);
  const digest = createHash('sha256').update(bytes).digest('base64url');
  return {
    plain: { bytes, etag: `"${digest}"` },
    gzip: { bytes: gzipSync(bytes, { level: 6 }), etag: `"${digest}-gzip"` },
  };
}

/** Answers GET and HEAD. @param headers of the answer with the bytes, `content-type` among them */
export function answerAsset(
  request: IncomingMessage,
  response: ServerResponse,
  asset: Asset,
  headers: Readonly<Record<string, string>>,
): void {
  const isZipped = takesGzip(request.headers['accept-encoding']);
  const { bytes, etag } = isZipped ? asset.gzip : asset.plain;
  const always = { vary: 'accept-encoding', 'cache-control': 'no-cache', ...headers, etag };
  if (isHeld(request.headers['if-none-match'], etag)) {
    const { 'content-type': _, ...without } = { 'content-type': '', ...always };
    response.writeHead(304, without).end();
    return;
  }
  response.writeHead(200, {
    ...always,
    'content-length': bytes.byteLength,
    ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

/** Whether one of the tags is this one. The comparison is weak, as RFC 9110 §13.1.2 has it. */
function isHeld(tags: string | undefined, etag: string): boolean {
  if (tags === undefined) return false;
  return tags.trim() === '*' || tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

function takesGzip(accepted: string | string[] | undefined): boolean {
  if (accepted === undefined) return false;
  const weights = new Map<string, number>();
  for (const item of String(accepted).split(',')) {
    const [coding = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(coding, weight === undefined ? 1 : Number(weight.slice(2)));
  }
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}
