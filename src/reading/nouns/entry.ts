import { ESCALATION_DUE_HOURS } from '../../law/escalation.ts';
import { ENTRY_STATES, type EntryState, isTerminal, wasCut } from '../../law/states.ts';
import { uuidIn } from './document-cuts.ts';
import { ENTRY_COUNTS } from './entry-counts.ts';
import { actedFacts, cutApproval, hinderedFacts, ofCut, ofLiveDecision, ofVerdict } from './entry-law.ts';
import { toEvidence } from './evidence.ts';
import { describeNoun, type FilterRule } from './noun.ts';
import { toMany, toManyThrough, toOneAmong, toOneThrough } from './relation.ts';
import { subjectOf } from './source.ts';
import { CHANGE_SETS, changeSetIds, DECISIONS, MANIFESTS, RESULTS } from './views.ts';

/** Rows of entries by something that these are about. */
export function ofSubject(column: string): FilterRule {
  const subjects = 'cutter_source.v_entry_subject t';
  return {
    codec: 'text',
    login: 'reader',
    sql: (e, value) =>
      `exists (select from ${subjects} where t.entry_id = ${e}.entry_id and t.${column} = ${value})`,
    found: {
      by: 'entry_id',
      values: (value) => `select t.entry_id from ${subjects} where t.${column} = ${value}`,
    },
  };
}

/** Where a verification has left its entry. */
const JUDGED_STATES: readonly EntryState[] = ENTRY_STATES.filter(
  (state) => wasCut(state) && isTerminal(state),
);

export const EntryNoun = describeNoun({
  name: 'Entry',
  view: 'v_decision_backlog_entry_observe',
  columns: { entryId: 'uuid', kind: 'word', status: 'word', emittedAt: 'time' },
  key: ['entry_id'],
  born: ['emitted_at', 'entry_id'],
  indexed: ['entry_id', 'emitted_at', 'status', 'kind'],
  sorts: { STATUS: ['status', 'emitted_at', 'entry_id'] },
  filters: {
    idempotencyKey: ofSubject('idempotency_key'),
    signalSource: ofSubject('signal_source'),
    scenarioRef: ofSubject('scenario_ref'),
    docCode: ofSubject('doc_code'),
  },
  derived: {
    title: { login: 'reader', sql: (e) => subjectOf(`${e}.entry_id`, 'title') },
    signalSource: { login: 'reader', sql: (e) => subjectOf(`${e}.entry_id`, 'signal_source') },
    scenarioRef: { login: 'reader', sql: (e) => subjectOf(`${e}.entry_id`, 'scenario_ref') },
    statusSince: {
      codec: 'time',
      sql: (e) => `select max(h.changed_at) from cutter_governance.v_decision_backlog_history_observe h
        where h.entry_id = ${e}.entry_id and h.entry_version_after = ${e}.status`,
    },
    overdueSince: { codec: 'time', sql: overdueSince },
  },
  counted: ENTRY_COUNTS,
  // An entry's status moves. No grant lets anybody change the rest.
  lasting: { but: ['status'] },
  judged: { actions: actedFacts, blockedBecause: hinderedFacts, cutApproval },
  relations: {
    evidence: toEvidence('EntryEvidence'),
    document: toOneThrough(
      'Document',
      [],
      (d, e) => `${d}.doc_code = ${subjectOf(`${e}.entry_id`, 'doc_code')}`,
    ),
    source: toOneThrough(
      'Source',
      [],
      (s, e) => `${s}.source_id = ${subjectOf(`${e}.entry_id`, 'source_id')}`,
    ),
    liveDecision: toOneThrough(
      'ReviewDecision',
      [['manifests', 'reviewDecisions']],
      (d, e) => `${d}.review_decision_id = ${ofLiveDecision('d.review_decision_id', e)}`,
    ),
    cut: toOneAmong(
      'ChangeSet',
      (c, e) => `${c}.change_set_id = ${ofCut('c.change_set_id', e)}`,
      (c, e) => c['decision_backlog_entry_id'] === e['entry_id'] && c['change_kind'] === 'cut',
    ),
    // A dry run that judges a cut has one verdict, and moves the entry of the cut alone.
    verification: toOneAmong(
      'VerifyResult',
      (r, e) => `${r}.verify_result_id = ${ofVerdict('r.verify_result_id', e)}`,
      (_, e) => JUDGED_STATES.some((state) => state === e['status']),
    ),
    history: toMany('History', ['entry_id', 'entry_id']),
    dependenciesFrom: toMany('Dependency', ['from_entry_id', 'entry_id']),
    dependenciesTo: toMany('Dependency', ['to_entry_id', 'entry_id']),
    manifests: toMany('Manifest', ['source_doc_ref', 'entry_id::text']),
    reviewDecisions: toManyThrough(
      'ReviewDecision',
      ['manifests', 'reviewDecisions'],
      (d, e) =>
        `${d}.manifest_id in (select m.envelope_id from ${MANIFESTS} m where m.source_doc_ref = ${e}.entry_id::text)`,
    ),
    changeSets: toMany('ChangeSet', ['decision_backlog_entry_id', 'entry_id']),
    verifyResults: toManyThrough(
      'VerifyResult',
      ['changeSets', 'verifyResults'],
      (r, e) => `${r}.change_set_id in ${changeSetIds(`c.decision_backlog_entry_id = ${e}.entry_id`)}`,
    ),
    escalations: toManyThrough('Entry', ['changeSets', 'verifyResults', 'escalation'], (x, e) => {
      const judged = `${CHANGE_SETS} c join ${RESULTS} r on r.change_set_id = c.change_set_id`;
      const ofEntry = `c.decision_backlog_entry_id = ${e}.entry_id`;
      return `${x}.entry_id in (select r.escalation_ref from ${judged} where ${ofEntry})`;
    }),
    escalatedBy: toMany('VerifyResult', ['escalation_ref', 'entry_id']),
    owner: toOneThrough(
      'Principal',
      [],
      (p, x) => `${p}.principal_id = (select ${uuidIn('d.decided_by')} from ${RESULTS} r
        join ${DECISIONS} d on d.review_decision_id = r.review_decision_id
        where r.escalation_ref = ${x}.entry_id limit 1)`,
    ),
    answers: toMany('Manifest', ['escalation_ref', 'entry_id']),
    comments: toMany('Comment', ['entry_id', 'entry_id']),
    lastOfSweeps: toMany('Sweep', ['last_entry_id', 'entry_id']),
  },
});

/** When an escalation was due that nobody has taken: it isn't ended, and no plan that was reviewed answers it. */
function overdueSince(x: string): string {
  const due = `${x}.emitted_at + interval '${ESCALATION_DUE_HOURS} hours'`;
  return `select ${due} where ${x}.kind = 'escalation' and ${x}.status = 'marked' and ${due} <= transaction_timestamp()
    and not exists (select from ${MANIFESTS} m where m.escalation_ref = ${x}.entry_id)`;
}
