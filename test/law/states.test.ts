import { expect, test } from 'vitest';
import { canBecome, ENTRY_STATES, isEnded, nextState, statesBefore, wasCut } from '../../src/law/states.ts';

/** What each state is, said once more: whether it has ended without being complete, and whether it had its cut. */
const STATES = {
  marked: { ended: false, cut: false },
  review_pending: { ended: false, cut: false },
  reviewed_approved: { ended: false, cut: false },
  reviewed_rejected: { ended: true, cut: false },
  reviewed_deferred: { ended: false, cut: false },
  cut_applied: { ended: false, cut: true },
  verified_complete: { ended: false, cut: true },
  verify_failed_escalated: { ended: true, cut: true },
  abandoned: { ended: true, cut: false },
} as const;

test.each(ENTRY_STATES)('%s has ended or not, was cut or not', (state) => {
  expect({ ended: isEnded(state), cut: wasCut(state) }).toEqual(STATES[state]);
});

test('an entry goes from its mark to its verification, each lane by its own arrows', () => {
  expect(nextState(null, 'mark', 'DOT-991')).toBe('marked');
  expect(nextState('marked', 'sweep_promote', 'DOT-991')).toBe('review_pending');
  expect(nextState('review_pending', 'review:approve', 'DOT-991')).toBe('reviewed_approved');
  expect(nextState('reviewed_approved', 'cut', 'DOT-991')).toBe('cut_applied');
  expect(nextState('reviewed_approved', 'cut', 'DOT-992')).toBeNull();
  expect(nextState('cut_applied', 'verify:pass', 'DOT-992')).toBe('verified_complete');
  expect(nextState('cut_applied', 'verify:pass', 'DOT-991')).toBeNull();
});

test('an end leads nowhere, and a deferred entry can still be cut', () => {
  expect(canBecome('reviewed_deferred', ['cut_applied'])).toBe(true);
  // One of them is enough.
  expect(canBecome('verified_complete', ['marked', 'verified_complete'])).toBe(true);
  for (const state of ['reviewed_rejected', 'abandoned', 'verify_failed_escalated'] as const)
    expect(
      canBecome(
        state,
        ENTRY_STATES.filter((other) => other !== state),
      ),
    ).toBe(false);
});

test('a refusal names the states before a verb', () => {
  expect(statesBefore('cut', 'DOT-991')).toEqual(['reviewed_approved']);
  expect(statesBefore('verify:fail', 'DOT-992')).toEqual(['cut_applied']);
  expect(statesBefore('mark', 'DOT-991')).toEqual([]);
});
