/** Checks heads, proofs and passports by the lanes' public keys alone. */
export {
  type Head,
  keysOf,
  type LedgerVerifier,
  openKeys,
  type ShownRecord,
} from '../../../src/client/verification.ts';
export type { Deed, PassportVerdict, Said } from '../../../src/passport/said.ts';
