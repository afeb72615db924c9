/**
 * One request by its name: the caller's own or one made here. It goes back in `X-Request-Id`, into every line that is
 * logged while the request runs, and into the error in place of a defect.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Call {
  readonly requestId: string;
  /** The caller's address, as `Forwarding` finds it. */
  readonly address: string;
  /** What the caller's program calls itself; null where it doesn't. */
  readonly client: string | null;
}

const calls = new AsyncLocalStorage<Call>();

/** What the log and errors say of the request under way; nothing outside of one. */
export function loggedOfCall(): Partial<Pick<Call, 'requestId' | 'address'>> {
  const { client: _, ...logged } = callNow();
  return logged;
}

/** The request under way; nothing outside of one. */
export function callNow(): Partial<Call> {
  return calls.getStore() ?? {};
}

/** What a program calls itself, as far as a list shows it. */
export function clientOf({ 'user-agent': client }: IncomingHttpHeaders): string | null {
  return client === undefined ? null : client.replaceAll(/[^ -~]/g, '?').slice(0, 200);
}

/** What an error says so that its lines in the log are found. */
export function requestIdNow(): { readonly requestId?: string } {
  const { requestId } = loggedOfCall();
  return requestId === undefined ? {} : { requestId };
}

/** Runs something, and all that it starts, as part of a request. */
export function withinCall<Value>(call: Call, run: () => Value): Value {
  return calls.run(call, run);
}

export const REQUEST_ID = 'x-request-id';

/** What a log and a header can show as it is. */
const FORM = /^[\w.:+/=@-]{1,128}$/;

/** Version, trace, parent, flags (W3C Trace Context). All zeros is no trace. */
const TRACE = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/;

/** The caller's name for the request, its trace, or a new name; what can't be shown as it is isn't taken over. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers[REQUEST_ID];
  if (typeof given === 'string' && FORM.test(given)) return given;
  const [, trace] = TRACE.exec(String(headers['traceparent'])) ?? [];
  return trace ?? randomUUID();
}
