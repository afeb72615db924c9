/**
 * Whether this process, and PostgreSQL, may use what a home holds: a copy made by another user can be read by nobody
 * else.
 */
import { execFileSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { quotedPath } from '../../home/home-folder.ts';
import { ensureExecutable } from './binaries.ts';
import type { ClusterPlace } from './cluster-place.ts';

/** A sentence with the file, its owner and the command that corrects it. */
class ClosedHome extends Error {
  override readonly name = 'ClosedHome';
}

const FILES = ['secrets.json', 'tokens.json', 'checkpoints', 'postgres.log'];
/** Every start writes these again, or removes them if nothing runs any more. So their owner doesn't matter. */
const WRITTEN_AT_START = ['cutter.conf', 'pg_hba.conf', 'postmaster.pid'];
const LEAST_FREE_BYTES = 64 * 1024 * 1024;
const LITTLE_FREE_BYTES = 512 * 1024 * 1024;

/** Refuses a home with files in it that this process can't read and write, or that are no files. */
export function checkHomeFiles(home: string): void {
  for (const path of FILES.map((name) => join(home, name))) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) continue;
    if (found.isDirectory())
      throw new ClosedHome(`${path} is a folder, and a file of the ledger's has that name. Move it away.`);
    if (isUsable(path)) continue;
    const [owner, self] = [nameOf(found.uid), nameOf(process.getuid?.() ?? found.uid)];
    throw new ClosedHome(
      owner === self
        ? `${path} is closed to ${self} itself (mode ${(found.mode & 0o777).toString(8)}). Open it: chmod ` +
            `600 ${quotedPath(path)}`
        : `${path} belongs to ${owner}, and this process runs as ${self}. Another user may have copied the ` +
            `home. Change its owner: chown -R ${self} ${quotedPath(home)}`,
    );
  }
}

/** Refuses a file for checkpoints that can't be written where it is to be; it is made with the first one. */
export function checkCheckpointFile(path: string): void {
  const place = existsSync(path) ? path : dirname(path);
  if (existsSync(place) && isUsable(place) && (place !== path || !statSync(path).isDirectory())) return;
  throw new ClosedHome(
    `Checkpoints can't be written to ${path}: ` +
      `${existsSync(place) ? 'this user may not write there, or it is a folder' : `${place} doesn't exist`}. ` +
      'Name a writable file in CUTTER_CHECKPOINT_FILE.',
  );
}

/**
 * Refuses a data directory that PostgreSQL's user doesn't own, or that others may look into: PostgreSQL refuses both.
 */
export function checkData({ data, runAs }: ClusterPlace): void {
  const uid = runAs?.uid ?? process.getuid?.();
  const folder = statSync(data, { throwIfNoEntry: false });
  if (uid === undefined || folder === undefined) return;
  for (const path of [data, ...entriesOf(data), ...entriesOf(join(data, 'global'))]) {
    if (WRITTEN_AT_START.includes(basename(path))) continue;
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined || found.uid === uid) continue;
    throw new ClosedHome(
      `${path} belongs to ${nameOf(found.uid)}, and PostgreSQL runs as ${nameOf(uid)}. Another user may ` +
        `have copied the home. Change the owner of the data: chown -R ${nameOf(uid)} ${quotedPath(data)}`,
    );
  }
  const mode = folder.mode & 0o777;
  if ((mode & 0o027) !== 0)
    throw new ClosedHome(
      `${data} is open to others (mode ${mode.toString(8)}), and PostgreSQL refuses that. Close it: ` +
        `chmod 700 ${quotedPath(data)}`,
    );
}

/** Refuses data that another major version of PostgreSQL wrote: this one can't read them. */
export function checkVersion({ data, binaries }: ClusterPlace): void {
  const path = join(data, 'PG_VERSION');
  if (!existsSync(path)) return;
  const written = readFileSync(path, 'utf8').trim();
  const program = join(binaries, 'bin', 'postgres');
  ensureExecutable(program);
  const brought = /(\d+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[1];
  if (written !== brought)
    throw new ClosedHome(
      `The data in ${data} are of PostgreSQL ${written}, and this version of Cutter has PostgreSQL ` +
        `${brought}, which can't read them. Start the version of Cutter that wrote them, dump its ` +
        'database, and restore the dump with this one.',
    );
}

/** Refuses a disk that is almost full, before PostgreSQL stops on it, and warns of one with little room. */
export function checkSpace(home: string, report: (line: string) => void): void {
  const { bavail, bsize } = statfsSync(home);
  const free = bavail * bsize;
  const left = `${Math.floor(free / 1024 / 1024)} MB are left on the disk of ${home}`;
  if (free < LEAST_FREE_BYTES)
    throw new ClosedHome(`${left}, and PostgreSQL needs more to write. Make room, or move the home.`);
  if (free < LITTLE_FREE_BYTES) report(`${left}. Make room before it is full: a full disk stops all writes.`);
}

/** Says where the system lets this process open fewer files than it may need. */
export function checkOpenFiles(sockets: number, report: (line: string) => void): void {
  const limit = openFileLimit();
  const needed = sockets + 200; // the database's connections, files, and some to spare
  if (limit !== null && limit < needed)
    report(
      `This process may open ${limit} files, and needs ${needed} when all its sockets are in use. Raise ` +
        'the limit (ulimit -n), or lower CUTTER_MAX_SOCKETS.',
    );
}

function openFileLimit(): number | null {
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return found === null ? null : Number(found[1]);
  } catch {
    return null; // not Linux
  }
}

function isUsable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return []; // its own owner says why
  }
}

/** The user's name, or its number where nobody has it. */
function nameOf(uid: number): string {
  const users = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8').split('\n') : [];
  return users.map((line) => line.split(':')).find(([, , id]) => Number(id) === uid)?.[0] ?? String(uid);
}
