import {
  publicKeyOf,
  signMessage,
  signWithTweetnacl,
  verifySignature,
  verifyWithTweetnacl,
} from './ed25519.ts';
import { EngineDisagreement } from './engine-disagreement.ts';

/** RFC 8032 §7.1, TEST 2. */
const SEED = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex');
const MESSAGE = Buffer.of(0x72);
const SIGNATURE = Buffer.from(
  '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
    '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  'hex',
);

const ENGINES = [
  { engine: 'node:crypto', sign: signMessage, judge: verifySignature },
  { engine: 'tweetnacl', sign: signWithTweetnacl, judge: verifyWithTweetnacl },
] as const;

/**
 * Throw an EngineDisagreement unless both engines make the signature of the RFC, accept it and refuse a spoilt one.
 * Each process that signs or judges natively asks this once, before anything else.
 */
export function assertEnginesAgree(): void {
  const publicKey = publicKeyOf(SEED);
  const spoilt = Buffer.from(SIGNATURE);
  spoilt[33] = (spoilt[33] as number) ^ 1;
  for (const { engine, sign, judge } of ENGINES) {
    if (!SIGNATURE.equals(sign(SEED, MESSAGE)))
      throw new EngineDisagreement(`${engine} signs other bytes than RFC 8032 prescribes`);
    if (!judge(publicKey, MESSAGE, SIGNATURE).ok)
      throw new EngineDisagreement(`${engine} refuses a good signature`);
    if (judge(publicKey, MESSAGE, spoilt).ok)
      throw new EngineDisagreement(`${engine} accepts a spoilt signature`);
  }
}
