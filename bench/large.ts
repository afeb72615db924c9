/**
 * One document of 100,000 units through all phases: how long each takes, the memory that the server takes for it, how
 * long another caller waits meanwhile, and the time of all phases as a ratio to COPY of the same rows.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import pg from 'pg';
import { entriesOf, stepsOf } from './cycle.ts';
import { type BenchDatabase, type BenchServer, type Ground, gqlAt, startServer } from './ground.ts';

const UNITS = Number(process.env['BENCH_UNITS'] ?? 100_000);
/** A heading and a sentence: a document has 16 MiB at most. */
const SENTENCES = 1;
/** What isn't a phase. */
const BESIDE = new Set(['planCut', 'reconstruct', 'passport']);
/** Tables of which a cut writes rows for each unit. */
const WIDE = [
  'cutter_governance.manifest_unit_block',
  'cutter_governance.cut_change_set_affected_row',
  'public.information_unit',
  'public.unit_version',
] as const;

const RECONSTRUCT =
  'query ($id: UUID!) { reconstruct(changeSetId: $id) { ... on Reconstruction { matchesSource } } }';
const PASSPORT =
  'query ($id: UUID!) { passport(changeSetId: $id) { __typename ... on Refusal { message retryable } } }';
const READ_BACK: ReturnType<typeof stepsOf> = [
  {
    name: 'reconstruct',
    step: async (gql, tokens, _, { changeSetId }) => {
      const data = await gql(tokens['reviewer'] as string, RECONSTRUCT, { id: changeSetId });
      const { matchesSource } = data['reconstruct'] as unknown as { matchesSource?: boolean };
      if (matchesSource !== true) throw new Error(`reconstruct: ${JSON.stringify(data)}`);
    },
  },
  {
    name: 'passport',
    step: async (gql, tokens, _, { changeSetId }) => {
      // Until a checkpoint covers the verification.
      for (let given = false; !given; ) {
        const data = await gql(tokens['reviewer'] as string, PASSPORT, { id: changeSetId });
        const answer = data['passport'] as unknown as { __typename: string; retryable?: boolean };
        if (answer.retryable === false) throw new Error(`passport: ${JSON.stringify(answer)}`);
        given = answer.retryable === undefined;
      }
    },
  },
];

export async function benchLarge(ground: Ground): Promise<void> {
  const database = await ground.database();
  const server = await startServer(database.urls, ground.secrets);
  process.stdout.write(
    `One cut of ${UNITS.toLocaleString('en')} units: ms, MB above idle, longest turn, longest wait of another\n`,
  );
  let phases: number;
  try {
    phases = await phasesTime(ground, server);
  } finally {
    await server.close();
  }
  const copied = await copyTime(database);
  process.stdout.write(
    `  COPY of the same rows ${copied.toFixed(0)} ms: all phases reach ${(copied / phases).toFixed(2)} of it\n`,
  );
}

/** Takes one document through all phases, and prints a line for each; gives back the ms of all. */
async function phasesTime(ground: Ground, server: BenchServer): Promise<number> {
  const gql = gqlAt(server.url);
  const [entry] = entriesOf(1);
  const idle = peakOf(server.pid);
  let phases = 0;
  for (const { name, step } of [...stepsOf(UNITS, SENTENCES), ...READ_BACK]) {
    forgetPeak(server.pid);
    await server.longestTurn();
    const waits = waitsOf(() => gql(ground.tokens['observer'] as string, '{ whoAmI { name } }', {}));
    const begun = performance.now();
    let ms: number;
    let longest: number;
    try {
      await step(gql, ground.tokens, 0, entry!);
    } finally {
      ms = performance.now() - begun;
      longest = await waits.end();
    }
    const turn = await server.longestTurn();
    if (!BESIDE.has(name)) phases += ms;
    const memory = idle === null ? '?' : String((peakOf(server.pid) as number) - idle);
    const times = [
      `${memory.padStart(6)} MB`,
      ...[turn, longest].map((one) => `${one.toFixed(0).padStart(6)} ms`),
    ];
    process.stdout.write(`  ${name.padEnd(16)} ${ms.toFixed(0).padStart(7)} ms ${times.join(' ')}\n`);
  }
  return phases;
}

/** Asks again and again; `end` gives the longest wait for an answer. */
function waitsOf(ask: () => Promise<unknown>) {
  let isOver = false;
  let longest = 0;
  const asking = (async () => {
    while (!isOver) {
      const begun = performance.now();
      await ask();
      longest = Math.max(longest, performance.now() - begun);
    }
  })();
  return {
    async end(): Promise<number> {
      isOver = true;
      await asking;
      return longest;
    },
  };
}

/** The most memory that the process has had, in MB; null where the system doesn't say. */
function peakOf(pid: number): number | null {
  try {
    const kilobytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
  } catch {
    return null;
  }
}

function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Then each phase shows the most of all before it.
  }
}

/** Copies the rows into tables of the same kind with the same indexes, as the server does by itself. */
async function copyTime({ ownerUrl }: BenchDatabase): Promise<number> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  let ms = 0;
  for (const [at, table] of WIDE.entries()) {
    const file = `/tmp/cutter-bench-${process.pid}-${at}`;
    await owner.query(`copy ${table} to '${file}'`);
    await owner.query(
      `create table public.copied_${at} (like ${table} including indexes including constraints)`,
    );
    const begun = performance.now();
    await owner.query(`copy public.copied_${at} from '${file}'`);
    ms += performance.now() - begun;
    await owner.query(`copy (select 1 where false) to program 'rm ${file}'`);
  }
  await owner.end();
  return ms;
}
