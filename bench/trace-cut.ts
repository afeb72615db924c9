/**
 * `npm run trace`: the files of `src` that the input of one `cut` enters, in order, from the door to the tables and back.
 * A file is entered where one of its functions is given the input or a value out of it. A file that is left and entered
 * again is named at the end. `proof/` is pure arithmetic that any file may use on the way (digests, ids, canonical text):
 * it is counted, and not shown as a place.
 */
import './trace/entered.ts';
import type { Entry } from './cycle.ts';
import { listen } from './trace/entered.ts';

// After the hook, which has to see every module as it is loaded.
const { openGround, gqlAt } = await import('./ground.ts');
const { localServer } = await import('./local-server.ts');
const { stepsOf } = await import('./cycle.ts');

const CUT = `mutation ($input: CutInput!) { cut(input: $input) { __typename
  ... on CutSuccess { replayed changeSet { changeSetId } entry { status } } ... on Refusal { message } } }`;
const VERB = 'src/ledger/cut.ts';
const ARITHMETIC = 'src/proof/';
/** How deep a value is looked for in what a function is given. */
const DEPTH = 3;

interface Visit {
  readonly file: string;
  readonly functions: Set<string>;
}

const ground = await openGround();
const { urls } = await ground.database();
const server = await localServer(urls, ground.secrets);
try {
  const gql = gqlAt(server.url);
  const before = stepsOf(3).filter(({ name }) => !['cut', 'verify'].includes(name));
  const cutNow = async (index: number): Promise<void> => {
    const entry: Entry = { entryId: '', sourceId: '', manifestDigest: '', changeSetId: '' };
    for (const { step } of before) await step(gql, ground.tokens, index, entry);
    const { entryId, manifestDigest } = entry;
    const input = { idempotencyKey: `the cut that is traced, ${index}`, entryId, manifestDigest };
    // The first one loads and plans what later ones find ready.
    if (index > 0) listen(noteInto(visits, used, Object.values(input)));
    const answer = await gql(ground.tokens['executor'] as string, CUT, { input });
    listen(null);
    if (!JSON.stringify(answer).includes('cut_applied')) throw new Error(JSON.stringify(answer));
  };
  const visits: Visit[] = [];
  const used = new Map<string, number>();
  await cutNow(0);
  await cutNow(1);
  report(visits);
  for (const [file, count] of used) process.stdout.write(`${count} calls of ${file}\n`);
} finally {
  await server.close();
  await ground.close();
}

function noteInto(
  visits: Visit[],
  used: Map<string, number>,
  values: readonly string[],
): Parameters<typeof listen>[0] {
  return ({ file, name }, given) => {
    if (!given.some((value) => holds(value, values, DEPTH))) return;
    if (file.startsWith(ARITHMETIC)) {
      used.set(file, (used.get(file) ?? 0) + 1);
      return;
    }
    const last = visits.at(-1);
    if (last?.file === file) last.functions.add(name);
    else visits.push({ file, functions: new Set([name]) });
  };
}

/** Whether one of the input's values is in this, however it is packed. */
function holds(given: unknown, values: readonly string[], depth: number): boolean {
  if (typeof given === 'string') return values.some((value) => given.includes(value));
  if (given instanceof Uint8Array) return values.some((value) => Buffer.from(given).includes(value));
  if (typeof given !== 'object' || given === null || depth === 0) return false;
  // Getters may do something, so they are left alone.
  return Object.values(Object.getOwnPropertyDescriptors(given)).some(({ value }) =>
    holds(value, values, depth - 1),
  );
}

function report(visits: readonly Visit[]): void {
  const counts = new Map<string, number>();
  for (const { file, functions } of visits) {
    const count = (counts.get(file) ?? 0) + 1;
    counts.set(file, count);
    const again = count === 1 ? '' : `  (again, ${count})`;
    process.stdout.write(`${file}  ${[...functions].join(', ')}${again}\n`);
  }
  const twice = [...counts].filter(([file, count]) => count > 1 && file !== VERB);
  process.stdout.write(
    `\n${visits.length} entries into ${counts.size} files; ${twice.length} files but the verb's own are entered more than once.\n`,
  );
  for (const [file, count] of twice.sort((a, b) => b[1] - a[1])) process.stdout.write(`${count} × ${file}\n`);
}
