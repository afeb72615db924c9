/** Writes down what the product sends to PostgreSQL, so that a bare client can send the same. */
import pg from 'pg';
import { ReadConnection } from '../src/database/reads/read-connection.ts';

export interface Sent {
  readonly login: string;
  readonly name: string | undefined;
  readonly text: string;
  readonly values: unknown[] | undefined;
}

interface Config {
  readonly name?: string;
  readonly text: string;
  readonly values?: unknown[];
}

interface Asker {
  readonly user?: string;
  readonly connectionParameters?: { readonly application_name?: string };
}

/**
 * What the feed asks in addition to the calls; its own connections, and those of the integrator and the cosigners,
 * have a name.
 */
const BACKGROUND =
  /^\s*(listen|\/\* (log\.(history|head|positions|checkpoints?|login|ping)|auth\.ended|claim\.))/i;

const OURS = new Set([
  ...['cutter_exec', 'cutter_verify', 'cutter_gate'],
  ...['cutter_observe', 'cutter_reader', 'cutter_evidence'],
]);

/** Calls `tell` with every statement of the product's pools in this process; returns what ends it. */
export function capture(tell: (sent: Sent) => void): () => void {
  const prototype = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
  const original = prototype.query;
  prototype.query = function (this: Asker, ...args: unknown[]) {
    const [first, values] = args as [string | Config, unknown[] | undefined];
    const config: Config = typeof first === 'string' ? { text: first } : first;
    const login = this.user ?? '';
    const background =
      this.connectionParameters?.application_name !== undefined || BACKGROUND.test(config.text);
    if (typeof config.text === 'string' && OURS.has(login) && !background) {
      tell({ login, name: config.name, text: config.text, values: values ?? config.values });
    }
    return original.apply(this, args);
  };
  const ask = ReadConnection.prototype.ask;
  ReadConnection.prototype.ask = function (this: ReadConnection, statement) {
    const { name, sql, values } = statement;
    tell({ login: this.login, name: name ?? undefined, text: sql, values: [...values] });
    return ask.call(this, statement);
  };
  return () => {
    prototype.query = original;
    ReadConnection.prototype.ask = ask;
  };
}

/** Bare clients for each login, one a worker, as a careful program would keep them. */
export async function bareWorker(urls: Readonly<Record<string, string | null>>) {
  const clients = new Map<string, pg.Client>();
  for (const [pool, url] of Object.entries(urls)) {
    if (url === null || pool === 'integrator') continue;
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    clients.set(`cutter_${pool}`, client);
  }
  return {
    async send(statements: readonly Sent[]): Promise<void> {
      for (const { login, name, text, values } of statements) {
        const client = clients.get(login) as pg.Client;
        await client.query({
          text,
          ...(values === undefined ? {} : { values }),
          ...(name === undefined ? {} : { name }),
        });
      }
    },
    close: () => Promise.all([...clients.values()].map((client) => client.end())),
  };
}
