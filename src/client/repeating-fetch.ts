/**
 * A `fetch` for other GraphQL clients: a request whose answer was lost is sent again as it was, byte for byte. A
 * mutation of this API has its idempotency key among those bytes, so the repetition gets the first answer.
 */
import { type Patience, repeatCall } from './repeat.ts';

/** Statuses by which a proxy, or a ledger that is closing or has too much to do, gives no answer. */
const NO_ANSWER = [429, 502, 503, 504];

class NotAnswered extends Error {
  readonly response: Response;

  constructor(response: Response) {
    super(`The status is ${response.status}.`);
    this.response = response;
  }
}

/** Event streams and bodies that can be read but once go through as they are. */
export function repeatingFetch(
  patience: Pick<Patience, 'waitsMs' | 'onRepeat'> = {},
  send: typeof fetch = (input, init) => globalThis.fetch(input, init),
): typeof fetch {
  return async (input, init) => {
    if (typeof init?.body !== 'string') return await send(input, init);
    const signal = init.signal ?? undefined;
    try {
      return await repeatCall(
        { send: () => wholeAnswer(send, input, init), lost: lossOfFetch },
        { ...patience, signal },
      );
    } catch (error) {
      if (error instanceof NotAnswered) return error.response;
      throw error;
    }
  };
}

/** An answer counts when all of it has come. */
async function wholeAnswer(
  send: typeof fetch,
  input: Parameters<typeof fetch>[0],
  init: RequestInit,
): Promise<Response> {
  const response = await send(input, init);
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (isStream) return response;
  const { status, statusText, headers } = response;
  const whole = new Response(await response.arrayBuffer(), { status, statusText, headers });
  if (NO_ANSWER.includes(status)) throw new NotAnswered(whole);
  return whole;
}

function lossOfFetch(error: unknown): { readonly retryAfterMs: number | null } {
  const after = error instanceof NotAnswered ? Number(error.response.headers.get('retry-after')) : 0;
  return { retryAfterMs: after > 0 ? after * 1000 : null };
}
