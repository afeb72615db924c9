/**
 * What a client may say over a socket, judged before the protocol sees it: each fault has its close code in
 * docs/reference/stream.md.
 */
import { StringDecoder } from 'node:string_decoder';

const CLIENT_WORDS: ReadonlySet<unknown> = new Set([
  'connection_init',
  'ping',
  'pong',
  'subscribe',
  'complete',
]);

/** An id is sent back with every result, so it has a bound: UTF-16 units. */
const ID_CHARS = 256;

/** Bytes of a reason that a close frame has room for. */
const REASON_BYTES = 123;

/** What a message says of itself; the rest is the protocol's. */
export interface ClientMessage {
  readonly type: unknown;
  readonly id: unknown;
  readonly payload: unknown;
}

/** The message, or why it can't be taken; what the protocol judges itself is left to it. */
export function readClientMessage(message: unknown): ClientMessage | string {
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    return 'A message must be a JSON object with "type".';
  const { type, id, payload } = message as { type?: unknown; id?: unknown; payload?: unknown };
  if (!CLIENT_WORDS.has(type))
    return type === undefined
      ? 'The message has no type.'
      : `A client may not send a message of the type ${JSON.stringify(type)}.`;
  if (typeof id === 'string' && id.length > ID_CHARS)
    return `The id of an operation may have at most ${ID_CHARS} characters.`;
  return { type, id, payload };
}

/** The text as the reason of a close frame: whole characters, cut where it is too long. */
export function closeReason(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= REASON_BYTES) return text;
  return `${new StringDecoder('utf8').write(bytes.subarray(0, REASON_BYTES - 3))}…`;
}
