import type { HistoryChangeKind, Lane } from './values.ts';

/**
 * The states of an entry and every legal move between them, as data. Who may move what is judged here and nowhere else.
 *
 *         mark          sweep               review:approve            cut                 verify:pass
 *   ∅ ─────────▶ marked ─────▶ review_pending ─────▶ reviewed_approved ─────▶ cut_applied ─────▶ verified_complete ■
 *                                 │   ▲                                            │ verify:fail
 *                    review:defer │   │ sweep                                      └──────▶ verify_failed_escalated ■
 *                                 ▼   │
 *                         reviewed_deferred        review:reject ─▶ reviewed_rejected ■
 *   reviewed_approved ──review:approve | reject | defer (re-review)──▶ reviewed_approved | _rejected | _deferred
 *   marked | review_pending | reviewed_deferred | reviewed_approved ──abandon──▶ abandoned ■
 */
export const ENTRY_STATES = [
  'marked',
  'review_pending',
  'reviewed_approved',
  'reviewed_rejected',
  'reviewed_deferred',
  'cut_applied',
  'verified_complete',
  'verify_failed_escalated',
  'abandoned',
] as const;
export type EntryState = (typeof ENTRY_STATES)[number];

export interface Transition {
  readonly from: EntryState | null;
  readonly verb: HistoryChangeKind;
  readonly lane: Lane;
  readonly to: EntryState;
}

export const TRANSITIONS: readonly Transition[] = [
  { from: null, verb: 'mark', lane: 'DOT-991', to: 'marked' },
  // The escalation entry of a failed verification is born in the verifier's lane.
  { from: null, verb: 'mark', lane: 'DOT-992', to: 'marked' },
  { from: 'marked', verb: 'sweep_promote', lane: 'DOT-991', to: 'review_pending' },
  { from: 'reviewed_deferred', verb: 'sweep_promote', lane: 'DOT-991', to: 'review_pending' },
  { from: 'review_pending', verb: 'review:approve', lane: 'DOT-991', to: 'reviewed_approved' },
  { from: 'review_pending', verb: 'review:reject', lane: 'DOT-991', to: 'reviewed_rejected' },
  { from: 'review_pending', verb: 'review:defer', lane: 'DOT-991', to: 'reviewed_deferred' },
  { from: 'reviewed_approved', verb: 'review:approve', lane: 'DOT-991', to: 'reviewed_approved' },
  { from: 'reviewed_approved', verb: 'review:reject', lane: 'DOT-991', to: 'reviewed_rejected' },
  { from: 'reviewed_approved', verb: 'review:defer', lane: 'DOT-991', to: 'reviewed_deferred' },
  { from: 'reviewed_approved', verb: 'cut', lane: 'DOT-991', to: 'cut_applied' },
  { from: 'cut_applied', verb: 'verify:pass', lane: 'DOT-992', to: 'verified_complete' },
  { from: 'cut_applied', verb: 'verify:fail', lane: 'DOT-992', to: 'verify_failed_escalated' },
  { from: 'marked', verb: 'abandon', lane: 'DOT-991', to: 'abandoned' },
  { from: 'review_pending', verb: 'abandon', lane: 'DOT-991', to: 'abandoned' },
  { from: 'reviewed_deferred', verb: 'abandon', lane: 'DOT-991', to: 'abandoned' },
  { from: 'reviewed_approved', verb: 'abandon', lane: 'DOT-991', to: 'abandoned' },
];

/** The state that `verb` of `lane` leads to from `from`, or null where the table has no such arrow. */
export function nextState(from: EntryState | null, verb: HistoryChangeKind, lane: Lane): EntryState | null {
  const arrow = TRANSITIONS.find((t) => t.from === from && t.verb === verb && t.lane === lane);
  return arrow === undefined ? null : arrow.to;
}

/** Whether an entry in state `from` may come to one of `states` by any moves. */
export function canBecome(from: EntryState, states: readonly EntryState[]): boolean {
  const reached = new Set<EntryState>([from]);
  for (const state of reached) for (const move of TRANSITIONS) if (move.from === state) reached.add(move.to);
  return states.some((state) => reached.has(state));
}

/** The states that no arrow leaves. */
const TERMINAL_STATES: readonly EntryState[] = ENTRY_STATES.filter(
  (state) => !TRANSITIONS.some(({ from }) => from === state),
);

/**
 * The states of entries that ended without being complete: such an entry keeps blocking, and frees by a successor
 * alone.
 */
export const FAILED_STATES: readonly EntryState[] = TERMINAL_STATES.filter(
  (state) => state !== 'verified_complete',
);

/** Whether an entry in this state moves no more. */
export function isTerminal(state: EntryState): boolean {
  return TERMINAL_STATES.includes(state);
}

/** Whether an entry in this state has had its cut. */
export function wasCut(state: EntryState): boolean {
  return canBecome('cut_applied', [state]);
}

/** Whether an entry has ended without being complete. */
export function isEnded(state: EntryState): boolean {
  return FAILED_STATES.includes(state);
}

/** The states from which `verb` of `lane` may start, for the sentence of a refusal. */
export function statesBefore(verb: HistoryChangeKind, lane: Lane): readonly EntryState[] {
  return TRANSITIONS.filter((t) => t.verb === verb && t.lane === lane && t.from !== null).map(
    (t) => t.from as EntryState,
  );
}
