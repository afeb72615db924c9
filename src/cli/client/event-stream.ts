/**
 * A subscription over server-sent events (docs/reference/stream.md), drawn message by message: what isn't read yet
 * waits at the server, so that a log of any length is followed in the memory of one message.
 */

import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { plainLine } from '../../text/plain.ts';
import { ANSWER_BOUNDS, readAnswer, UnfitAnswer } from './answer.ts';
import { ClientFault, faultIn, faultOf, unreachableFault } from './client.ts';

export interface EventStreamOptions {
  readonly url: string;
  readonly token: string;
  /** Whose token it is, for messages. */
  readonly who: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  /** The longest message that is read. */
  readonly messageChars?: number;
}

/** The `data` of each message; ends with the stream. Throws a ClientFault where it never began, broke, or isn't one. */
export async function* followEvents(options: EventStreamOptions): AsyncGenerator<unknown> {
  const { url, token, who, messageChars = ANSWER_BOUNDS.answerBytes } = options;
  const response = await openEventStream(options);
  const events = eventsOf(response, url, messageChars);
  try {
    for await (const { event, data } of events) {
      if (event === 'complete') return;
      if (event !== 'next') continue;
      const result = parsedEvent(url, data);
      const fault = faultIn(result);
      if (fault !== null) throw faultOf({ ...fault, message: plainLine(fault.message, [token]) }, who, url);
      yield (result as { readonly data?: unknown } | null)?.data;
    }
  } catch (error) {
    throw error instanceof ClientFault ? error : unreachableFault(url, error);
  }
  throw new ClientFault(`The stream from ${url} was cut off.`, 'unreachable');
}

async function openEventStream({
  url,
  token,
  who,
  query,
  variables,
  signal,
}: EventStreamOptions): Promise<Response> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query, variables }),
      redirect: 'manual',
      signal,
    });
    const type = response.headers.get('content-type');
    if (response.status === 200 && type?.startsWith('text/event-stream') === true) return response;
    const fault = faultIn(await readAnswer(url, response, ANSWER_BOUNDS));
    if (fault === null) throw new ClientFault(`${url} gives no stream of events.`, 'unfit');
    throw faultOf({ ...fault, message: plainLine(fault.message, [token]) }, who, url);
  } catch (error) {
    if (error instanceof UnfitAnswer) throw new ClientFault(error.message, error.kind);
    throw error instanceof ClientFault ? error : unreachableFault(url, error);
  }
}

function parsedEvent(url: string, data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new ClientFault(`${url} sent an event that is not JSON.`, 'unfit');
  }
}

/**
 * The events of a response, by the standard: lines may end in LF, CR or both. Fields that it doesn't know, and
 * comments, are passed over.
 */
async function* eventsOf(
  { body }: Response,
  url: string,
  messageChars: number,
): AsyncGenerator<EventSourceMessage> {
  const decoder = new TextDecoder();
  const arrived: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => void arrived.push(event) });
  let heldChars = 0;
  for await (const chunk of body ?? []) {
    const text = decoder.decode(chunk as Uint8Array, { stream: true });
    parser.feed(text);
    // Nobody keeps comments, but they count: between two events there are few.
    heldChars = arrived.length > 0 ? text.length : heldChars + text.length;
    yield* arrived.splice(0);
    if (heldChars > messageChars)
      throw new ClientFault(`${url} sent an event of more than ${messageChars} characters.`, 'unfit');
  }
}
