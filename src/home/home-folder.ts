import { accessSync, chmodSync, constants, lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Why a folder can't be the ledger's home: one sentence, with the way out. */
class UnusableHome extends Error {
  override readonly name = 'UnusableHome';
}

/**
 * Makes the home directory where there is none, or says why it can't be one. Root's lets others through, since
 * PostgreSQL runs as another user, and shows them nothing: the files in it are 0600.
 */
export function makeHome(home: string): void {
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  makeFolders(home, mode);
  try {
    if (!statSync(home).isDirectory()) throw new UnusableHome(whyUnusable(home, 'it is not a folder'));
    accessSync(home, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw error instanceof UnusableHome ? error : new UnusableHome(whyUnusable(home, reasonOf(error)));
  }
}

/**
 * Makes a folder and those above it with just this mode, whatever the umask takes away. One at a time: Node's
 * recursive mkdir never returns under a folder where nothing can be made, /proc say.
 */
export function makeFolders(path: string, mode: number): void {
  const missing: string[] = [];
  for (let folder = path; isMissing(folder); folder = dirname(folder)) missing.unshift(folder);
  for (const folder of missing) {
    try {
      mkdirSync(folder, { mode });
      chmodSync(folder, mode);
    } catch (error) {
      // Another start was faster.
      if (codeOf(error) === 'EEXIST' && statSync(folder, { throwIfNoEntry: false })?.isDirectory()) continue;
      throw new UnusableHome(whyUnusable(path, `${folder} can't be made: ${reasonOf(error)}`));
    }
  }
}

/**
 * A link to nowhere counts as there, and so does a path below a file or a closed folder: the attempt to make it says
 * what is wrong.
 */
function isMissing(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return dirname(path) !== path;
  }
}

function whyUnusable(home: string, why: string): string {
  return `${home} can't be the ledger's home: ${why}. Name a folder this user may write with CUTTER_HOME.`;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'that file system is read-only',
  ENOTDIR: 'something above it is not a folder',
  EISDIR: 'a folder is there',
  EEXIST: 'something that is no folder is there',
  ENOENT: 'nothing can be made there',
  ENOSPC: 'the disk is full',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
};

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'without a reason';
}

/** What the system says of a file or folder, in words. */
export function reasonOf(error: unknown): string {
  return REASONS[codeOf(error)] ?? codeOf(error);
}

/** A path as a shell takes it. */
export function quotedPath(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** What differs between a home and a copy of it with the same files: the folder itself, wherever it is moved to. */
export function folderOf(home: string): string {
  const { dev, ino } = statSync(home, { bigint: true });
  return `${dev}:${ino}`;
}
