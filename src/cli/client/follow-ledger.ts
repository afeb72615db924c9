/**
 * Follows a ledger for a monitor: connects, reconnects, asks for heads where the stream brings none, and notices
 * silence.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { followEvents } from '../../client/event-stream.ts';
import { FollowLogDocument } from '../../client/generated/graphql.ts';
import { LedgerFault } from '../../client/ledger-fault.ts';
import type { LedgerAnswers, Next } from '../../monitor/followed-ledger.ts';
import type { LedgerMonitor } from '../../monitor/ledger-monitor.ts';
import { ClientFault, sentenceOfFault } from './client.ts';

export interface Following {
  readonly url: string;
  readonly token: string;
  readonly monitor: LedgerMonitor;
  readonly answers: Pick<LedgerAnswers, 'checkpoint'>;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** How long nothing may arrive before the first heartbeat's time is known. */
  readonly silenceMs: number;
  /** How long nothing may arrive, whatever the ledger says of its heartbeats. */
  readonly longestSilenceMs: number;
  /** How long to wait for a message before the newest head is asked for. */
  readonly tickMs: number;
  /** Called after each message and each tick without one; false ends the following. */
  readonly step: (isMessage: boolean) => Promise<boolean>;
}

/** How one connection ended. `left`: `step` or the signal said so. */
export type FollowEnd = 'left' | Exclude<Next, 'go-on'>;

/** The time without heartbeats after which a stream is lost, in heartbeats. */
const HEARTBEATS = 2;

/** The cursor by which the stream begins with the log's first record. */
const FROM_THE_START = '';

/** One connection. Throws a ClientFault where it can't be made, or is lost. */
export async function followOnce(following: Following): Promise<FollowEnd> {
  const { url, token, monitor, answers, now, signal, tickMs, longestSilenceMs, step } = following;
  const leaving = new AbortController();
  monitor.open();
  const events = followEvents({
    url,
    token,
    query: FollowLogDocument.toString(),
    variables: { after: monitor.cursor ?? FROM_THE_START },
    signal: AbortSignal.any([signal, leaving.signal]),
  });
  let [heardAt, headAt, silenceMs] = [now(), now(), following.silenceMs];
  try {
    for (let arriving = events.next(); ; ) {
      const arrived = await Promise.race([arriving, delay(tickMs, null, { ref: false })]);
      let next: Next = 'go-on';
      if (arrived !== null) {
        if (arrived.done === true) return 'reconnect';
        arriving = events.next();
        arriving.catch(() => {});
        heardAt = now();
        const message = (arrived.value as { readonly history?: unknown } | null | undefined)?.history;
        silenceMs = HEARTBEATS * heartbeatOf(message, silenceMs / HEARTBEATS);
        next = await monitor.take(message);
      } else if (now() - heardAt > Math.min(silenceMs, longestSilenceMs))
        throw new ClientFault(`${url} was silent for ${now() - heardAt} ms.`, 'unreachable');
      if (next === 'go-on' && now() - headAt >= tickMs) {
        headAt = now();
        next = await monitor.takeHead(await answers.checkpoint());
      }
      if (!(await step(arrived !== null)) || signal.aborted) return next === 'go-on' ? 'left' : next;
      if (next !== 'go-on') return next;
    }
  } catch (error) {
    if (signal.aborted) return 'left';
    throw error instanceof LedgerFault ? sentenceOfFault(error, { url, token, who: 'monitor' }) : error;
  } finally {
    leaving.abort();
    await events.return(undefined).catch(() => {});
  }
}

function heartbeatOf(message: unknown, known: number): number {
  const heartbeatMs = (message as { readonly heartbeatMs?: unknown } | null | undefined)?.heartbeatMs;
  return Number.isSafeInteger(heartbeatMs) && (heartbeatMs as number) > 0 ? (heartbeatMs as number) : known;
}
