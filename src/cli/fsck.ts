/**
 * `cutter fsck`: recomputes the whole ledger from its tables, as the login that only reads. The embedded database
 * is started for it where it isn't running; nothing is served.
 */
import { readFileSync } from 'node:fs';
import type { Config } from '../config.ts';
import { refuseOtherVersion } from '../database/migrate/migrate.ts';
import { poolUrls } from '../database/pools.ts';
import { checkLedger } from '../fsck/check.ts';
import { exitCodeOf, type FsckFinding, type Report } from '../fsck/finding.ts';
import { givenFile, headsOf, keptFile } from '../fsck/heads.ts';
import { SCOPE, VOUCHERS } from '../fsck/scope.ts';
import { divergenceJson } from './drift.ts';
import { findDatabase } from './find-database.ts';
import { faultSentence } from './terminal/sentence.ts';
import { linePrinter } from './terminal/terminal.ts';

export interface FsckOptions {
  /** JSON lines instead of sentences. */
  readonly json: boolean;
  /** A file of checkpoints that were seen outside the database. */
  readonly heads?: string;
}

/**
 * Says of every column of the ledger's tables what vouches for it: what a check can detect, and what it can't. It asks
 * no database.
 */
export function printScope({ json }: Pick<FsckOptions, 'json'>, print: Print = linePrinter(json)): void {
  for (const { table, column, voucher } of SCOPE)
    print(
      json
        ? JSON.stringify({ type: 'column', table, column, voucher, meaning: VOUCHERS[voucher] })
        : `${table}.${column}: ${VOUCHERS[voucher]}`,
    );
}

type Print = (line: string) => void;

/** 0 clean, 1 findings, 2 something couldn't be seen. */
export async function runFsck(
  options: FsckOptions,
  config: Config,
  print: Print = linePrinter(options.json),
): Promise<0 | 1 | 2> {
  const closers: (() => Promise<void>)[] = [];
  try {
    // Before the snapshot is taken: a server that runs keeps heads of what it has already written.
    const { heads: path } = options;
    const given = path === undefined ? null : { path, text: readFileSync(path, 'utf8') };
    const heads = given === null ? [] : headsOf(given.text, given.path);
    const headFiles = [
      ...(config.checkpoints.file === null ? [] : [keptFile(config.checkpoints.file)]),
      ...(given === null ? [] : [givenFile(given.text, given.path)]),
    ];
    const found = await findDatabase(config);
    closers.push(() => found.close());
    await refuseOtherVersion(found.ownerUrl);
    const { evidence } = poolUrls(found.ownerUrl, found.secrets);
    const report = await checkLedger({ url: evidence, heads, headFiles });
    for (const line of options.json ? jsonLines(report) : reportLines(report)) print(line);
    return exitCodeOf(report);
  } catch (error) {
    const message = faultSentence(error, config);
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

/** What the log was compared with outside the database, or that there was nothing. */
function* comparedWith({ heads, coverage }: Report): Generator<string> {
  if (coverage.positions > 0 && coverage.cosignatures === 0)
    yield 'The database holds no cosignature of a head. ' +
      'Either the lanes never signed one, or somebody deleted them all.';
  for (const { file, compared, isKept, words } of heads) {
    yield* words;
    if (compared > 0)
      yield `Compared with ${compared} head${compared === 1 ? '' : 's'} ${isKept ? 'kept' : 'given'} in ${file}.`;
    else if (isKept)
      yield `${file} holds no head of this ledger, so this check can't see whether the ledger was set back. ` +
        'Name other heads with --heads FILE.';
  }
}

function* jsonLines(report: Report): Generator<string> {
  for (const finding of report.findings) yield JSON.stringify({ type: 'finding', ...finding });
  for (const unseen of report.unseen) yield JSON.stringify({ type: 'unseen', ...unseen });
  for (const one of report.drift) yield divergenceJson(one);
  const { head, incarnation, coverage } = report;
  yield JSON.stringify({
    type: 'summary',
    verdict: verdictOf(report),
    head,
    incarnation,
    findings: report.findings.length,
    divergences: report.drift.length,
    coverage,
    heads: report.heads,
    notes: [...comparedWith(report)],
  });
}

const verdictOf = (report: Report) => (['clean', 'findings', 'unseen'] as const)[exitCodeOf(report)];

function* reportLines(report: Report): Generator<string> {
  for (const finding of report.findings) yield findingLine(finding);
  for (const { message } of report.unseen) yield `unseen: ${message}`;
  for (const { message } of report.drift) yield `drift: ${message}`;
  const { coverage: seen, findings, unseen, drift } = report;
  const waiting = seen.pending > 0 ? ` (and ${seen.pending} that wait for a position)` : '';
  yield `Checked ${seen.positions} records${waiting}, ${seen.rows} rows, ${seen.entries} entries, ` +
    `${seen.cuts} cuts, ${seen.signatures} signatures, ${seen.nodes} nodes of the tree, ` +
    `${seen.cosignatures} cosignatures.`;
  yield* comparedWith(report);
  if (unseen.length > 0) yield 'Not everything could be read, so the ledger may still hold faults.';
  else yield endOf(findings.length, drift.length);
}

function endOf(findings: number, divergences: number): string {
  if (findings + divergences === 0) return 'Clean.';
  const parts = [
    ...(findings > 0 ? [`${findings} finding${findings === 1 ? '' : 's'}`] : []),
    ...(divergences > 0
      ? [`${divergences} divergence${divergences === 1 ? '' : 's'} of the database's shape`]
      : []),
  ];
  return `${parts.join(', ')}.`;
}

function findingLine({ verdict, table, key, column, after, before, message }: FsckFinding): string {
  const place = `${table} ${key}${column === null ? '' : ` ${column}`}`;
  const bounds: string[] = [];
  if (after !== null) bounds.push(`after position ${after}`);
  if (before !== null) bounds.push(`before ${before}`);
  return `${verdict}: ${place}: ${message}${bounds.length > 0 ? ` (${bounds.join(', ')})` : ''}`;
}
