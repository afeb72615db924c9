import { traceCut } from './trace/cut-entries.ts';

const { openGround } = await import('./ground.ts');
const ground = await openGround();
try {
  const { urls } = await ground.database();
  const { stays, used } = await traceCut(urls, ground.secrets, ground.tokens);
  const counts = new Map<string, number>();
  for (const { file, functions } of stays) {
    const count = (counts.get(file) ?? 0) + 1;
    counts.set(file, count);
    const again = count === 1 ? '' : `  (again, ${count})`;
    process.stdout.write(`${file}  ${[...functions].join(', ')}${again}\n`);
  }
  const twice = [...counts].filter(([, count]) => count > 1);
  process.stdout.write(
    `\n${stays.length} entries into ${counts.size} files; ${twice.length} more than once.\n`,
  );
  for (const [file, count] of twice.sort((a, b) => b[1] - a[1])) process.stdout.write(`${count} × ${file}\n`);
  console.log([...used]);
} finally {
  await ground.close();
}
