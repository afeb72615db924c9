/**
 * What this server and its ledger need to work, each check with the gaps that it finds. `/ready` says whether one of
 * them stops the server; `readiness` shows all, and those for which a phase would be refused.
 */
import { sql } from 'slonik';
import { z } from 'zod';
import type { Scope } from '../auth/authority.ts';
import type { Pools } from '../database/pools.ts';
import type { ShapeGuard } from '../drift/shape-guard.ts';
import type { Custody, LaneKey } from '../law/keys.ts';
import { EXECUTOR_LANE, LANES, type Lane, type Mode } from '../law/values.ts';
import { keyFault, keyRow, registeredKey } from '../ledger/envelope/key-registry.ts';
import type { WriteHealth } from '../ledger/envelope/write-health.ts';
import type { Integrator } from '../log/queue/integrator.ts';
import type { Gap } from './gap.ts';
import { readPrincipals } from './principals.ts';
import { candidateOf } from './who-may.ts';

export interface SystemResources {
  readonly pools: Pools;
  readonly custody: Custody;
  /** Null in a process that leaves the log to another one. */
  readonly integrator: Integrator | null;
  readonly writes: WriteHealth;
  readonly shape: ShapeGuard;
  readonly mode: Mode;
  /** How many witnesses cosign the heads of the log. */
  readonly witnesses: number;
  /** Whether checkpoints are kept outside of the database. */
  readonly keepsHeads: boolean;
}

export type SystemChecks = Readonly<Record<string, () => Promise<readonly Gap[]>>>;

/** The checks of `/ready`: a gap in one of them stops this server. */
export function stoppingChecks(resources: SystemResources): SystemChecks {
  const { pools, integrator, writes } = resources;
  return {
    database: async () =>
      (await pools.gate.oneFirst(sql.unsafe`/* ready.database */ select true`)) === true
        ? []
        : [{ kind: 'database_away', message: 'The database does not answer.' }],
    // A database that was set back or copied waits for both lanes to accept where it resumes.
    resumed: () => suspensionGaps(pools),
    durable: async () => stopGap('not_durable', pools.watch.lost()),
    writes: async () => stopGap('writes_fail', await writes.failing()),
    lanes: () => keyGaps(resources, 'in use'),
    callers: () => callerGaps(resources),
    // One that reconnects is on its way; what waits for it is in the queue. One that stopped needs a person.
    ...(integrator === null
      ? {}
      : {
          integrator: async () =>
            stopGap(
              'integrator_stopped',
              integrator.state() === 'stopped'
                ? 'The database refused the integrator its rights. The log of this server says which.'
                : null,
            ),
        }),
  };
}

/** What else the ledger lacks: the server goes on, and some of what it is for doesn't. */
export function otherChecks(resources: SystemResources): SystemChecks {
  const { pools, witnesses, keepsHeads } = resources;
  return {
    served: async () => servedGaps(pools),
    shape: () => driftGaps(resources),
    scopes: () => scopeGaps(resources),
    public: () => publicGaps(pools),
    witnesses: async () => (witnesses > 0 ? [] : [{ kind: 'no_witness', message: NO_WITNESS }]),
    heads: async () => (keepsHeads ? [] : [{ kind: 'heads_not_kept', message: HEADS_NOT_KEPT }]),
  };
}

const NO_WITNESS =
  'No witness cosigns the heads of this log, so that only its own keys say that it was never rewritten. ' +
  'CUTTER_WITNESSES names them.';
const HEADS_NOT_KEPT =
  'This server keeps no checkpoint outside of the database, so a database that is set back may go unnoticed. ' +
  'CUTTER_CHECKPOINT_FILE or CUTTER_CHECKPOINT_URL says where.';

function stopGap(kind: Gap['kind'], message: string | null): readonly Gap[] {
  return message === null ? [] : [{ kind, message }];
}

/** A database that was set back or copied, in words for strangers. */
async function suspensionGaps(pools: Pools): Promise<readonly Gap[]> {
  const row = await pools.observe.maybeOne(sql.prepared('ready.resumed', suspendedRow)`/* ready.resumed */
    select head.next_position::text as position from cutter_log.head join cutter_log.suspension s using (incarnation)`);
  if (row === null) return [];
  const message =
    'The database was set back, or is a copy. Both lanes have to accept where it goes on ("cutter resume").';
  return [{ kind: 'suspended', message, count: Number(row.position) }];
}

const suspendedRow = z.object({ position: z.string() });

const anybodyRow = z.object({ anybody: z.boolean() });

async function callerGaps({ pools, mode }: SystemResources): Promise<readonly Gap[]> {
  const { anybody } = await pools.evidence.one(sql.prepared('ready.callers', anybodyRow)`/* ready.callers */
    select exists (
      select from cutter_auth.token as t join cutter_auth.principal as p using (principal_id)
      where p.disabled_at is null and t.revoked_at is null and t.expires_at > now()
        and (not p.rehearsal or ${mode === 'rehearsal'})
    ) as anybody`);
  if (anybody) return [];
  const message =
    'Nobody has a token that is valid here. docs/how-to/people.md says how the owner makes one.';
  return [{ kind: 'no_caller', message }];
}

const heldRow = z.object({ key_id: z.string(), key: keyRow.nullable(), is_disabled: z.boolean() });

/** What CUT and VERIFY refuse a key for: they don't ask whose it is. */
export function keyChecks(resources: SystemResources): SystemChecks {
  return { lanes: () => keyGaps(resources, 'registered') };
}

const laneRow = z.object({ lane: z.enum(LANES) });

