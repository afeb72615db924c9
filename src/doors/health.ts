/** `/health`: the process answers. `/ready`: it can do its work. A stranger learns no more than that. */
import type { ServerResponse } from 'node:http';
import { outageOf, outageSentence } from '../database/outage.ts';

/** What must be so for the ledger to work; each check gives null, or says what is wrong in words for strangers. */
export type ReadinessChecks = Readonly<Record<string, () => string | null | Promise<string | null>>>;

/** Also the longest time in which an answer can be given. */
const CHECK_MS = 2_000;
/** Anybody may ask, so one result is given again for a while. */
const FRESH_MS = 500;

export function answerHealth(response: ServerResponse): void {
  answerJson(response, 200, { status: 'alive' });
}

/** What `/ready` says, and the landing page with it. */
export interface ServerReadiness {
  readonly status: 'ready' | 'not ready' | 'closing';
  readonly checks: Readonly<Record<string, 'up' | 'down'>>;
  /** Why it isn't ready, in words for strangers. */
  readonly reasons: readonly string[];
}

/** Gives what the checks found last, or finds it now for all who ask at the time. */
export function readinessOf(checks: ReadinessChecks): (closing: boolean) => Promise<ServerReadiness> {
  let looked: { readonly at: number; readonly found: Promise<Found> } | null = null;
  return async (closing) => {
    if (looked === null || Date.now() - looked.at > FRESH_MS)
      looked = { at: Date.now(), found: lookAt(checks) };
    const found = Object.entries(await looked.found);
    // A database that is away fails several checks for one reason.
    const reasons = [...new Set(found.flatMap(([, reason]) => reason ?? []))];
    return {
      status: closing ? 'closing' : reasons.length === 0 ? 'ready' : 'not ready',
      checks: Object.fromEntries(found.map(([name, reason]) => [name, reason === null ? 'up' : 'down'])),
      reasons,
    };
  };
}

export function answerReady(response: ServerResponse, { status, checks, reasons }: ServerReadiness): void {
  answerJson(response, status === 'ready' ? 200 : 503, {
    status,
    ...checks,
    ...(reasons.length === 0 ? {} : { reasons }),
  });
}

type Found = Readonly<Record<string, string | null>>;

async function lookAt(checks: ReadinessChecks): Promise<Found> {
  const found = Object.entries(checks).map(async ([name, check]) => [name, await withinTime(check)] as const);
  return Object.fromEntries(await Promise.all(found));
}

/** A database that swallows packets must not hold up the answer that it is down. */
async function withinTime(check: ReadinessChecks[string]): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(outageSentence('away')), CHECK_MS);
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return outageSentence(outageOf(error) ?? 'away');
  } finally {
    clearTimeout(timer);
  }
}

function answerJson(response: ServerResponse, status: number, body: Record<string, unknown>): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}
