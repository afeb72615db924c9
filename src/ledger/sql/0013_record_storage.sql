/* Bodies of records are stored as they are. They are hashes for the most part, which hardly compress, and trying took more than half of
   the time in which a large one was written. Bodies that stand already stay as they are stored. */
alter table cutter_log.record_part alter column body set storage external;
