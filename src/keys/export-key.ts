import type { ClientBase } from 'pg';
import { underBootstrapLock } from '../database/bootstrap-lock.ts';
import { homeSecrets, writeSecrets } from '../home/secrets.ts';
import { writeSeedFile } from '../home/seed-file.ts';
import type { Lane } from '../law/values.ts';
import { heldKeys, withoutStatementSeed } from './custody.ts';

export interface KeyExport {
  readonly home: string;
  readonly lane: Lane;
  /** The file that gets the seed. */
  readonly out: string;
  /** Whether the home forgets it. */
  readonly isMoved: boolean;
}

/**
 * Writes the seed of a lane's statement key into a file of its own, so that the lane's principal signs for itself. It
 * is durable there before the home forgets it. Gives back what was done, for people.
 */
export async function exportStatementKey(
  owner: ClientBase,
  { home, lane, out, isMoved }: KeyExport,
): Promise<readonly string[]> {
  return await underBootstrapLock(owner, async () => {
    const secrets = homeSecrets(home);
    const held = heldKeys(secrets).find((one) => one.lane === lane && one.purpose === 'statement');
    if (held === undefined) throw new Error(`${home} holds no statement key of ${lane}.`);
    if (held.next !== null)
      throw new Error(
        `A rotation of the statement key of ${lane} is under way. End it with "cutter key rotate ${lane}".`,
      );
    writeSeedFile(out, held.key.seed);
    const written = `The seed of ${held.key.keyId} is in ${out}.`;
    if (!isMoved) return [`${written} This home holds it, too.`];
    writeSecrets(home, withoutStatementSeed(secrets, lane));
    return [`${written} This home no longer holds it: what ${lane} states is signed by who has that file.`];
  });
}
