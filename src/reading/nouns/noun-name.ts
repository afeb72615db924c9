/** The twelve nouns of the ledger. */
type LedgerNounName =
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

/** What a row of the ledger has beside what observers see. */
export type EvidenceName = `${Exclude<LedgerNounName, 'Dependency'>}Evidence`;

/** Parts of the backlog: no row of the ledger is one. */
export type BacklogName = 'Backlog' | 'StatusCount' | 'StatusAge';

/**
 * What can be read: the ledger's nouns, documents and what was cut of them, and who acts. A unit is listed by address
 * or, as `UnitInOrder`, in the order of its document; both are of the type `Unit`.
 */
export type NounName =
  | LedgerNounName
  | EvidenceName
  | 'Document'
  | 'Source'
  | 'Unit'
  | 'UnitInOrder'
  | 'UnitVersion'
  | 'Principal'
  | 'Comment'
  | 'CommentResolution'
  | 'Person'
  | 'AuditRow'
  | BacklogName;
