import { setTimeout as delay } from 'node:timers/promises';
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import type { PartyVerb, Verb } from '../../auth/authority.ts';
import type { Session } from '../../auth/session.ts';
import type { ProgramDigests } from '../../drift/program-digests.ts';
import type { LaneKey } from '../../law/keys.ts';
import { type BuiltRecord, buildRecord, type RecordedParty } from '../../law/record.ts';
import { Busy, Drifted, LaneNotServed, problemAt, Refusal } from '../../law/refusals.ts';
import type { NumberedRules } from '../../law/rules/rules.ts';
import type { EXECUTOR_LANE, Lane, VERIFIER_LANE } from '../../law/values.ts';
import { notDurableBecause } from '../../log/durable.ts';
import { pendingStatement } from '../../log/queue/pending.ts';
import { suspendedBecause } from '../../log/setback/suspension.ts';
import type { PlanCache } from '../effect/plan-cache.ts';
import { databaseRefusal, isRetryable } from './constraints.ts';
import { type PhaseIds, phaseIds } from './ids.ts';
import { isKeyRefusal } from './key-registry.ts';
import { type CallerSignature, ownKeyId, type Signer } from './signer.ts';
import type { RecordHead, WideWrites } from './wide-writes.ts';
import type { RowCount, Writes } from './writes.ts';

const ATTEMPTS = 6;

/**
 * What a verb gets: its connection inside one open transaction, its caller, and ids that derive from the caller's
 * key.
 */
export interface LaneTx<L extends Lane, V extends Verb = Verb> {
  readonly lane: L;
  readonly connection: DatabaseTransactionConnection;
  readonly caller: Session;
  readonly idempotencyKey: string;
  readonly dryRun: boolean;
  /** Who signs what the call states; null for a verb that states nothing. A dry run signs nothing. */
  readonly signer: V extends SigningVerb ? Signer : null;
  readonly plans: PlanCache;
  /** What the program that writes is. */
  readonly program: () => ProgramDigests;
  /** The ids of what this call makes; the same on every attempt and every replay. */
  readonly ids: PhaseIds<V>;
  /** What the call's record says of it. */
  readonly recordHead: RecordHead;
}
export type ExecTx<V extends Verb = Verb> = LaneTx<typeof EXECUTOR_LANE, V>;
export type VerifyTx = LaneTx<typeof VERIFIER_LANE, 'verify'>;
export type AnyTx = ExecTx | VerifyTx;
/** What a verb about parties gets: no lane, and nothing that signs. */
export type PartyTx<V extends PartyVerb = PartyVerb> = Pick<
  LaneTx<Lane, V>,
  'connection' | 'caller' | 'idempotencyKey' | 'dryRun' | 'ids'
>;

/** What a verb gives back: its answer, and what it wrote (null: nothing, this was answered before). */
export interface Done<T> {
  readonly value: T;
  readonly writes: Writes | null;
  /** What sent its rows in chunks. */
  readonly wide?: WideWrites;
  /** The record that answered first, where it wasn't this key's; null where none did. */
  readonly recordId?: string | null;
}

/** The same of a verb about parties: what principals are from then on, for readers of the log alone. */
export interface PartyDone<T> extends Done<T> {
  readonly parties: readonly RecordedParty[];
}

/** The same of the verb about rules. */
export interface RulesDone<T> extends Done<T> {
  readonly rules: NumberedRules;
}

/** A verb's answer, with what every success has. */
export type Written<T> = T & {
  readonly replayed: boolean;
  readonly dryRun: boolean;
  readonly rows: readonly RowCount[];
  /** The log record that holds what was written; its position is known once it is integrated. */
  readonly recordId: string | null;
  /** In a dry run, what would have been written. */
  readonly preview: Writes | null;
};

export interface PhaseCall<V extends Verb = Verb> {
  readonly verb: V;
  readonly caller: Session;
  readonly idempotencyKey: string;
  readonly dryRun: boolean;
  /**
   * The entries that the input names, for tokens narrowed to some; verbs that find theirs in the ledger judge it
   * there.
   */
  readonly entryIds?: readonly string[];
  /** The manifest that the input names, for tokens narrowed to one. */
  readonly manifestDigest?: string | null;
  /** How the caller signs for itself: with this signature, or it asks what to sign. Absent: the server signs. */
  readonly signedBy?: CallerSignature | 'asks' | null;
}

/** The verbs that vouch for units: they sign a statement, and rest on what the database's shape promises. */
const SIGNING_VERBS = ['cut', 'verify'] as const satisfies readonly Verb[];
type SigningVerb = (typeof SIGNING_VERBS)[number];
const isSigning = (verb: Verb) => SIGNING_VERBS.some((signing) => signing === verb);

/** A call with the ids that derive from its key. */
type NamedCall<V extends Verb> = PhaseCall<V> & { readonly ids: PhaseIds<V> };

/** A part of the database that isn't as the migrations made it. */
interface Altered {
  readonly message: string;
}

