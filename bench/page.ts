/**
 * A page of 50 entries with history, review, change set and rows, through GraphQL, as a ratio to the same statement
 * sent by bare pg clients at the same concurrency, alternated in one run.
 */
import { bareWorker, capture, type Sent } from './capture.ts';
import { filledLedger } from './cycle.ts';
import { type Ground, gqlAt, median, startServer, timed } from './ground.ts';
import { localServer } from './local-server.ts';

const WIDTH = 4;
const PAGES = 60;
const ROUNDS = 7;

const PAGE = `query {
  entries(first: 50) { nodes {
    entryId kind status emittedAt position
    history(first: 10) { nodes { historyId changeKind entryVersionBefore entryVersionAfter changedBy changedAt position } }
    reviewDecisions(first: 5) { nodes { reviewDecisionId verdict manifestVersion decisionAt decidedBy } }
    changeSets(first: 5) { nodes { changeSetId changeKind effectDigest emittedBy emittedAt
      affectedRows(first: 100) { nodes { affectedRowId ordinal effectKind targetTable targetRowId } } } }
  } pageInfo { hasNextPage endCursor } } }`;

export async function benchPage(ground: Ground): Promise<void> {
  const database = await ground.database();
  await filledLedger(ground, database);
  const token = ground.tokens['observer'] as string;
  const statements = await sentFor(ground, database, token);
  const server = await startServer(database.urls, ground.secrets);
  const gql = gqlAt(server.url);
  const { integrator: _, ...urls } = database.urls;
  const workers = await Promise.all(Array.from({ length: WIDTH }, () => bareWorker(urls)));
  const idle = [...workers];
  const ours = Array.from({ length: PAGES }, () => () => gql(token, PAGE, {}));
  const theirs = Array.from({ length: PAGES }, () => async () => {
    const worker = idle.pop() as (typeof workers)[number];
    await worker.send(statements);
    idle.push(worker);
  });
  const bytes = JSON.stringify(await gql(token, PAGE, {})).length;
  console.log(
    `\nPage of 50 entries with history, review, change set and rows: ${(bytes / 1024).toFixed(0)} kB, ${statements.length} statements, concurrency ${WIDTH}`,
  );
  const product: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const [mine, other] = [await timed(ours, WIDTH), await timed(theirs, WIDTH)];
    if (round === 0) continue; // the first warms both up
    product.push(mine);
    bare.push(other);
  }
  await Promise.all(workers.map((worker) => worker.close()));
  await server.close();
  const ratios = product.map((time, round) => (bare[round] as number) / time);
  console.log(
    `  pages a second: product ${((PAGES / median(product)) * 1000).toFixed(0)}, bare pg ${((PAGES / median(bare)) * 1000).toFixed(0)}`,
  );
  console.log(
    `  ratio (aim >= 0.40): median ${median(ratios).toFixed(2)}  of ${ratios.map((r) => r.toFixed(2)).join(' ')}`,
  );
}

async function sentFor(
  ground: Ground,
  database: Awaited<ReturnType<Ground['database']>>,
  token: string,
): Promise<Sent[]> {
  const server = await localServer(database.urls, ground.secrets);
  const statements: Sent[] = [];
  const end = capture((sent) => statements.push(sent));
  await gqlAt(server.url)(token, PAGE, {});
  end();
  await server.close();
  return statements;
}
