import { Socket } from 'node:net';
import { Client } from 'pg';
import type { Logger } from 'pino';
import type { Login } from '../home/secrets.ts';
import { checkSession } from './session/login-session.ts';

/** Where this program logs what it does; a pino logger is one. */
export type Log = Pick<Logger, 'info' | 'warn' | 'error'>;

export interface DedicatedConnection {
  readonly client: Client;
  /** Ends the session, by force if the server no longer answers. */
  close(): Promise<void>;
}

/**
 * Opens one raw connection that lives long beside the pools: for the integrator's batches and for LISTEN. Keepalives on
 * both ends and bounds on every statement let a peer take over soon after this process or its network dies.
 */
export async function openDedicated(
  url: string,
  login: Login,
  onLost: (error: Error) => void,
): Promise<DedicatedConnection> {
  const socket = new Socket();
  const client = new Client({
    connectionString: url,
    application_name: `cutter ${login}`,
    stream: () => socket,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
    connectionTimeoutMillis: 5000,
    query_timeout: 30_000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 10_000,
    options:
      '-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c ' +
      'default_transaction_isolation=read\\ committed',
  });
  client.on('error', onLost);
  client.on('end', () => onLost(new Error('The connection ended')));
  const connection = { client, close: () => closeClient(client, socket) };
  try {
    await client.connect();
    await checkSession(client, login);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function closeClient(client: Client, socket: Socket): Promise<void> {
  const force = setTimeout(() => socket.destroy(), 1000);
  try {
    await client.end();
  } catch {
    // Already broken: nothing is left to end.
  } finally {
    clearTimeout(force);
    socket.destroy();
  }
}
