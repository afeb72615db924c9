/** Queries over the views of other nouns, for relations that lead through them. */

const V = 'cutter_governance.v_';
export const CHANGE_SETS = `${V}cut_change_set_observe`;
export const MANIFESTS = `${V}manifest_envelope_observe`;
export const DECISIONS = `${V}review_decision_observe`;
export const MOVES = `${V}decision_backlog_history_observe`;
export const DEPENDENCIES = `${V}decision_backlog_dependency_observe`;
export const ENTRIES = `${V}decision_backlog_entry_observe`;
export const RESULTS = `${V}verify_result_observe`;

/** The ids of the change sets `c` that meet a condition. */
export function changeSetIds(condition: string): string {
  return `(select c.change_set_id from ${CHANGE_SETS} c where ${condition})`;
}

/** The entry of the change set with this id. */
export function entryOfChangeSet(id: string): string {
  return `(select c.decision_backlog_entry_id from ${CHANGE_SETS} c where c.change_set_id = ${id})`;
}

/** The entry of the manifest with this id. */
export function entryOfManifest(id: string): string {
  return `(select m.source_doc_ref::uuid from ${MANIFESTS} m where m.envelope_id = ${id})`;
}
