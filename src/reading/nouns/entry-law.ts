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
import { type EarlierDeed, earlierDeeds, type SeparateDeed, SIDE_OF_DEED } from '../../law/parties.ts';
import { RULES_OF_ORIGIN, SIDES } from '../../law/rules/rules.ts';
import { ENTRY_STATES, type EntryState } from '../../law/states.ts';
import { leanedApprovalsSql, openCommentsSql } from '../../ledger/approval-facts.ts';
import { openPredecessorsSql } from '../../ledger/open-predecessors.ts';
import { approvalsSql } from '../../ledger/rules/approvals.ts';
import { RULES_NOW_SQL } from '../../ledger/rules/rules-sql.ts';
import { sanctionSql } from '../../ledger/sanction/sanction-sql.ts';
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

/** The principals that did something to an entry, as a query of texts. */
const DOERS: Readonly<Record<EarlierDeed, (entry: string) => string>> = {
  marked: (e) => movers(e, "h.change_kind = 'mark'"),
  registered: (e) =>
    `select r.registered_by from cutter_source.v_entry_registrar r where r.entry_id = ${e}.entry_id`,
  reviewed: (e) => movers(e, "h.change_kind in ('review:approve', 'review:reject', 'review:defer')"),
  cut: (e) => `select ${ofCut('c.emitted_by', e)}`,
};

const movers = (entry: string, condition: string) =>
  `select distinct h.changed_by from ${MOVES} h where h.entry_id = ${entry}.entry_id and ${condition}`;

/** The earlier deeds that may forbid a verb to those who did them. */
function deedsAgainst(verb: EntryVerb): readonly EarlierDeed[] {
  const deed = SEPARATE_DEEDS[verb];
  return deed === undefined ? [] : earlierDeeds(deed);
}

const VERBS_APART = Object.keys(SEPARATE_DEEDS) as EntryVerb[];

/** Who did a deed to an entry: `[{"principal": …, "person": …}]`, or null. */
function partiesOfDeed(deed: EarlierDeed, entry: string): string {
  return `(select json_agg(json_build_object('principal', w.id, 'person', p.person_id::text))
    from (${DOERS[deed](entry)}) w (id)
    left join cutter_auth.principal p on p.principal_id = ${uuidIn('w.id')} where w.id is not null)`;
}

/** Who did what, of what matters in the entry's state: `{"cut": [{"principal": …, "person": …}]}`. */
function partiesOf(entry: string): string {
  const deeds = new Set(VERBS_APART.flatMap(deedsAgainst));
  const members = [...deeds].map((deed) => {
    const states = VERBS_APART.filter((verb) => deedsAgainst(verb).includes(deed)).flatMap(statesOfVerb);
    const who = partiesOfDeed(deed, entry);
    return `'${deed}', case when ${entry}.status in (${listed([...new Set(states)])}) then ${who} end`;
  });
  return `json_build_object(${members.join(', ')})`;
}

/** The facts of `ActedEntry`. */
export function actedFacts(entry: string): string {
  return `select json_build_object('kind', ${entry}.kind, 'status', ${entry}.status, 'did', ${partiesOf(entry)},
    'rules', ${RULES_NOW_SQL} -> 'rules')`;
}

/** The newest approval of an entry's cut, used or not; null where it has none. */
export function cutApproval(entry: string): string {
  return `select ${sanctionSql(`${entry}.entry_id`)}`;
}

/** The time from which decision `d` counts, or null. */
const BEGIN = `(select b.not_before from cutter_source.v_decision_begin b
  where b.review_decision_id = d.review_decision_id)`;

const VIEWS = { entries: ENTRIES, dependencies: DEPENDENCIES };
const time = (column: string) => timeTextSql(column);

function approvalsOf(entry: string): string {
  return approvalsSql(ofLiveDecision('d.review_decision_id', entry), { decisions: DECISIONS, begin: BEGIN });
}

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
    'rules', ${RULES_NOW_SQL}, 'approvals', ${approved(approvalsOf(entry))},
    'open', ${approved(openPredecessorsSql(`${entry}.entry_id`, VIEWS))},
    'leaned', ${approved(leanedApprovalsSql(ofLiveDecision('d.review_decision_id', entry)))},
    'sanction', ${approved(sanctionSql(`${entry}.entry_id`))},
    'unverified', ${approved(unverified)}, 'changed', ${approved(changed)}, 'comments', ${comments}`;
}

/** Comments that are looked at where all of them count. */
const ALL_COMMENTS = 1_000;

/**
 * The facts of an entry, whatever its state, for those who say what a phase still needs: `EntryFacts` of the entry with
 * this id, given as SQL. As cutter_evidence.
 */
export function readinessFacts(id: string): string {
  const deeds = (Object.keys(DOERS) as EarlierDeed[]).map((deed) => `'${deed}', ${partiesOfDeed(deed, 'e')}`);
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
export function waitingFor({ principal, person, kind, verbs }: ActingCaller): OwnRows {
  const own = [...WAY].filter(([verb]) => verbs.has(verb));
  const status = [...new Set(own.flatMap(([verb, waiting]) => [...waiting, ...reopened(verb)]))];
  return {
    fields: { status, kind: [WAY_KIND] },
    values: [principal ?? 'nobody', person ?? 'nobody', kind],
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
  const apart = deedsAgainst(verb).map(
    (deed) => `not (${areApart(verb, deed)} and ${isShared(DOERS[deed](e), given)})`,
  );
  const mayReview = verb === 'review' ? [reviews(given)] : [];
  return [`(${[...timely, ...again].join(' or ')})`, ...mayReview, ...apart].join(' and ');
}

const ORIGIN = JSON.stringify(RULES_OF_ORIGIN.rules);
/** The rules now. The planner reads them once for a whole list. */
const RULES_BODY = `coalesce(
  (select u.body from cutter_auth.rules u order by u.version desc limit 1), '${ORIGIN}'::jsonb)`;

/** That the rules keep the caller of a verb apart from who did an earlier deed. */
function areApart(verb: EntryVerb, deed: EarlierDeed): string {
  const pair = [SIDE_OF_DEED[SEPARATE_DEEDS[verb] as SeparateDeed], SIDE_OF_DEED[deed]];
  const [one, other] = SIDES.filter((side) => pair.includes(side));
  return `${RULES_BODY} -> 'apart' @> '[["${one}", "${other}"]]'::jsonb`;
}

/** That the rules let the caller's kind review. */
const reviews = (given: string) => `${RULES_BODY} -> 'reviewerKinds' ? (${given})[3]`;

/** That one of these principals, or its person, is the caller's. */
function isShared(who: string, given: string): string {
  return `exists (select from (${who}) w (id)
    left join cutter_auth.principal p on p.principal_id = ${uuidIn('w.id')}
    where w.id = (${given})[1] or p.person_id::text = (${given})[2])`;
}
