/** Checks heads, proofs and passports by the lanes' public keys alone. */
export {
  keysOf,
  type LedgerVerifier,
  openKeys,
  type ShownRecord,
  type SizedHead,
} from '../../../src/client/verification.ts';
export type { Deed, PassportVerdict, Said } from '../../../src/passport/said.ts';
