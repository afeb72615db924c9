/**
 * 2,000 documents with 130,000 units through all phases, by the verbs that take lists: four batches, each with its
 * time as a ratio to COPY of the rows that it wrote, alternated. The same of the processors' time, which other work on
 * the machine changes less.
 */
import pg from 'pg';
import { type Batch, documentsThrough, type PhaseTimes } from './bulk/batch.ts';
import { type BenchDatabase, type Ground, gqlAt, median, startServer } from './ground.ts';
import { processorMeter, takenBy } from './processor-time.ts';

const DOCUMENTS = Number(process.env['BENCH_DOCUMENTS'] ?? 2_000);
const UNITS = 65;
const BATCHES = 4;

/** The tables that have rows for each unit. */
const WIDE = [
  'cutter_governance.manifest_unit_block',
  'cutter_governance.cut_change_set_affected_row',
  'public.information_unit',
  'public.unit_version',
] as const;

export async function benchBulk(ground: Ground): Promise<void> {
  const database = await ground.database();
  const server = await startServer(database.urls, ground.secrets, null, true);
  const gql = gqlAt(server.url);
  const count = Math.floor(DOCUMENTS / BATCHES);
  const units = (count * UNITS * BATCHES).toLocaleString('en');
  console.log(`\n${(count * BATCHES).toLocaleString('en')} documents with ${units} units, by lists`);
  const copied = await openCopies(database);
  const meter = await processorMeter(database, server.pid);
  const ratios: number[] = [];
  const processorRatios: number[] = [];
  const all: PhaseTimes[] = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const made: Batch = { name: `bulk-${batch}`, count, units: UNITS };
    const before = await copied.transactionNow();
    await meter.lap();
    const times = await documentsThrough(gql, ground.tokens, made);
    const ms = sumOf(times);
    const processorMs = (await meter.lap()) ?? NaN;
    const { copyMs, copyProcessorMs, rows } = await copied.copyNewRows(before);
    all.push(times);
    ratios.push(copyMs / ms);
    processorRatios.push(copyProcessorMs / processorMs);
    const rate = ((count * UNITS) / (ms / 1_000)).toFixed(0);
    console.log(
      `  batch ${batch + 1}: ${ms.toFixed(0)} ms (${rate} units a second), COPY of its ${rows.toLocaleString('en')} rows ` +
        `${copyMs.toFixed(0)} ms, ratio ${(copyMs / ms).toFixed(3)}; processors ${processorMs.toFixed(0)} ms and ` +
        `${copyProcessorMs.toFixed(0)} ms, ratio ${(copyProcessorMs / processorMs).toFixed(3)}`,
    );
  }
  for (const phase of Object.keys(all[0] as PhaseTimes)) {
    const times = all.map((each) => each[phase] as number);
    console.log(
      `  ${phase.padEnd(16)} ${median(times).toFixed(0).padStart(6)} ms a batch, ${(median(times) / count).toFixed(2)} ms a document`,
    );
  }
  console.log(
    `  ratio (aim >= 0.15): median ${median(ratios).toFixed(3)} of ${ratios.map((ratio) => ratio.toFixed(3)).join(' ')}`,
  );
  console.log(`  ratio of the processors' time: median ${median(processorRatios).toFixed(3)}`);
  await meter.close();
  await copied.close();
  await server.close();
}

const sumOf = (times: PhaseTimes): number => Object.values(times).reduce((sum, ms) => sum + ms, 0);

/** Tables of the same kind with the same indexes, which grow as those of the ledger do. */
async function openCopies({ ownerUrl }: BenchDatabase) {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  for (const [at, table] of WIDE.entries())
    await owner.query(
      `create table public.copied_${at} (like ${table} including indexes including constraints)`,
    );
  const { rows: backends } = await owner.query<{ pid: number }>('select pg_backend_pid() as pid');
  const { pid } = backends[0] as { pid: number };
  return {
    async transactionNow(): Promise<string> {
      const { rows } = await owner.query<{ now: string }>('select pg_current_xact_id()::text as now');
      return (rows[0] as { now: string }).now;
    },
    /** Copies what was written since a transaction, as the server does by itself; only reading it isn't counted. */
    async copyNewRows(since: string) {
      let [copyMs, copyProcessorMs, rows] = [0, 0, 0];
      for (const [at, table] of WIDE.entries()) {
        const file = `/tmp/cutter-bench-${process.pid}-${at}`;
        await owner.query(`copy (select * from ${table} where xmin::text::bigint > ${since}) to '${file}'`);
        const [begun, taken] = [performance.now(), takenBy(pid) ?? NaN];
        const { rowCount } = await owner.query(`copy public.copied_${at} from '${file}'`);
        copyMs += performance.now() - begun;
        copyProcessorMs += (takenBy(pid) ?? NaN) - taken;
        rows += rowCount ?? 0;
        await owner.query(`copy (select 1 where false) to program 'rm ${file}'`);
      }
      return { copyMs, copyProcessorMs, rows };
    },
    close: () => owner.end(),
  };
}
