import { setTimeout as pause } from 'node:timers/promises';
import type { Running } from './cluster/postmaster.ts';

/** After more ends than this, with too little health between them, another start doesn't help. */
const ENDS = 10;
/** So much time in health cancels one end. */
const HEALTH_MS = 1_000;
/** How often a start that fails is tried again, after 1, 2, 4 … seconds. */
const STARTS = 5;

/** Counts how often something ended, and forgets it with the time in which it was well. */
export class Ends {
  #count = 0;
  #wellSince: number;

  constructor(now: number) {
    this.#wellSince = now;
  }

  /** Notes an end; gives back whether it was one too many. */
  isTooMany(now: number): boolean {
    this.#count = Math.max(0, this.#count - (now - this.#wellSince) / HEALTH_MS) + 1;
    return this.#count > ENDS;
  }

  noteWell(now: number): void {
    this.#wellSince = now;
  }
}

export interface RevivalOptions {
  readonly first: Running;
  start(port: number): Promise<Running>;
  /** Why no start can help; null where one may. */
  hopeless(): string | null;
  isStopping(): boolean;
  readonly log: (line: string) => void;
  /** Called once, with the reason why PostgreSQL isn't started any more. */
  readonly givenUp: (why: string) => void;
}

/** Starts the postmaster again whenever it ends unasked, until that doesn't help any more. */
export function keepRunning(options: RevivalOptions): { current(): Running; settled(): Promise<Running> } {
  const { log, givenUp, hopeless, isStopping } = options;
  const ends = new Ends(Date.now());
  let running = options.first;
  let reviving: Promise<void> | null = null;

  function watch(postmaster: Running): void {
    postmaster.child.once('exit', (code, signal) => {
      if (isStopping()) return;
      const how = `PostgreSQL (process ${postmaster.child.pid}) ended unexpectedly (${signal ?? code})`;
      const isLast = ends.isTooMany(Date.now());
      log(isLast ? `${how}.` : `${how}; it is started again.`);
      if (isLast)
        givenUp(
          `PostgreSQL ended more than ${ENDS} times, each time soon after its start, and isn't started ` +
            'again. See postgres.log in the home directory for the cause. Correct it, then start the ' +
            'ledger again.',
        );
      else reviving = revive(postmaster.port);
    });
  }

  async function revive(port: number): Promise<void> {
    for (let attempt = 1; !isStopping(); attempt += 1) {
      const why = hopeless();
      if (why !== null) return givenUp(why);
      try {
        running = await options.start(port);
        ends.noteWell(Date.now());
        watch(running);
        log('PostgreSQL is back.');
        return;
      } catch (error) {
        const failure = `PostgreSQL could not be started again: ${(error as Error).message}`;
        if (attempt === STARTS) return givenUp(failure);
        log(`${failure} It is tried again.`);
        await pause(1000 * 2 ** (attempt - 1));
      }
    }
  }

  watch(running);
  return {
    current: () => running,
    settled: async () => {
      await reviving;
      return running;
    },
  };
}
