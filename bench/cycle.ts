/**
 * A full cycle of a 60-unit document through GraphQL at concurrency 8, as a ratio to the same statements sent by
 * bare pg clients at the same concurrency, on fresh databases, alternated in one run.
 */
import { pino } from 'pino';
import { startIntegrator } from '../src/log/queue/integrator.ts';
import { bareWorker, capture, type Sent } from './capture.ts';
import { type BenchDatabase, type Gql, type Ground, gqlAt, median, startServer, timed } from './ground.ts';
import { localServer } from './local-server.ts';

const DOCUMENTS = 64;
/** Taken through all phases first, unmeasured: both sides run warm. */
const WARMING = 48;
const UNITS = 60;
const WIDTH = 8;
const ROUNDS = 5;

function document(index: number, units: number, sentences: number): string {
  const sections = Array.from(
    { length: units - 1 },
    (_, unit) =>
      `## Section ${unit + 1}\n\n${`Sentence ${unit} of document ${index} says what the law is. `.repeat(sentences)}\n\n`,
  );
  return `# Document ${index}\n\n${sections.join('')}`;
}

export interface Entry {
  entryId: string;
  sourceId: string;
  manifestDigest: string;
  changeSetId: string;
}

const WRITTEN = 'replayed rows { table inserted updated } ';
const REFUSED = '... on Refusal { message }';
const mutation = (verb: string, type: string, fields: string) =>
  `mutation ($input: ${type}Input!) { ${verb}(input: $input) { __typename ... on ${type}Success { ${WRITTEN} ${fields} } ${REFUSED} } }`;

const REGISTER = mutation('registerSource', 'RegisterSource', 'source { sourceId }');
const MARK = mutation('mark', 'Mark', 'entry { entryId status }');
const SWEEP = mutation('sweep', 'Sweep', 'examined');
const PLAN =
  'query ($entryId: UUID) { planCut(entryId: $entryId) { ... on Plan { manifestDigest coverage { complete } } } }';
const REVIEW = mutation('review', 'Review', 'decision { reviewDecisionId verdict } entry { status }');
const CUT = mutation('cut', 'Cut', 'changeSet { changeSetId effectDigest } entry { status }');
const VERIFY = mutation('verify', 'Verify', 'result { verdict } entry { status }');

type Step = (gql: Gql, tokens: Ground['tokens'], index: number, entry: Entry) => Promise<void>;

const answer = (data: Record<string, never>, verb: string, type: string) => {
  const result = data[verb] as unknown as Record<string, unknown>;
  if (result['__typename'] !== `${type}Success`) throw new Error(`${verb}: ${JSON.stringify(result)}`);
  return result as Record<string, Record<string, string>>;
};

/** The phases of one cycle; `once` are those that take all documents at one time. */
export const stepsOf = (
  units: number,
  sentences = 6,
): readonly { readonly name: string; readonly once?: true; readonly step: Step }[] => [
  {
    name: 'registerSource',
    step: async (gql, tokens, index, entry) => {
      const input = {
        idempotencyKey: `s${index}`,
        docCode: `bench-${index}`,
        content: { text: document(index, units, sentences) },
      };
      const data = await gql(tokens['marker'] as string, REGISTER, { input });
      entry.sourceId = answer(data, 'registerSource', 'RegisterSource')['source']?.['sourceId'] as string;
    },
  },
  {
    name: 'mark',
    step: async (gql, tokens, index, entry) => {
      const cutSpec = { profile: 'markdown' };
      const input = { idempotencyKey: `m${index}`, sourceId: entry.sourceId, cutSpec, signalSource: 'bench' };
      const data = await gql(tokens['marker'] as string, MARK, { input });
      entry.entryId = answer(data, 'mark', 'Mark')['entry']?.['entryId'] as string;
    },
  },
  {
    name: 'sweep',
    once: true,
    step: async (gql, tokens, index) => {
      answer(
        await gql(tokens['marker'] as string, SWEEP, { input: { idempotencyKey: `w${index}`, limit: 1000 } }),
        'sweep',
        'Sweep',
      );
    },
  },
  {
    name: 'planCut',
    step: async (gql, tokens, _, entry) => {
      const data = await gql(tokens['reviewer'] as string, PLAN, { entryId: entry.entryId });
      entry.manifestDigest = (data['planCut'] as unknown as Record<string, string>)[
        'manifestDigest'
      ] as string;
    },
  },
  {
    name: 'review',
    step: async (gql, tokens, index, { entryId, manifestDigest }) => {
      const input = { idempotencyKey: `r${index}`, entryId, verdict: 'APPROVE', manifestDigest };
      answer(await gql(tokens['reviewer'] as string, REVIEW, { input }), 'review', 'Review');
    },
  },
  {
    name: 'cut',
    step: async (gql, tokens, index, entry) => {
      const { entryId, manifestDigest } = entry;
      const data = await gql(tokens['executor'] as string, CUT, {
        input: { idempotencyKey: `c${index}`, entryId, manifestDigest },
      });
      entry.changeSetId = answer(data, 'cut', 'Cut')['changeSet']?.['changeSetId'] as string;
    },
  },
  {
    name: 'verify',
    step: async (gql, tokens, index, { changeSetId }) => {
      const data = await gql(tokens['verifier'] as string, VERIFY, {
        input: { idempotencyKey: `v${index}`, changeSetId },
      });
      const verdict = answer(data, 'verify', 'Verify')['result']?.['verdict'];
      if (verdict !== 'PASS') throw new Error(`verify: ${verdict}`);
    },
  },
];
export const STEPS = stepsOf(UNITS);

