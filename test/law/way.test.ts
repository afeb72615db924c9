import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rowDigestOf } from '../../src/law/record.ts';
import type { RecordedMove } from '../../src/law/recorded-move.ts';
import type { RecordedRow } from '../../src/law/recorded-row.ts';
import { DEFAULT_RULES, RULES_OF_ORIGIN } from '../../src/law/rules/rules.ts';
import { ENTRY_STATES, type EntryState, isTerminal, nextState, TRANSITIONS } from '../../src/law/states.ts';
import { HISTORY_CHANGE_KINDS, LANES } from '../../src/law/values.ts';
import { type MovingRecord, statusFaults, stepOn, type Way, wayFaultText } from '../../src/law/way.ts';

const ORIGIN = RULES_OF_ORIGIN.rules;
const MARKER = { principalId: 'anna', personId: 'Anna' };
const REVIEWER = { principalId: 'boris', personId: 'Boris' };
const EXECUTOR = { principalId: 'clara', personId: 'Clara' };
const VERIFIER = { principalId: 'dora', personId: 'Dora' };

function record(verb: string, party: typeof MARKER, lane: MovingRecord['lane'] = 'DOT-991'): MovingRecord {
  return { verb, lane, ...party };
}

function moveOf(
  from: EntryState | null,
  kind: string,
  to: EntryState,
  by: { principalId: string },
): RecordedMove {
  return {
    history_id: 'h',
    entry_id: 'e',
    entry_version_before: from,
    entry_version_after: to,
    change_kind: kind,
    changed_by: by.principalId,
    changed_at: 't',
  };
}

type Deed = readonly [EntryState | null, string, EntryState, string, typeof MARKER, MovingRecord['lane']?];

const HAPPY: readonly Deed[] = [
  [null, 'mark', 'marked', 'mark', MARKER],
  ['marked', 'sweep_promote', 'review_pending', 'sweep', MARKER],
  ['review_pending', 'review:approve', 'reviewed_approved', 'review', REVIEWER],
  ['reviewed_approved', 'cut', 'cut_applied', 'cut', EXECUTOR],
  ['cut_applied', 'verify:pass', 'verified_complete', 'verify', VERIFIER, 'DOT-992'],
];

/** Replays the deeds; gives back the kinds of fault of each, and the way that is left. */
function replayed(deeds: readonly Deed[], blanks: readonly number[] = [], rules = ORIGIN) {
  let way: Way | null = null;
  const faults = deeds.map(([from, kind, to, verb, party, lane], at) => {
    const step = stepOn(
      way,
      moveOf(from, kind, to, party),
      record(verb, party, lane),
      blanks[at] ?? 0,
      rules,
    );
    way = step.way;
    return step.faults.map((fault) => fault.kind);
  });
  return { faults, way };
}

const withDeed = (at: number, deed: Deed) => HAPPY.map((one, index) => (index === at ? deed : one));

