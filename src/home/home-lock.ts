import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf } from './home-folder.ts';
import { startOf } from './process-identity.ts';

interface Holder {
  readonly pid: number;
  readonly start: string | null;
  /** Another one in the lock that came along with a copy of a home. Locks of former versions name none. */
  readonly folder?: string;
}

/**
 * One process owns a home directory at a time. The lock names its holder by process number and start time, so that
 * the lock of a process killed without warning is taken over by the next start, and a number used again by another
 * program deceives nobody.
 */
export function lockHome(home: string): { release(): void } {
  const path = join(home, 'server.lock');
  const mine = `${path}.${process.pid}`;
  const holder: Holder = { pid: process.pid, start: startOf(process.pid), folder: folderOf(home) };
  writeFileSync(mine, JSON.stringify(holder), { mode: 0o600 });
  try {
    while (!linkLock(mine, path)) dropStale(path, home);
  } finally {
    rmSync(mine, { force: true });
  }
  return {
    release() {
      if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
    },
  };
}

/** A link either makes the lock whole or finds one there; no moment shows it half-written. */
function linkLock(mine: string, path: string): boolean {
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function dropStale(path: string, home: string): void {
  const holder = readHolder(path);
  if (isHeld(holder, home)) {
    throw new Error(
      `Another process (number ${holder.pid}) already runs the ledger in ${home}. ` +
        'Stop it first, or give this one a home of its own with CUTTER_HOME.',
    );
  }
  // Two starts may find the same stale lock. The one that moves it away must have moved the stale one, not the
  // other's fresh one.
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readHolder(aside);
  if (isHeld(moved, home)) linkLock(aside, path);
  rmSync(aside, { force: true });
}

/** The process that owns a home directory; null where none lives that does. */
export function lockHolder(home: string): number | null {
  const holder = readHolder(join(home, 'server.lock'));
  return isHeld(holder, home) ? holder.pid : null;
}

/** Whether a process lives that holds the lock of this very folder. */
function isHeld(holder: Holder | null, home: string): holder is Holder {
  if (holder === null || holder.start === null || startOf(holder.pid) !== holder.start) return false;
  return holder.folder === undefined || holder.folder === folderOf(home);
}

function readHolder(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return null;
  }
}