/** What every writing transaction needs. */
export interface WriterResources {
  readonly pool: DatabasePool;
  /** Why what is acknowledged might not outlive a crash; null where it does. */
  readonly lost: () => string | null;
  /** What of the database's shape was altered, as this transaction sees it. */
  readonly shape: { divergences(connection: DatabaseTransactionConnection): Promise<readonly Altered[]> };
  /** Called at the end of each writing transaction: with its error, or null. */
  readonly wrote: (error: unknown) => void;
  /** Called after the commit, never inside it. */
  readonly committed: () => void;
}

/** What a lane needs to run phases; a process without the lane's secrets has none. */
export interface LaneResources<L extends Lane> extends WriterResources {
  readonly lane: L;
  /** The keys that are held for the lane's statements at this moment: both, during a rotation. */
  readonly keys: () => readonly LaneKey[];
  readonly plans: PlanCache;
  readonly program: () => ProgramDigests;
}

class DryRunRollback extends Error {}

/**
 * The envelope of every verb: one transaction, bounded retries on serialization and deadlock errors, the log's
 * pending row as its last statement, and the answer. A dry run takes the same path and rolls back before the pending
 * row is drawn.
 */
export async function runPhase<L extends Lane, V extends Verb, T extends object>(
  resources: LaneResources<L>,
  call: PhaseCall<V>,
  work: (tx: LaneTx<L, V>) => Promise<Done<T>>,
): Promise<Written<T>> {
  const named = { ...call, ids: phaseIds(call.verb, call.idempotencyKey) };
  const spent = new Set<string>();
  let held = heldKeyFor(resources, call, spent);
  return await repeatUntilDone(
    resources,
    named,
    () => {
      held = heldKeyFor(resources, call, spent);
      return inTransaction(
        resources,
        named,
        async (connection) => {
          const signer = held ?? (await callerAsSigner(connection, resources.lane, call));
          return await work(openLaneTx(resources, signer, named, connection));
        },
        ({ writes, wide }) => wide?.finish() ?? recordOf(named, writes, { lane: resources.lane }),
      );
    },
    (error) => {
      // Another key may have replaced this one while the transaction waited for it.
      if (held === null || !isKeyRefusal(error)) return false;
      spent.add(held.keyId);
      return !spent.has(heldKeyFor(resources, call, spent)?.keyId ?? held.keyId);
    },
  );
}

/** The same for verbs about persons, principals, tokens and rules, as the login cutter_registrar. */
export async function runPartyVerb<V extends PartyVerb, T extends object>(
  resources: WriterResources,
  call: PhaseCall<V>,
  work: (tx: PartyTx<V>) => Promise<PartyDone<T> | RulesDone<T>>,
): Promise<Written<T>> {
  const named = { ...call, ids: phaseIds(call.verb, call.idempotencyKey) };
  const { caller, idempotencyKey, dryRun, ids } = named;
  return await repeatUntilDone(resources, named, () =>
    inTransaction(
      resources,
      named,
      (connection) => work({ connection, caller, idempotencyKey, dryRun, ids }),
      ({ writes, ...done }) =>
        recordOf(
          named,
          writes,
          'rules' in done ? { lane: null, rules: done.rules } : { lane: null, parties: done.parties },
        ),
    ),
  );
}

/** `isToRepeat`: whether a refusal is one of this attempt alone. */
async function repeatUntilDone<V extends Verb, T extends object>(
  resources: WriterResources,
  call: NamedCall<V>,
  attemptOnce: () => Promise<Done<T>>,
  isToRepeat: (error: unknown) => boolean = () => false,
): Promise<Written<T>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const done = await attemptOnce();
      if (done.writes !== null && !call.dryRun) {
        resources.wrote(null);
        resources.committed();
      }
      return answerOf(call, done);
    } catch (error) {
      if (attempt < ATTEMPTS && isToRepeat(error)) continue;
      if (error instanceof Refusal) throw error;
      resources.wrote(error);
      if (!isRetryable(error)) throw databaseRefusal(error);
      if (attempt === ATTEMPTS) {
        throw new Busy(
          'The ledger was too busy to finish this call; repeat it with the same idempotency key.',
        );
      }
      await delay(2 ** attempt * (2 + Math.random() * 6));
    }
  }
}

/** The server as signer, with the first of the lane's keys that wasn't refused yet; null where it doesn't sign. */
function heldKeyFor(
  { keys, lane }: Pick<LaneResources<Lane>, 'keys' | 'lane'>,
  { verb, signedBy }: PhaseCall,
  spent: ReadonlySet<string>,
): Extract<Signer, { by: 'server' }> | null {
  if (!isSigning(verb) || signedBy != null) return null;
  const held = keys();
  const key = held.find(({ keyId }) => !spent.has(keyId)) ?? held[0];
  if (key !== undefined) return { by: 'server', keyId: key.keyId, key };
  const message =
    `This server holds no key of lane ${lane}, so it doesn't sign. ` +
    `Sign what ${verb}Statement gives and send the signature, or call a server that holds the key.`;
  throw new LaneNotServed(message, [problemAt(['input', 'signature'], 'key-not-held', message)]);
}

