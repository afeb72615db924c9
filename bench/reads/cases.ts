/**
 * What is read: the same by GraphQL and by SQL that is written for the bench, byte for byte; and what PostGraphile is
 * asked for instead. It has no places in the log and no way from an entry to its decisions, so it is asked for less.
 */
import { hash } from 'node:crypto';

export interface Case {
  readonly what: string;
  /** The login of the SQL. */
  readonly login: 'observe' | 'reader';
  readonly query: string;
  readonly variables: (n: number) => Record<string, unknown>;
  /** Of entry `:n`, as pgbench writes variables. */
  readonly sql: string;
  readonly peer: string;
  readonly peerVariables: (n: number) => Record<string, unknown>;
}

// pgbench takes a colon before a letter for a variable, in a literal, too.
const time = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24":"MI":"SS.US"Z"')`;
const text = (column: string) => `to_json(${column})::text`;
const orNull = (value: string) => `coalesce(${value}, 'null')`;
const url = (clear: string) => `translate(encode(convert_to(${clear}, 'UTF8'), 'base64'), E'+/=\\n', '-_')`;
const named = (column: string, words: readonly string[]) =>
  `case ${column} ${words.map((word) => `when '${word.replace(':', "' || ':' || '")}' then '"${word.toUpperCase().replace(/[:-]/g, '_')}"'`).join(' ')} end`;

const STATES = ['marked', 'review_pending', 'reviewed_approved', 'cut_applied', 'verified_complete'];
const KINDS = ['mark', 'sweep_promote', 'review:approve', 'cut', 'verify:pass'];
const G = 'cutter_governance.v_';
const PLACE = 'cutter_log.row_place';

/** A page's info of a query `p` that has the number of rows found, and the last place shown. */
const info = (noun: string) => `'],"pageInfo":{"hasNextPage":' || (p.count > 50)::text || ',"endCursor":"' ||
  ${url(`'["${noun}","OLDEST_FIRST","@2","' || (select incarnation from cutter_log.head) || '","' || p.positions[50] || '",' || p.ordinals[50] || ']'`)} || '"}'`;

/** The first 50 rows of a noun in the order of the log, and whether there is one more. */
const page = (noun: string, view: string, key: string, row: string) => `
  select string_agg(case when at <= 50 then ${row} end, ',' order by at) as rows, count(*),
    array_agg(position order by at) as positions, array_agg(ordinal order by at) as ordinals
  from (select v.*, o.position, o.ordinal, row_number() over (order by o.position, o.ordinal) as at
    from (select * from ${PLACE} where noun = '${noun}' order by position, ordinal limit 51) o
    join ${G}${view}_observe v on v.${key} = o.row_id) r`;

const HISTORY_ROW = `'{"historyId":"' || h.history_id || '","changeKind":' || ${named('h.change_kind', KINDS)} ||
  ',"entryVersionBefore":' || ${orNull(named('h.entry_version_before', STATES))} || ',"entryVersionAfter":' ||
  ${named('h.entry_version_after', STATES)} || ',"changedBy":' || ${text('h.changed_by')} || ',"changedAt":"' ||
  ${time('h.changed_at')} || '"}'`;

const placed = (alias: string, key: string, noun: string) =>
  `left join ${PLACE} o on o.row_id = ${alias}.${key} and o.noun = '${noun}'`;

