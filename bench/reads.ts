/**
 * Reads through GraphQL, beside pgbench that sends one statement which gives the same bytes, and beside PostGraphile on
 * the same tables: alternated in one run, at the width where pgbench is best.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { capture, type Sent } from './capture.ts';
import { type BenchDatabase, type Ground, gqlAt, median, startServer } from './ground.ts';
import { localServer } from './local-server.ts';
import { CASES, type Case } from './reads/cases.ts';
import { fillReads } from './reads/fill.ts';
import { type Load, loadOf } from './reads/http-load.ts';
import { HOW_TO_GET_IT, hasPgbench, pgbenchPerSecond } from './reads/pgbench.ts';

const SIZES = (process.env['BENCH_ENTRIES'] ?? '10000,100000').split(',').map(Number);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 2);
const WIDTHS = [1, 2, 4, 8];

const PEERS = join(import.meta.dirname, 'peers');

export async function benchReads(ground: Ground): Promise<void> {
  for (const entries of SIZES) {
    const database = await ground.database();
    await fillReads(database, entries);
    await printScans(ground, database, entries);
    await benchSize(ground, database, entries);
  }
}

/** Who answers: each as answers a second. */
interface Answerers {
  readonly product: Load;
  readonly peer: Load | null;
  readonly token: string;
}

async function benchSize(ground: Ground, database: BenchDatabase, entries: number): Promise<void> {
  const token = ground.tokens['observer'] as string;
  const server = await startServer(database.urls, ground.secrets, null, true);
  const peer = await startPeer(database);
  const isThere = hasPgbench();
  if (!isThere) console.log(HOW_TO_GET_IT);
  console.log(
    `\nReads of a ledger of ${entries.toLocaleString('en')} entries: answers a second, medians of ${ROUNDS} rounds of ${SECONDS} s`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'cutter-pgbench-'));
  const answerers = {
    product: loadOf(server.url, token),
    peer: peer === null ? null : loadOf(peer.url, null),
    token,
  };
  try {
    for (const one of CASES) await benchCase(one, { database, entries, folder, isThere }, answerers);
  } finally {
    rmSync(folder, { recursive: true });
    peer?.child.kill();
    await server.close();
  }
}

interface Place {
  readonly database: BenchDatabase;
  readonly entries: number;
  readonly folder: string;
  readonly isThere: boolean;
}

async function benchCase(one: Case, place: Place, { product, peer }: Answerers): Promise<void> {
  const { database, entries: most, folder } = place;
  const url = database.urls[one.login];
  const bytes = await assertSame(one, url, product);
  const pgbench = (width: number, seconds: number) =>
    pgbenchPerSecond({ url, sql: one.sql, most, width, seconds, folder });
  const width = place.isThere ? await bestWidth(pgbench) : 4;
  const load = { width, seconds: SECONDS, most };
  const ours = (n: number) => ({ query: one.query, variables: one.variables(n) });
  const theirs = (n: number) => ({ query: one.peer, variables: one.peerVariables(n) });
  const rounds: { bench: number; product: number; peer: number }[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const measured = {
      bench: place.isThere ? await pgbench(width, SECONDS) : Number.NaN,
      product: await product.perSecond(ours, load),
      peer: peer === null ? Number.NaN : await peer.perSecond(theirs, load),
    };
    if (round > 0) rounds.push(measured); // the first warms all up
  }
  const of = (pick: (round: (typeof rounds)[number]) => number) => median(rounds.map(pick));
  console.log(
    `  ${one.what.padEnd(38)} ${String(bytes).padStart(7)} bytes, width ${width}: ` +
      `product ${of((r) => r.product).toFixed(0)}, pgbench ${of((r) => r.bench).toFixed(0)}, PostGraphile ${of((r) => r.peer).toFixed(0)}` +
      `   of pgbench ${of((r) => r.product / r.bench).toFixed(2)}, of PostGraphile ${of((r) => r.product / r.peer).toFixed(2)}`,
  );
}

/** The bytes of an answer, which both give. */
async function assertSame(one: Case, url: string, product: Load): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query({ text: one.sql.replaceAll(':n', '7'), rowMode: 'array' });
  await client.end();
  // Asked twice: the first answer of a text comes by another way than all others.
  await product.answer({ query: one.query, variables: one.variables(7) });
  const text = await product.answer({ query: one.query, variables: one.variables(7) });
  const [bytes] = rows[0] as unknown[];
  if (bytes !== text)
    throw new Error(`${one.what}: not the same.\n${String(bytes).slice(0, 2_000)}\n${text.slice(0, 2_000)}`);
  return Buffer.byteLength(text);
}

async function bestWidth(pgbench: (width: number, seconds: number) => Promise<number>): Promise<number> {
  let best = { width: 1, perSecond: 0 };
  for (const width of WIDTHS) {
    const perSecond = await pgbench(width, 1);
    if (perSecond > best.perSecond) best = { width, perSecond };
  }
  return best.width;
}

interface Peer {
  readonly url: string;
  readonly child: ChildProcess;
}

/** PostGraphile, where its folder is installed; it reads as the login that may read the tables. */
async function startPeer({ urls }: BenchDatabase): Promise<Peer | null> {
  if (!existsSync(join(PEERS, 'node_modules'))) {
    console.log('PostGraphile is not installed: run npm ci in bench/peers. Its figures are left out.');
    return null;
  }
  const child = spawn(process.execPath, [join(PEERS, 'postgraphile.js')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production' },
  });
  child.stdin.write(`${JSON.stringify({ url: urls.evidence, width: 5 })}\n`);
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`PostGraphile ended with ${code}`)));
    child.stdout.once('data', (line: Buffer) => resolve(line.toString().trim()));
  });
  return { url, child };
}

/** Tables that don't grow with the ledger. */
const FIXED = /^(head|tree_head|suspension|key|person|principal|token|vocabulary)$/;

/** Prints what the product's own statements for these reads scan whole, in the plan that PostgreSQL keeps. */
async function printScans(ground: Ground, database: BenchDatabase, entries: number): Promise<void> {
  const server = await localServer(database.urls, ground.secrets);
  const gql = gqlAt(server.url);
  const found: string[] = [];
  for (const one of CASES) {
    let sent: Sent | undefined;
    const end = capture((statement) => {
      if (statement.text.startsWith('/* read.')) sent = statement;
    });
    await gql(ground.tokens['observer'] as string, one.query, one.variables(7));
    end();
    const scans = await scannedWhole(database.urls[one.login], sent as Sent);
    found.push(...scans.map((table) => `${one.what}: ${table}`));
  }
  await server.close();
  console.log(
    `\nPlans at ${entries.toLocaleString('en')} entries: ${found.length === 0 ? 'nothing that grows is scanned' : found.join('; ')}`,
  );
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

async function scannedWhole(url: string, { text, values = [] }: Sent): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('set plan_cache_mode = force_generic_plan');
  await client.query(`prepare read as ${text}`);
  const given = values.map((value) =>
    client.escapeLiteral(Array.isArray(value) ? `{${value.join(',')}}` : String(value)),
  );
  const list = given.length === 0 ? '' : `(${given.join(', ')})`;
  const { rows } = await client.query(`explain (format json) execute read${list}`);
  await client.end();
  const walk = (node: PlanNode): string[] => [
    ...(node['Node Type'] === 'Seq Scan' && !FIXED.test(node['Relation Name'] ?? '')
      ? [String(node['Relation Name'])]
      : []),
    ...(node.Plans ?? []).flatMap(walk),
  ];
  return walk(rows[0]['QUERY PLAN'][0].Plan);
}
