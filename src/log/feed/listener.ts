import { type DedicatedConnection, type Log, openDedicated } from '../../database/connection.ts';
import { WrongLogin } from '../../database/session/login-session.ts';
import { backoffMs, createWake, restUnless } from '../../database/wake.ts';

const LOGIN = 'cutter_observe';
const PING_MS = 20_000;

export interface Listener {
  close(): Promise<void>;
}

/**
 * Listens to the integrator's notices on a connection of its own and reconnects when that dies. A notice is a hint:
 * the feed then looks at the log, and it also looks now and then without one.
 */
export function startListener(url: string, log: Log, onNotice: (position: number | null) => void): Listener {
  const lost = createWake();
  const closing = new AbortController();
  let connection: DedicatedConnection | null = null;

  async function listenOnce(onListening: () => void): Promise<void> {
    let broken: Error | null = null;
    connection = await openDedicated(url, LOGIN, (error) => {
      broken ??= error;
      lost.ring();
    });
    try {
      connection.client.on('notification', ({ payload }) => onNotice(Number(payload)));
      await connection.client.query('listen cutter_log');
      onListening();
      // What was integrated while nobody listened.
      onNotice(null);
      while (!closing.signal.aborted && broken === null) {
        if (!(await lost.sleep(PING_MS))) await connection.client.query('/* log.ping */ select 1');
      }
      if (broken !== null && !closing.signal.aborted) throw broken;
    } finally {
      await connection.close();
      connection = null;
    }
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!closing.signal.aborted) {
      try {
        await listenOnce(() => {
          failures = 0;
        });
      } catch (error) {
        if (error instanceof WrongLogin) {
          log.error({ err: error, alarm: 'LISTENER_REFUSED' }, 'log: the listener stops, the polls go on');
          return;
        }
        // The feed reports an outage, once.
        if (!closing.signal.aborted) log.info({ err: error }, 'log: the listener lost its connection');
        await restUnless(closing.signal, backoffMs(failures));
        failures += 1;
      }
    }
  }

  const ended = run();
  return {
    async close() {
      closing.abort();
      lost.ring();
      await connection?.close();
      await ended;
    },
  };
}
