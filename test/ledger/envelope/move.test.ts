import { describe, expect, test } from 'vitest';
import { ENTRY_STATES, TRANSITIONS } from '../../../src/law/states.ts';
import { HISTORY_CHANGE_KINDS, LANES } from '../../../src/law/values.ts';
import { bearEntries, moveEntries, moveEntry } from '../../../src/ledger/envelope/move.ts';
import { composeWrites } from '../../../src/ledger/envelope/writes.ts';

const AT = '2026-01-01T00:00:00.000000Z';
const ENTRY = '01960000-0000-7000-8000-000000000001';
const HISTORY = '01960000-0000-7000-8000-000000000002';
const CALLER = { principalId: '01960000-0000-7000-8000-00000000000a' };
const said = { entryId: ENTRY, historyId: HISTORY, rationale: 'because' };

/** What the tables and the log say of one move. */
function historyRow(from: string | null, verb: string, to: string) {
  return {
    history_id: HISTORY,
    entry_id: ENTRY,
    entry_version_before: from,
    entry_version_after: to,
    change_kind: verb,
    change_diff: { from, to },
    changed_by: CALLER.principalId,
    changed_at: AT,
    rationale: 'because',
  };
}

describe('a move', () => {
  for (const { from, verb, lane, to } of TRANSITIONS) {
    const mover = { lane, caller: CALLER };
    test(`${verb} of ${lane} from ${from ?? 'nothing'} leads to ${to}, in the rows and in the record`, () => {
      const step =
        from === null
          ? bearEntries(mover, [
              { ...said, verb, kind: 'cut_request', payload: { a: 1 }, scenario_ref: null },
            ])
          : moveEntry(mover, { ...said, verb, from });
      const { writes, sent } = composeWrites<string>(AT, { ...step });
      if (from === null) {
        expect(writes.preview.get('decision_backlog_entry')).toEqual([
          {
            entry_id: ENTRY,
            kind: 'cut_request',
            status: to,
            payload: { a: 1 },
            emitted_at: AT,
            scenario_ref: null,
          },
        ]);
        expect(writes.updates).toEqual([]);
      } else {
        expect(sent['moved']?.values).toEqual([to, ENTRY, from]);
        expect(writes.updates).toEqual([
          { table: 'decision_backlog_entry', id: ENTRY, columns: { status: to } },
        ]);
      }
      expect(writes.preview.get('decision_backlog_history')).toEqual([historyRow(from, verb, to)]);
      expect(writes.rows.map((row) => [row.table, row.op])).toEqual([
        ['decision_backlog_entry', from === null ? 'insert' : 'update'],
        ['decision_backlog_history', 'insert'],
      ]);
    });
  }

  test('takes many entries to the state that each one’s arrow leads to', () => {
    const other = '01960000-0000-7000-8000-000000000003';
    const step = moveEntries({ lane: 'DOT-991', caller: CALLER }, [
      { ...said, verb: 'sweep_promote', from: 'marked' },
      { ...said, entryId: other, verb: 'abandon', from: 'reviewed_deferred' },
    ]);
    const { writes, sent } = composeWrites(AT, { ...step });
    expect(sent.moved.values).toEqual([
      [ENTRY, other],
      ['marked', 'reviewed_deferred'],
      ['review_pending', 'abandoned'],
    ]);
    expect(writes.updates.map(({ id, columns }) => [id, columns])).toEqual([
      [ENTRY, { status: 'review_pending' }],
      [other, { status: 'abandoned' }],
    ]);
  });

  test('that the table does not have is a defect', () => {
    let refused = 0;
    for (const lane of LANES) {
      for (const verb of HISTORY_CHANGE_KINDS) {
        for (const from of ENTRY_STATES) {
          if (TRANSITIONS.some((t) => t.from === from && t.verb === verb && t.lane === lane)) continue;
          expect(() => moveEntry({ lane, caller: CALLER }, { ...said, verb, from })).toThrow(
            `The transition table has no ${verb} of ${lane} from ${from}`,
          );
          refused += 1;
        }
      }
    }
    expect(refused).toBe(
      LANES.length * HISTORY_CHANGE_KINDS.length * ENTRY_STATES.length - TRANSITIONS.length + 2,
    );
  });
});