const ENTRY_ROW = `'{"entryId":"' || r.entry_id || '","kind":' || ${named('r.kind', ['cut_request', 'escalation'])} ||
  ',"status":' || ${named('r.status', STATES)} || ',"emittedAt":"' || ${time('r.emitted_at')} || '","history":{"nodes":[' ||
  coalesce((select string_agg(${HISTORY_ROW}, ',' order by o.position, o.ordinal)
    from (select h.*, o.position, o.ordinal from ${G}decision_backlog_history_observe h ${placed('h', 'history_id', 'History')}
      where h.entry_id = r.entry_id order by o.position, o.ordinal limit 10) h (history_id, entry_id, entry_version_before,
      entry_version_after, change_kind, changed_by, changed_at, position, ordinal), lateral (select h.position, h.ordinal) o), '') ||
  ']},"reviewDecisions":{"nodes":[' ||
  coalesce((select string_agg('{"reviewDecisionId":"' || d.review_decision_id || '","verdict":' ||
      ${named('d.verdict', ['approve', 'reject', 'defer'])} || ',"manifestVersion":' || ${text('d.manifest_version')} ||
      ',"decisionAt":"' || ${time('d.decision_at')} || '","decidedBy":' || ${text('d.decided_by')} || '}', ',' order by d.position, d.ordinal)
    from (select d.*, o.position, o.ordinal from ${G}manifest_envelope_observe m
      join ${G}review_decision_observe d on d.manifest_id = m.envelope_id ${placed('d', 'review_decision_id', 'ReviewDecision')}
      where m.source_doc_ref = r.entry_id::text order by o.position, o.ordinal limit 5) d), '') ||
  ']},"changeSets":{"nodes":[' ||
  coalesce((select string_agg('{"changeSetId":"' || c.change_set_id || '","changeKind":' ||
      ${named('c.change_kind', ['cut', 'compensation'])} || ',"effectDigest":' || ${text('c.effect_digest')} || ',"emittedBy":' ||
      ${text('c.emitted_by')} || ',"emittedAt":"' || ${time('c.emitted_at')} || '","affectedRows":{"nodes":[' ||
      coalesce((select string_agg('{"affectedRowId":"' || a.affected_row_id || '","ordinal":' || a.ordinal || ',"effectKind":' ||
          ${named('a.effect_kind', ['insert', 'update'])} || ',"targetRowId":' || ${text('a.target_row_id')} || '}', ',' order by a.ordinal)
        from (select * from ${G}cut_change_set_affected_row_observe a where a.change_set_id = c.change_set_id
          order by a.ordinal limit 100) a), '') || ']}}', ',' order by c.position, c.ordinal)
    from (select c.*, o.position, o.ordinal from ${G}cut_change_set_observe c ${placed('c', 'change_set_id', 'ChangeSet')}
      where c.decision_backlog_entry_id = r.entry_id order by o.position, o.ordinal limit 5) c), '') || ']}}'`;

const entryOf = (row: string, key: string, before: string, after: string) =>
  `select '{"data":{"${before}":' || coalesce((select ${row} from ${G}decision_backlog_entry_observe r
    where r.entry_id = ${key}), 'null') || '${after}'`;

const plainEntry = (
  first: string,
) => `'{${first}"kind":' || ${named('r.kind', ['cut_request', 'escalation'])} || ',"status":' ||
  ${named('r.status', STATES)} || ',"emittedAt":"' || ${time('r.emitted_at')} || '"}'`;

const CURRENT = `select u.id, u.canonical_address, v.body, v.version_seq,
    case when exists (select from ${G}cut_change_set_observe x where x.compensates_change_set_id = k.change_set_id) then 'VOID'
      when exists (select from ${G}manifest_unit_block_observe b where b.envelope_id = (
          select n.manifest_id from cutter_source.v_document_cut n where n.doc_code = u.doc_code and not exists (
            select from ${G}cut_change_set_observe x where x.compensates_change_set_id = n.change_set_id)
          order by n.cut_seq desc nulls last, n.change_set_id desc limit 1)
        and b.proposed_canonical_address = u.canonical_address and b.block_role = 'result') then 'CURRENT'
      else 'VANISHED' end as state
  from public.information_unit u
  cross join lateral (select * from public.unit_version v where v.unit_id = u.id order by v.version_seq desc limit 1) v
  join cutter_source.v_document_cut k on k.change_set_id = (v.provenance ->> 'change_set_id')::uuid`;