export const BATCHES = [
  Array.from({ length: WARMING }, (_, at) => at),
  Array.from({ length: DOCUMENTS }, (_, at) => WARMING + at),
];

export const entriesOf = (count: number): Entry[] =>
  Array.from({ length: count }, () => ({ entryId: '', sourceId: '', manifestDigest: '', changeSetId: '' }));
export const entries = (): Entry[] => entriesOf(WARMING + DOCUMENTS);

/** What each call sends, written down call by call on a server in this process. */
async function writtenDown(ground: Ground): Promise<Sent[][][][]> {
  const { urls } = await ground.database();
  const server = await localServer(urls, ground.secrets);
  let statements: Sent[] = [];
  const end = capture((sent) => statements.push(sent));
  const gql = gqlAt(server.url);
  const all = entries();
  const batches: Sent[][][][] = [];
  for (const batch of BATCHES) {
    const phases: Sent[][][] = [];
    for (const { once, step } of STEPS) {
      const calls: Sent[][] = [];
      for (const index of once ? batch.slice(0, 1) : batch) {
        statements = [];
        await step(gql, ground.tokens, index, all[index] as Entry);
        calls.push(statements);
      }
      phases.push(calls);
    }
    batches.push(phases);
  }
  end();
  await server.close();
  return batches;
}

async function productTimes(ground: Ground, database: BenchDatabase): Promise<number[]> {
  const server = await startServer(database.urls, ground.secrets);
  const gql = gqlAt(server.url);
  const all = entries();
  let times: number[] = [];
  for (const batch of BATCHES) {
    times = [];
    for (const { once, step } of STEPS) {
      const jobs = batch.map((index) => () => step(gql, ground.tokens, index, all[index] as Entry));
      times.push(await timed(once ? jobs.slice(0, 1) : jobs, WIDTH));
    }
  }
  await server.close();
  return times;
}

async function bareTimes(
  database: BenchDatabase,
  batches: readonly (readonly Sent[][][])[],
): Promise<number[]> {
  const integratorUrl = database.urls.integrator as string;
  const integrator = startIntegrator({ url: integratorUrl, log: pino({ level: 'silent' }) });
  const { integrator: _, ...urls } = database.urls;
  const workers = await Promise.all(Array.from({ length: WIDTH }, () => bareWorker(urls)));
  const idle = [...workers];
  let times: number[] = [];
  for (const phases of batches) {
    times = [];
    for (const calls of phases) {
      const jobs = calls.map((statements) => async () => {
        const worker = idle.pop() as (typeof workers)[number];
        await worker.send(statements);
        idle.push(worker);
      });
      times.push(await timed(jobs, WIDTH));
    }
  }
  await Promise.all(workers.map((worker) => worker.close()));
  await integrator.close();
  return times;
}

/** Fills a ledger with the cycle's documents, through GraphQL. */
export async function filledLedger(ground: Ground, database: BenchDatabase): Promise<void> {
  await productTimes(ground, database);
}

export async function benchCycle(ground: Ground): Promise<void> {
  const batches = await writtenDown(ground);
  const counts = STEPS.map(({ name }, at) => `${name} ${batches[1]?.[at]?.[0]?.length}`).join(', ');
  console.log(
    `\nFull cycle of ${UNITS} units, ${DOCUMENTS} documents, concurrency ${WIDTH}, ${ROUNDS} rounds`,
  );
  console.log(`statements a call: ${counts}`);
  const product: number[][] = [];
  const bare: number[][] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    product.push(await productTimes(ground, await ground.database()));
    bare.push(await bareTimes(await ground.database(), batches));
  }
  const each = (rounds: number[][], at: number) => median(rounds.map((times) => times[at] as number));
  for (const [at, { name }] of STEPS.entries()) {
    const [ours, theirs] = [each(product, at), each(bare, at)];
    console.log(
      `  ${name.padEnd(16)} product ${ours.toFixed(0).padStart(6)} ms   bare pg ${theirs.toFixed(0).padStart(6)} ms   ratio ${(theirs / ours).toFixed(2)}`,
    );
  }
  const sum = (times: readonly number[]) => times.reduce((a, b) => a + b, 0);
  const ratios = product.map((times, round) => sum(bare[round] as number[]) / sum(times));
  const cycles = (DOCUMENTS / (median(product.map(sum)) / 1000)).toFixed(0);
  console.log(
    `  cycles a second: product ${cycles}, bare pg ${(DOCUMENTS / (median(bare.map(sum)) / 1000)).toFixed(0)}`,
  );
  console.log(
    `  ratio (aim >= 0.40): median ${median(ratios).toFixed(2)}  of ${ratios.map((r) => r.toFixed(2)).join(' ')}`,
  );
}
