/** Messages of a client: how large each may be, how it is read, and under which id it goes to the protocol. */
import { setImmediate as turn } from 'node:timers/promises';
import { CloseCode } from 'graphql-ws';
import type { Logger } from 'pino';
import type { Limits } from '../bounds/limits.ts';
import { namesDocument } from '../documents/documents.ts';
import { JsonScanner, parseScanned } from '../json.ts';
import { LONG_TEXT_BYTES, type LongTexts } from '../long-texts.ts';
import { type ClientMessage, closeReason, readClientMessage } from '../messages.ts';
import { DoorRefusal } from '../refuse.ts';
import type { SocketState } from './connection.ts';
import { withId } from './operation-ids.ts';
import { cutOff } from './socket.ts';

/** Before its token, a client may send no more than the token. */
const INTRODUCTION_BYTES = 16 * 1024;

const TOO_LARGE = 1009;

interface ReceiveDeps {
  readonly limits: Limits;
  readonly longTexts: LongTexts;
  readonly logger: Logger;
}

/** How large a message of this client may be. */
export function mostBytes({ session }: SocketState, { bodyBytes, smallBodyBytes }: Limits): number {
  if (session === null) return INTRODUCTION_BYTES;
  return session.scopes.has('source:register') ? bodyBytes : Math.min(bodyBytes, smallBodyBytes);
}

export function refuseMessageSize(extra: SocketState, limits: Limits): void {
  const most = mostBytes(extra, limits);
  if (extra.session !== null)
    cutOff(extra.socket, TOO_LARGE, `A message of this token may have at most ${most} bytes.`);
  else
    cutOff(
      extra.socket,
      CloseCode.BadRequest,
      'Send connection_init with a token before a message of this size.',
    );
}

/** Hands a message on, or closes the socket. A large one is read in pieces and on a thread, and later ones wait. */
export function receiveMessage(
  data: Buffer,
  isBinary: boolean,
  extra: SocketState,
  { limits, longTexts, logger }: ReceiveDeps,
  handle: (text: string) => void,
): Promise<void> | undefined {
  const { socket } = extra;
  const refuse = (error: unknown) => {
    if (!(error instanceof DoorRefusal)) logger.error({ err: error }, 'a message could not be read');
    const isOurs = error instanceof DoorRefusal;
    const reason = isOurs ? closeReason(error.message) : 'Internal server error';
    socket.close(isOurs ? CloseCode.BadRequest : CloseCode.InternalServerError, reason);
  };
  const hand = (text: Buffer) => {
    const message = readClientMessage(parseScanned(text, 'The message'));
    if (typeof message === 'string') socket.close(CloseCode.BadRequest, closeReason(message));
    else handOn(message, textOf(message, text), extra, handle);
  };
  if (data.length > mostBytes(extra, limits)) {
    refuseMessageSize(extra, limits);
    return undefined;
  }
  // The protocol's own envelope is two levels around a body.
  const scanner = new JsonScanner(
    { ...limits, jsonDepth: limits.jsonDepth + 2 },
    'The message',
    LONG_TEXT_BYTES,
  );
  const isLarge = data.length > limits.smallBodyBytes;
  try {
    if (isBinary) throw new DoorRefusal(400, 'BAD_REQUEST', 'Messages must be JSON texts.');
    if (data.length > SCANNED_BYTES) return readLong();
    scanner.write(data);
    scanner.end();
    hand(data);
  } catch (error) {
    refuse(error);
  }
  return undefined;

  async function readLong(): Promise<void> {
    try {
      await scanInPieces(data, scanner);
      if (!isLarge) return hand(data);
      const { rest, texts } = await longTexts.take(data, scanner.longTexts);
      extra.texts = texts;
      hand(rest);
    } catch (error) {
      refuse(error);
    } finally {
      extra.texts = null;
    }
  }
}

/** The protocol takes no subscription without a text; one that names a document has an empty one for it. */
function textOf({ type, id, payload }: ClientMessage, text: Buffer): string {
  if (type !== 'subscribe' || !namesDocument(payload)) return text.toString('utf8');
  return JSON.stringify({ id, type, payload: { ...(payload as object), query: '' } });
}

/** Hands a message on under the inner name of its operation. The protocol refuses an id of the wrong form. */
function handOn(
  { type, id }: ClientMessage,
  text: string,
  { socket, ids }: SocketState,
  handle: (text: string) => void,
): void {
  const isOperation = type === 'subscribe' || type === 'complete';
  if (!isOperation || typeof id !== 'string' || id === '') {
    handle(text);
    return;
  }
  const name = type === 'subscribe' ? ids.begin(id) : ids.end(id);
  if (name !== null) handle(withId(text, name));
  // An end without an operation crossed the server's own, and says nothing new.
  else if (type === 'subscribe')
    socket.close(CloseCode.SubscriberAlreadyExists, closeReason(`Subscriber for ${id} already exists`));
}

/** Bytes that are scanned in one turn of the event loop. */
const SCANNED_BYTES = 64 * 1024;

async function scanInPieces(data: Buffer, scanner: JsonScanner): Promise<void> {
  for (let at = 0; at < data.length; at += SCANNED_BYTES) {
    scanner.write(data.subarray(at, at + SCANNED_BYTES));
    await turn();
  }
  scanner.end();
}
