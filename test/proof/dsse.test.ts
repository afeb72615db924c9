import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DsseEnvelope, EnvelopeFault } from '../../src/proof/dsse.ts';
import { preAuthEncoding, signEnvelope, unsignedEnvelope, verifyEnvelope } from '../../src/proof/dsse.ts';
import { publicKeyOf } from '../../src/proof/ed25519.ts';
import { keyIdOf } from '../../src/proof/keyid.ts';
import { JUDGES_THOUSANDS_MS } from '../harness/timeouts.ts';

interface PaeVector {
  payloadType: string;
  payloadHex: string;
  paeHex: string;
  sigHexSeed42: string;
}
const vectorsPath = new URL('../../../shared/vectors/dsse_pae_vectors.json', import.meta.url);
const vectors: { publicKeyHex: string; vectors: PaeVector[] } = existsSync(vectorsPath)
  ? JSON.parse(readFileSync(vectorsPath, 'utf8'))
  : { publicKeyHex: '', vectors: [] };
if (vectors.vectors.length === 0)
  console.log('Skipped 6 tests: the DSSE vectors are not in ../shared/vectors.');

const frozen: { payloadText: string; keyId: string; envelope: DsseEnvelope } = JSON.parse(
  readFileSync(new URL('../golden/proof-envelope.json', import.meta.url), 'utf8'),
);

const seed = Buffer.alloc(32, 0x42);
const publicKey = publicKeyOf(seed);
const keyId = keyIdOf(publicKey);
const payloadType = 'application/vnd.cutter.example+json';
const payload = Buffer.from('{"a":1}');
const envelope = signEnvelope(payloadType, payload, { keyId, seed });
const expected = { keyId, publicKey };
const [signature] = envelope.signatures;
const sig = signature?.sig ?? '';

function refusalOf(
  candidate: unknown,
  signer: Parameters<typeof verifyEnvelope>[1] = expected,
): EnvelopeFault | null {
  const verdict = verifyEnvelope(candidate, signer);
  return verdict.ok ? null : verdict.reason;
}

describe('dsse: vectors', () => {
  test.each(vectors.vectors)('the encoding and signature of $payloadType', (known) => {
    const bytes = Buffer.from(known.payloadHex, 'hex');
    expect(publicKey.toString('hex')).toBe(vectors.publicKeyHex);
    expect(preAuthEncoding(known.payloadType, bytes).toString('hex')).toBe(known.paeHex);
    const made = signEnvelope(known.payloadType, bytes, { keyId, seed });
    expect(Buffer.from(made.signatures[0]?.sig ?? '', 'base64').toString('hex')).toBe(known.sigHexSeed42);
    expect(verifyEnvelope(made, expected)).toEqual({
      ok: true,
      payloadType: known.payloadType,
      payload: bytes,
    });
  });

  test('the frozen envelope is made again, byte for byte, and verifies', () => {
    const bytes = Buffer.from(frozen.payloadText);
    expect(keyId).toBe(frozen.keyId);
    expect(signEnvelope(frozen.envelope.payloadType, bytes, { keyId, seed })).toEqual(frozen.envelope);
    expect(verifyEnvelope(frozen.envelope, expected)).toMatchObject({ ok: true, payload: bytes });
  });
});

