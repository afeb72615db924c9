import { sql } from 'slonik';
import { z } from 'zod';
import { type EarlierParties, partyOf } from '../../law/parties.ts';
import {
  InvalidInput,
  LaneMismatch,
  problemAt,
  Refusal,
  SameParty,
  SignatureRefused,
} from '../../law/refusals.ts';
import {
  APPROVAL_PAYLOAD_TYPE,
  approvalStatement,
  approverProblems,
  type CutPins,
  latestEnd,
} from '../../law/sanction/sanction.ts';
import { timesAhead } from '../../law/statement-time.ts';
import { canonicalJson, type PlainJson } from '../../proof/canonical.ts';
import { digestOf } from '../../proof/digest.ts';
import { preAuthEncoding, unsignedEnvelope } from '../../proof/dsse.ts';
import { refuseConflict, refuseOther } from '../envelope/conflict.ts';
import { AT } from '../envelope/reading.ts';
import { callersEnvelope } from '../envelope/sign.ts';
import { type CallerSignature, statementTimes } from '../envelope/signer.ts';
import type { PartyDone, PartyTx } from '../envelope/transaction.ts';
import { composeWrites, insertRows } from '../envelope/writes.ts';
import type { StatementToSign } from '../statement-to-sign.ts';
import { CUT_APPROVAL } from '../tables/cut-approval.ts';
import { lockSanction } from './sanction-sql.ts';

export interface ApproveCutInput {
  readonly idempotencyKey: string;
  readonly entryId: string;
  readonly manifestDigest: string;
  /** Null: twelve hours after the statement was made. */
  readonly expiresAt: string | null;
  /** Null in a dry run that asks what to sign. */
  readonly signature: CallerSignature | null;
}

export interface ApproveCutAnswer {
  readonly approvalId: string;
  readonly entryId: string;
  readonly expiresAt: string;
  /** Null where the call was answered before. */
  readonly statement: StatementToSign | null;
}

/** What the cut of an entry would do now, and who had a part in the entry. */
export interface PlannedCut {
  readonly pins: CutPins;
  readonly did: EarlierParties;
}

const lockRow = z.object({ at: z.string() });
const lookRow = z.object({
  first: z
    .object({ by: z.string(), entryId: z.string(), manifestDigest: z.string(), expiresAt: z.string() })
    .nullable(),
  key: z.object({ keyId: z.string(), publicKey: z.string() }).nullable(),
});

/**
 * APPROVE CUT — a person approves what exactly one cut will do, with a signature of its own.
 *
 *     no state moves        no lane, role cutter_registrar
 *
 * Locks    the approval of this key · the approvals of the entry
 * Reads    the approval of this key · the approver's own key; before that, as cutter_evidence, what the cut would do
 * Writes   1 cut_approval
 * Refuses  IdempotencyConflict  the key approved something else, or another principal used it
 *          NotFound             no such entry
 *          IllegalTransition    the entry isn't approved by its reviewers
 *          NotApproved          their live approval is for another manifest
 *          CoverageBroken       the plan no longer holds
 *          PlanStale            the plan changed since the review
 *          SameParty            the approver is on a side of the entry
 *          InvalidInput         it would end after more than 12 hours, or has ended
 *          LaneMismatch         the approver has no key of its own
 *          SignatureRefused     it is no signature of the approver's key over this statement
 * Replay   same key, entry, manifest and principal: the first approval, `replayed: true`
 * See      docs/reference/api.md, docs/how-to/production.md
 */
export async function approveCut(
  tx: PartyTx<'approveCut'>,
  input: ApproveCutInput,
  found: PlannedCut | Refusal,
): Promise<PartyDone<ApproveCutAnswer>> {
  const { at } = await tx.connection.one(sql.prepared('approveCut.lock', lockRow)`
    /* approveCut.lock */ with own as materialized (select ${lockSanction(tx.ids.approval)} as taken),
      entry as materialized (select ${lockSanction(input.entryId)} as taken from own)
    select ${AT} as at from entry`);
  const { first, key } = await lookForApproval(tx);
  const answer = { approvalId: tx.ids.approval, entryId: input.entryId };
  if (first !== null) {
    refuseOther(tx.caller, first.by, null, first.entryId);
    refuseConflict('approved something else', [
      ['entryId', first.entryId, input.entryId],
      ['manifestDigest', first.manifestDigest, input.manifestDigest],
      ...(input.expiresAt === null ? [] : [['expiresAt', first.expiresAt, input.expiresAt] as const]),
    ]);
    return { value: { ...answer, expiresAt: first.expiresAt, statement: null }, writes: null, parties: [] };
  }
  if (found instanceof Refusal) throw found;
  const { pins, did } = found;
  refuseSide(tx, input.entryId, did);
  const signer = { by: 'caller', keyId: key?.keyId ?? null, signature: input.signature } as const;
  const { preparedAt, acceptedUntil = timesAhead(preparedAt).acceptedUntil } = statementTimes(signer, at);
  const expiresAt = endOf(input, preparedAt, at);
  if (key === null) throw withoutKey(tx);
  const { principalId, personId } = tx.caller;
  const facts = { ...pins, ...answer, principalId, personId, keyId: key.keyId, expiresAt };
  const payload = Buffer.from(
    canonicalJson(approvalStatement({ ...facts, preparedAt, acceptedUntil })),
    'utf8',
  );
  const envelope = envelopeOf(tx, payload, input.signature, key);

  // From here it must succeed.
  const row = {
    approval_id: tx.ids.approval,
    entry_id: input.entryId,
    manifest_digest: pins.manifestDigest,
    source_digest: pins.sourceDigest,
    unit_count: pins.unitCount,
    effect_digest: pins.effectDigest,
    target: pins.target,
    vocabulary_digest: pins.vocabularyDigest,
    schema_digest: pins.schemaDigest,
    writer_digest: pins.writerDigest,
    approved_by: principalId,
    key_id: key.keyId,
    envelope: envelope as unknown as PlainJson,
    expires_at: expiresAt,
    used_by_change_set_id: null,
    revocation_id: null,
    revoked_by: null,
    revoked_at: null,
    revocation_reason: null,
  };
  const { writes, sent } = composeWrites(at, { approval: insertRows(CUT_APPROVAL, [row]) });
  await tx.connection.query(sql.prepared('approveCut.write', z.object({}))`
    /* approveCut.write */ ${sent.approval}`);
  return {
    value: { ...answer, expiresAt, statement: toSign(payload, key.keyId, acceptedUntil) },
    writes,
    parties: [],
  };
}

