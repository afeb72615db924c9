/** A folder in a process of its own, to be killed: reads its options from the first line, writes the size after each fold. */
import { createInterface } from 'node:readline';
import { startTreeFolder } from '../../src/log/tree/tree-folder.ts';

const [line] = await createInterface({ input: process.stdin })
  [Symbol.asyncIterator]()
  .next()
  .then(({ value }) => [value as string]);
const { url, batch } = JSON.parse(line as string) as { url: string; batch: number };
const silent = () => {};
const folder = startTreeFolder({
  url,
  batch,
  restMs: 0,
  pollMs: 10,
  proposeMs: 0,
  log: { info: silent, warn: silent, error: (fields: unknown) => console.error(fields) } as never,
});
folder.onFolded(({ size }) => process.stdout.write(`${size}\n`));