describe('dsse: an envelope', () => {
  test('hands out the type and the bytes that were signed', () => {
    expect(verifyEnvelope(envelope, { ...expected, payloadType })).toEqual({
      ok: true,
      payloadType,
      payload,
    });
    expect(verifyEnvelope(JSON.parse(JSON.stringify(envelope)), expected).ok).toBe(true);
  });

  test('cannot be read under another split of type and payload', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (type, body, otherType, otherBody) => {
        fc.pre(type !== otherType || body !== otherBody);
        expect(preAuthEncoding(type, Buffer.from(body))).not.toEqual(
          preAuthEncoding(otherType, Buffer.from(otherBody)),
        );
      }),
    );
  });

  test('whose type has no UTF-8 form is not signed', () => {
    expect(() => signEnvelope('\ud800', payload, { keyId, seed })).toThrow(TypeError);
    expect(refusalOf({ ...envelope, payloadType: '\ud800' })).toBe('envelope_malformed');
  });

  test.each<[string, unknown, EnvelopeFault]>([
    ['is no object', null, 'envelope_malformed'],
    ['is a text', JSON.stringify(envelope), 'envelope_malformed'],
    ['is an array', [envelope], 'envelope_malformed'],
    ['lacks its payload', { payloadType, signatures: envelope.signatures }, 'envelope_malformed'],
    ['carries a field that nobody signed', { ...envelope, note: 'unsigned' }, 'envelope_malformed'],
    ['has a payload that is no text', { ...envelope, payload: 1 }, 'envelope_malformed'],
    ['has signatures that are no list', { ...envelope, signatures: signature }, 'envelope_malformed'],
    ['has a signature that is null', { ...envelope, signatures: [null] }, 'envelope_malformed'],
    ['has a signature without key id', { ...envelope, signatures: [{ sig }] }, 'envelope_malformed'],
    [
      'has a signature field too many',
      { ...envelope, signatures: [{ ...signature, cert: '' }] },
      'envelope_malformed',
    ],
    ['has no signature', unsignedEnvelope(payloadType, payload), 'signature_missing'],
    ['has two signatures', { ...envelope, signatures: [signature, signature] }, 'signature_surplus'],
    [
      'has a payload without padding',
      { ...envelope, payload: envelope.payload.replaceAll('=', '') },
      'payload_not_base64',
    ],
    [
      'has a payload with a line break',
      { ...envelope, payload: `${envelope.payload}\n` },
      'payload_not_base64',
    ],
    ['has a payload with stray bits', { ...envelope, payload: 'eyJhIjoxfR==' }, 'payload_not_base64'],
    [
      'has a signature in base64url',
      { ...envelope, signatures: [{ keyid: keyId, sig: '-_' }] },
      'signature_not_base64',
    ],
    ['has an empty signature', { ...envelope, signatures: [{ keyid: keyId, sig: '' }] }, 'signature_length'],
    [
      'has another payload',
      { ...envelope, payload: Buffer.from('{"a":2}').toString('base64') },
      'signature_mismatch',
    ],
    ['has another type', { ...envelope, payloadType: 'x' }, 'signature_mismatch'],
    ['names another key', { ...envelope, signatures: [{ keyid: 'x', sig }] }, 'key_id_unexpected'],
  ])('that %s is refused', (_, candidate, reason) => {
    expect(refusalOf(candidate)).toBe(reason);
  });

  test('of another type than the reader understands is refused, though its signature is good', () => {
    expect(refusalOf(envelope, { ...expected, payloadType: 'x' })).toBe('payload_type_unexpected');
  });

  test('is never accepted for its key id: the public key decides', () => {
    const stranger = publicKeyOf(Buffer.alloc(32, 1));
    expect(refusalOf(envelope, { keyId, publicKey: stranger })).toBe('signature_mismatch');
    expect(refusalOf(envelope, { keyId, publicKey: Buffer.alloc(5) })).toBe('public_key_length');
  });

  test(
    'with one bit changed, 10,000 times, never verifies and never throws',
    () => {
      const text = Buffer.from(JSON.stringify(envelope));
      fc.assert(
        fc.property(fc.nat({ max: text.length * 8 - 1 }), (bit) => {
          const changed = Buffer.from(text);
          changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
          let candidate: unknown = changed.toString();
          try {
            candidate = JSON.parse(changed.toString());
          } catch {
            // No longer JSON: then the text itself is what arrives.
          }
          expect(verifyEnvelope(candidate, expected).ok).toBe(false);
        }),
        { numRuns: 10_000 },
      );
    },
    JUDGES_THOUSANDS_MS,
  );

  test('of any shape is judged without an exception', () => {
    const part = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.constant(sig));
    const shape = fc.record(
      {
        payloadType: part,
        payload: part,
        signatures: fc.oneof(part, fc.array(fc.record({ keyid: part, sig: part }))),
      },
      { requiredKeys: [] },
    );
    fc.assert(fc.property(fc.oneof(shape, fc.anything()), (candidate) => refusalOf(candidate) !== null));
  });
});
