/**
 * `cutter drift`: compares the shape of the ledger's database with what the migrations made, as the login that only
 * reads. The embedded database is started for it where it isn't running.
 */
import type { Config } from '../config.ts';
import { refuseOtherVersion } from '../database/migrate/migrate.ts';
import { poolUrls } from '../database/pools.ts';
import { readDrift } from '../drift/check-drift.ts';
import { type Divergence, mendingStatements } from '../drift/divergence.ts';
import { findDatabase } from './find-database.ts';
import { faultSentence } from './terminal/sentence.ts';
import { linePrinter } from './terminal/terminal.ts';

export interface DriftOptions {
  /** JSON lines instead of sentences. */
  readonly json: boolean;
}

/** 0 no divergence, 1 some, 2 nothing could be compared. */
export async function runDrift(
  { json }: DriftOptions,
  config: Config,
  print: (line: string) => void = linePrinter(json),
): Promise<0 | 1 | 2> {
  const closers: (() => Promise<void>)[] = [];
  try {
    const found = await findDatabase(config);
    closers.push(() => found.close());
    await refuseOtherVersion(found.ownerUrl);
    const divergences = await readDrift(poolUrls(found.ownerUrl, found.secrets).evidence);
    for (const line of json ? jsonLines(divergences) : textLines(divergences)) print(line);
    return divergences.length > 0 ? 1 : 0;
  } catch (error) {
    const message = faultSentence(error, config);
    print(json ? JSON.stringify({ type: 'unseen', message }) : `Nothing could be compared: ${message}`);
    return 2;
  } finally {
    for (const close of closers) await close();
  }
}

/** A divergence as one line of JSON. */
export function divergenceJson({ mend, ...divergence }: Divergence): string {
  return JSON.stringify({ type: 'divergence', ...divergence, mend: mend.map(({ statement }) => statement) });
}

function* jsonLines(divergences: readonly Divergence[]): Generator<string> {
  for (const one of divergences) yield divergenceJson(one);
  yield JSON.stringify({
    type: 'summary',
    divergences: divergences.length,
    mend: mendingStatements(divergences),
  });
}

function* textLines(divergences: readonly Divergence[]): Generator<string> {
  if (divergences.length === 0) {
    yield 'The database is as the migrations made it.';
    return;
  }
  for (const { message } of divergences) yield message;
  yield `${divergences.length} divergence${divergences.length === 1 ? '' : 's'}.`;
  const statements = mendingStatements(divergences);
  if (divergences.length < 2 || statements.length === 0) return;
  yield 'To mend all of them, run as the owner or a superuser, in this order:';
  for (const statement of statements) yield `${statement};`;
}
