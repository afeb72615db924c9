/* The ids of rows whose records wait for their positions. With them the counters of the log say how many entries a list
   has: they count what is in the log, and a list shows each entry in the status it has now. Reads as its owner, and
   shows nothing else of the queue. */
create view cutter_log.v_pending_rows with (security_invoker = false) as
select pending.row_ids from cutter_log.pending as pending;

grant select on cutter_log.v_pending_rows to cutter_observe, cutter_reader, cutter_evidence;