/** The lanes whose key for statements is in force, and is that of a principal who may act. */
async function lanesInForce(pools: Pools): Promise<readonly Lane[]> {
  const rows = await pools.evidence.any(sql.type(laneRow)`/* ready.lanes_in_force */
    select k.lane from cutter_auth.key as k join cutter_auth.principal as p using (principal_id)
    where k.purpose = 'statement' and k.until_position is null and p.disabled_at is null`);
  return rows.map(({ lane }) => lane);
}

/**
 * Which of the lanes that this process serves can't sign. It serves a lane if it has the lane's login. A key in use is
 * that of a principal that isn't suspended.
 */
async function keyGaps(
  { pools, custody }: SystemResources,
  asked: 'in use' | 'registered',
): Promise<readonly Gap[]> {
  const served = LANES.filter((lane) => laneLogin(pools, lane));
  if (served.length === 0) return [];
  const held = served.flatMap((lane) => custody.keysOf(lane, 'statement'));
  const rows = await pools.evidence.any(sql.prepared('ready.lanes', heldRow)`/* ready.lanes */
    select held.key_id, ${registeredKey(sql.fragment`held.key_id`)} as key, coalesce((
      select p.disabled_at is not null from cutter_auth.key as k join cutter_auth.principal as p using (principal_id)
      where k.key_id = held.key_id), false) as is_disabled
    from unnest(${sql.array(
      held.map(({ keyId }) => keyId),
      'text',
    )}) as held (key_id)`);
  const known = new Map(rows.map((row) => [row.key_id, row]));
  const isValid = (key: LaneKey) => {
    const row = known.get(key.keyId);
    return row !== undefined && !(asked === 'in use' && row.is_disabled) && keyFault(key, row.key) === null;
  };
  const isHeld = (lane: Lane) => custody.keysOf(lane, 'statement').length > 0;
  // Where this server holds no key of a lane, its callers sign with theirs.
  const signedByCallers = asked === 'in use' && !served.every(isHeld) ? await lanesInForce(pools) : [];
  const mute = served.filter((lane) =>
    isHeld(lane) ? !custody.keysOf(lane, 'statement').some(isValid) : !signedByCallers.includes(lane),
  );
  const message =
    `${mute.join(' and ')} can't sign: no key that this server holds is in force. Once the lane has a ` +
    'principal, "cutter key register" gives it its keys.';
  return mute.map((lane) => {
    const keyId = custody.keysOf(lane, 'statement')[0]?.keyId ?? null;
    return { kind: 'key_not_valid', message, lane, keyId };
  });
}

const laneLogin = (pools: Pools, lane: Lane): boolean =>
  (lane === EXECUTOR_LANE ? pools.exec : pools.verify) !== null;

function servedGaps(pools: Pools): readonly Gap[] {
  const lanes = LANES.filter((lane) => !laneLogin(pools, lane));
  const registrar: readonly Gap[] =
    pools.registrar === null
      ? [
          {
            kind: 'registrar_not_served',
            message: 'This server has no secret of cutter_registrar: it changes no principals and no tokens.',
          },
        ]
      : [];
  return [
    ...lanes.map((lane): Gap => {
      const message = `This server has no secrets for lane ${lane}; call one that has.`;
      return { kind: 'lane_not_served', message, lane };
    }),
    ...registrar,
  ];
}

async function driftGaps({ pools, shape }: SystemResources): Promise<readonly Gap[]> {
  const [first, ...others] = await shape.divergences(pools.evidence);
  if (first === undefined) return [];
  const more =
    others.length === 0 ? '' : ` ${others.length} more ${others.length === 1 ? 'differs' : 'differ'}.`;
  return [{ kind: 'drifted', message: `${first.message}${more}`, count: others.length + 1 }];
}

/** The scopes without which no document comes to a verified cut, or nobody can be let in. */
const NEEDED_SCOPES = [
  'source:register',
  'entry:mark',
  'entry:sweep',
  'entry:review',
  'change:cut',
  'change:verify',
  'principal:admin',
] as const satisfies readonly Scope[];

async function scopeGaps({ pools, mode }: SystemResources): Promise<readonly Gap[]> {
  const principals = await readPrincipals(pools.evidence, mode);
  return NEEDED_SCOPES.flatMap((scope): Gap[] => {
    const able = principals.filter((one) =>
      one.tokens.some((token) => candidateOf(one, token).scopes.has(scope)),
    );
    if (able.length > 0) return [];
    const message = `No principal with a valid token has the scope ${scope}.`;
    return [{ kind: 'scope_unheld', message, scope }];
  });
}

const publicRow = z.object({ privilege: z.string(), place: z.string() });

/** What everybody may do in this database beside what the ledger gives: on a shared one it isn't taken away. */
async function publicGaps(pools: Pools): Promise<readonly Gap[]> {
  const rows = await pools.evidence.any(sql.prepared('ready.public', publicRow)`/* ready.public */
    select a.privilege, 'database ' || current_database() as place
      from unnest(array['CONNECT', 'TEMPORARY', 'CREATE']) as a (privilege)
      where has_database_privilege('public', current_database(), a.privilege)
    union all
    select 'CREATE', 'schema public' where has_schema_privilege('public', 'public', 'CREATE')`);
  return rows.map(({ privilege, place }) => {
    const message =
      `Everybody who can log in has ${privilege} on ${place}. The ledger leaves that as it is: ` +
      `where no other application needs it, its owner can run: revoke ${privilege.toLowerCase()} on ${place} ` +
      'from public;';
    return { kind: 'public_privilege', message };
  });
}
