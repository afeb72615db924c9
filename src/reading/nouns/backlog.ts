import { actingCaller } from '../../auth/acting-caller.ts';
import { ENTRY_STATES, isTerminal } from '../../law/states.ts';
import { waitingFor } from './entry-law.ts';
import { describeNoun } from './noun.ts';
import { toList, toMine, toOne } from './relation.ts';

/**
 * The backlog as the integrator has counted it. A token narrowed to entries sees the counts of its entries, which are
 * counted for it from where each is now.
 */

const STAYS = 'cutter_log.entry_stay';
const COUNTS = 'cutter_log.status_count';

/** A list of words in SQL. */
function quotedWords(words: readonly string[]): string {
  return words.map((word) => `'${word}'`).join(', ');
}

const OPEN_STATES: readonly string[] = ENTRY_STATES.filter((state) => !isTerminal(state));

/** Where an entry comes in its life, for lists of statuses. */
const IN_LIFE = `array_position(array[${quotedWords(ENTRY_STATES)}], s.status)`;
const IS_OPEN = `s.status in (${quotedWords(OPEN_STATES)})`;

/** That a stay of a few entries goes on: as `is null` it would be looked for among all that go on. */
const IS_LAST = 'coalesce(s.until_position, -1) < 0';

/** The entry that has been longest in a status that the log counts, by the order in which they came. */
const FIRST_OF_COUNT = `select f.entry_id, f.since, f.position, f.ordinal from ${STAYS} f
  where f.status = s.status and f.kind = s.kind and f.until_position is null
  order by f.position, f.ordinal limit 1`;

/** Everything of the backlog hangs under one row. */
export const BacklogNoun = describeNoun({
  name: 'Backlog',
  view: '(select c.next_position from cutter_log.counted c)',
  viewOf: (ids) => `(select c.next_position from cutter_log.counted c where ${ids} is not null)`,
  columns: {},
  key: [],
  hasId: false,
  seat: { of: null, by: 'next_position', within: ['next_position'] },
  indexed: [],
  derived: {
    position: { codec: 'position', sql: (b) => `select nullif(${b}.next_position, 0) - 1` },
  },
  relations: {
    counts: toList('StatusCount', ['in_life', 'kind'], () => 'true'),
    oldest: toList('StatusAge', ['position', 'ordinal'], () => 'true'),
    waitingForMe: toMine('Entry', (session) => waitingFor(actingCaller(session))),
  },
});

export const StatusCountNoun = describeNoun({
  name: 'StatusCount',
  view: `(select s.status, s.kind, s.entries::int as count, first.since, ${IN_LIFE} as in_life
    from ${COUNTS} s left join lateral (${FIRST_OF_COUNT}) first on true where s.entries > 0)`,
  viewOf: (ids) => `(select s.status, s.kind, count(*)::int as count,
      (array_agg(s.since order by s.position, s.ordinal))[1] as since, ${IN_LIFE} as in_life
    from ${STAYS} s where s.entry_id = any(${ids}) and ${IS_LAST} group by s.status, s.kind)`,
  columns: { status: 'word', kind: 'word', count: 'int', oldestSince: ['since', 'time'] },
  key: ['status', 'kind'],
  hasId: false,
  seat: { of: null, by: 'status', within: ['status', 'kind'] },
  indexed: [],
});

export const StatusAgeNoun = describeNoun({
  name: 'StatusAge',
  view: `(select s.status, first.*
    from ${COUNTS} s cross join lateral (${FIRST_OF_COUNT}) first where ${IS_OPEN})`,
  viewOf: (
    ids,
  ) => `(select distinct on (s.status, s.kind) s.status, s.entry_id, s.since, s.position, s.ordinal
    from ${STAYS} s where s.entry_id = any(${ids}) and ${IS_LAST} and ${IS_OPEN}
    order by s.status, s.kind, s.position, s.ordinal)`,
  columns: { status: 'word', since: 'time' },
  key: ['entry_id'],
  hasId: false,
  seat: { of: null, by: 'entry_id', within: ['entry_id'] },
  indexed: [],
  relations: { entry: toOne('Entry', ['entry_id', 'entry_id']) },
});
