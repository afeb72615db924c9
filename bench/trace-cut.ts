/**
 * `npm run trace`: the files of `src` that the input of one `cut` enters, in order, from the door to the tables and
 * back. No file is entered twice but those in AGAIN, each for its reason; otherwise this says so and ends with 1.
 *
 * What counts:
 * - An entry is a call of a function from another file, with a value of the input or an id that derives from its key
 *   in what the function is given. `trace/entered.ts` says which calls are no entries: returns, what follows an await,
 *   and functions that were made for this cut and are called back.
 * - Entries into one file that follow one another are one line. If another file is entered between two of them, the
 *   second line says "again".
 * - `proof/` is pure arithmetic that any file may use on the way: digests, ids, canonical text. Its calls are counted
 *   at the end and are no places.
 * - The answer asks for one node. Each node more would be one more reading, by the same files.
 *
 * `--given` takes the ledger from standard input, as one line of JSON: urls, secrets and tokens.
 */
import { createInterface } from 'node:readline/promises';
import { type Stay, traceCut } from './trace/cut-entries.ts';

const { openGround } = await import('./ground.ts');

/** Files that have to be entered more than once, and why. */
const AGAIN: Readonly<Record<string, string>> = {
  'src/doors/graphql.ts':
    'Says first whether the call is a plain read; a caller who is known may then name a document.',
  'src/doors/documents/documents.ts':
    'As above: a text is looked up for a stranger, and kept for a known caller alone.',
  'src/database/driver.ts':
    'Each statement passes here: the locks, the look, births and writes, the record, and the answer.',
  'src/database/pools.ts': 'A return: each row that PostgreSQL answers with is checked here.',
  'src/schema/scalars.ts': 'Reads the input; at the end it writes the answer.',
  'src/document/manifest.ts':
    'Reads the format of the approved manifest before the plan is made; afterwards it makes the digest of the plan.',
  'src/ledger/open-predecessors.ts':
    'Writes its part of the look; afterwards it refuses by what the look found.',
  'src/ledger/sanction/sanction-sql.ts':
    'Writes its part of the look, and of the write that uses the approval.',
  'src/schema/node.ts': 'A return: gives each field of the answer to be written.',
};

if (process.argv.includes('--given')) {
  const given = JSON.parse(await createInterface({ input: process.stdin }).question('')) as Given;
  reportTrace(await traceCut(given.urls, given.secrets, given.tokens));
} else {
  const ground = await openGround();
  try {
    const { urls } = await ground.database();
    reportTrace(await traceCut(urls, ground.secrets, ground.tokens));
  } finally {
    await ground.close();
  }
}

interface Given {
  readonly urls: Parameters<typeof traceCut>[0];
  readonly secrets: Parameters<typeof traceCut>[1];
  readonly tokens: Parameters<typeof traceCut>[2];
}

function reportTrace({ stays, used }: Awaited<ReturnType<typeof traceCut>>): void {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const counts = sayStays(stays, say);
  const twice = [...counts].filter(([, count]) => count > 1);
  say(`\n${stays.length} entries into ${counts.size} files. ${twice.length} files are entered again:`);
  for (const [file, count] of twice) say(`${count} × ${file}  ${AGAIN[file] ?? 'NO REASON IS KNOWN'}`);
  say('');
  for (const [file, count] of used) say(`${count} calls of ${file}`);
  const gone = Object.keys(AGAIN).filter((file) => (counts.get(file) ?? 0) < 2);
  for (const file of gone) say(`${file} is entered once: take it out of AGAIN.`);
  if (gone.length > 0 || twice.some(([file]) => !(file in AGAIN))) process.exitCode = 1;
}

/** Returns how often each file is entered. */
function sayStays(stays: readonly Stay[], say: (line: string) => void): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { file, functions } of stays) {
    const count = (counts.get(file) ?? 0) + 1;
    counts.set(file, count);
    say(`${file}  ${[...functions].join(', ')}${count === 1 ? '' : `  (again, ${count})`}`);
  }
  return counts;
}
