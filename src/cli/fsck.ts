/**
 * `cutter fsck`: recomputes the whole ledger from its tables, as the login that only reads. The embedded database is started for it
 * where it isn't running; nothing is served.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { clusterPlace } from '../database/cluster-place.ts';
import { poolUrls } from '../database/pools.ts';
import { isPostmasterOf } from '../database/process-identity.ts';
import { homeSecrets } from '../database/secrets.ts';
import { checkLedger } from '../ledger/fsck/check.ts';
import { exitCodeOf, type Finding, type Report } from '../ledger/fsck/finding.ts';
import { headsOf } from '../ledger/fsck/heads.ts';
import { sentence } from './sentence.ts';

export interface FsckOptions {
  /** JSON lines instead of sentences. */
  readonly json: boolean;
  /** A file of checkpoints that were seen outside the database. */
  readonly heads?: string;
}

/** 0 clean, 1 findings, 2 something couldn't be seen. */
export async function fsck(
  options: FsckOptions,
  config: Config,
  print: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Promise<0 | 1 | 2> {
  const closers: (() => Promise<void>)[] = [];
  try {
    const heads =
      options.heads === undefined ? [] : headsOf(readFileSync(options.heads, 'utf8'), options.heads);
    const report = await checkLedger({ url: await evidenceUrl(config, closers), heads });
    for (const line of options.json ? jsonLines(report) : sentences(report)) print(line);
    return exitCodeOf(report);
  } catch (error) {
    const message = sentence(error, config);
    print(
      options.json
        ? JSON.stringify({ type: 'unseen', table: null, message })
        : `Nothing could be checked: ${message}`,
    );
    return 2;
  } finally {
    for (const close of closers) await close();
  }
}

/** The login's URL on the external database, on the embedded one that runs, or on one started for this check. */
async function evidenceUrl(config: Config, closers: (() => Promise<void>)[]): Promise<string> {
  if (!existsSync(join(config.home, 'secrets.json')))
    throw new Error(`${config.home} holds no secrets of a ledger; name its data directory by CUTTER_HOME.`);
  const secrets = homeSecrets(config.home);
  const owner = config.databaseUrl ?? runningUrl(config.home);
  if (owner !== null) return poolUrls(owner, secrets).evidence;
  const { startEmbedded } = await import('../database/embedded.ts');
  const embedded = await startEmbedded({ home: config.home, log: () => {} });
  closers.push(() => embedded.stop());
  return poolUrls(embedded.ownerUrl, secrets).evidence;
}

/** Where the embedded server of this home listens, if it runs: PostgreSQL says so beside its data. */
function runningUrl(home: string): string | null {
  const { data } = clusterPlace(home, () => {});
  if (!existsSync(join(data, 'PG_VERSION')))
    throw new Error(`${home} holds no database; name the ledger's data directory by CUTTER_HOME.`);
  const path = join(data, 'postmaster.pid');
  if (!existsSync(path)) return null;
  const [pid, , , port] = readFileSync(path, 'utf8').split('\n');
  return isPostmasterOf(Number(pid), data) ? `postgresql://cutter@127.0.0.1:${port}/cutter` : null;
}

function* jsonLines(report: Report): Generator<string> {
  for (const finding of report.findings) yield JSON.stringify({ type: 'finding', ...finding });
  for (const unseen of report.unseen) yield JSON.stringify({ type: 'unseen', ...unseen });
  const { head, incarnation, coverage } = report;
  yield JSON.stringify({
    type: 'summary',
    verdict: verdictOf(report),
    head,
    incarnation,
    findings: report.findings.length,
    coverage,
  });
}

const verdictOf = (report: Report) => (['clean', 'findings', 'unseen'] as const)[exitCodeOf(report)];

function* sentences(report: Report): Generator<string> {
  for (const finding of report.findings) yield told(finding);
  for (const { message } of report.unseen) yield `unseen: ${message}`;
  const { coverage: seen, findings, unseen } = report;
  yield `Checked ${seen.positions} records${seen.pending > 0 ? ` (and ${seen.pending} that wait for a position)` : ''}, ${seen.rows} rows, ${seen.entries} entries, ${seen.cuts} cuts, ${seen.signatures} signatures, ${seen.nodes} nodes of the tree, ${seen.cosignatures} cosignatures.`;
  if (unseen.length > 0) yield 'Not everything could be seen, so this is no clean bill.';
  else
    yield findings.length === 0 ? 'Clean.' : `${findings.length} finding${findings.length === 1 ? '' : 's'}.`;
}

function told({ verdict, table, key, column, after, before, message }: Finding): string {
  const place = `${table} ${key}${column === null ? '' : ` ${column}`}`;
  const bounds: string[] = [];
  if (after !== null) bounds.push(`after position ${after}`);
  if (before !== null) bounds.push(`before ${before}`);
  return `${verdict}: ${place}: ${message}${bounds.length > 0 ? ` (${bounds.join(', ')})` : ''}`;
}
