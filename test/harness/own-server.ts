import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type PreparedLedger, prepareLedger } from '../../src/boot/prepare.ts';
import { wireServer } from '../../src/boot/wire.ts';
import { type EmbeddedServer, startEmbedded } from '../../src/database/cluster/embedded.ts';
import { LIMITS } from '../../src/doors/bounds/limits.ts';
import { asOwner } from './cluster.ts';
import { ownedHome } from './crash-processes.ts';
import { send } from './doors.ts';
import { homeWithCluster } from './start-command.ts';

/** A ledger on a PostgreSQL of its own, for tests that do something to the whole server. */
export interface OwnServer {
  readonly home: string;
  readonly embedded: EmbeddedServer;
  readonly prepared: PreparedLedger;
  readonly url: string;
  /** What was logged as an error. */
  readonly logged: readonly string[];
  owner(statement: string): Promise<{ rows: Record<string, unknown>[] }>;
  /** Registers a source under this key; gives back the member of the outcome, and the whole answer. */
  register(key: string): ReturnType<typeof register>;
  ready(): Promise<Ready>;
  close(): Promise<void>;
}

interface Ready {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> & { readonly reasons?: readonly string[] };
}

export async function ownServer(): Promise<OwnServer> {
  const home = homeWithCluster(ownedHome(join(tmpdir(), `cutter-own-${randomUUID()}`)));
  const logged: string[] = [];
  const embedded = await startEmbedded({ home, log: () => {} });
  const prepared = await prepareLedger({
    ownerUrl: embedded.ownerUrl,
    home,
    mode: 'rehearsal',
    report: () => {},
  });
  const wired = wireServer({
    pools: prepared.pools,
    secrets: prepared.secrets,
    logger: pino({ level: 'error' }, { write: (line: string) => void logged.push(line) }),
    mode: 'rehearsal',
    graphiql: false,
    host: '127.0.0.1',
    port: 0,
    limits: LIMITS,
  });
  const { url } = await wired.server.listen();
  return {
    home,
    embedded,
    prepared,
    url,
    logged,
    owner: (statement) => asOwner(embedded.ownerUrl, (client) => client.query(statement)),
    register: (key) => register(url, prepared.tokens['marker'] as string, key),
    async ready() {
      const response = await fetch(new URL('/ready', url));
      return { status: response.status, body: (await response.json()) as Ready['body'] };
    },
    async close() {
      await wired.close();
      await prepared.pools.close();
      await embedded.stop();
    },
  };
}

async function register(url: string, token: string, key: string) {
  const answer = await send(url, {
    token,
    body: {
      query: `mutation ($i: RegisterSourceInput!) { registerSource(input: $i) {
        __typename ... on Refusal { message retryable } } }`,
      variables: { i: { idempotencyKey: key, docCode: key, content: { text: `# ${key}\n` } } },
    },
  });
  const member: { __typename: string; message?: string; retryable?: boolean } | undefined = JSON.parse(
    answer.text,
  ).data?.registerSource;
  return { ...answer, member };
}
