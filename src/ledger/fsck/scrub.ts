import { type DedicatedConnection, type Log, openDedicated } from '../log/connection.ts';
import { backoffMs, restUnless } from '../log/wake.ts';
import { isAway } from '../outage.ts';
import type { Coverage, Finding } from './finding.ts';
import { scrubPage } from './scrub-page.ts';

/** One way through the whole log. */
export interface ScrubPass {
  readonly startedAt: string;
  /** Null while it is under way. */
  readonly finishedAt: string | null;
  /** Positions from 0 to before this one were looked at. */
  readonly positions: number;
  readonly rows: number;
  readonly signatures: number;
  readonly cuts: number;
  readonly findings: readonly Finding[];
}

export interface Integrity {
  /** The newest pass that came to the log's end; null before the first one. */
  readonly lastPass: ScrubPass | null;
  readonly currentPass: ScrubPass | null;
}

export interface Scrub {
  state(): Integrity;
  /** Ends after the page under way. */
  close(): Promise<void>;
}

export interface ScrubOptions {
  /** The login cutter_evidence. */
  readonly url: string;
  readonly log: Log;
  /** Records of one page. */
  readonly page?: number;
  /** How many times as long as a page took there is rest after it. */
  readonly rest?: number;
  /** The least rest after a page. */
  readonly leastRestMs?: number;
  /** The rest after a pass. */
  readonly passRestMs?: number;
}

const CLOSE_MS = 5000;
/** Findings kept for readers; the alarms in the log are all of them. */
const KEPT = 100;

/**
 * Goes through the log without end, a small page at a time with a long rest after each, on a connection of its own: what it finds
 * is an alarm. It looks at what each record vouches for; what no record accounts for, and how entries moved, is for a full check.
 */
export function startScrub(options: ScrubOptions): Scrub {
  const { url, log, page = 64, rest = 30, leastRestMs = 500, passRestMs = 60_000 } = options;
  const closing = new AbortController();
  let connection: DedicatedConnection | null = null;
  let current = newPass();
  let last: ScrubPass | null = null;
  const tainted = new Set<string>();
  /** What the pass before and this one told already. */
  let [known, told] = [new Set<string>(), new Set<string>()];

  async function drop(): Promise<void> {
    const lost = connection;
    connection = null;
    await lost?.close();
  }

  /** One page; gives back how long to rest. */
  async function turn(): Promise<number> {
    connection ??= await openDedicated(url, 'cutter_evidence', () => {});
    const began = performance.now();
    const scrubbed = await scrubPage(connection.client, current.positions, page, tainted);
    current = added(current, scrubbed);
    for (const finding of scrubbed.findings) alarm(finding);
    if (scrubbed.next < scrubbed.head) return Math.max(leastRestMs, (performance.now() - began) * rest);
    last = { ...current, finishedAt: new Date().toISOString() };
    current = newPass();
    tainted.clear();
    [known, told] = [told, new Set()];
    return passRestMs;
  }

  function alarm(finding: Finding): void {
    const name = `${finding.verdict} ${finding.table} ${finding.key} ${finding.column}`;
    if (!known.has(name) && !told.has(name))
      log.error({ finding, alarm: 'INTEGRITY' }, `fsck: ${finding.message}`);
    told.add(name);
  }

  async function run(): Promise<void> {
    for (let failures = 0; !closing.signal.aborted; ) {
      try {
        await restUnless(closing.signal, await turn());
        failures = 0;
      } catch (error) {
        // A database that is away is the feed's to tell, once.
        if (!closing.signal.aborted)
          log[isAway(error) ? 'info' : 'warn']({ err: error }, 'fsck: the scrub rests after a failure');
        await drop();
        await restUnless(closing.signal, 10 * backoffMs(failures));
        failures += 1;
      }
    }
    await drop();
  }

  const ended = run();
  return {
    state: () => ({ lastPass: last, currentPass: current }),
    async close() {
      closing.abort();
      const force = setTimeout(() => void drop(), CLOSE_MS);
      await ended;
      clearTimeout(force);
    },
  };
}

function newPass(): ScrubPass {
  return {
    startedAt: new Date().toISOString(),
    finishedAt: null,
    positions: 0,
    rows: 0,
    signatures: 0,
    cuts: 0,
    findings: [],
  };
}

function added(
  pass: ScrubPass,
  page: {
    next: number;
    findings: readonly Finding[];
    coverage: Pick<Coverage, 'rows' | 'signatures' | 'cuts'>;
  },
): ScrubPass {
  return {
    ...pass,
    positions: page.next,
    rows: pass.rows + page.coverage.rows,
    signatures: pass.signatures + page.coverage.signatures,
    cuts: pass.cuts + page.coverage.cuts,
    findings: [...pass.findings, ...page.findings].slice(0, KEPT),
  };
}
