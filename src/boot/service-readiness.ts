/**
 * What a process needs to do its work, and the sentence for each thing that is missing. A stranger may read them.
 */
import { sql } from 'slonik';
import { z } from 'zod';
import type { Pools } from '../database/pools.ts';
import type { ReadinessChecks } from '../doors/health.ts';
import type { Custody } from '../law/keys.ts';
import { LANES, type Lane, type Mode } from '../law/values.ts';
import type { WriteHealth } from '../ledger/envelope/write-health.ts';
import type { Integrator } from '../log/queue/integrator.ts';

export interface ReadinessOptions {
  readonly pools: Pools;
  readonly custody: Custody;
  readonly integrator: Integrator | null;
  readonly writes: WriteHealth;
  readonly mode: Mode;
}

export function readinessChecks({
  pools,
  custody,
  integrator,
  writes,
  mode,
}: ReadinessOptions): ReadinessChecks {
  return {
    database: async () =>
      (await pools.gate.oneFirst(sql.unsafe`/* ready.database */ select true`)) === true
        ? null
        : 'The database does not answer.',
    // A database that was set back or copied waits for both lanes to accept where it resumes.
    resumed: async () =>
      (await pools.observe.oneFirst(sql.unsafe`/* ready.resumed */ select not exists (
        select from cutter_log.head join cutter_log.suspension using (incarnation))`)) === true
        ? null
        : 'The database was set back, or is a copy. Both lanes have to accept where it goes on ("cutter resume").',
    durable: () => pools.watch.lost(),
    writes: () => writes.failing(),
    lanes: () => whichCannotSign(pools, custody),
    callers: async () =>
      (await pools.evidence.oneFirst(anyGoodToken(mode)))
        ? null
        : 'Nobody has a token that is valid here. docs/how-to/people.md says how the owner makes one.',
    // One that reconnects is on its way; what waits for it is in the queue. One that stopped needs a person.
    ...(integrator === null
      ? {}
      : {
          integrator: () =>
            integrator.state() === 'stopped'
              ? 'The database refused the integrator its rights. The log of this server says which.'
              : null,
        }),
  };
}

const anyGoodToken = (mode: Mode) => sql.type(z.object({ anybody: z.boolean() }))`/* ready.callers */
  select exists (
    select from cutter_auth.token as t join cutter_auth.principal as p using (principal_id)
    where p.disabled_at is null and t.revoked_at is null and t.expires_at > now()
      and (not p.rehearsal or ${mode === 'rehearsal'})
  ) as anybody`;

const signer = z.object({ lane: z.enum(LANES), key_id: z.string() });

/**
 * Which of the lanes that this process serves can't sign. It serves a lane if it has the lane's login. Where it holds
 * no key of a lane, its callers sign with theirs.
 */
async function whichCannotSign(pools: Pools, custody: Custody): Promise<string | null> {
  const served = LANES.filter((lane) => poolOf(pools, lane) !== null);
  if (served.length === 0) return null;
  const rows = await pools.evidence.any(sql.type(signer)`/* ready.lanes */
    select k.lane, k.key_id from cutter_auth.key as k join cutter_auth.principal as p using (principal_id)
    where k.lane = any (${sql.array([...served], 'text')})
      and k.purpose = 'statement' and k.until_position is null and p.disabled_at is null`);
  const mute = served.filter((lane) => {
    const held = custody.keysOf(lane, 'statement');
    return !rows.some(
      (row) => row.lane === lane && (held.length === 0 || held.some(({ keyId }) => keyId === row.key_id)),
    );
  });
  return mute.length === 0
    ? null
    : `${mute.join(' and ')} can't sign: no key that this server holds is in force. Once the lane has a ` +
        'principal, "cutter key register" gives it its keys.';
}

function poolOf(pools: Pools, lane: Lane): Pools['exec'] {
  return lane === 'DOT-991' ? pools.exec : pools.verify;
}
