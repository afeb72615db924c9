import { createHash } from 'node:crypto';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { makeHome, quotedPath } from '../../home/home-folder.ts';
import { packagedBinaries, reachableBinaries } from './binaries.ts';
import { canUserReach, type RunAs, unprivilegedUser } from './run-as.ts';
import { openSharedRoot, SHARED_ROOT } from './shared-root.ts';

/** Who PostgreSQL runs as, where its programs are, and where its data is. */
export interface ClusterPlace {
  /** Null for an ordinary user; PostgreSQL refuses to run as root, so root lends it another user. */
  readonly runAs: RunAs | null;
  readonly binaries: string;
  readonly data: string;
}

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
  if (canUserReach(user, real)) return realOf(own);
  if (existsSync(join(own, 'PG_VERSION'))) {
    throw new Error(
      `PostgreSQL runs as the user ${user.name}, who can't reach ${own}. Give the folders above it ` +
        "search permission (chmod o+x), or move the ledger's home and set CUTTER_HOME.",
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
    `${own} leads to ${target}, the data of this home at its earlier place. If the home was moved, move ` +
      `its data too: mv ${from} ${to} && ln -sfn ${data} ${link}. If the home is a copy, copy its data: cp ` +
      `-a ${from} ${to} && ln -sfn ${data} ${link}.`,
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
