import type { ClientBase } from 'pg';

/** Only one process at a time writes what only the owner may write. */
export const BOOTSTRAP_LOCK = `hashtext('cutter.bootstrap')`;

/** Held by the session, not by a transaction: the home's files are read before one and written after it. */
export async function underBootstrapLock<T>(owner: ClientBase, work: () => Promise<T>): Promise<T> {
  await owner.query(`/* key.lock */ select pg_advisory_lock(${BOOTSTRAP_LOCK})`);
  try {
    return await work();
  } finally {
    await owner.query(`/* key.unlock */ select pg_advisory_unlock(${BOOTSTRAP_LOCK})`).catch(() => {});
  }
}
