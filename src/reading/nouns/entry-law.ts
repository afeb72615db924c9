/**
 * What the law asks about an entry, in SQL: who did what to it, which verb it waits for, and what hinders that. The
 * conditions follow from the law's own tables, and a test holds them to its functions.
 */
import {
  type ActingCaller,
  type EntryVerb,
  NEXT_VERBS,
  SEPARATE_DEEDS,
  statesOfVerb,
  WAY_KIND,
} from '../../law/actions.ts';
import { SEPARATIONS } from '../../law/parties.ts';
import { ENTRY_STATES, type EntryState } from '../../law/states.ts';
import { leanedApprovalsSql, openCommentsSql } from '../../ledger/approval-facts.ts';
import { openPredecessorsSql } from '../../ledger/open-predecessors.ts';
import { timeTextSql } from '../../text/time-sql.ts';
import { uuidIn } from './document-cuts.ts';
import type { OwnRows } from './relation.ts';
import { CHANGE_SETS, DECISIONS, DEPENDENCIES, ENTRIES, MANIFESTS, MOVES, RESULTS } from './views.ts';

/** The live decision of an entry: the one that nothing superseded. CUT and REVIEW look it up alike. */
export function ofLiveDecision(column: string, entry: string): string {
  return `(select ${column} from ${MANIFESTS} m join ${DECISIONS} d on d.manifest_id = m.envelope_id
    where m.source_doc_ref = ${entry}.entry_id::text and d.superseded_by_review_decision_id is null
    order by d.created_at desc, d.review_decision_id desc limit 1)`;
}

/** The cut of an entry. It has one at most; a ledger that was altered must not stop its reader. */
export function ofCut(column: string, entry: string): string {
  return `(select ${column} from ${CHANGE_SETS} c
    where c.decision_backlog_entry_id = ${entry}.entry_id and c.change_kind = 'cut'
    order by c.emitted_at desc, c.change_set_id desc limit 1)`;
}

/** The verdict on the cut of an entry; one at most, too. */
export function ofVerdict(column: string, entry: string): string {
  return `(select ${column} from ${RESULTS} r where r.change_set_id = ${ofCut('c.change_set_id', entry)}
    order by r.verified_at desc, r.verify_result_id desc limit 1)`;
}

type SeparatedDeed = (typeof SEPARATIONS)[keyof typeof SEPARATIONS][number];

/** The principal that did something to an entry, as text. */
const DOERS: Readonly<Record<SeparatedDeed, (entry: string) => string>> = {
  marked: (e) =>
    `(select h.changed_by from ${MOVES} h where h.entry_id = ${e}.entry_id and h.change_kind = 'mark' limit 1)`,
  registered: (e) =>
    `(select r.registered_by from cutter_source.v_entry_registrar r where r.entry_id = ${e}.entry_id)`,
  cut: (e) => ofCut('c.emitted_by', e),
};

/** The deeds that forbid a verb to those who did them. */
function deedsAgainst(verb: EntryVerb): readonly SeparatedDeed[] {
  const deed = SEPARATE_DEEDS[verb];
  return deed === undefined ? [] : SEPARATIONS[deed];
}

const VERBS_APART = Object.keys(SEPARATE_DEEDS) as EntryVerb[];

/** Who did a deed to an entry: `{"principal": …, "person": …}`, or null. */
function partyOfDeed(deed: SeparatedDeed, entry: string): string {
  return `(select json_build_object('principal', w.id, 'person', p.person_id::text)
    from (select ${DOERS[deed](entry)} as id) w
    left join cutter_auth.principal p on p.principal_id = ${uuidIn('w.id')} where w.id is not null)`;
}

/** Who did what, of what matters in the entry's state: `{"cut": {"principal": …, "person": …}}`. */
function partiesOf(entry: string): string {
  const members = VERBS_APART.flatMap((verb) =>
    deedsAgainst(verb).map((deed) => {
      const who = partyOfDeed(deed, entry);
      return `'${deed}', case when ${entry}.status in (${listed(statesOfVerb(verb))}) then ${who} end`;
    }),
  );
  return `json_build_object(${members.join(', ')})`;
}

/** The facts of `ActedEntry`. */
export function actedFacts(entry: string): string {
  return `select json_build_object('kind', ${entry}.kind, 'status', ${entry}.status, 'did', ${partiesOf(entry)})`;
}

/** The time from which decision `d` counts, or null. */
const BEGIN = `(select b.not_before from cutter_source.v_decision_begin b
  where b.review_decision_id = d.review_decision_id)`;

const VIEWS = { entries: ENTRIES, dependencies: DEPENDENCIES };
const time = (column: string) => timeTextSql(column);

/** The facts of `HinderedEntry`. What only matters for a cut is looked up for entries that wait for one. */
export function hinderedFacts(entry: string): string {
  const waits = `${entry}.status = 'reviewed_approved'`;
  const comments = `case ${entry}.status
    when 'review_pending' then ${openCommentsSql(`${entry}.entry_id`, 'true')}
    when 'reviewed_approved' then ${openCommentsSql(
      `${entry}.entry_id`,
      `v.manifest_digest = ${ofLiveDecision('d.manifest_version', entry)}`,
    )} end`;
  const approved = (fact: string) => `case when ${waits} then ${fact} end`;
  return `select json_build_object(${hinderedMembers(entry, approved, comments)})`;
}

