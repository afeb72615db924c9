import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Log } from '../../database/connection.ts';
import { backoffMs, restUnless } from '../../database/wake.ts';
import type { Divergence } from '../../drift/divergence.ts';
import type { FsckFinding } from '../finding.ts';
import type { ScrubPace } from './scrub-loop.ts';
import { newPass, type ScrubPasses } from './scrub-pass.ts';

export interface Scrub {
  state(): ScrubPasses;
  /** Ends after the current page. */
  close(): Promise<void>;
}

export interface ScrubOptions extends ScrubPace {
  /** The login cutter_evidence. */
  readonly url: string;
  readonly log: Log;
}

/** What the thread gets. */
export interface ScrubErrand {
  readonly url: string;
  readonly pace: ScrubPace;
}

/** What the thread reports. */
export type ScrubReport =
  | { readonly kind: 'state'; readonly integrity: ScrubPasses }
  | { readonly kind: 'finding'; readonly finding: FsckFinding }
  | { readonly kind: 'divergence'; readonly divergence: Divergence }
  | { readonly kind: 'failure'; readonly error: unknown; readonly away: boolean };

/** The message that ends the thread after the current page. */
export const CLOSE = 'close';

const CLOSE_MS = 5000;
/** Pages are small and rests long: a scrub takes about a thirtieth of one core. */
const PACE: ScrubPace = {
  page: { records: 64, rows: 20_000 },
  rest: 30,
  leastRestMs: 500,
  passRestMs: 60_000,
};

/**
 * Checks the log again and again, a small page at a time with a long rest after each, and raises an alarm for each
 * finding. It checks what each record vouches for. Rows without a record, and the moves of entries, are left to a full
 * check. It has a thread and a connection of its own: a record may hold a hundred thousand rows, and nothing may wait
 * for them.
 */
export function startScrub(options: Pick<ScrubOptions, 'url' | 'log'> & Partial<ScrubPace>): Scrub {
  const { url, log, ...pace } = options;
  const closing = new AbortController();
  let integrity: ScrubPasses = { lastPass: null, currentPass: newPass() };
  const hear = (report: ScrubReport) => {
    if (report.kind === 'state') integrity = report.integrity;
    else if (report.kind === 'finding')
      log.error({ finding: report.finding, alarm: 'INTEGRITY' }, `fsck: ${report.finding.message}`);
    else if (report.kind === 'divergence')
      log.error(
        { divergence: report.divergence.name, alarm: 'DRIFT' },
        `drift: ${report.divergence.message}`,
      );
    // The feed reports a database that can't be reached, once.
    else
      log[report.away ? 'info' : 'warn'](
        { err: report.error },
        'fsck: the scrub failed on a page and tries again after a rest',
      );
  };

  async function run(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; failures += 1) {
      try {
        await runThread({ url, pace: { ...PACE, ...pace } }, closing.signal, hear);
      } catch (error) {
        log.warn({ err: error }, 'fsck: the thread of the scrub ended and is started again after a rest');
      }
      await restUnless(closing.signal, 10 * backoffMs(failures));
    }
  }

  const ended = run();
  return {
    state: () => integrity,
    async close() {
      closing.abort();
      await ended;
    },
  };
}

/** Runs one thread to its end. `closing` asks for the end and, after a while, forces it. */
async function runThread(
  errand: ScrubErrand,
  closing: AbortSignal,
  hear: (report: ScrubReport) => void,
): Promise<void> {
  // TypeScript when run from the sources, JavaScript when built.
  const file = new URL(`./scrub-errand${extname(import.meta.filename)}`, import.meta.url);
  const worker = new Worker(file, { workerData: errand });
  let force: NodeJS.Timeout | undefined;
  const close = () => {
    worker.postMessage(CLOSE);
    force = setTimeout(() => void worker.terminate(), CLOSE_MS);
  };
  closing.addEventListener('abort', close, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      worker.on('message', hear);
      worker.on('error', reject);
      worker.on('exit', () => resolve());
    });
  } finally {
    closing.removeEventListener('abort', close);
    clearTimeout(force);
  }
}
