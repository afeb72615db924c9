/**
 * A full check of a ledger, as a ratio to reading the same rows by COPY and hashing them natively, each in a process of its own and
 * alternated; at two sizes, so that memory can be seen not to grow. Signatures are measured beside it.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { publicKeyOf, sign, verifyLater } from '../src/proof/ed25519.ts';
import { type BenchDatabase, type Gql, type Ground, gqlAt, median, startServer } from './ground.ts';

/** Documents, and sections of each: about 5 rows a section. */
const SIZES = [
  [3, 1700],
  [12, 1700],
] as const;
const ROUNDS = 3;
const SIGNATURES = 10_000;

export async function benchFsck(ground: Ground): Promise<void> {
  for (const [documents, sections] of SIZES) {
    const database = await ground.database();
    await fill(ground, database, documents, sections);
    await measure(database);
  }
  await measureSignatures();
}

interface Measured {
  readonly ms: number;
  readonly rss: number;
  readonly rows: number;
}

async function measure({ urls }: BenchDatabase): Promise<void> {
  const times = { read: [] as Measured[], rows: [] as Measured[], all: [] as Measured[] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const what of ['read', 'rows', 'all'] as const) {
      const measured = await inProcess(what, urls.evidence);
      if (round > 0) times[what].push(measured); // the first warms the database up
    }
  }
  const ms = (what: keyof typeof times) => median(times[what].map((one) => one.ms));
  const mb = (what: keyof typeof times) => (median(times[what].map((one) => one.rss)) / 1e6).toFixed(0);
  const rows = times.read[0]?.rows as number;
  console.log(`\nFull check of ${rows} rows`);
  console.log(`  COPY and native hash   ${ms('read').toFixed(0)} ms, ${mb('read')} MB`);
  console.log(
    `  rows, log and tree     ${ms('rows').toFixed(0)} ms, ${mb('rows')} MB, ratio ${(ms('rows') / ms('read')).toFixed(2)} (aim <= 1.25)`,
  );
  console.log(
    `  with cuts, signatures  ${ms('all').toFixed(0)} ms, ${mb('all')} MB, ratio ${(ms('all') / ms('read')).toFixed(2)}`,
  );
}

function inProcess(what: string, url: string): Promise<Measured> {
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

/** Takes large documents through all phases, by the public API. */
async function fill(
  ground: Ground,
  { urls }: BenchDatabase,
  documents: number,
  sections: number,
): Promise<void> {
  const server = await startServer(urls, ground.secrets);
  const gql = gqlAt(server.url);
  for (let index = 0; index < documents; index += 1)
    await wholeWay(gql, ground.tokens, `doc-${index}`, sections);
  await server.close();
}

async function wholeWay(gql: Gql, tokens: Ground['tokens'], name: string, sections: number): Promise<void> {
  const call = async (
    who: string,
    verb: string,
    input: object,
    success: string,
  ): Promise<Record<string, never>> => {
    const type = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`;
    const query = `mutation ($input: ${type}Input!) { ${verb}(input: $input) { __typename ... on ${type}Success { ${success} } ... on Refusal { message } } }`;
    const data = await gql(tokens[who] as string, query, { input });
    const answer = data[verb] as unknown as { __typename: string; message: string } & Record<string, never>;
    if (answer.__typename !== `${type}Success`) throw new Error(`${verb}: ${answer.message}`);
    return answer;
  };
  const id = (of: Record<string, never>, noun: string, field: string) =>
    (of[noun] as unknown as Record<string, string>)[field] as string;
  const text = Array.from(
    { length: sections },
    (_, at) => `## Section ${at}\n\n${`Words of section ${at} in ${name}. `.repeat(6)}\n\n`,
  ).join('');
  const source = await call(
    'marker',
    'registerSource',
    { idempotencyKey: `s:${name}`, docCode: name, content: { text: `# ${name}\n\n${text}` } },
    'source { sourceId }',
  );
  const cutSpec = { profile: 'markdown' };
  const mark = await call(
    'marker',
    'mark',
    {
      idempotencyKey: `m:${name}`,
      sourceId: id(source, 'source', 'sourceId'),
      cutSpec,
      signalSource: 'bench',
    },
    'entry { entryId }',
  );
  const entryId = id(mark, 'entry', 'entryId');
  await call('marker', 'sweep', { idempotencyKey: `w:${name}`, limit: 100 }, 'examined');
  const planned = await gql(
    tokens['reviewer'] as string,
    'query ($entryId: UUID) { planCut(entryId: $entryId) { ... on Plan { manifestDigest } } }',
    { entryId },
  );
  const manifestDigest = id(planned, 'planCut', 'manifestDigest');
  await call(
    'reviewer',
    'review',
    { idempotencyKey: `r:${name}`, entryId, verdict: 'APPROVE', manifestDigest },
    'decision { reviewDecisionId }',
  );
  const cut = await call(
    'executor',
    'cut',
    { idempotencyKey: `c:${name}`, entryId, manifestDigest },
    'changeSet { changeSetId }',
  );
  await call(
    'verifier',
    'verify',
    { idempotencyKey: `v:${name}`, changeSetId: id(cut, 'changeSet', 'changeSetId') },
    'result { verdict }',
  );
}

/** Ed25519 with the strict checks, natively and on the threads beside the event loop. */
async function measureSignatures(): Promise<void> {
  const seed = randomBytes(32);
  const publicKey = publicKeyOf(seed);
  const messages = Array.from({ length: SIGNATURES }, () => randomBytes(900));
  const signed = messages.map((message) => ({ message, signature: sign(seed, message) }));
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
