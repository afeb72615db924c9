/**
 * How a command of this program is typed in the folder where it is shown: `npx` alone would ask a registry for a
 * stranger's package.
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `args` as they follow the program's name. */
export function commandText(args: string, cwd: string = process.cwd()): string {
  const root = packageRoot();
  const isInside = `${cwd}${sep}`.startsWith(`${root}${sep}`);
  return `${isInside ? 'npx cutter' : quotedForShell(join(root, 'bin', 'cutter.js'))} ${args}`;
}

/** The same for another home than the one that would be found there. */
export function commandTextIn(home: string, args: string): string {
  const isFound = home === resolve('.cutter');
  return isFound ? commandText(args) : `CUTTER_HOME=${quotedForShell(home)} ${commandText(args)}`;
}

function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'bin', 'cutter.js')) && dirname(folder) !== folder)
    folder = dirname(folder);
  return folder;
}

/** As a shell takes it as one word. */
function quotedForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
