import type { Client } from 'pg';
import type { Login } from '../home/secrets.ts';
import { type DedicatedConnection, type Log, openDedicated } from './connection.ts';
import { isLostConnection, isRefusedRight } from './database-faults.ts';
import { backoffMs, createWake, restUnless } from './wake.ts';

/** How long a close waits for a server that may have gone silent in the middle of a turn. */
const CLOSE_MS = 5000;
const REFUSED_REST_MS = 5000;

/**
 * `stopped`: a person has to look. Only rights may be given back, so a loop that was refused those asks again now and
 * then.
 */
export type LoopState = 'running' | 'reconnecting' | 'stopped';

/** How long a loop pauses after a turn. */
interface Pause {
  /** Pause that no bell shortens. */
  readonly restMs?: number;
  /** Pause that the bell ends. */
  readonly pollMs: number;
}

/** What an error of a turn means, and what the log says of it. */
interface LoopFaults {
  /** Whether this error ends the loop for good. */
  ends(error: unknown): boolean;
  readonly ended: LoopAlarm;
  readonly failed: LoopAlarm;
  /** A lost connection is no alarm: the feed of this process reports an outage, once. */
  readonly lost: string;
}

interface LoopAlarm {
  readonly alarm: string;
  readonly says: string;
  readonly lane?: string;
}

interface DedicatedLoopOptions {
  readonly url: string;
  readonly login: Login;
  readonly log: Log;
  /**
   * One turn. `woken`: the bell rang, or nothing is known of what happened since the last one. Null: the next at
   * once.
   */
  turn(client: Client, woken: boolean): Promise<Pause | null>;
  readonly faults: LoopFaults;
}

export interface DedicatedLoop {
  /** Wakes it from its poll. */
  ring(): void;
  state(): LoopState;
  /** Ends after the turn under way. */
  close(): Promise<void>;
}

/**
 * Takes turns on a connection of its own. After an error that passes, it goes on with a new connection, later each
 * time.
 */
export function startDedicatedLoop({ url, login, log, turn, faults }: DedicatedLoopOptions): DedicatedLoop {
  const wake = createWake();
  const closing = new AbortController();
  let state: LoopState = 'reconnecting';
  let connection: DedicatedConnection | null = null;

  async function drop(): Promise<void> {
    const lost = connection;
    connection = null;
    await lost?.close();
  }

  function alarm(error: unknown, { says, ...alarm }: LoopAlarm): void {
    log.error({ err: error, ...alarm }, says);
  }

  function logFault(error: unknown): void {
    if (closing.signal.aborted) return;
    if (isLostConnection(error)) log.info({ err: error }, faults.lost);
    else alarm(error, faults.failed);
  }

  async function pause({ restMs, pollMs }: Pause): Promise<boolean> {
    if (restMs !== undefined) await restUnless(closing.signal, restMs);
    return wake.sleep(pollMs);
  }

  async function run(): Promise<void> {
    let woken = true;
    for (let failures = 0; !closing.signal.aborted; ) {
      try {
        connection ??= await openDedicated(url, login, () => wake.ring());
        const next = await turn(connection.client, woken);
        state = 'running';
        failures = 0;
        woken = next === null || (await pause(next));
      } catch (error) {
        if (faults.ends(error)) {
          if (state !== 'stopped') alarm(error, faults.ended);
          state = 'stopped';
          if (!isRefusedRight(error)) break;
          await drop();
          await restUnless(closing.signal, REFUSED_REST_MS);
          woken = true;
          continue;
        }
        state = 'reconnecting';
        logFault(error);
        await drop();
        await restUnless(closing.signal, backoffMs(failures));
        failures += 1;
        woken = true;
      }
    }
    await drop();
  }

  const ended = run();
  return {
    ring: () => wake.ring(),
    state: () => state,
    async close() {
      closing.abort();
      wake.ring();
      const force = setTimeout(() => void drop(), CLOSE_MS);
      await ended;
      clearTimeout(force);
    },
  };
}
