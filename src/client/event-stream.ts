/**
 * A subscription over server-sent events (docs/reference/stream.md), drawn message by message: what isn't read yet
 * waits at the server, so that a log of any length is followed in the memory of one message.
 */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { ANSWER_BOUNDS, readAnswer } from './answer.ts';
import { brokenConnection, faultOfAnswer, LedgerFault } from './ledger-fault.ts';
import type { Token } from './operation.ts';
import { postOperation } from './send.ts';

export interface EventStreamOptions {
  readonly url: string;
  readonly token: Token;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  /** What sends; the platform's own by default. */
  readonly fetch?: typeof fetch;
  /** The longest message that is read. */
  readonly messageChars?: number;
}

/** The `data` of each message; ends with the stream. Throws a LedgerFault where it never began, broke, or isn't one. */
export async function* followEvents(options: EventStreamOptions): AsyncGenerator<unknown> {
  const { url, messageChars = ANSWER_BOUNDS.answerBytes } = options;
  try {
    const response = await openEventStream(options);
    for await (const { event, data } of eventsOf(response, url, messageChars)) {
      if (event === 'complete') return;
      if (event !== 'next') continue;
      const result = parsedEvent(url, data);
      const fault = faultOfAnswer(result);
      if (fault !== null) throw fault;
      yield (result as { readonly data?: unknown } | null)?.data;
    }
  } catch (error) {
    throw brokenConnection(url, error);
  }
  throw new LedgerFault(`The stream from ${url} was cut off.`, 'unreachable');
}

async function openEventStream(options: EventStreamOptions): Promise<Response> {
  const { url, token, query, variables, signal, fetch: send = globalThis.fetch } = options;
  const response = await postOperation(
    { url, token, fetch: send },
    { accept: 'text/event-stream', body: JSON.stringify({ query, variables }), signal },
  );
  const type = response.headers.get('content-type');
  if (response.status === 200 && type?.startsWith('text/event-stream') === true) return response;
  const fault = faultOfAnswer(await readAnswer(url, response, ANSWER_BOUNDS));
  throw fault ?? new LedgerFault(`${url} gives no stream of events.`, 'unfit');
}

function parsedEvent(url: string, data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    throw new LedgerFault(`${url} sent an event that is not JSON.`, 'unfit');
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
  const reader = body?.getReader();
  let heldChars = 0;
  try {
    for (;;) {
      const read = await reader?.read();
      if (read === undefined || read.done) return;
      const text = decoder.decode(read.value, { stream: true });
      parser.feed(text);
      // Nobody keeps comments, but they count: between two events there are few.
      heldChars = arrived.length > 0 ? text.length : heldChars + text.length;
      yield* arrived.splice(0);
      if (heldChars > messageChars)
        throw new LedgerFault(`${url} sent an event of more than ${messageChars} characters.`, 'unfit');
    }
  } finally {
    await reader?.cancel().catch(() => {});
  }
}
