/** One subscription over one WebSocket (graphql-transport-ws), drawn result by result. */
import { createClient as createSocketClient } from 'graphql-ws/client';
import { brokenConnection, faultOfAnswer, LedgerFault } from '../ledger-fault.ts';
import { type Token, tokenOf } from '../operation.ts';

export interface SocketOptions {
  /** GraphQL's address, http or https. */
  readonly url: string;
  readonly token: Token;
  /** A class like the browser's `WebSocket`, where the platform has none of its own. */
  readonly webSocket?: unknown;
}

export interface SocketSubscription {
  readonly query: string;
  readonly variables: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** Results that wait for a reader. Beyond them the connection is given up: nobody's memory should grow for it. */
const MOST_WAITING = 1_024;
/** After these, the same call would be answered the same way. */
const DENIED_CLOSES = [4400, 4401, 4403, 4406, 4409];

type Arrived = { readonly data: unknown } | { readonly end: LedgerFault | null };

/** Ends where the ledger says that it is complete; throws a LedgerFault where it broke, or was refused. */
export async function* subscribeOverSocket(
  { url, token, webSocket }: SocketOptions,
  { query, variables, signal }: SocketSubscription,
): AsyncGenerator<unknown, void, void> {
  const waiting: Arrived[] = [];
  let wake = () => {};
  const arrive = (one: Arrived): void => {
    waiting.push(one);
    wake();
  };
  const client = createSocketClient({
    url: url.replace(/^http/, 'ws'),
    connectionParams: async () => ({ authorization: `Bearer ${await tokenOf(token)}` }),
    retryAttempts: 0,
    ...(webSocket === undefined ? {} : { webSocketImpl: webSocket }),
  });
  const leave = () => arrive({ end: new LedgerFault('The reader left.', 'unreachable') });
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted) leave();
  const end = client.subscribe(
    { query, variables: variables as Record<string, unknown> },
    {
      next(result) {
        if (waiting.length < MOST_WAITING) return arrive(readResult(result));
        end();
        arrive({ end: new LedgerFault('The reader is slower than the ledger.', 'unreachable') });
      },
      error: (error) => arrive({ end: faultOfSocket(url, error) }),
      complete: () => arrive({ end: null }),
    },
  );
  try {
    for (;;) {
      const one = waiting.shift();
      if (one === undefined) await new Promise<void>((resolve) => (wake = resolve));
      else if ('data' in one) yield one.data;
      else if (one.end === null) return;
      else throw one.end;
    }
  } finally {
    signal?.removeEventListener('abort', leave);
    await client.dispose();
  }
}

/** A result without data is a message that couldn't be made: the last cursor is good, and another may go on. */
function readResult(result: unknown): Arrived {
  const { data } = result as { readonly data?: unknown };
  if (data != null) return { data };
  const fault = faultOfAnswer(result);
  const errors = fault?.errors ?? [];
  const sentence = `A message couldn't be made: ${fault?.message ?? 'no reason was given.'}`;
  return { end: new LedgerFault(sentence, 'unreachable', { errors }) };
}

/** What graphql-ws reports: the errors of the operation, how the socket was closed, or what broke. */
function faultOfSocket(url: string, error: unknown): LedgerFault {
  if (Array.isArray(error)) {
    const fault = faultOfAnswer({ errors: error });
    return fault ?? new LedgerFault(`${url} refused the subscription and gave no reason.`, 'failed');
  }
  const { code, reason } = (error ?? {}) as { readonly code?: unknown; readonly reason?: unknown };
  if (typeof code !== 'number') return brokenConnection(url, error);
  const said = typeof reason === 'string' && reason !== '' ? `${code}: ${reason}` : `${code}`;
  return new LedgerFault(
    `The connection to ${url} ended with code ${said}`,
    DENIED_CLOSES.includes(code) ? 'refused' : 'unreachable',
  );
}
