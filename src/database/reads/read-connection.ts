import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Client } from 'pg';
import type { Login } from '../../home/secrets.ts';
import { checkSession, type LoginSession } from '../session/login-session.ts';
import { DatabaseSilent, type DatabaseWatch } from '../watch.ts';
import { type Parameter, parseMessage, type RowCells, runMessage, ServerMessages } from './wire.ts';

/** A statement that reads. Under its name a connection keeps it prepared; null: it comes once. */
export interface ReadStatement {
  readonly name: string | null;
  readonly sql: string;
  readonly values: readonly Parameter[];
}

export interface ReadSession {
  readonly url: string;
  readonly login: Login;
  /** How long a statement may take, in ms, where the role allows more. */
  readonly statementLimitMs: number;
  readonly connectLimitMs: number;
}

/** The role's statement_timeout works only where the server does: so much later the connection is taken for lost. */
const GRACE_MS = 15_000;
/** The server's lock_timeout speaks first where there is one lock to wait for. */
const LOCK_GRACE_MS = 300;
const LEAST_LOCK_WAIT_MS = 1_000;

interface Round {
  readonly rows: RowCells[];
  readonly resolve: (rows: readonly RowCells[]) => void;
  readonly reject: (error: unknown) => void;
  /** On the clock of this process. */
  readonly beganAt: number;
  /** The name that is being prepared. */
  readonly parsing: string | null;
  error: Error | null;
}

/** The most that is read at once. */
const READ_BYTES = 64 * 1024;

/**
 * The socket of a connection. Where it isn't encrypted, all that comes is read into one buffer. Otherwise Node makes a
 * buffer of 64 kB for each piece, and soon collects the garbage of the whole process for them.
 */
class Line {
  #socket: Socket | null = null;
  #hear = (piece: Buffer): void => {
    // `pg` keeps what it gets.
    this.#socket?.emit('data', Buffer.from(piece));
  };

  open(isEncrypted: boolean): Socket {
    const onread = {
      buffer: Buffer.allocUnsafeSlow(READ_BYTES),
      callback: (length: number, buffer: Uint8Array) => {
        this.#hear(Buffer.from(buffer.buffer, buffer.byteOffset, length));
        return true;
      },
    };
    this.#socket = new Socket(isEncrypted ? {} : { onread });
    return this.#socket;
  }

  /** Hears what comes from now on, in place of `pg`. A piece is good until the call returns. */
  hearOn(stream: Duplex, hear: (piece: Buffer) => void): void {
    stream.removeAllListeners('data');
    this.#hear = hear;
    if (stream !== this.#socket) stream.on('data', hear);
  }

  destroy(): void {
    this.#socket?.destroy();
  }
}

/**
 * One session that reads, one statement at a time. `pg` connects it and signs it in; then it is asked and heard
 * directly, since building a query's object, its fields and its rows took longer than the database for one row.
 */
export class ReadConnection {
  readonly pid: number;
  readonly login: Login;
  readonly #client: Client;
  readonly #stream: Duplex;
  readonly #session: LoginSession;
  readonly #prepared = new Set<string>();
  readonly #onLost: (connection: ReadConnection) => void;
  readonly #stopHearing: () => void;
  #round: Round | null = null;
  #lost: Error | null = null;
  /** When it was used last, on the clock of this process. */
  usedAt = performance.now();

  /** Opens a session, after it has proved that it is the login's. `onLost` is called when it is lost. */
  static async open(
    read: ReadSession,
    watch: DatabaseWatch,
    onLost: (connection: ReadConnection) => void,
  ): Promise<ReadConnection> {
    const line = new Line();
    const client = new Client({
      connectionString: read.url,
      stream: ((config: { readonly ssl: unknown }) => line.open(Boolean(config.ssl))) as () => Socket,
      connectionTimeoutMillis: read.connectLimitMs,
    });
    let early: Error | null = null;
    const rememberError = (error: Error) => {
      early = error;
    };
    client.on('error', rememberError);
    try {
      const session = await watch.unlessSilent(async () => {
        await client.connect();
        return await limitedSession(client, read);
      });
      if (early !== null) throw early;
      client.off('error', rememberError);
      return new ReadConnection(read.login, client, line, session, watch, onLost);
    } catch (error) {
      client.end().catch(() => {});
      line.destroy();
      throw error;
    }
  }