/** The caller as signer: by the key that it names or, where it asks what to sign, by its own. */
async function callerAsSigner(
  connection: DatabaseTransactionConnection,
  lane: Lane,
  { signedBy = null, caller }: PhaseCall,
): Promise<Signer | null> {
  if (signedBy === null) return null;
  if (signedBy !== 'asks') return { by: 'caller', keyId: signedBy.keyId, signature: signedBy };
  const keyId = await ownKeyId(connection, lane, caller.principalId);
  return { by: 'caller', keyId, signature: null };
}

async function inTransaction<D extends Done<unknown>>(
  resources: WriterResources,
  call: NamedCall<Verb>,
  work: (connection: DatabaseTransactionConnection) => Promise<D>,
  record: (done: D & { readonly writes: Writes }) => BuiltRecord,
): Promise<D> {
  let done: D | undefined;
  try {
    await resources.pool.transaction(async (connection) => {
      done = await work(connection);
      if (!hasWritten(done)) return;
      const lost = call.dryRun ? null : resources.lost();
      if (lost !== null) throw new LaneNotServed(notDurableBecause(lost), [], true);
      if (isSigning(call.verb)) refuseAltered(await resources.shape.divergences(connection));
      if (call.dryRun) throw new DryRunRollback();
      const handed = await connection.query(pendingStatement(record(done)));
      if (handed.rowCount === 0) throw await heldBack(connection);
    }, 0);
  } catch (error) {
    if (!(error instanceof DryRunRollback)) throw error;
  }
  return done as D;
}

function hasWritten<D extends Done<unknown>>(done: D): done is D & { readonly writes: Writes } {
  return done.writes !== null;
}

const MOST_NAMED = 20;

/** Refuses in a database that was altered (G-CUT-DRIFT). The locks of this transaction are held by now. */
function refuseAltered(divergences: readonly Altered[]): void {
  const [first] = divergences;
  if (first === undefined) return;
  const others = divergences.length - 1;
  const more = others === 0 ? '' : ` ${others} more ${others === 1 ? 'differs' : 'differ'}.`;
  throw new Drifted(
    `${first.message}${more} The operator lists all with \`cutter drift\`, and mends it; then repeat this call.`,
    divergences.slice(0, MOST_NAMED).map(({ message }) => problemAt([], 'drift', message)),
  );
}

const heldBackRow = z.object({
  settings: z.string(),
  cause: z.enum(['set back', 'copied']).nullable(),
  position: z.string().nullable(),
  seen: z.string().nullable(),
  reason: z.string().nullable(),
});

/**
 * The refusal of a verb whose record wasn't taken: the database was set back or is a copy and the lanes have not
 * accepted it, or it may lose what it acknowledges.
 */
async function heldBack(connection: DatabaseTransactionConnection): Promise<Refusal> {
  const { settings, cause, position, seen, reason } = await connection.one(sql.type(
    heldBackRow,
  )`/* phase.held_back */
    select format('fsync is %s, full_page_writes is %s and synchronous_commit is %s in the database.',
        current_setting('fsync'), current_setting('full_page_writes'),
        current_setting('synchronous_commit')) as settings,
      head.next_position::text as position, s.seen_size::text as seen, s.cause, s.reason
    from (select) as one left join (cutter_log.head join cutter_log.suspension s using (incarnation)) on true`);
  const why =
    cause === null || position === null || reason === null
      ? notDurableBecause(settings)
      : suspendedBecause({ cause, position: Number(position), seenSize: Number(seen), reason });
  return new LaneNotServed(why, [], true);
}

function openLaneTx<L extends Lane, V extends Verb>(
  resources: LaneResources<L>,
  signer: Signer | null,
  call: NamedCall<V>,
  connection: DatabaseTransactionConnection,
): LaneTx<L, V> {
  return {
    lane: resources.lane,
    connection,
    caller: call.caller,
    idempotencyKey: call.idempotencyKey,
    dryRun: call.dryRun,
    signer: signer as LaneTx<L, V>['signer'],
    plans: resources.plans,
    program: resources.program,
    ids: call.ids,
    recordHead: headOf(call, resources.lane),
  };
}

function headOf(call: NamedCall<Verb>, lane: Lane | null): RecordHead {
  const { principalId, personId, mode } = call.caller;
  return { recordId: call.ids.record, verb: call.verb, lane, principalId, personId, mode };
}

function recordOf(
  call: NamedCall<Verb>,
  { at, history, rows, wide }: Writes,
  author:
    | { readonly lane: Lane }
    | { readonly lane: null; readonly parties: readonly RecordedParty[] }
    | { readonly lane: null; readonly rules: NumberedRules },
): BuiltRecord {
  if (wide.length > 0) throw new Error(`${call.verb} doesn't send rows in chunks`);
  return buildRecord({ ...headOf(call, author.lane), ...author, at, history, rows });
}

function answerOf<T extends object>(call: NamedCall<Verb>, done: Done<T>): Written<T> {
  return {
    ...done.value,
    replayed: done.writes === null,
    dryRun: call.dryRun,
    rows: done.writes?.counts ?? [],
    recordId: done.recordId === undefined ? call.ids.record : done.recordId,
    preview: call.dryRun ? done.writes : null,
  };
}
