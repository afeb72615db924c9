import { builder } from '../builder.ts';

/** The steps in which moves are counted. */
export const IntervalEnum = builder.enumType('Interval', {
  description: 'A step of time, in UTC.',
  values: {
    HOUR: { value: 'hour', description: 'From one full hour to the next.' },
    DAY: { value: 'day', description: 'A day from midnight to midnight.' },
    WEEK: { value: 'week', description: 'A week, which begins on Monday.' },
  } as const,
});

/** How many moves of each kind there were in one step of time. */
export interface ThroughputCounts {
  /** The beginning of the step: UTC text with microseconds. */
  readonly from: string;
  readonly marked: number;
  readonly reviewed: number;
  readonly cut: number;
  readonly verified: number;
  readonly failed: number;
}

export const ThroughputBucket = builder.objectRef<ThroughputCounts>('ThroughputBucket').implement({
  description: 'What was done in one step of time, by the times of the moves.',
  fields: (t) => ({
    from: t.expose('from', { type: 'DateTime', description: 'The beginning of the step.' }),
    marked: t.exposeInt('marked', { description: 'Entries that were marked, escalations among them.' }),
    reviewed: t.exposeInt('reviewed', {
      description: 'Reviews of any verdict, those of an approved entry too.',
    }),
    cut: t.exposeInt('cut', { description: 'Entries that were cut.' }),
    verified: t.exposeInt('verified', { description: 'Cuts that passed their verification.' }),
    failed: t.exposeInt('failed', { description: 'Cuts that failed their verification.' }),
  }),
});

export const WAITED_PHASES = ['mark', 'sweep', 'review', 'cut', 'verify'] as const;

/** How long entries waited for one phase. */
export interface PhaseWaits {
  readonly phase: (typeof WAITED_PHASES)[number];
  readonly count: number;
  /** Within one percent; null where nothing waited. */
  readonly medianMs: number | null;
  readonly p90Ms: number | null;
}

export const PhaseEnum = builder.enumType('Phase', {
  description: 'A phase that something waits for.',
  values: {
    MARK: { value: 'mark', description: 'From the registration of a source to the mark of an entry of it.' },
    SWEEP: { value: 'sweep', description: 'From the mark, or from a deferral, to the sweep that promotes.' },
    REVIEW: {
      value: 'review',
      description: 'From the sweep to the verdict. A later review of an approved entry ends no wait.',
    },
    CUT: { value: 'cut', description: 'From the newest approval to the cut.' },
    VERIFY: { value: 'verify', description: 'From the cut to the verdict on it.' },
  } as const,
});

export const PhaseDurationType = builder.objectRef<PhaseWaits>('PhaseDuration').implement({
  description: 'How long entries waited for a phase, of the waits that ended in a range of time.',
  fields: (t) => ({
    phase: t.field({
      type: PhaseEnum,
      description: 'What the entries waited for.',
      resolve: ({ phase }) => phase,
    }),
    count: t.exposeInt('count', { description: 'How many waits ended.' }),
    medianMs: t.exposeFloat('medianMs', {
      nullable: true,
      description:
        'Half of the waits were no longer, in milliseconds; within 1 % of the exact value, and at least 1. Null ' +
        'where none ended.',
    }),
    p90Ms: t.exposeFloat('p90Ms', {
      nullable: true,
      description:
        'Nine of ten waits were no longer, in milliseconds; within 1 % of the exact value, and at least 1. Null ' +
        'where none ended.',
    }),
  }),
});