  private constructor(
    login: Login,
    client: Client,
    line: Line,
    session: LoginSession,
    watch: DatabaseWatch,
    onLost: (connection: ReadConnection) => void,
  ) {
    this.#client = client;
    this.#session = session;
    this.pid = session.pid;
    this.login = login;
    this.#onLost = onLost;
    this.#stream = (
      client as unknown as { readonly connection: { readonly stream: Duplex } }
    ).connection.stream;
    const messages = new ServerMessages({
      onParsed: () => {
        const name = this.#round?.parsing ?? null;
        if (name !== null) this.#prepared.add(name);
      },
      onRow: (row) => this.#round?.rows.push(row),
      onError: (error) => {
        if (this.#round === null) this.giveUp(error);
        else this.#round.error = error;
      },
      onReady: () => this.#endRound(),
    });
    line.hearOn(this.#stream, (piece) => messages.take(piece));
    client.on('error', (error) => this.giveUp(error));
    client.on('end', () => this.giveUp(new Error('Connection terminated unexpectedly')));
    this.#stopHearing = watch.onSilent(() => this.giveUp(new DatabaseSilent()));
  }

  /** The rows of a statement. The next one may be asked for when it has ended. */
  ask({ name, sql, values }: ReadStatement): Promise<readonly RowCells[]> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    if (this.#round !== null) throw new Error('A connection was asked for two statements at a time.');
    const isPrepared = name !== null && this.#prepared.has(name);
    const run = runMessage(name, values);
    const sent = isPrepared ? run : Buffer.concat([parseMessage(name, sql), run]);
    return new Promise((resolve, reject) => {
      const parsing = isPrepared ? null : name;
      this.#round = { rows: [], resolve, reject, beganAt: performance.now(), parsing, error: null };
      this.#stream.write(sent);
    });
  }

  get lockLimitMs(): number {
    return this.#session.lockLimitMs;
  }

  get isLost(): boolean {
    return this.#lost !== null;
  }

  /** How long the statement under way has waited for longer than a lock may let it, in ms; 0 or less: not yet. */
  get pastLockLimitMs(): number {
    const { lockLimitMs } = this.#session;
    if (this.#round === null || lockLimitMs === 0) return 0;
    const spent = performance.now() - this.#round.beganAt;
    return spent - Math.max(LEAST_LOCK_WAIT_MS, lockLimitMs) - LOCK_GRACE_MS;
  }

  /** Gives the connection up if the server should have ended its statement long ago. */
  endIfOverdue(): void {
    const { statementLimitMs } = this.#session;
    if (this.#round === null || statementLimitMs === 0) return;
    if (performance.now() - this.#round.beganAt > statementLimitMs + GRACE_MS)
      this.giveUp(new DatabaseSilent());
  }

  /** Nothing more is sent on it. A caller that waits for a statement gets the error. */
  giveUp(error: Error): void {
    if (this.#lost !== null) return;
    this.#lost = error;
    this.#stopHearing();
    const round = this.#round;
    this.#round = null;
    // What the server said before it ended the connection says more.
    round?.reject(round.error ?? error);
    this.#stream.destroy();
    this.#onLost(this);
  }

  async close(): Promise<void> {
    if (this.#lost !== null) return;
    this.#lost = new Error('Connection terminated');
    this.#stopHearing();
    this.#round?.reject(this.#lost);
    this.#round = null;
    const ended = this.#client.end();
    const force = setTimeout(() => this.#stream.destroy(), 1_000);
    await ended.catch(() => {});
    clearTimeout(force);
  }

  #endRound(): void {
    const round = this.#round;
    if (round === null) return;
    this.#round = null;
    this.usedAt = performance.now();
    if (round.error === null) round.resolve(round.rows);
    else round.reject(round.error);
  }
}

/**
 * Statements are written so that one plan fits all values. Where PostgreSQL chooses, it plans one with a list each
 * time, since it believes that a list it doesn't know has ten values; that takes longer than the look-up.
 */
const PLANS = 'set plan_cache_mode = force_generic_plan';

async function limitedSession(
  client: Client,
  { login, statementLimitMs }: ReadSession,
): Promise<LoginSession> {
  const found = await checkSession(client, login);
  const { statementLimitMs: own } = found;
  const isShorter = own > 0 && own <= statementLimitMs;
  const limit = isShorter ? '' : `; set statement_timeout = ${statementLimitMs}`;
  await client.query(`/* session.limit */ ${PLANS}${limit}`);
  return isShorter ? found : { ...found, statementLimitMs };
}
