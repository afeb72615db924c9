/** `npm run build`: puts the console beside the compiled program. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildConsole } from './build.ts';

const target = new URL('../../../dist/console/', import.meta.url);
const { files, scriptBytes } = await buildConsole();
rmSync(target, { recursive: true, force: true });
for (const [name, text] of files) {
  const path = fileURLToPath(new URL(name, target));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
process.stdout.write(`The console's script has ${(scriptBytes / 1000).toFixed(1)} kB, compressed.\n`);