function hinderedMembers(entry: string, approved: (fact: string) => string, comments: string): string {
  const superseded = `(select p.review_decision_id from ${DECISIONS} p
    where p.review_decision_id = d.prior_review_decision_id and p.verdict = 'approve')`;
  const live = `json_build_object('id', d.review_decision_id, 'verdict', d.verdict,
    'manifestDigest', d.manifest_version, 'unitLocalId', d.manifest_unit_local_id,
    'expiresAt', ${time('d.expires_at')}, 'notBefore', ${time(BEGIN)}, 'supersededApproval', ${superseded})`;
  const unverified = `(select coalesce(json_agg(u.cut_entry_id order by u.cut_entry_id), '[]')
    from cutter_source.v_unverified_cut u where u.entry_id = ${entry}.entry_id)`;
  const changed = `(select json_build_object('address', x.address) from cutter_source.v_changed_base x
    where x.envelope_id = ${ofLiveDecision('d.manifest_id', entry)})`;
  return `'entryId', ${entry}.entry_id, 'kind', ${entry}.kind, 'status', ${entry}.status,
    'at', ${time('transaction_timestamp()')}, 'live', ${ofLiveDecision(live, entry)},
    'open', ${approved(openPredecessorsSql(`${entry}.entry_id`, VIEWS))},
    'leaned', ${approved(leanedApprovalsSql(ofLiveDecision('d.review_decision_id', entry)))},
    'unverified', ${approved(unverified)}, 'changed', ${approved(changed)}, 'comments', ${comments}`;
}

/** Comments that are looked at where all of them count. */
const ALL_COMMENTS = 1_000;

/**
 * The facts of an entry, whatever its state, for those who say what a phase still needs: `EntryFacts` of the entry with
 * this id, given as SQL. As cutter_evidence.
 */
export function readinessFacts(id: string): string {
  const deeds = (Object.keys(DOERS) as SeparatedDeed[]).map((deed) => `'${deed}', ${partyOfDeed(deed, 'e')}`);
  const comments = openCommentsSql('e.entry_id', 'true', ALL_COMMENTS);
  const subject = (column: string) =>
    `(select t.${column} from cutter_source.v_entry_subject t where t.entry_id = e.entry_id)`;
  return `select json_build_object(${hinderedMembers('e', (fact) => fact, comments)},
      'did', json_build_object(${deeds.join(', ')}), 'docCode', ${subject('doc_code')},
      'sourceId', ${subject('source_id')}, 'changeSetId', ${ofCut('c.change_set_id', 'e')},
      'spec', (select b.payload->'proposed_cut_spec' from cutter_governance.decision_backlog_entry b
        where b.entry_id = e.entry_id)) as facts
    from ${ENTRIES} e where e.entry_id = ${id}`;
}

/** The verbs of the way, each with the states of the entries that wait for it. */
const WAY: ReadonlyMap<EntryVerb, readonly EntryState[]> = new Map(
  [...new Set(Object.values(NEXT_VERBS))].map((verb) => [
    verb,
    ENTRY_STATES.filter((state) => NEXT_VERBS[state] === verb),
  ]),
);

const listed = (states: readonly EntryState[]) => states.map((state) => `'${state}'`).join(', ');

/**
 * The entries that wait for a verb which this caller may call (`entryActions`). What a time has to pass for isn't
 * waited for, and an approval that has expired waits for another review.
 */
export function waitingFor({ principal, person, verbs }: ActingCaller): OwnRows {
  const own = [...WAY].filter(([verb]) => verbs.has(verb));
  const status = [...new Set(own.flatMap(([verb, waiting]) => [...waiting, ...reopened(verb)]))];
  return {
    fields: { status, kind: [WAY_KIND] },
    values: [principal ?? 'nobody', person ?? 'nobody'],
    condition(e, values) {
      const waits = own.map(([verb, waiting]) => waitsFor(verb, waiting, e, values));
      // A statement has to use each of its values.
      return `(cardinality(${values}) > 0 and (${waits.join(' or ') || 'false'}))`;
    },
  };
}

/** A review is waited for again once the approval has expired. */
const reopened = (verb: EntryVerb): readonly EntryState[] => (verb === 'review' ? ['reviewed_approved'] : []);

function waitsFor(verb: EntryVerb, states: readonly EntryState[], e: string, given: string): string {
  const live = (condition: string) => `coalesce(${ofLiveDecision(condition, e)}, false)`;
  const expired = live('d.expires_at <= transaction_timestamp()');
  const early = live(`${BEGIN} > transaction_timestamp()`);
  const timely = states.map((state) => {
    const is = `${e}.status = '${state}'`;
    if (state === 'reviewed_approved') return `(${is} and not ${expired} and not ${early})`;
    return state === 'reviewed_deferred' ? `(${is} and not ${early})` : is;
  });
  const again = reopened(verb).map((state) => `(${e}.status = '${state}' and ${expired})`);
  const apart = deedsAgainst(verb).map((deed) => `not ${isShared(DOERS[deed](e), given)}`);
  return [`(${[...timely, ...again].join(' or ')})`, ...apart].join(' and ');
}

/** That the principal with this id, or its person, is the caller's. */
function isShared(who: string, given: string): string {
  return `exists (select from (select ${who} as id) w
    left join cutter_auth.principal p on p.principal_id = ${uuidIn('w.id')}
    where w.id = (${given})[1] or p.person_id::text = (${given})[2])`;
}