async function lookForApproval({
  connection,
  ids,
  caller,
}: PartyTx<'approveCut'>): Promise<z.infer<typeof lookRow>> {
  return await connection.one(sql.prepared('approveCut.look', lookRow)`
    /* approveCut.look */ select
      (select json_build_object('by', a.approved_by, 'entryId', a.entry_id, 'manifestDigest', a.manifest_digest,
          'expiresAt', to_char(a.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
        from cutter_auth.cut_approval a where a.approval_id = ${ids.approval}::uuid) as first,
      (select json_build_object('keyId', k.key_id,
          'publicKey', translate(encode(k.public_key, 'base64'), E'\n', ''))
        from cutter_auth.approval_key k where k.principal_id = ${caller.principalId}::uuid
        order by k.created_at desc, k.key_id desc limit 1) as key`);
}

function refuseSide({ caller }: Pick<PartyTx, 'caller'>, entryId: string, did: EarlierParties): void {
  const problems = approverProblems(entryId, partyOf(caller), did);
  const [first] = problems;
  if (first !== undefined) throw new SameParty(first.message, problems, null);
}

function endOf({ expiresAt }: ApproveCutInput, preparedAt: string, at: string): string {
  const latest = latestEnd(preparedAt);
  if (expiresAt === null) return latest;
  if (expiresAt <= latest && expiresAt > at) return expiresAt;
  const message = `An approval ends within 12 hours: after ${at}, and no later than ${latest}.`;
  throw new InvalidInput(message, [problemAt(['input', 'expiresAt'], 'expiry-out-of-range', message)]);
}

function withoutKey({ caller }: Pick<PartyTx, 'caller'>): LaneMismatch {
  const message =
    `No key is registered with which ${caller.name} approves cuts. ` +
    'The operator registers one with "cutter key add".';
  return new LaneMismatch(message, [problemAt(['input', 'signature', 'keyId'], 'no-own-key', message)]);
}

function envelopeOf(
  { dryRun }: PartyTx<'approveCut'>,
  payload: Buffer,
  signature: CallerSignature | null,
  key: { readonly keyId: string; readonly publicKey: string },
) {
  if (signature === null) {
    if (dryRun) return unsignedEnvelope(APPROVAL_PAYLOAD_TYPE, payload);
    const message =
      'An approval carries the signature of its approver. A dry run gives the statement; sign it, and send that.';
    throw new SignatureRefused(message, [problemAt(['input', 'signature'], 'signature-missing', message)]);
  }
  if (signature.keyId !== key.keyId) {
    const message = `The key ${signature.keyId} is not the one with which you approve cuts; that is ${key.keyId}.`;
    throw new SignatureRefused(message, [
      problemAt(['input', 'signature', 'keyId'], 'key-of-other-principal', message),
    ]);
  }
  const publicKey = Buffer.from(key.publicKey, 'base64');
  const envelope = callersEnvelope(APPROVAL_PAYLOAD_TYPE, payload, signature, publicKey);
  return dryRun ? unsignedEnvelope(APPROVAL_PAYLOAD_TYPE, payload) : envelope;
}

function toSign(payload: Buffer, keyId: string, acceptedUntil: string): StatementToSign {
  return {
    payloadType: APPROVAL_PAYLOAD_TYPE,
    payload,
    preAuthEncoding: preAuthEncoding(APPROVAL_PAYLOAD_TYPE, payload),
    digest: digestOf(payload),
    keyIds: [keyId],
    acceptedUntil,
  };
}
