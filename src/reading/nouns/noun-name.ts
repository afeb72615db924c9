/** The twelve nouns of the ledger. */
export type NounName =
  | 'Entry'
  | 'History'
  | 'Dependency'
  | 'Sweep'
  | 'Manifest'
  | 'UnitBlock'
  | 'ReviewDecision'
  | 'ChangeSet'
  | 'AffectedRow'
  | 'VerifyResult'
  | 'Signature'
  | 'AddressAlias';
