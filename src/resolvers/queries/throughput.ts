import type { Session } from '../../auth/session.ts';
import { readPhaseDurations } from '../../reading/counters/phase-durations.ts';
import { readThroughput } from '../../reading/counters/throughput.ts';
import { reachOf } from '../../reading/reach.ts';
import { IntervalEnum, PhaseDurationType, ThroughputBucket } from '../../schema/backlog/throughput.ts';
import { builder } from '../../schema/builder.ts';

builder.queryField('throughput', (t) =>
  t.field({
    type: [ThroughputBucket],
    description:
      'What was done in each step of a range of time, the oldest first, steps without a move too. Steps count as ' +
      'wholes: the first is that in which `from` lies, the last that before `until`. At most 1,000. A token ' +
      'narrowed to entries sees the moves of those. Scope `ledger:observe`.',
    args: {
      from: t.arg({ type: 'DateTime', required: true, description: 'The first step has this time in it.' }),
      until: t.arg({
        type: 'DateTime',
        required: true,
        description: 'The last step begins before this time.',
      }),
      by: t.arg({ type: IntervalEnum, required: true, description: 'How long a step is.' }),
    },
    resolve: (_, range, { observe, session }) => readThroughput(observe, range, reachOf(session as Session)),
  }),
);

builder.queryField('phaseDurations', (t) =>
  t.field({
    type: [PhaseDurationType],
    description:
      'How long entries waited for each phase, by the waits that ended in a range of time: in its whole hours, from ' +
      'that in which `from` lies to that before `until`, at most 10,000. A token narrowed to entries sees the ' +
      'waits of those. Scope `ledger:observe`.',
    args: {
      from: t.arg({ type: 'DateTime', required: true, description: 'The first hour has this time in it.' }),
      until: t.arg({
        type: 'DateTime',
        required: true,
        description: 'The last hour begins before this time.',
      }),
    },
    resolve: (_, range, { observe, session }) =>
      readPhaseDurations(observe, range, reachOf(session as Session)),
  }),
);
