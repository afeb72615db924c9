import { KEY_ACTS } from './key-statement.ts';
import type { HistoryChangeKind } from './values.ts';

/** The verbs that callers have. Each writes one record of the log under its own name. */
const LEDGER_VERBS = [
  'registerSource',
  'mark',
  'declareDependency',
  'sweep',
  'review',
  'cut',
  'verify',
  'abandon',
  'registerVocabulary',
  'registerProfile',
  'comment',
  'resolveComment',
  'createPrincipal',
  'updatePrincipal',
  'suspendPrincipal',
  'issueToken',
  'narrowToken',
  'rotateToken',
  'revokeToken',
  'changeRules',
  'approveCut',
  'revokeCutApproval',
] as const;
export type LedgerVerb = (typeof LEDGER_VERBS)[number];

/**
 * What the owner of the database does with persons, principals and tokens: `adopt` takes in those that are there
 * without a record, `begin` writes the first ones.
 */
const OWNER_PARTY_VERBS = ['party:adopt', 'party:begin'] as const;
export type OwnerPartyVerb = (typeof OWNER_PARTY_VERBS)[number];

/** What the owner of the database does: `begin` writes the rules that a ledger begins with. */
export const OWNER_RULES_VERB = 'rules:begin';

/** The same: registers the key with which a person approves cuts. */
export const OWNER_APPROVER_VERB = 'approver:key';

/**
 * Every verb that a record may name: those of callers, those of the owner about keys and parties, and the resumption of
 * a ledger that was set back.
 */
export const RECORD_VERBS: ReadonlySet<string> = new Set([
  ...LEDGER_VERBS,
  ...KEY_ACTS.map((act) => `key:${act}`),
  ...OWNER_PARTY_VERBS,
  OWNER_RULES_VERB,
  OWNER_APPROVER_VERB,
  'resume',
]);

/**
 * Which verbs' records may hold a move. A failed verification itself marks its escalation.
 */
const VERBS_OF_MOVE: Readonly<Record<HistoryChangeKind, readonly LedgerVerb[]>> = {
  mark: ['mark', 'verify'],
  sweep_promote: ['sweep'],
  'review:approve': ['review'],
  'review:reject': ['review'],
  'review:defer': ['review'],
  cut: ['cut'],
  'verify:pass': ['verify'],
  'verify:fail': ['verify'],
  abandon: ['abandon'],
};

/** Whether a record of this verb may hold a move of this kind. */
export function mayHoldMove(verb: string, changeKind: string): boolean {
  const verbs: readonly string[] | undefined = Object.hasOwn(VERBS_OF_MOVE, changeKind)
    ? VERBS_OF_MOVE[changeKind as HistoryChangeKind]
    : undefined;
  return verbs?.includes(verb) === true;
}
