import type { Login } from '../../home/secrets.ts';
import { LocksWaitedFor } from '../locks-waited-for.ts';
import { openTurnstile } from '../pool-gate.ts';
import type { DatabaseWatch } from '../watch.ts';
import { ReadConnection, type ReadStatement } from './read-connection.ts';
import type { RowCells } from './wire.ts';

/** What callers' queries are read through. */
export interface Reads {
  /** The rows of a statement. */
  ask(statement: ReadStatement): Promise<readonly RowCells[]>;
}

export interface ReadPoolOptions {
  readonly url: string;
  readonly login: Login;
  /** Connections at most. */
  readonly size: number;
  readonly statementLimitMs: number;
  readonly connectLimitMs: number;
  /** A connection that isn't used for so long is closed. */
  readonly idleLimitMs: number;
  readonly waits: { readonly limitMs: number; readonly stuckMs: number };
  readonly watch: DatabaseWatch;
}

/** How often it is looked whether a statement under way has to be given up, and whether a connection is idle. */
const BUSY_LOOK_MS = 250;
const IDLE_LOOK_MS = 10_000;

/** Connections of one login that read, opened as they are needed. */
export class ReadPool implements Reads {
  readonly #options: ReadPoolOptions;
  readonly #enter: ReturnType<typeof openTurnstile>;
  /** The one used last is used next, so that those not needed become idle. */
  readonly #free: ReadConnection[] = [];
  readonly #busy = new Set<ReadConnection>();
  /** Those that waited for a lock beyond their limit when it was looked last. */
  #waiting = new Set<ReadConnection>();
  #busyTimer: NodeJS.Timeout | null = null;
  #idleTimer: NodeJS.Timeout | null = null;
  #isClosing = false;

  constructor(options: ReadPoolOptions) {
    this.#options = options;
    const { watch, waits, size, login } = options;
    const isStuck = async () => {
      const pids = [...this.#busy].map(({ pid }) => pid);
      return pids.length > 0 && (await watch.waitsForLock(pids)) === pids.length;
    };
    this.#enter = openTurnstile(size, { ...waits, isStuck }, login);
  }

  async ask(statement: ReadStatement): Promise<readonly RowCells[]> {
    const { watch } = this.#options;
    const entered = this.#enter(watch.unlessSilent);
    const leave = typeof entered === 'function' ? entered : await entered;
    try {
      watch.refuseSilent();
      const connection = this.#free.pop() ?? (await this.#open());
      this.#busy.add(connection);
      this.#watchBusy();
      try {
        return await connection.ask(statement);
      } finally {
        this.#busy.delete(connection);
        this.#giveBack(connection);
      }
    } finally {
      leave();
    }
  }

  /** Opens a connection, so that a login that can't be used is known at the start. */
  async prove(): Promise<void> {
    this.#giveBack(await this.#open());
  }

  /** Waits for nobody: a statement under way fails. */
  async end(): Promise<void> {
    this.#isClosing = true;
    for (const timer of [this.#busyTimer, this.#idleTimer]) if (timer !== null) clearTimeout(timer);
    const open = [...this.#free.splice(0), ...this.#busy];
    await Promise.all(open.map((connection) => connection.close()));
  }

  #open(): Promise<ReadConnection> {
    return ReadConnection.open(this.#options, this.#options.watch, (lost) => {
      const at = this.#free.indexOf(lost);
      if (at >= 0) this.#free.splice(at, 1);
    });
  }

  #giveBack(connection: ReadConnection): void {
    if (connection.isLost) return;
    if (this.#isClosing) {
      void connection.close();
      return;
    }
    this.#free.push(connection);
    this.#watchIdle();
  }

  #watchBusy(): void {
    if (this.#busyTimer !== null || this.#isClosing) return;
    this.#busyTimer = setTimeout(async () => {
      await this.#endOverdue().catch(() => {}); // looked at again
      this.#busyTimer = null;
      if (this.#busy.size > 0) this.#watchBusy();
    }, BUSY_LOOK_MS);
    this.#busyTimer.unref();
  }

  #watchIdle(): void {
    if (this.#idleTimer !== null || this.#isClosing) return;
    this.#idleTimer = setTimeout(() => {
      this.#endIdle();
      this.#idleTimer = null;
      if (this.#free.length > 0) this.#watchIdle();
    }, IDLE_LOOK_MS);
    this.#idleTimer.unref();
  }

  /** PostgreSQL bounds each lock apart; here those of one statement are bounded together. */
  async #endOverdue(): Promise<void> {
    for (const connection of this.#busy) connection.endIfOverdue();
    const late = [...this.#busy].filter(({ pastLockLimitMs }) => pastLockLimitMs > 0);
    const waitedBefore = this.#waiting;
    this.#waiting = new Set();
    for (const connection of late) {
      if ((await this.#options.watch.waitsForLock([connection.pid])) === 0) continue;
      if (connection.pastLockLimitMs <= 0) continue;
      if (waitedBefore.has(connection)) connection.giveUp(new LocksWaitedFor(connection.lockLimitMs));
      else this.#waiting.add(connection);
    }
  }

  #endIdle(): void {
    const since = performance.now() - this.#options.idleLimitMs;
    while (this.#free[0] !== undefined && this.#free[0].usedAt < since) void this.#free.shift()?.close();
  }
}
