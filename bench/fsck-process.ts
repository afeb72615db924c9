/**
 * One measurement in a process of its own, so that its memory is its own: a full check, or the same rows read by COPY and hashed.
 * Reads `{what, url}` from standard input and writes `{ms, rss, rows}`.
 */
import { hash } from 'node:crypto';
import pg from 'pg';
import { checkLedger } from '../src/ledger/fsck/check.ts';
import { copyChunks } from '../src/ledger/fsck/copy.ts';
import type { Coverage } from '../src/ledger/fsck/finding.ts';
import { Findings } from '../src/ledger/fsck/finding.ts';
import { KINDS } from '../src/ledger/fsck/kinds.ts';
import { checkRows } from '../src/ledger/fsck/rows.ts';
import { openSession } from '../src/ledger/fsck/session.ts';

interface Order {
  readonly what: 'read' | 'rows' | 'all';
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
const rows = await { read, rows: compare, all }[order.what](order.url);
const ms = performance.now() - began;
process.stdout.write(JSON.stringify({ ms, rss: process.resourceUsage().maxRSS * 1024, rows }));

/** Every row of the same tables as COPY sends it, hashed natively one by one. */
async function read(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let count = 0;
  for (const table of TABLES) {
    await copyChunks(client, `copy (select * from ${table}) to stdout`, (chunk) => {
      hash('sha256', chunk, 'buffer');
      count += 1;
    });
  }
  await client.end();
  return count;
}

/** Rows, log and tree; no signatures, cuts and lineage. */
async function compare(url: string): Promise<number> {
  const session = await openSession(url);
  const { client, unseen, close } = session;
  const coverage: Coverage = {
    positions: 0,
    pending: 0,
    rows: 0,
    signatures: 0,
    cuts: 0,
    entries: 0,
    nodes: 0,
    cosignatures: 0,
  };
  const findings = new Findings();
  const head = await client.query('select next_position::int as next from cutter_log.head');
  await checkRows({ ...session, url, head: head.rows[0].next, findings, coverage, heads: [] });
  await close();
  if (findings.all.length + unseen.length > 0) throw new Error(JSON.stringify([findings.all[0], unseen]));
  return coverage.rows + 2 * coverage.positions + coverage.nodes;
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
