import { laneProblems } from '../../law/lane-invariants.ts';
import { type CutFacts, cutStatement, type PriorSignature, payloadTypeOf } from '../../law/statement.ts';
import { signedTimes } from '../../law/statement-time.ts';
import { EXECUTOR_LANE } from '../../law/values.ts';
import { canonicalJson } from '../../proof/canonical.ts';
import { digestOf } from '../../proof/digest.ts';
import { verifyEnvelope } from '../../proof/dsse.ts';
import { keyIdOf } from '../../proof/keyid.ts';
import type { KeyRow } from '../envelope/key-registry.ts';
import type { NewSignature } from '../tables/signature.ts';
import type { CutFinding, JudgedSignature } from './verify-look.ts';

/** The facts of a cut as the verifier makes them again. `personId` is null where no registry knows who cut. */
export interface RecomputedFacts extends Omit<CutFacts, 'priorSignature' | 'personId'> {
  readonly personId: string | null;
}

/**
 * Judges the executor's signature from the data: lane, kind, signer and reference; the envelope under the registered
 * key; and that the signed statement is, to the byte, the one that the tables give. A key id is never evidence: the
 * public key decides.
 */
export function judgeExecutorSignature(
  signature: JudgedSignature | null,
  key: KeyRow | null,
  facts: RecomputedFacts,
): CutFinding[] {
  const findings: CutFinding[] = [];
  const note = (code: string, message: string) =>
    findings.push({ axis: 'A', unit: null, code: `signature-${code}`, message });
  if (signature === null) {
    note('missing', 'The executor signature that the change set names is gone.');
    return findings;
  }
  const row = { ...signature, payload_envelope: signature.payload_envelope } as unknown as NewSignature;
  for (const problem of laneProblems(row, EXECUTOR_LANE, key?.lane ?? 'no lane'))
    note(problem.code, problem.message);
  if (signature.cross_reference_change_set_id !== facts.changeSetId) {
    note('reused', 'The executor signature belongs to another change set.');
  }
  if (signature.revoked) note('revoked', 'The executor signature is stamped as revoked.');
  if (signature.signer_tool_revision !== facts.toolRevision)
    note('tool-revision', 'The executor signature names another tool revision than the change set.');
  if (signature.validation_state !== 'valid')
    note('state', `The executor signature is ${signature.validation_state}.`);
  if (digestOf(signature.signature_payload) !== signature.payload_hash) {
    note('payload-hash', "The executor signature's payload doesn't have the hash that is stored with it.");
  }
  const prior =
    signature.prior_signature_id === null || signature.prior_payload_hash === null
      ? null
      : { signatureId: signature.prior_signature_id, payloadHash: signature.prior_payload_hash };
  const times = signedTimes(signature.signature_payload, facts.preparedAt);
  if (statementText({ ...facts, ...times }, prior) !== signature.signature_payload) {
    note(
      'statement',
      "The executor's signed statement isn't what the tables give: a signed fact was altered.",
    );
  }
  noteEnvelope(signature, key, note);
  return findings;
}

/** What the executor must have signed; null where nobody known to the registry can have signed it. */
function statementText({ personId, ...facts }: RecomputedFacts, priorSignature: PriorSignature | null) {
  return personId === null ? null : canonicalJson(cutStatement({ ...facts, personId, priorSignature }));
}

function noteEnvelope(
  signature: JudgedSignature,
  key: KeyRow | null,
  note: (code: string, message: string) => void,
): void {
  if (key === null) {
    note('key-unknown', "The executor signature's key is not in the key registry.");
    return;
  }
  const publicKey = Buffer.from(key.public_key, 'base64');
  const verdict = verifyEnvelope(signature.payload_envelope, {
    publicKey,
    keyId: keyIdOf(publicKey),
    payloadType: payloadTypeOf(EXECUTOR_LANE),
  });
  if (!verdict.ok) note('invalid', `The executor signature doesn't verify: ${verdict.reason}.`);
  else if (Buffer.from(verdict.payload).toString('utf8') !== signature.signature_payload) {
    note('payload', 'The executor signed other bytes than those that are stored with the signature.');
  }
}
