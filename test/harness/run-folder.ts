/**
 * The temporary folder of a run: in memory where there is room. Tests make hundreds of databases and dozens of clusters,
 * with the settings of production, so that they wait for the disk wherever there is one.
 */
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { lockHolder } from '../../src/home/home-lock.ts';

const MEMORY = '/dev/shm';
const RUN_PREFIX = 'cutter-run-';
/** What a run takes at most, and as much again for all else. */
const ROOM_BYTES = 6 * 1024 ** 3;
const KEPT_FOR_MS = 3_600_000;

/** Makes the folder the temporary one of all processes of this run, unless TMPDIR names another or there is no room. */
export function useRunFolder(): void {
  if (process.env['TMPDIR'] !== undefined || !hasRoom()) return;
  removeOldFolders(MEMORY, RUN_PREFIX, (run) => contentsOf(run).some((home) => lockHolder(home) !== null));
  const folder = mkdtempSync(join(MEMORY, RUN_PREFIX));
  // As the system's own: PostgreSQL runs as another user where the tests run as root.
  chmodSync(folder, 0o1777);
  process.env['TMPDIR'] = folder;
}

/** Removes the folder, unless it still has a cluster: another project of this run uses one, or a failed test keeps one. */
export function leaveRunFolder(clusterPrefix: string): void {
  const folder = tmpdir();
  if (!folder.startsWith(join(MEMORY, RUN_PREFIX)) || dirname(folder) !== MEMORY) return;
  if (!contentsOf(folder).some((path) => basename(path).startsWith(clusterPrefix))) removeFolder(folder);
}

/** Removes our folders of this name that are older than an hour, but for those in use. */
export function removeOldFolders(place: string, prefix: string, isInUse: (folder: string) => boolean): void {
  for (const name of readdirSync(place).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(place, name);
    // Another run may remove its own in between.
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found === undefined) continue;
    const isOurs = process.getuid === undefined || found.uid === process.getuid();
    const isOld = Date.now() - found.mtimeMs > KEPT_FOR_MS;
    if (isOurs && isOld && !isInUse(folder)) removeFolder(folder);
  }
}

function hasRoom(): boolean {
  if (!existsSync(MEMORY) || freemem() < ROOM_BYTES) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  return bavail * bsize >= ROOM_BYTES;
}

function contentsOf(folder: string): string[] {
  return readdirSync(folder).map((name) => join(folder, name));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
