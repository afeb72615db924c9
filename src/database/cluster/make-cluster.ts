import { execFile } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ensureExecutable } from './binaries.ts';
import type { ClusterPlace } from './cluster-place.ts';

/** The superuser of the embedded cluster. */
export const OWNER = 'cutter_owner';

/** In the folder in which a cluster is made, as long as initdb needs it. */
const PASSWORD_FILE = 'password';

/**
 * Makes the cluster: UTF-8, bytewise order, passwords by SCRAM. The owner's password goes in by a file that is gone
 * afterwards.
 */
export async function makeCluster(place: ClusterPlace, ownerPassword: string): Promise<void> {
  // Renamed when whole: a start killed here leaves nothing that looks like a cluster. Its initdb may live on and,
  // when it fails, empty the folder it was given. So each has a folder of its own.
  const folder = mkdtempSync(`${place.data}.new-`);
  const making = join(folder, 'data');
  const passwordFile = join(folder, PASSWORD_FILE);
  mkdirSync(making, { mode: 0o700 });
  writeFileSync(passwordFile, `${ownerPassword}\n`, { mode: 0o600 });
  if (place.runAs)
    for (const path of [folder, making, passwordFile]) chownSync(path, place.runAs.uid, place.runAs.gid);
  const initdb = join(place.binaries, 'bin', 'initdb');
  ensureExecutable(initdb);
  ensureExecutable(join(place.binaries, 'bin', 'postgres'));
  try {
    await promisify(execFile)(
      initdb,
      [
        `--pgdata=${making}`,
        `--username=${OWNER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--no-instructions',
      ],
      { ...processUser(place), cwd: folder, env: postgresEnvironment() },
    );
  } catch (error) {
    const output = String((error as { stderr?: string }).stderr ?? error).trim();
    throw new Error(`PostgreSQL's initdb failed in ${making}: ${output}`, { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(making, place.data);
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Removes what starts that were killed in the middle of this left behind. The owner's password goes first: an initdb
 * that lives on may keep its folder from going.
 */
export function removeUnfinished(data: string): void {
  const unfinished = readdirSync(dirname(data))
    .filter((entry) => entry.startsWith(`${basename(data)}.new-`))
    .map((entry) => join(dirname(data), entry));
  for (const folder of unfinished) rmSync(join(folder, PASSWORD_FILE), { force: true });
  for (const folder of unfinished) rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

/** The user of PostgreSQL's processes, as spawn takes it. */
export function processUser(place: ClusterPlace): { uid?: number; gid?: number } {
  return place.runAs === null ? {} : { uid: place.runAs.uid, gid: place.runAs.gid };
}

/** PostgreSQL's own environment: nothing of ours, which may hold URLs with passwords. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TEMP', 'TMP'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), LC_ALL: 'C', TZ: 'UTC' };
}
