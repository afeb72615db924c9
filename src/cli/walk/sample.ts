/** The sample document's way through the five phases, by the public API, watched over WebSocket. */

import { setTimeout as pause } from 'node:timers/promises';
import { openClient } from '../client/client.ts';
import { foldedText } from '../terminal/columns.ts';
import { shownStatus } from '../terminal/report.ts';
import { type Watch, watchHistory } from '../watch.ts';
import { type Clients, ROLES } from './phases.ts';
import { SAMPLE } from './sample-document.ts';
import { type WalkOptions, walkDocument } from './walk.ts';

export interface SampleOptions extends Pick<WalkOptions, 'passportCommand'> {
  readonly url: string;
  /** Tokens of marker, reviewer, executor, verifier and observer, by name. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly print: (line: string) => void;
}

/** One history row each: mark, sweep, review, cut, verify. */
const MOVES = 5;
const PATIENCE_MS = 15_000;

/** Resolves when the entry is `verified_complete` and the subscriber has its rows; throws where that fails. */
export async function runSample({ url, tokens, print, ...more }: SampleOptions): Promise<void> {
  print('A sample document goes through all phases, over the public API:');
  const watch = watchHistory({ url, token: tokenOf(tokens, 'observer'), after: '' });
  try {
    await withinPatience(watch.ready, 'The subscription to history');
    const { entryId, status } = await walkDocument({
      clients: clientsOf(url, tokens),
      document: SAMPLE,
      print: (line) => print(foldedText(line)),
      confirm: async () => true,
      ...more,
    });
    const arrived = await withinPatience(rowsOf(watch, entryId), 'History over WebSocket');
    print(`  ${arrived} history rows arrived over WebSocket.`);
    print(`  Entry ${entryId}: ${shownStatus(status)}`);
    if (status !== 'VERIFIED_COMPLETE')
      throw new Error(`the sample's entry ended as ${shownStatus(status)}.`);
  } finally {
    await watch.close();
  }
}

async function rowsOf(watch: Watch, entryId: string): Promise<number> {
  const rows = await watch.rows((row) => row.entryId === entryId, MOVES);
  return rows.length;
}

function clientsOf(url: string, tokens: SampleOptions['tokens']): Clients {
  const pairs = ROLES.map((who) => [who, openClient({ url, token: tokenOf(tokens, who), who })] as const);
  return Object.fromEntries(pairs) as Clients;
}

function tokenOf(tokens: SampleOptions['tokens'], name: string): string {
  const token = tokens[name];
  if (token === undefined) throw new Error(`tokens.json has no token for ${name}.`);
  return token;
}

async function withinPatience<Value>(promise: Promise<Value>, what: string): Promise<Value> {
  const done = new AbortController();
  const late = pause(PATIENCE_MS, null, { signal: done.signal }).then(
    () => {
      throw new Error(`${what} did not come within ${PATIENCE_MS / 1000} seconds.`);
    },
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    done.abort();
  }
}
