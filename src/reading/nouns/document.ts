import { ENTRY_STATES, isTerminal } from '../../law/states.ts';
import { BLOCKS, CUTS, ofNewestCut } from './document-cuts.ts';
import type { Moment } from './moment.ts';
import { describeNoun } from './noun.ts';
import { toList, toMany, toManyThrough, toOneThrough } from './relation.ts';
import { entriesOf } from './source.ts';
import { RESULTS } from './views.ts';

const SOURCES = 'cutter_source.source';
const ENDED = ENTRY_STATES.filter(isTerminal)
  .map((state) => `'${state}'`)
  .join(', ');

/** What was registered under one code, and what was cut of it. */
export const DocumentNoun = describeNoun({
  name: 'Document',
  login: 'reader',
  view: `(select distinct s.doc_code from ${SOURCES} s)`,
  columns: { docCode: 'text' },
  key: ['doc_code'],
  seat: { of: null, by: 'doc_code', within: ['doc_code'] },
  indexed: ['doc_code'],
  derived: {
    title: {
      sql: (d) => `select s.title from ${SOURCES} s where s.doc_code = ${d}.doc_code and s.title is not null
        order by s.registered_at desc, s.source_id limit 1`,
    },
    unitCount: { sql: unitCount },
    lastVerifiedAt: {
      codec: 'time',
      sql: (
        d,
      ) => `select max(r.verified_at) from ${CUTS} k join ${RESULTS} r on r.change_set_id = k.change_set_id
        where k.doc_code = ${d}.doc_code and r.verdict = 'pass'`,
    },
  },
  relations: {
    sources: toMany('Source', ['doc_code', 'doc_code']),
    entries: toManyThrough('Entry', [], (e, d) => `${e}.entry_id in ${entriesOf(`${d}.doc_code`)}`),
    openEntries: toManyThrough(
      'Entry',
      [],
      (e, d) => `${e}.entry_id in ${entriesOf(`${d}.doc_code`)} and ${e}.status not in (${ENDED})`,
    ),
    changeSets: toManyThrough(
      'ChangeSet',
      [],
      (c, d) => `${c}.decision_backlog_entry_id in ${entriesOf(`${d}.doc_code`)}`,
    ),
    currentChangeSet: toOneThrough(
      'ChangeSet',
      [],
      (c, d, moment) => `${c}.change_set_id = ${ofNewestCut('change_set_id', `${d}.doc_code`, moment)}`,
    ),
    units: toManyThrough(
      'UnitInOrder',
      [],
      (u, d, moment) => `${u}.envelope_id = ${ofNewestCut('manifest_id', `${d}.doc_code`, moment)}`,
    ),
    roots: toList(
      'UnitInOrder',
      ['unit_order'],
      (u, d, moment) =>
        `${u}.envelope_id = ${ofNewestCut('manifest_id', `${d}.doc_code`, moment)} and ${u}.parent_unit_id is null`,
    ),
  },
});

function unitCount(document: string, moment: Moment): string {
  return `select count(*)::int from ${BLOCKS} b
    where b.envelope_id = ${ofNewestCut('manifest_id', `${document}.doc_code`, moment)}
      and b.block_role = 'result' and b.proposed_canonical_address is not null`;
}
