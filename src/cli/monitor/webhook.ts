/** Sends to an address what a monitor found: one POST of JSON for each finding. */
import { setTimeout as rest } from 'node:timers/promises';
import type { MonitorFinding } from '../../monitor/judges/finding.ts';

const ATTEMPTS = 5;
const PATIENCE_MS = 10_000;

/** The webhook can't be reached. The message is for people. */
export class WebhookFault extends Error {
  override readonly name = 'WebhookFault';
}

export interface ReportedFinding extends MonitorFinding {
  /** Which ledger: `cutter/` and its incarnation. */
  readonly origin: string;
  readonly url: string;
  /** By the monitor's clock. */
  readonly foundAt: string;
}

/** Resolves when the address has taken it; throws a WebhookFault where it doesn't, after several attempts. */
export async function callWebhook(
  address: string,
  finding: ReportedFinding,
  firstRestMs = 500,
): Promise<void> {
  let why = 'it was not called';
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await rest(firstRestMs * 2 ** (attempt - 1));
    try {
      const response = await fetch(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(finding),
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      await response.body?.cancel();
      if (response.ok) return;
      why = `it answers with status ${response.status}`;
    } catch (error) {
      const { message, cause } = error as Error;
      why = cause instanceof Error ? cause.message : message;
    }
  }
  throw new WebhookFault(`The webhook at ${new URL(address).origin} can't be reached: ${why}.`);
}
