import { chmodSync } from 'node:fs';
import { makeFolders } from '../../home/home-folder.ts';

/** Where a root-owned installation puts what another user must reach and can't reach under the home directory. */
export const SHARED_ROOT = '/var/lib/cutter-ledger';

/** Under a strict umask the folder would be root's alone, and PostgreSQL could reach nothing in it. */
export function openSharedRoot(): void {
  makeFolders(SHARED_ROOT, 0o755);
  chmodSync(SHARED_ROOT, 0o755);
}
