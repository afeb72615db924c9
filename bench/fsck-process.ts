/**
 * One measurement in a process of its own, so that its memory is its own: a full check, or the same rows read by
 * COPY and hashed. Reads `{what, url}` from standard input and writes `{ms, rss, count}`.
 */
import { hash } from 'node:crypto';
import pg from 'pg';
import { checkLedger } from '../src/fsck/check.ts';
import type { FsckCoverage } from '../src/fsck/finding.ts';
import { FsckFindings } from '../src/fsck/finding.ts';
import { KINDS } from '../src/fsck/kinds.ts';
import { keysOfLog } from '../src/fsck/log/ledger-keys.ts';
import { checkSignatures } from '../src/fsck/meaning/signatures.ts';
import { copyChunks } from '../src/fsck/rows/copy.ts';
import { checkRows } from '../src/fsck/rows/rows.ts';
import { openSession, type SnapshotSession } from '../src/fsck/session.ts';

interface Order {
  readonly what: 'read' | 'rows' | 'signatures' | 'all';
  readonly url: string;
}

const TABLES = [
  ...KINDS.map(({ table }) => table),
  'cutter_log.log',
  'cutter_log.record_part',
  'cutter_log.node',
];

const order = JSON.parse(await text()) as Order;
const began = performance.now();
const count = await { read, rows: compare, signatures, all }[order.what](order.url);
const ms = performance.now() - began;
process.stdout.write(JSON.stringify({ ms, rss: process.resourceUsage().maxRSS * 1024, count }));

/** Every row of the same tables as COPY sends it, hashed natively one by one. */
async function read(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let count = 0;
  for (const table of TABLES) {
    await copyChunks(client, `copy (select * from ${table}) to stdout`, (chunk) => {
      hash('sha256', chunk, 'hex');
      count += 1;
    });
  }
  await client.end();
  return count;
}

/** One part of a check, on a session and with findings of its own, of which there are none. */
async function part(
  url: string,
  check: (
    session: SnapshotSession,
    head: number,
    findings: FsckFindings,
    coverage: FsckCoverage,
  ) => Promise<unknown>,
): Promise<FsckCoverage> {
  const session = await openSession(url);
  const coverage: FsckCoverage = {
    positions: 0,
    pending: 0,
    rows: 0,
    signatures: 0,
    cuts: 0,
    entries: 0,
    nodes: 0,
    cosignatures: 0,
  };
  const findings = new FsckFindings();
  const head = await session.client.query('select next_position::int as next from cutter_log.head');
  await check(session, head.rows[0].next, findings, coverage);
  await session.close();
  if (findings.all.length + session.unseen.length > 0)
    throw new Error(JSON.stringify([findings.all[0], session.unseen]));
  return coverage;
}

/** Rows, log and tree; no signatures, cuts and lineage. */
async function compare(url: string): Promise<number> {
  const coverage = await part(url, (session, head, findings, seen) =>
    checkRows({
      ...session,
      url,
      head,
      findings,
      coverage: seen,
      heads: [],
      headFiles: [],
      incarnation: null,
    }),
  );
  return coverage.rows + 2 * coverage.positions + coverage.nodes;
}

/** Every signature under its key, and what was signed against its row. */
async function signatures(url: string): Promise<number> {
  const coverage = await part(url, async ({ client }, head, findings, seen) => {
    await client.query('set local enable_hashjoin = on; set local enable_mergejoin = on');
    await checkSignatures(client, await keysOfLog(client), head, findings, seen);
  });
  return coverage.signatures;
}

async function all(url: string): Promise<number> {
  const { findings, unseen, coverage } = await checkLedger({ url });
  if (findings.length + unseen.length > 0) throw new Error(JSON.stringify([findings[0], unseen]));
  return coverage.rows + 2 * coverage.positions + coverage.nodes;
}

async function text(): Promise<string> {
  let all = '';
  for await (const chunk of process.stdin) all += chunk;
  return all;
}
