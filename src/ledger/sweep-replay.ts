import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { Session } from '../auth/session.ts';
import { TRIGGER_KINDS } from '../law/values.ts';
import { refuseConflict, refuseOther } from './envelope/conflict.ts';
import { phaseIds } from './envelope/ids.ts';
import { MAX_SWEEP, type SweepAnswer, type SweepInput } from './sweep.ts';
import { namedIn } from './sweep-named.ts';

const passRow = z.object({
  swept_by: z.string(),
  batch_limit: z.int(),
  trigger_kind: z.enum(TRIGGER_KINDS),
  rationale: z.string().nullable(),
  examined_count: z.int(),
  moved: z.array(z.object({ history_id: z.string(), entry_id: z.string() })),
});

/** The first answer of a sweep's key: the executor may not read the sweep log, so a reader of evidence does. */
export async function sweepReplay(
  evidence: CommonQueryMethods,
  caller: Session,
  input: SweepInput,
): Promise<SweepAnswer> {
  const ids = phaseIds('sweep', input.idempotencyKey);
  const pass = await evidence.one(sql.prepared('sweep.replay', passRow)`
    /* sweep.replay */ select l.swept_by, l.batch_limit, l.trigger_kind, l.rationale, l.examined_count,
      (select coalesce(json_agg(json_build_object('history_id', h.history_id, 'entry_id', h.entry_id)
          order by h.entry_id), '[]')
        from cutter_governance.decision_backlog_history h
        where h.history_id = any(g.row_ids) or (g.row_ids is null and h.changed_at = l.swept_at
          and h.change_kind = 'sweep_promote' and h.changed_by = l.swept_by)) as moved
    from cutter_governance.decision_backlog_sweep_log l
    left join cutter_log.log g on g.row_ids @> array[l.sweep_id]
    where l.sweep_id = ${ids.log}::uuid`);
  refuseOther(caller, pass.swept_by);
  refuseConflict('swept something else', [
    ['limit', pass.batch_limit, Math.min(input.limit, MAX_SWEEP)],
    ['triggerKind', pass.trigger_kind, input.triggerKind],
    ['entryIds', namedIn(pass.rationale), input.entryIds],
  ]);
  const own = pass.moved.filter((h) => h.history_id === ids.each(`history:${h.entry_id}`));
  return { sweepId: ids.log, examined: pass.examined_count, promoted: own.map((h) => h.entry_id) };
}
