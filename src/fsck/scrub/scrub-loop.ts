import type { Client } from 'pg';
import { type DedicatedConnection, openDedicated } from '../../database/connection.ts';
import { isAway } from '../../database/outage.ts';
import { backoffMs, restUnless } from '../../database/wake.ts';
import { checkDrift } from '../../drift/check-drift.ts';
import type { Divergence } from '../../drift/divergence.ts';
import type { FsckFinding } from '../finding.ts';
import { type PageSize, scrubPage } from './scrub-page.ts';
import { newPass, type ScrubPass, type ScrubPasses, withPage } from './scrub-pass.ts';

/** How fast the scrub goes. */
export interface ScrubPace {
  readonly page: PageSize;
  /** Rest after a page, as a multiple of the time that the page took. */
  readonly rest: number;
  /** The least rest after a page. */
  readonly leastRestMs: number;
  /** The rest after a pass. */
  readonly passRestMs: number;
}

export interface ScrubEars {
  /** After each page. */
  onState(integrity: ScrubPasses): void;
  /** A finding that neither this pass nor the one before has reported. */
  onFinding(finding: FsckFinding): void;
  /** A divergence of the database's shape that the pass before hasn't reported. */
  onDivergence(divergence: Divergence): void;
  /** A page failed, and is tried again after a rest. `away`: because the database can't be reached. */
  onFailure(error: unknown, away: boolean): void;
}

/** Scrubs page after page on a connection of its own. When `closing` aborts, it ends after the current page. */
export async function scrubUntil(
  closing: AbortSignal,
  url: string,
  { page, rest, leastRestMs, passRestMs }: ScrubPace,
  ears: ScrubEars,
): Promise<void> {
  let connection: DedicatedConnection | null = null;
  let current = newPass();
  let last: ScrubPass | null = null;
  const tainted = new Set<string>();
  /** What the pass before reported, and what this one has reported so far. */
  let [known, reported] = [new Set<string>(), new Set<string>()];

  /** The divergences that the newest look at the shape found. */
  let diverging = new Set<string>();

  async function drop(): Promise<void> {
    const lost = connection;
    connection = null;
    await lost?.close();
  }

  /** Scrubs one page; returns how long to rest. */
  async function turn(): Promise<number> {
    connection ??= await openDedicated(url, 'cutter_evidence', () => {});
    const began = performance.now();
    if (current.positions === 0) await lookAtShape(connection.client);
    const scrubbed = await scrubPage(connection.client, current.positions, page, tainted);
    current = withPage(current, scrubbed);
    for (const finding of scrubbed.findings) report(finding);
    const ended = scrubbed.next >= scrubbed.head;
    if (ended) {
      last = { ...current, finishedAt: new Date().toISOString() };
      current = newPass();
      tainted.clear();
      [known, reported] = [reported, new Set()];
    }
    ears.onState({ lastPass: last, currentPass: current });
    return ended ? passRestMs : Math.max(leastRestMs, (performance.now() - began) * rest);
  }

  /** Once a pass. */
  async function lookAtShape(client: Client): Promise<void> {
    const divergences = await checkDrift(client);
    for (const one of divergences) if (!diverging.has(one.message)) ears.onDivergence(one);
    diverging = new Set(divergences.map(({ message }) => message));
  }

  function report(finding: FsckFinding): void {
    const name = `${finding.verdict} ${finding.table} ${finding.key} ${finding.column}`;
    if (!known.has(name) && !reported.has(name)) ears.onFinding(finding);
    reported.add(name);
  }

  for (let failures = 0; !closing.aborted; ) {
    try {
      await restUnless(closing, await turn());
      failures = 0;
    } catch (error) {
      if (!closing.aborted) ears.onFailure(error, isAway(error));
      await drop();
      await restUnless(closing, 10 * backoffMs(failures));
      failures += 1;
    }
  }
  await drop();
}
