import { assertLaneInvariants } from '../../law/lane-invariants.ts';
import { problemAt, SignatureRefused } from '../../law/refusals.ts';
import { payloadTypeOf } from '../../law/statement.ts';
import { membersOf } from '../../law/statement-time.ts';
import { EXECUTOR_LANE, type Lane } from '../../law/values.ts';
import { canonicalJson, type PlainJson } from '../../proof/canonical.ts';
import { digestOf } from '../../proof/digest.ts';
import { type DsseEnvelope, signEnvelope, unsignedEnvelope, verifyEnvelope } from '../../proof/dsse.ts';
import type { NewSignature } from '../tables/signature.ts';
import type { ValidKey } from './key-registry.ts';
import type { CallerSignature, Signer } from './signer.ts';

export interface SigningOrder {
  readonly lane: Lane;
  readonly signatureId: string;
  readonly statement: PlainJson;
  readonly toolRevision: string;
  readonly priorSignatureId: string | null;
  /** The change set (DOT-991) or the verify result (DOT-992) that the signature belongs to. */
  readonly referenceId: string;
  /** A dry run signs nothing: its row carries an envelope without signatures. */
  readonly dryRun: boolean;
}

/**
 * Signs a statement, or takes the caller's signature of exactly that, and makes its row; the lane's invariants are
 * checked before the row leaves this function.
 */
export function signStatement(order: SigningOrder, signer: Signer, key: ValidKey): NewSignature {
  const payload = canonicalJson(order.statement);
  const bytes = Buffer.from(payload, 'utf8');
  const envelope = envelopeOf(payloadTypeOf(order.lane), bytes, order, signer, key);
  const executor = order.lane === EXECUTOR_LANE;
  const row: NewSignature = {
    signature_id: order.signatureId,
    signature_kind: executor ? 'executor' : 'verifier',
    signer_dot_id: order.lane,
    signer_tool_revision: order.toolRevision,
    signature_payload: payload,
    payload_envelope: envelope as unknown as PlainJson,
    payload_hash: digestOf(bytes),
    cross_reference_change_set_id: executor ? order.referenceId : null,
    cross_reference_verify_result_id: executor ? null : order.referenceId,
    prior_signature_id: order.priorSignatureId,
    validation_state: 'valid',
    revoked_at: null,
    revoked_by: null,
    revocation_reason: null,
    scenario_ref: null,
  };
  assertLaneInvariants(row, order.lane, key);
  return row;
}

function envelopeOf(
  payloadType: string,
  payload: Buffer,
  { dryRun }: SigningOrder,
  signer: Signer,
  key: ValidKey,
): DsseEnvelope {
  const unsigned = unsignedEnvelope(payloadType, payload);
  if (signer.by === 'server')
    return dryRun
      ? unsigned
      : signEnvelope(payloadType, payload, { keyId: signer.keyId, seed: signer.key.seed });
  if (signer.signature === null) return unsigned;
  const signed = callersEnvelope(payloadType, payload, signer.signature, key.publicKey);
  return dryRun ? unsigned : signed;
}

/** Refuses unless the caller signed exactly what is about to be written. */
export function callersEnvelope(
  payloadType: string,
  payload: Buffer,
  { keyId, signature, statement }: CallerSignature,
  publicKey: Uint8Array,
): DsseEnvelope {
  if (!payload.equals(statement)) throw otherStatement(payload.toString('utf8'), statement);
  const sig = Buffer.from(signature).toString('base64');
  const envelope = { ...unsignedEnvelope(payloadType, payload), signatures: [{ keyid: keyId, sig }] };
  const verdict = verifyEnvelope(envelope, { keyId, publicKey, payloadType });
  if (verdict.ok) return envelope;
  const message = `The signature is not that of the key ${keyId} over this statement and its type.`;
  throw new SignatureRefused(`${message} Sign the bytes of preAuthEncoding.`, [
    problemAt(['input', 'signature', 'signature'], 'signature-invalid', message),
  ]);
}

/** Names each member in which the signed bytes differ from what would be signed now. */
function otherStatement(payload: string, statement: Uint8Array): SignatureRefused {
  const due = membersOf(payload);
  const signed = membersOf(Buffer.from(statement).toString('utf8'));
  const text = (value: unknown) => (value === undefined ? '' : JSON.stringify(value));
  const members = [...new Set([...Object.keys(due), ...Object.keys(signed)])].filter(
    (member) => text(due[member]) !== text(signed[member]),
  );
  const place = ['input', 'signature', 'statement'];
  const problems = members.map((member) =>
    problemAt(
      [...place, member],
      'statement-differs',
      `${member} is signed as ${shownValue(signed[member])}; it is ${shownValue(due[member])}.`,
    ),
  );
  const form = problemAt(place, 'statement-form', 'The statement is not in its canonical form.');
  const what =
    members.length === 0 ? form.message : `The signed statement has another ${members.join(', ')}.`;
  return new SignatureRefused(
    `${what} Ask for the statement again, look at what it says now, and sign that.`,
    members.length === 0 ? [form] : problems,
  );
}

const MOST_SHOWN = 120;

/** What callers send may be long. */
function shownValue(value: unknown): string {
  const text = value === undefined ? 'absent' : JSON.stringify(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
