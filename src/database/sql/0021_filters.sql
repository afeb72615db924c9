/* Every filter of a list is found by an index, or stands beside one that is. These columns are null in most rows, so
   the indexes are small. */
create index verify_result_rollback_idx on cutter_governance.verify_result (rollback_change_set_id_triggered)
  where rollback_change_set_id_triggered is not null;
create index review_decision_expires_idx on cutter_governance.review_decision (expires_at, review_decision_id)
  where expires_at is not null;

/* Orders that lists are sorted by, beside that of the log: each ends in the key. */
create index cut_change_set_size_idx on cutter_governance.cut_change_set (affected_row_count, change_set_id);
create index source_doc_code_idx on cutter_source.source (doc_code, source_id);
create index source_sha256_idx on cutter_source.source (sha256);
create index source_registered_at_idx on cutter_source.source (registered_at, source_id);
create index source_registered_by_idx on cutter_source.source (registered_by);
