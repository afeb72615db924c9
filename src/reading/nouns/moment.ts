/**
 * The state of the ledger that is asked for: SQL of a position, the last one that counts, or null for now. Now includes
 * what is committed and not integrated yet.
 */
export type Moment = string | null;

/** A past of the ledger that a caller asks for. */
export type Past = { readonly at: string } | { readonly asOf: string };

/** The position at which rows count that `asOf` names: that of the newest change set at or before a time. */
export function positionAsOf(time: string): string {
  return `coalesce((select p.position from cutter_governance.v_cut_change_set_observe c
    join cutter_log.row_place p on p.row_id = c.change_set_id and p.noun = 'ChangeSet'
    where c.emitted_at <= ${time} order by c.emitted_at desc, c.change_set_id desc limit 1), -1)`;
}

/** The position of the record that inserted the row with this id, as text; null until it is integrated. */
export function positionOf(noun: string, id: string): string {
  return `select p.position::text from cutter_log.row_place p where p.row_id = ${id} and p.noun = '${noun}'`;
}

/** That the row with this id was in the log at that moment, or is committed by now. */
export function wasWritten(noun: string, id: string, moment: Moment): string {
  if (moment === null) return 'true';
  return `(select p.position from cutter_log.row_place p where p.row_id = ${id} and p.noun = '${noun}') <= ${moment}`;
}
