/**
 * A full check of a ledger of 1,000,000 rows and 10,000 signatures, as a ratio to reading the same rows by COPY and
 * hashing them natively, each in a process of its own and alternated; at two sizes, so that memory can be seen not
 * to grow.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { publicKeyOf, signMessage, verifyLater } from '../src/proof/ed25519.ts';
import { type Entry, stepsOf } from './cycle.ts';
import { type BenchDatabase, type Ground, gqlAt, median, startServer, timed } from './ground.ts';

/** Cuts in the ledger when it is measured: each has two signatures, and about 210 rows with its log and tree. */
const SIZES = [1000, 5000] as const;
const UNITS = 45;
const WIDTH = 8;
/** Documents that go from phase to phase together; a sweep takes so many. */
const BATCH = 500;
const ROUNDS = 5;
const SIGNATURES = 10_000;

export async function benchFsck(ground: Ground): Promise<void> {
  const database = await ground.database();
  let filled = 0;
  for (const cuts of SIZES) {
    await fill(ground, database, filled, cuts);
    filled = cuts;
    await measure(database, cuts);
  }
  await measureSignatures();
}

interface Measured {
  readonly ms: number;
  readonly rss: number;
  readonly count: number;
}
type What = 'read' | 'rows' | 'signatures' | 'all';

async function measure({ urls }: BenchDatabase, cuts: number): Promise<void> {
  const rounds: { readonly read: Measured; readonly rows: Measured }[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const read = await inProcess('read', urls.evidence);
    const rows = await inProcess('rows', urls.evidence);
    if (round > 0) rounds.push({ read, rows }); // the first warms the database up
  }
  const ratios = rounds.map(({ read, rows }) => rows.ms / read.ms);
  const of = (what: 'read' | 'rows') =>
    told(median(rounds.map((round) => round[what].ms)), median(rounds.map((round) => round[what].rss)));
  const [signatures, all] = [
    await inProcess('signatures', urls.evidence),
    await inProcess('all', urls.evidence),
  ];
  console.log(
    `\nFull check of ${rounds[0]?.read.count} rows and ${signatures.count} signatures (${cuts} cuts)`,
  );
  console.log(`  COPY and native hash   ${of('read')}`);
  console.log(
    `  rows, log and tree     ${of('rows')}, ratio (aim <= 1.25): median ${median(ratios).toFixed(2)}  of ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}`,
  );
  const second = ((signatures.count / signatures.ms) * 1000).toFixed(0);
  console.log(`  signatures and facts   ${told(signatures.ms, signatures.rss)}, ${second} a second`);
  console.log(`  everything             ${told(all.ms, all.rss)}`);
}

const told = (ms: number, rss: number) => `${ms.toFixed(0)} ms, ${(rss / 1e6).toFixed(0)} MB`;

/** Takes documents through all phases, by the public API, until so many are cut. */
async function fill(ground: Ground, { urls }: BenchDatabase, filled: number, cuts: number): Promise<void> {
  const server = await startServer(urls, ground.secrets);
  const gql = gqlAt(server.url);
  for (let from = filled; from < cuts; from += BATCH) {
    const entries = Array.from(
      { length: Math.min(BATCH, cuts - from) },
      (): Entry => ({ entryId: '', sourceId: '', manifestDigest: '', changeSetId: '' }),
    );
    for (const { once, step } of stepsOf(UNITS)) {
      const jobs = entries.map((entry, at) => () => step(gql, ground.tokens, from + at, entry));
      await timed(once ? jobs.slice(0, 1) : jobs, WIDTH);
    }
  }
  await server.close();
}

function inProcess(what: What, url: string): Promise<Measured> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'fsck-process.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify({ what, url }));
  let out = '';
  child.stdout.on('data', (data: Buffer) => {
    out += data;
  });
  return new Promise((resolve, reject) => {
    child.once('close', (code) =>
      code === 0 ? resolve(JSON.parse(out) as Measured) : reject(new Error(`the check ended with ${code}`)),
    );
  });
}

/** Ed25519 with the strict checks, natively and on threads outside the event loop. */
async function measureSignatures(): Promise<void> {
  const seed = randomBytes(32);
  const publicKey = publicKeyOf(seed);
  const messages = Array.from({ length: SIGNATURES }, () => randomBytes(900));
  const signed = messages.map((message) => ({ message, signature: signMessage(seed, message) }));
  const began = performance.now();
  for (let from = 0; from < SIGNATURES; from += 500)
    await Promise.all(
      signed
        .slice(from, from + 500)
        .map(({ message, signature }) => verifyLater(publicKey, message, signature)),
    );
  const ms = performance.now() - began;
  console.log(
    `\nSignatures: ${SIGNATURES} verified in ${ms.toFixed(0)} ms (${((SIGNATURES / ms) * 1000).toFixed(0)} a second)`,
  );
}