export const CASES: readonly Case[] = [
  {
    what: 'a page of 50 entries with rows below',
    login: 'observe',
    query: `{ entries(first: 50) { nodes { entryId kind status emittedAt
      history(first: 10) { nodes { historyId changeKind entryVersionBefore entryVersionAfter changedBy changedAt } }
      reviewDecisions(first: 5) { nodes { reviewDecisionId verdict manifestVersion decisionAt decidedBy } }
      changeSets(first: 5) { nodes { changeSetId changeKind effectDigest emittedBy emittedAt
        affectedRows(first: 100) { nodes { affectedRowId ordinal effectKind targetRowId } } } } }
      pageInfo { hasNextPage endCursor } } }`,
    variables: () => ({}),
    sql: `select '{"data":{"entries":{"nodes":[' || p.rows || ${info('Entry')} || '}}}'
      from (${page('Entry', 'decision_backlog_entry', 'entry_id', ENTRY_ROW)}) p`,
    peer: `{ allDecisionBacklogEntries(first: 50) { nodes { entryId kind status emittedAt
      decisionBacklogHistoriesByEntryId(first: 10) { nodes {
        historyId changeKind entryVersionBefore entryVersionAfter changedBy changedAt } }
      cutChangeSetsByDecisionBacklogEntryId(first: 5) { nodes { changeSetId changeKind effectDigest emittedBy emittedAt
        cutChangeSetAffectedRowsByChangeSetId(first: 100) { nodes { affectedRowId ordinal effectKind targetRowId } } } } }
      pageInfo { hasNextPage endCursor } } }`,
    peerVariables: () => ({}),
  },
  {
    what: 'a page of 50 moves',
    login: 'observe',
    query: `{ history(first: 50) { nodes { historyId changeKind entryVersionBefore entryVersionAfter changedBy changedAt }
      pageInfo { hasNextPage endCursor } } }`,
    variables: () => ({}),
    sql: `select '{"data":{"history":{"nodes":[' || p.rows || ${info('History')} || '}}}'
      from (${page('History', 'decision_backlog_history', 'history_id', HISTORY_ROW.replaceAll('h.', 'r.'))}) p`,
    peer: `{ allDecisionBacklogHistories(first: 50) { nodes {
      historyId changeKind entryVersionBefore entryVersionAfter changedBy changedAt } pageInfo { hasNextPage endCursor } } }`,
    peerVariables: () => ({}),
  },
  {
    what: 'an entry by its id',
    login: 'observe',
    query: 'query ($id: UUID!) { entry(entryId: $id) { entryId kind status emittedAt } }',
    variables: (n) => ({ id: idOf('entry', n) }),
    sql: `${entryOf(plainEntry(`"entryId":"' || r.entry_id || '",`), `md5('entry:' || :n)::uuid`, 'entry', '}}')}`,
    peer: 'query ($id: UUID!) { decisionBacklogEntryByEntryId(entryId: $id) { entryId kind status emittedAt } }',
    peerVariables: (n) => ({ id: idOf('entry', n) }),
  },
  {
    what: 'a node by its id',
    login: 'observe',
    query: 'query ($id: ID!) { node(id: $id) { id ... on Entry { kind status emittedAt } } }',
    variables: (n) => ({ id: Buffer.from(`Entry:${idOf('entry', n)}`).toString('base64url') }),
    sql: `${entryOf(plainEntry(`"id":"' || ${url(`'Entry:' || r.entry_id`)} || '",`), `md5('entry:' || :n)::uuid`, 'node', '}}')}`,
    peer: 'query ($id: ID!) { node(id: $id) { id ... on DecisionBacklogEntry { kind status emittedAt } } }',
    peerVariables: (n) => ({ id: peerId(n) }),
  },
  {
    what: 'a unit by its address',
    login: 'reader',
    query: 'query ($address: String!) { unit(address: $address) { unitId address text versionSeq state } }',
    variables: (n) => ({ address: `doc-${n}/1` }),
    sql: `select '{"data":{"unit":' || coalesce((select '{"unitId":"' || u.id || '","address":' || ${text('u.canonical_address')} ||
        ',"text":' || ${text('u.body')} || ',"versionSeq":' || u.version_seq || ',"state":"' || u.state || '"}'
      from (${CURRENT}) u where u.canonical_address = 'doc-' || :n || '/1'), 'null') || '}}'`,
    peer: `query ($address: String!) { publicInformationUnitByCanonicalAddress(canonicalAddress: $address) {
      rowId canonicalAddress publicUnitVersionsByUnitId(first: 1) { nodes { body versionSeq } } } }`,
    peerVariables: (n) => ({ address: `doc-${n}/1` }),
  },
];

function peerId(n: number): string {
  return Buffer.from(JSON.stringify(['DecisionBacklogEntry', idOf('entry', n)])).toString('base64');
}

/** The id that the ledger's filling gives. */
function idOf(kind: string, n: number): string {
  const hex = hash('md5', `${kind}:${n}`, 'hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
