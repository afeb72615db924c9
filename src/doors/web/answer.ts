/** The one way in which a whole text leaves over HTTP, whichever door made it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { codingFor } from './codings.ts';
import { hasRoomToCompress, LEAST_COMPRESSED_BYTES, sendCompressed } from './compress.ts';
import { isHeld } from './held.ts';

export interface WholeAnswer {
  readonly status: number;
  /** `content-type` among them; the length and the coding are added here. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Sends an answer, compressed where it is long enough and the caller accepts it. */
export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, text }: WholeAnswer,
): void {
  if (response.destroyed || response.writableEnded) return;
  const { vary, ...others } = headers;
  if (vary !== undefined) addVaries(response, vary.split(/,\s*/));
  if (isUnchanged(request, headers['etag'])) {
    const { 'content-type': _, ...without } = { 'content-type': '', ...others };
    response.writeHead(304, without).end();
    return;
  }
  const bytes = Buffer.byteLength(text);
  // Of plain letters each is one byte, and nothing has to be looked at again.
  const encoding = bytes === text.length ? 'latin1' : 'utf8';
  if (bytes < LEAST_COMPRESSED_BYTES) {
    response.writeHead(status, { ...others, 'content-length': bytes }).end(text, encoding);
    return;
  }
  addVaries(response, ['accept-encoding']);
  const coding = hasRoomToCompress() ? codingFor(request.headers['accept-encoding']) : null;
  if (coding === null) {
    response.writeHead(status, { ...others, 'content-length': bytes }).end(text, encoding);
    return;
  }
  response.writeHead(status, { ...others, 'content-encoding': coding });
  void sendCompressed(response, text, coding);
}

/** Whether the caller holds the answer already. A POST isn't conditional: RFC 9110 §13.1.2 would have it fail. */
function isUnchanged({ method, headers }: IncomingMessage, etag: string | undefined): boolean {
  return method === 'GET' && etag !== undefined && isHeld(headers['if-none-match'], etag);
}

/** Adds names to those that the answer varies by. */
export function addVaries(response: ServerResponse, names: readonly string[]): void {
  const before = [response.getHeader('vary') ?? []].flat().flatMap((header) => String(header).split(/,\s*/));
  response.setHeader('vary', [...new Set([...before, ...names])].join(', '));
}