describe('the way of an entry', () => {
  test('breaks no rule from mark to verify, and is forgotten at its end', () => {
    expect(replayed(HAPPY)).toEqual({ faults: [[], [], [], [], []], way: null });
  });

  test.each<[string, readonly Deed[], string]>([
    ['a step that was left out', HAPPY.filter((_, at) => at !== 1), 'elsewhere'],
    ['a cut by the verifying lane', withDeed(3, [...HAPPY[3]!.slice(0, 5), 'DOT-992'] as never), 'no-arrow'],
    ['a cut in the record of a sweep', withDeed(3, HAPPY[3]!.with(3, 'sweep') as never), 'other-verb'],
    ['a mark in the record of a review', withDeed(0, HAPPY[0]!.with(3, 'review') as never), 'other-verb'],
    ['a reviewer who marked', withDeed(2, HAPPY[2]!.with(4, MARKER) as never), 'same-party'],
    ['a verifier who cut', withDeed(4, HAPPY[4]!.with(4, EXECUTOR) as never), 'same-party'],
  ])('%s is a fault, and the only one', (_, deeds, kind) => {
    expect(replayed(deeds).faults.flat()).toEqual([kind]);
  });

  test.each<[string, number, typeof MARKER]>([
    ['a cut by who marked', 3, MARKER],
    ['a cut by who reviewed', 3, REVIEWER],
    ['a verification by who marked', 4, MARKER],
    ['a verification by who reviewed', 4, REVIEWER],
  ])('%s is a fault by the default rules, and none by those of origin', (_, at, party) => {
    const deeds = withDeed(at, HAPPY[at]!.with(4, party) as never);
    expect(replayed(deeds, [], DEFAULT_RULES).faults.flat()).toEqual(['same-party']);
    expect(replayed(deeds).faults.flat()).toEqual([]);
  });

  test('an escalation is marked in the record of its verification', () => {
    const born = moveOf(null, 'mark', 'marked', VERIFIER);
    expect(stepOn(null, born, record('verify', VERIFIER, 'DOT-992'), 0, ORIGIN).faults).toEqual([]);
  });

  test('a move that names another principal than its record', () => {
    const { faults } = stepOn(
      null,
      moveOf(null, 'mark', 'marked', REVIEWER),
      record('mark', MARKER),
      0,
      ORIGIN,
    );
    expect(faults).toEqual([{ kind: 'other-caller' }]);
  });

  test('a state that doesn’t follow is no fault where a record could not be read', () => {
    const deeds = HAPPY.filter((_, at) => at !== 1);
    expect(replayed(deeds, [0, 1, 1, 1]).faults.flat()).toEqual([]);
  });

  test('an entry is marked once: who marks it again is not its marker', () => {
    const deeds: readonly Deed[] = [HAPPY[0]!, [null, 'mark', 'marked', 'mark', REVIEWER]];
    expect(replayed(deeds).way).toMatchObject({ marker: { principal: 'anna' } });
  });

  test('every fault has a sentence that names the entry', () => {
    const move = moveOf('marked', 'cut', 'cut_applied', EXECUTOR);
    const shared = { did: 'marked', alsoDid: 'reviewed', part: 'person' } as const;
    const sentences = [
      { kind: 'elsewhere', state: null },
      { kind: 'no-arrow' },
      { kind: 'other-verb' },
      { kind: 'other-caller' },
      { kind: 'same-party', shared },
    ] as const;
    for (const fault of sentences)
      expect(wayFaultText(fault, move, record('cut', EXECUTOR))).toMatch(/ entry e|^Entry e /);
  });

  test('a move is legal exactly where the table of transitions has its arrow', () => {
    const state = fc.constantFrom(...ENTRY_STATES);
    fc.assert(
      fc.property(
        fc.option(state),
        fc.constantFrom(...HISTORY_CHANGE_KINDS, 'toString', 'invented'),
        state,
        fc.constantFrom(...LANES),
        (from, kind, to, lane) => {
          const way =
            from === null ? null : { state: from, marker: null, reviewers: [], executor: null, blanks: 0 };
          const { faults } = stepOn(
            way,
            moveOf(from, kind, to, EXECUTOR),
            record('cut', EXECUTOR, lane),
            0,
            ORIGIN,
          );
          const isArrow = TRANSITIONS.some(
            (arrow) => arrow.from === from && arrow.verb === kind && arrow.lane === lane && arrow.to === to,
          );
          expect(faults.some((fault) => fault.kind === 'no-arrow')).toBe(!isArrow);
          expect(faults.some((fault) => fault.kind === 'elsewhere')).toBe(false);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('walks of the table break no rule, and end where no arrow leaves', () => {
    const walk = fc.array(fc.nat(), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(walk, (choices) => {
        let way: Way | null = null;
        let from: EntryState | null = null;
        for (const [at, choice] of choices.entries()) {
          const arrows = TRANSITIONS.filter((arrow) => arrow.from === from);
          const arrow = arrows[choice % arrows.length];
          if (arrow === undefined) break;
          const party = { principalId: `principal ${at}`, personId: `person ${at}` };
          const verb = VERB[arrow.verb.split(':')[0] as keyof typeof VERB];
          const inVerify = arrow.verb === 'mark' && arrow.lane === 'DOT-992';
          const step: ReturnType<typeof stepOn> = stepOn(
            way,
            moveOf(from, arrow.verb, arrow.to, party),
            record(inVerify ? 'verify' : verb, party, arrow.lane),
            0,
            DEFAULT_RULES,
          );
          expect(step.faults).toEqual([]);
          expect(step.way === null).toBe(isTerminal(arrow.to));
          expect(nextState(from, arrow.verb, arrow.lane)).toBe(arrow.to);
          way = step.way;
          from = arrow.to;
        }
      }),
    );
  });
});

const VERB = {
  mark: 'mark',
  sweep_promote: 'sweep',
  review: 'review',
  cut: 'cut',
  verify: 'verify',
  abandon: 'abandon',
} as const;

describe('the status that a record sets', () => {
  const update = (id: string, status: string): RecordedRow => ({
    table: 'decision_backlog_entry',
    id,
    op: 'update',
    columns: ['status'],
    digest: rowDigestOf({ table: 'decision_backlog_entry', id, op: 'update', columns: { status } }),
    fingerprints: [],
  });
  const cut = moveOf('reviewed_approved', 'cut', 'cut_applied', EXECUTOR);

  test.each([
    ['what the move says', [cut], [update('e', 'cut_applied')], []],
    ['another status', [cut], [update('e', 'marked')], [{ entryId: 'e', kind: 'other-status' }]],
    ['none, though the move says one', [cut], [], [{ entryId: 'e', kind: 'status-left' }]],
    ['one that no move says', [], [update('f', 'marked')], [{ entryId: 'f', kind: 'other-status' }]],
    [
      'one twice',
      [cut],
      [update('e', 'cut_applied'), update('e', 'cut_applied')],
      [{ entryId: 'e', kind: 'other-status' }],
    ],
    ['none at a birth', [moveOf(null, 'mark', 'marked', MARKER)], [], []],
  ] as const)('%s', (_, history, updates, expected) => {
    expect(statusFaults(history, updates)).toEqual(expected);
  });
});
