import type { Session } from '../auth/session.ts';
import type { Noun } from './nouns/noun.ts';
import type { BacklogName, EvidenceName, NounName } from './nouns/noun-name.ts';
import { NOUNS } from './nouns/nouns.ts';

/**
 * What a token narrowed to entries reads: the rows that lead to one of them. Every row of every noun is read from
 * `Noun.view`, at the root and below, so that is the one place that is narrowed. Each condition goes by an index.
 */

const V = 'cutter_governance.v_';
const SUBJECTS = 'cutter_source.v_entry_subject';
const MANIFESTS = (ids: string) =>
  `(select m.envelope_id from ${V}manifest_envelope_observe m where m.source_doc_ref = any(${ids}::text[]))`;
const CHANGE_SETS = (ids: string) =>
  `(select c.change_set_id from ${V}cut_change_set_observe c where c.decision_backlog_entry_id = any(${ids}))`;
const MOVERS = (ids: string) =>
  `(select h.changed_by from ${V}decision_backlog_history_observe h where h.entry_id = any(${ids}))`;
const RESULTS = (ids: string) =>
  `(select v.verify_result_id from ${V}verify_result_observe v where v.change_set_id in ${CHANGE_SETS(ids)})`;

/** That row `r` leads to one of the entries `ids`, a list of UUIDs. */
const REACHES: Readonly<Record<Exclude<NounName, EvidenceName | BacklogName>, (ids: string) => string>> = {
  Entry: (ids) => `r.entry_id = any(${ids})`,
  History: (ids) => `r.entry_id = any(${ids})`,
  // An edge shows both its entries.
  Dependency: (ids) => `r.from_entry_id = any(${ids}) and r.to_entry_id = any(${ids})`,
  // A pass goes over many entries, and an alias belongs to none: no row meets this, which names the list because a
  // statement has to use it.
  Sweep: (ids) => `${ids} is null`,
  AddressAlias: (ids) => `${ids} is null`,
  Manifest: (ids) => `r.source_doc_ref = any(${ids}::text[])`,
  UnitBlock: (ids) => `r.envelope_id in ${MANIFESTS(ids)}`,
  ReviewDecision: (ids) => `r.manifest_id in ${MANIFESTS(ids)}`,
  ChangeSet: (ids) => `r.decision_backlog_entry_id = any(${ids})`,
  AffectedRow: (ids) => `r.change_set_id in ${CHANGE_SETS(ids)}`,
  VerifyResult: (ids) => `r.change_set_id in ${CHANGE_SETS(ids)}`,
  Document: (ids) => `r.doc_code in (select t.doc_code from ${SUBJECTS} t where t.entry_id = any(${ids}))`,
  Source: (ids) => `r.source_id in (select t.source_id from ${SUBJECTS} t where t.entry_id = any(${ids}))`,
  Unit: (ids) => `r.entry_id = any(${ids})`,
  UnitInOrder: (ids) => `r.entry_id = any(${ids})`,
  UnitVersion: (ids) => `r.entry_id = any(${ids})`,
  Comment: (ids) => `r.entry_id = any(${ids})`,
  CommentResolution: (ids) =>
    `r.comment_id in (select c.comment_id from cutter_source.review_comment c where c.entry_id = any(${ids}))`,
  // Who reads the audit reads all of it: a narrowed token may not ask.
  AuditRow: (ids) => `${ids} is null`,
  // Who moved one of them.
  Principal: (ids) => `r.principal_id::text in ${MOVERS(ids)}`,
  Person: (ids) =>
    `r.person_id in (select p.person_id from cutter_auth.principal p where p.principal_id::text in ${MOVERS(ids)})`,
  Signature: (ids) =>
    `(r.cross_reference_change_set_id in ${CHANGE_SETS(ids)} or r.cross_reference_verify_result_id in ${RESULTS(ids)})`,
};

/** The entries that a token was narrowed to, or null where it reads all. */
export function reachOf(session: Pick<Session, 'entryIds'> | null): readonly string[] | null {
  return session?.entryIds == null ? null : [...session.entryIds].sort();
}

/** The noun as a narrowed token sees it; `ids` is the list of its entries in the statement. */
export function narrowNoun(noun: Noun, ids: string): Noun {
  const view = noun.viewOf?.(ids) ?? `(select r.* from ${noun.view} r where ${isReached(noun, ids)})`;
  return { ...noun, view, isPart: true };
}

/** That row `r` may be read: what is hidden of a row, where the row itself may be. */
function isReached(noun: Noun, ids: string): string {
  if (noun.hiddenOf === undefined)
    return REACHES[noun.name as Exclude<NounName, EvidenceName | BacklogName>](ids);
  const same = noun.key.map((column) => `e.${column} = r.${column}`).join(' and ');
  return `exists (select from ${narrowNoun(NOUNS[noun.hiddenOf], ids).view} e where ${same})`;
}
