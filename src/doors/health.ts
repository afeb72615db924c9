/** `/health`: the process answers. `/ready`: it can do its work. Neither tells a stranger more than that. */
import type { ServerResponse } from 'node:http';

/** What must stand for the ledger to work; each check resolves to true, or not. */
export type ReadinessChecks = Readonly<Record<string, () => boolean | Promise<boolean>>>;

const CHECK_MS = 2_000;

export function answerHealth(response: ServerResponse): void {
  answer(response, 200, { status: 'alive' });
}

export async function answerReady(
  response: ServerResponse,
  checks: ReadinessChecks,
  closing: boolean,
): Promise<void> {
  const names = Object.keys(checks);
  const passed = await Promise.all(names.map((name) => withinTime(checks[name]!)));
  const ready = !closing && passed.every(Boolean);
  const told = Object.fromEntries(names.map((name, index) => [name, passed[index] ? 'up' : 'down']));
  answer(response, ready ? 200 : 503, {
    status: closing ? 'closing' : ready ? 'ready' : 'not ready',
    ...told,
  });
}

/** A database that swallows packets must not hold up the answer that it is down. */
async function withinTime(check: () => boolean | Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_MS);
  });
  try {
    return await Promise.race([check(), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function answer(response: ServerResponse, status: number, body: Record<string, string>): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
  });
  response.end(text);
}
