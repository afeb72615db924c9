/* Counters of the log, for dashboards. The integrator folds each batch into them, in the transaction that gives the
   positions, so that they are true of exactly the positions before `counted.next_position`. They decide nothing: each
   can be folded again from the history, and fsck does. */

/* How far the log has been counted. A batch that a server of an earlier version moved is made up for by the next. */
create table cutter_log.counted (
  singleton boolean primary key check (singleton),
  next_position bigint not null
);
insert into cutter_log.counted (singleton, next_position) values (true, 0);

/* One row for each move: from `position` on the entry was in `status`, until the position of its next move. */
create table cutter_log.entry_stay (
  position bigint not null,
  ordinal integer not null,
  entry_id uuid not null,
  kind text not null,
  came_from text,
  status text not null,
  change_kind text not null,
  since timestamptz not null,
  /* The phase that ended a wait with this move, and how long the wait was; null where a move ended none. */
  phase text,
  waited_us bigint,
  until_position bigint,
  primary key (position, ordinal)
);
create index entry_stay_entry_idx on cutter_log.entry_stay (entry_id, position);
/* Who is in a status now, in the order in which they came. */
create index entry_stay_status_idx on cutter_log.entry_stay (status, kind, position, ordinal)
  where until_position is null;
/* Who was in a status at a position in the past, and has moved on since. */
create index entry_stay_past_idx on cutter_log.entry_stay using gist (int8range(position, until_position))
  where until_position is not null;

/* A few rows that each batch changes: room on their page keeps them on it. */
create table cutter_log.status_count (
  status text not null,
  kind text not null,
  entries bigint not null,
  primary key (status, kind)
) with (fillfactor = 20);

create table cutter_log.moves_by_hour (
  hour timestamptz not null,
  change_kind text not null,
  moves bigint not null,
  primary key (hour, change_kind)
);

/* Waits of 1.02^bucket milliseconds up to 1.02 times as long. */
create table cutter_log.waits_by_hour (
  hour timestamptz not null,
  phase text not null,
  bucket integer not null,
  waits bigint not null,
  primary key (hour, phase, bucket)
);

/* The one fold, for the integrator, which writes none of these tables otherwise, and for the history that an older
   ledger has. Under the lock of the head row. Nested loops alone: a plan that was kept from when the tables were small
   must not read them whole when they are large. What came before a move is looked up among the stays, not taken from
   the move, so a status is left as often as it was entered. */
create function cutter_log.count_moves() returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  counted_until bigint := (select next_position from cutter_log.counted where singleton);
  head_position bigint := (select next_position from cutter_log.head where singleton);
begin
  if head_position is null or counted_until >= head_position then return; end if;
  with moved as materialized (
    select place.position, place.ordinal, move.entry_id, entry.kind, move.entry_version_after as status,
      move.change_kind, move.changed_at as since, source.registered_at
    from cutter_log.row_place as place
    join cutter_governance.decision_backlog_history as move on move.history_id = place.row_id
    join cutter_governance.decision_backlog_entry as entry on entry.entry_id = move.entry_id
    left join cutter_source.source as source on move.change_kind = 'mark' and source.source_id = case
      when substr(entry.payload ->> 'iu_ref', 8) ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
        and entry.kind = 'cut_request'
      then substr(entry.payload ->> 'iu_ref', 8)::uuid end
    where place.noun = 'History' and place.position >= counted_until and place.position < head_position
  ), ended as (
    update cutter_log.entry_stay as stay set until_position = next.position
    from (select entry_id, min(position) as position from moved group by entry_id) as next
    /* By the entry alone: as `is null` it would be looked for among all that stay somewhere, too. */
    where stay.entry_id = next.entry_id and coalesce(stay.until_position, -1) < 0
    returning stay.position, stay.ordinal, stay.entry_id, stay.kind, stay.status, stay.change_kind, stay.since
  ), ways as (
    /* What an entry comes from is a row before its own: a join of both would compare each with each. */
    select reached.*, lead(position) over way as until_position, lag(status) over way as came_from,
      coalesce(lag(since) over way, registered_at) as waited_since
    from (
      select moved.*, true as is_new from moved
      union all
      select position, ordinal, entry_id, kind, status, change_kind, since, null, false from ended
    ) as reached
    window way as (partition by entry_id order by position, ordinal)
  ), stays as materialized (
    select ways.*, case
        when waited_since is null then null
        when change_kind = 'mark' then 'mark'
        when change_kind = 'sweep_promote' then 'sweep'
        /* An approval that is reviewed once more didn't wait for it. */
        when change_kind like 'review:%' and came_from = 'review_pending' then 'review'
        when change_kind = 'cut' then 'cut'
        when change_kind like 'verify:%' then 'verify'
      end as phase,
      (greatest(extract(epoch from since - waited_since), 0) * 1000000)::bigint as waited_us
    from ways where is_new
  ), stayed as (
    insert into cutter_log.entry_stay
      (position, ordinal, entry_id, kind, came_from, status, change_kind, since, phase, waited_us, until_position)
    select position, ordinal, entry_id, kind, came_from, status, change_kind, since, phase,
      case when phase is not null then waited_us end, until_position
    from stays order by position, ordinal
  ), counted as (
    insert into cutter_log.status_count as known (status, kind, entries)
    select status, kind, sum(by_one) from (
      select status, kind, 1 as by_one from stays
      union all select came_from, kind, -1 from stays where came_from is not null
    ) as changes group by status, kind order by status, kind
    on conflict (status, kind) do update set entries = known.entries + excluded.entries
  ), passed as (
    insert into cutter_log.moves_by_hour as known (hour, change_kind, moves)
    select date_trunc('hour', since, 'UTC'), change_kind, count(*) from stays group by 1, 2 order by 1, 2
    on conflict (hour, change_kind) do update set moves = known.moves + excluded.moves
  )
  insert into cutter_log.waits_by_hour as known (hour, phase, bucket, waits)
  select date_trunc('hour', since, 'UTC'), phase,
    floor(ln(greatest(waited_us, 1000)::double precision / 1000) / ln(1.02::double precision))::integer, count(*)
  from stays where phase is not null group by 1, 2, 3 order by 1, 2, 3
  on conflict (hour, phase, bucket) do update set waits = known.waits + excluded.waits;
  update cutter_log.counted set next_position = head_position where singleton;
end
$$;
revoke all on function cutter_log.count_moves() from public;
grant execute on function cutter_log.count_moves() to cutter_integrator;

select cutter_log.count_moves();
analyze cutter_log.entry_stay;

grant select on cutter_log.counted, cutter_log.entry_stay, cutter_log.status_count, cutter_log.moves_by_hour,
  cutter_log.waits_by_hour to cutter_observe, cutter_reader, cutter_evidence;
