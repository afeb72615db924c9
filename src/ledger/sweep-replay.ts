import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { refuseConflict } from './conflict.ts';
import { idOf } from './ids.ts';
import { MAX_SWEEP, type SweepAnswer, type SweepInput } from './sweep.ts';

const passRow = z.object({
  batch_limit: z.int(),
  examined_count: z.int(),
  moved: z.array(z.object({ history_id: z.string(), entry_id: z.string() })),
});

/** The first answer of a sweep's key: the executor may not read the sweep log, so an observer's connection does. */
export async function sweepReplay(observe: CommonQueryMethods, input: SweepInput): Promise<SweepAnswer> {
  const sweepId = idOf('sweep', 'log', input.idempotencyKey);
  const pass = await observe.one(sql.prepared('sweep.replay', passRow)`
    /* sweep.replay */ select l.batch_limit, l.examined_count,
      (select coalesce(json_agg(json_build_object('history_id', h.history_id, 'entry_id', h.entry_id) order by h.entry_id), '[]')
        from cutter_governance.v_decision_backlog_history_observe h
        where h.history_id = any(g.row_ids) or (g.row_ids is null and h.changed_at = l.swept_at
          and h.change_kind = 'sweep_promote' and h.changed_by = l.swept_by)) as moved
    from cutter_governance.v_decision_backlog_sweep_log_observe l
    left join cutter_log.log g on g.row_ids @> array[l.sweep_id]
    where l.sweep_id = ${sweepId}::uuid`);
  refuseConflict('swept with another limit', [['limit', pass.batch_limit, Math.min(input.limit, MAX_SWEEP)]]);
  const own = pass.moved.filter(
    (h) => h.history_id === idOf('sweep', `history:${h.entry_id}`, input.idempotencyKey),
  );
  return { sweepId, examined: pass.examined_count, promoted: own.map((h) => h.entry_id) };
}
