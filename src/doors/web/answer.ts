/** The one way in which a whole text leaves over HTTP, whichever door made it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { codingFor } from './codings.ts';
import { hasRoomToCompress, LEAST_COMPRESSED_BYTES, sendCompressed } from './compress.ts';
import { isHeld } from './held.ts';

export interface WholeAnswer {
  readonly status: number;
  /** `content-type` among them; the length and the coding are added here. */
  readonly headers: Readonly<Record<string, string>>;
  /** Its characters, or its bytes in UTF-8. */
  readonly text: string | Buffer;
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
  if (bytes < LEAST_COMPRESSED_BYTES) {
    sendWhole(response, status, others, text, bytes);
    return;
  }
  addVaries(response, ['accept-encoding']);
  const coding = hasRoomToCompress() ? codingFor(request.headers['accept-encoding']) : null;
  if (coding === null) {
    sendWhole(response, status, others, text, bytes);
    return;
  }
  response.writeHead(status, { ...others, 'content-encoding': coding });
  void sendCompressed(response, text, coding);
}

/** Up to here one text with the head costs less than two pieces do. */
const SMALL_BYTES = 16 * 1024;

function sendWhole(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  text: string | Buffer,
  bytes: number,
): void {
  response.writeHead(status, { ...headers, 'content-length': bytes });
  // As latin1, each byte is a character, and the other way round.
  if (typeof text !== 'string') {
    if (bytes < SMALL_BYTES) response.end(text.toString('latin1'), 'latin1');
    else response.end(text);
    return;
  }
  // Of plain letters each is one byte, and nothing has to be looked at again.
  response.end(text, bytes === text.length ? 'latin1' : 'utf8');
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
