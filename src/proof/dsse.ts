import { assertWellFormed } from './digest.ts';
import { signMessage, verifySignature } from './ed25519.ts';
import type { SignatureFault } from './strict.ts';

/*
 * Dead Simple Signing Envelope, protocol v1: a payload, the name of its type, and a signature over both. Of what the
 * protocol leaves open the strict choice is taken: standard base64 in its one spelling, no fields but the named ones,
 * and exactly one signature, so that nothing unsigned can travel in a signed envelope.
 */

interface DsseSignature {
  readonly keyid: string;
  /** Base64 of the signature bytes. */
  readonly sig: string;
}

export interface DsseEnvelope {
  readonly payloadType: string;
  /** Base64 of the exact signed bytes. */
  readonly payload: string;
  readonly signatures: readonly DsseSignature[];
}

/** Why an envelope is not accepted. */
export type EnvelopeFault =
  | 'envelope_malformed'
  | 'payload_not_base64'
  | 'signature_not_base64'
  | 'signature_missing'
  | 'signature_surplus'
  | 'payload_type_unexpected'
  | 'key_id_unexpected'
  | SignatureFault;

/**
 * What became of an envelope; a good one hands out the bytes that were signed, so that nobody decodes unproven ones.
 */
export type EnvelopeVerdict =
  | { readonly ok: true; readonly payloadType: string; readonly payload: Buffer }
  | { readonly ok: false; readonly reason: EnvelopeFault };

export interface EnvelopeSigner {
  readonly keyId: string;
  readonly seed: Uint8Array;
}

/** Whose signature is expected. The key id only has to match; the evidence is the public key. */
export interface ExpectedSigner {
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  /** The payload type that the reader understands; any type when left out. */
  readonly payloadType?: string;
}

/** The bytes that are signed (pre-authentication encoding): type and payload, each with its length before it. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  assertWellFormed(payloadType);
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** An envelope that nobody has signed: what a dry run shows. */
export function unsignedEnvelope(payloadType: string, payload: Uint8Array): DsseEnvelope {
  assertWellFormed(payloadType);
  return { payloadType, payload: Buffer.from(payload).toString('base64'), signatures: [] };
}

/** Sign a payload under its type. */
export function signEnvelope(payloadType: string, payload: Uint8Array, signer: EnvelopeSigner): DsseEnvelope {
  const sig = signMessage(signer.seed, preAuthEncoding(payloadType, payload)).toString('base64');
  return { ...unsignedEnvelope(payloadType, payload), signatures: [{ keyid: signer.keyId, sig }] };
}

/** What an envelope's form allows to be judged: the exact bytes that were signed, and the signature over them. */
export type OpenedEnvelope =
  | {
      readonly ok: true;
      readonly payloadType: string;
      readonly payload: Buffer;
      readonly message: Buffer;
      readonly signature: Buffer;
    }
  | { readonly ok: false; readonly reason: EnvelopeFault };

/** Judge an envelope's form and what it claims to be; whether the signature holds is for the caller to judge. */
export function openEnvelope(envelope: unknown, expected: Omit<ExpectedSigner, 'publicKey'>): OpenedEnvelope {
  if (!isEnvelope(envelope)) return { ok: false, reason: 'envelope_malformed' };
  const { payloadType, signatures } = envelope;
  const payload = decodeBase64(envelope.payload);
  if (payload === null) return { ok: false, reason: 'payload_not_base64' };
  const [claimed, ...surplus] = signatures;
  if (claimed === undefined) return { ok: false, reason: 'signature_missing' };
  if (surplus.length > 0) return { ok: false, reason: 'signature_surplus' };
  if (expected.payloadType !== undefined && expected.payloadType !== payloadType)
    return { ok: false, reason: 'payload_type_unexpected' };
  if (claimed.keyid !== expected.keyId) return { ok: false, reason: 'key_id_unexpected' };
  const signature = decodeBase64(claimed.sig);
  if (signature === null) return { ok: false, reason: 'signature_not_base64' };
  return { ok: true, payloadType, payload, message: preAuthEncoding(payloadType, payload), signature };
}

/** Judge an envelope of whatever origin. Anything wrong with it is a refusal with a reason, never an exception. */
export function verifyEnvelope(envelope: unknown, expected: ExpectedSigner): EnvelopeVerdict {
  const opened = openEnvelope(envelope, expected);
  if (!opened.ok) return opened;
  const { payloadType, payload, message, signature } = opened;
  const verdict = verifySignature(expected.publicKey, message, signature);
  return verdict.ok ? { ok: true, payloadType, payload } : verdict;
}

function isEnvelope(value: unknown): value is DsseEnvelope {
  if (!hasExactly(value, ['payload', 'payloadType', 'signatures'])) return false;
  const { payload, payloadType, signatures } = value;
  if (typeof payload !== 'string' || typeof payloadType !== 'string' || !payloadType.isWellFormed())
    return false;
  return Array.isArray(signatures) && signatures.every(isSignature);
}

function isSignature(value: unknown): value is DsseSignature {
  return (
    hasExactly(value, ['keyid', 'sig']) && typeof value.keyid === 'string' && typeof value.sig === 'string'
  );
}

function hasExactly<Name extends string>(
  value: unknown,
  names: readonly Name[],
): value is Record<Name, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).length === names.length && names.every((name) => Object.hasOwn(value, name));
}

/** The bytes of padded standard base64, or null for any other spelling of them. */
function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
