import type { LedgerVerb } from './record-verbs.ts';
import { EXECUTOR_LANE, type Lane, VERIFIER_LANE } from './values.ts';

/*
 * Which rows the record of each phase inserts, and how many. Monitors, passports and the full check look for the rows
 * that this table names, under the names that it gives them.
 */

/**
 * How many rows there are: one for the move of an entry, one more where that move is a failed verification, one for
 * the record however many entries it moves, or as many as the work has.
 */
type RowCount = 'move' | 'failure' | 'record' | 'many';

/** A row that a phase inserts. */
export interface PhaseRow {
  /** As records name it. */
  readonly table: string;
  readonly count: RowCount;
  /** The column that names the principal of the record. */
  readonly author?: string;
  /** What each such row holds, whatever the move. */
  readonly holds?: Readonly<Record<string, string>>;
}

interface Phase {
  readonly verb: LedgerVerb;
  readonly lane: Lane;
  readonly rows: Readonly<Record<string, PhaseRow>>;
}

const history: PhaseRow = { table: 'decision_backlog_history', count: 'move' };

/** The rows of each phase, in the order in which judges look at them. */
export const PHASES = {
  source: {
    verb: 'registerSource',
    lane: EXECUTOR_LANE,
    rows: { source: { table: 'cutter_source.source', count: 'record' } },
  },
  mark: {
    verb: 'mark',
    lane: EXECUTOR_LANE,
    rows: {
      history,
      entry: { table: 'decision_backlog_entry', count: 'move', holds: { status: 'marked' } },
      dependencies: { table: 'decision_backlog_dependency', count: 'many' },
    },
  },
  dependency: {
    verb: 'declareDependency',
    lane: EXECUTOR_LANE,
    rows: { dependency: { table: 'decision_backlog_dependency', count: 'record' } },
  },
  sweep: {
    verb: 'sweep',
    lane: EXECUTOR_LANE,
    rows: { history, sweep: { table: 'decision_backlog_sweep_log', count: 'record' } },
  },
  review: {
    verb: 'review',
    lane: EXECUTOR_LANE,
    rows: {
      history,
      envelope: { table: 'manifest_envelope', count: 'move' },
      blocks: { table: 'manifest_unit_block', count: 'many' },
      decision: { table: 'review_decision', count: 'move', author: 'decided_by' },
    },
  },
  cut: {
    verb: 'cut',
    lane: EXECUTOR_LANE,
    rows: {
      history,
      changeSet: {
        table: 'cut_change_set',
        count: 'move',
        author: 'emitted_by',
        holds: { change_kind: 'cut' },
      },
      affected: { table: 'cut_change_set_affected_row', count: 'many' },
      executorSignature: {
        table: 'dot_pair_signature',
        count: 'move',
        holds: { signature_kind: 'executor', signer_dot_id: EXECUTOR_LANE },
      },
      units: { table: 'public.information_unit', count: 'many' },
      versions: { table: 'public.unit_version', count: 'many' },
    },
  },
  verify: {
    verb: 'verify',
    lane: VERIFIER_LANE,
    rows: {
      history,
      result: { table: 'verify_result', count: 'move', author: 'verified_by' },
      verifierSignature: {
        table: 'dot_pair_signature',
        count: 'move',
        holds: { signature_kind: 'verifier', signer_dot_id: VERIFIER_LANE },
      },
      compensation: { table: 'cut_change_set', count: 'failure', holds: { change_kind: 'compensation' } },
      escalation: {
        table: 'decision_backlog_entry',
        count: 'failure',
        holds: { status: 'marked', kind: 'escalation' },
      },
    },
  },
  vocabulary: {
    verb: 'registerVocabulary',
    lane: EXECUTOR_LANE,
    rows: { terms: { table: 'cutter_source.registered_term', count: 'many', author: 'registered_by' } },
  },
  profile: {
    verb: 'registerProfile',
    lane: EXECUTOR_LANE,
    rows: { profile: { table: 'cutter_source.profile', count: 'record', author: 'registered_by' } },
  },
  abandon: { verb: 'abandon', lane: EXECUTOR_LANE, rows: { history } },
  comment: {
    verb: 'comment',
    lane: EXECUTOR_LANE,
    rows: { comment: { table: 'cutter_source.review_comment', count: 'record', author: 'commented_by' } },
  },
  resolveComment: {
    verb: 'resolveComment',
    lane: EXECUTOR_LANE,
    rows: {
      resolution: { table: 'cutter_source.comment_resolution', count: 'record', author: 'resolved_by' },
    },
  },
} as const satisfies Readonly<Record<string, Phase>>;

/** Tables whose inserted rows all belong to moves of entries. A record holds no other row of them. */
export const TABLES_OF_MOVES: ReadonlySet<string> = new Set(
  Object.values<Phase>(PHASES)
    .flatMap(({ rows }) => Object.values(rows))
    .filter(({ count }) => count === 'move' || count === 'failure')
    .map(({ table }) => table),
);
