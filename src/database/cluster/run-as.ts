/** The user that PostgreSQL runs as where the ledger runs as root. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

/** An existing user without rights of its own, or one that is added to the system. */
export function unprivilegedUser(): RunAs {
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
    'PostgreSQL refuses to run as root, and no other user could be found or made. Add a system user ' +
      'named cutter, or start as an ordinary user.',
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
export function canUserReach(user: RunAs, path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode, uid, gid } = statSync(folder);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
