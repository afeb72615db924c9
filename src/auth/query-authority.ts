import type { Scope } from './authority.ts';

/**
 * What each query asks of the caller: a scope, or `null` for a session alone. A field of Query that is missing here
 * stops the server from starting.
 */
export const QUERY_AUTHORITY = {
  whoAmI: null,
  entries: 'ledger:observe',
  entry: 'ledger:observe',
  entryByKey: 'ledger:observe',
  history: 'ledger:observe',
  historyRow: 'ledger:observe',
  dependencies: 'ledger:observe',
  dependency: 'ledger:observe',
  sweepPasses: 'ledger:observe',
  sweepPass: 'ledger:observe',
  manifests: 'ledger:observe',
  manifest: 'ledger:observe',
  unitBlocks: 'ledger:observe',
  unitBlock: 'ledger:observe',
  reviewDecisions: 'ledger:observe',
  reviewDecision: 'ledger:observe',
  changeSets: 'ledger:observe',
  changeSet: 'ledger:observe',
  affectedRows: 'ledger:observe',
  affectedRow: 'ledger:observe',
  verifyResults: 'ledger:observe',
  verifyResult: 'ledger:observe',
  signatures: 'ledger:observe',
  signature: 'ledger:observe',
  addressAliases: 'ledger:observe',
  addressAlias: 'ledger:observe',
  checkpoint: 'ledger:observe',
  inclusionProof: 'ledger:observe',
  consistencyProof: 'ledger:observe',
  keys: 'ledger:observe',
  incarnations: 'ledger:observe',
  record: 'ledger:evidence',
  planCut: 'ledger:evidence',
  node: null,
  nodes: null,
  documents: 'document:read',
  document: 'document:read',
  sources: 'document:read',
  source: 'document:read',
  units: 'document:read',
  unit: 'document:read',
  principals: 'ledger:observe',
  principal: 'ledger:observe',
  reconstruct: 'ledger:evidence',
  passport: 'ledger:evidence',
  integrity: 'ledger:evidence',
} as const satisfies Record<string, Scope | null>;
/** Queries about the whole ledger and no one entry: a token narrowed to entries may not make them. */
export const WHOLE_LEDGER: ReadonlySet<string> = new Set(['integrity'] satisfies QueryName[]);
export type QueryName = keyof typeof QUERY_AUTHORITY;
