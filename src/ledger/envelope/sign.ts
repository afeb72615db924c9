import type { LaneKey } from '../../law/keys.ts';
import { assertLaneInvariants } from '../../law/lane-invariants.ts';
import { payloadTypeOf } from '../../law/statement.ts';
import { EXECUTOR_LANE, type Lane } from '../../law/values.ts';
import { canonicalJson, type PlainJson } from '../../proof/canonical.ts';
import { digestOf } from '../../proof/digest.ts';
import { signEnvelope, unsignedEnvelope } from '../../proof/dsse.ts';
import type { NewSignature } from '../tables/signature.ts';

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

/** Signs a statement and makes its row; the lane's invariants are checked before the row leaves this function. */
export function signStatement(order: SigningOrder, key: LaneKey): NewSignature {
  const payload = canonicalJson(order.statement);
  const bytes = Buffer.from(payload, 'utf8');
  const payloadType = payloadTypeOf(order.lane);
  const envelope = order.dryRun
    ? unsignedEnvelope(payloadType, bytes)
    : signEnvelope(payloadType, bytes, { keyId: key.keyId, seed: key.seed });
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
