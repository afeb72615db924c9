/** Checks heads, proofs and passports by the lanes' public keys alone. */

/** Checks that a unit stands in the manifest that was approved, by the manifest's digest alone. */
export {
  type ApprovedRecord,
  type ClaimedUnit,
  type InclusionVerdict,
  type ShownInclusion,
  verifyUnitInclusion,
} from '../../../src/client/unit-inclusion.ts';
export {
  keysOf,
  type LedgerVerifier,
  openKeys,
  type ShownRecord,
  type SizedHead,
} from '../../../src/client/verification.ts';
export type { Deed, PassportVerdict, Said } from '../../../src/passport/said.ts';
