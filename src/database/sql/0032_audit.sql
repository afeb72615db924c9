/* The audit. Who was refused, and who could not say who they are, is in `cutter_auth.audit`: rows that the gate adds
   and nobody changes. Who did what is in the log: `cutter_log.act` says of each record who wrote it, when and by which
   verb, so that a list of both can be read by time. Neither decides anything. */

/* Months are tables of their own, so that old ones are dropped whole. What is of no month that was made is in the
   last. */
alter table cutter_auth.audit rename to audit_before;
alter table cutter_auth.audit_before rename constraint audit_pkey to audit_before_pkey;
alter index cutter_auth.audit_at_idx rename to audit_before_at_idx;

create table cutter_auth.audit (
  audit_id uuid not null,
  at timestamptz not null,
  /* A name of a field of the API; `authenticate` where nobody could be told, `audit` of the audit itself. */
  operation text not null,
  outcome text not null,
  /* The type of the refusal, the code of the error, or why the token did not open. */
  refusal text,
  guard text,
  /* No foreign keys: a token or an entry that was named need not exist. */
  principal_id uuid,
  token_id uuid,
  entry_id uuid,
  request_id text,
  duration_ms integer,
  address text,
  /* What the program of the caller calls itself. */
  client text,
  /* Only what the schema says may be kept. */
  arguments jsonb,
  /* How many calls the row is about. */
  calls integer not null,
  primary key (at, audit_id)
) partition by range (at);
create index audit_id_idx on cutter_auth.audit (audit_id);
create index audit_principal_idx on cutter_auth.audit (principal_id, at, audit_id);
create index audit_operation_idx on cutter_auth.audit (operation, at, audit_id);
create index audit_outcome_idx on cutter_auth.audit (outcome, at, audit_id);
create index audit_entry_idx on cutter_auth.audit (entry_id, at, audit_id) where entry_id is not null;
create table cutter_auth.audit_rest partition of cutter_auth.audit default;

alter table cutter_auth.audit enable row level security;
alter table cutter_auth.audit_rest enable row level security;
create policy read on cutter_auth.audit for select to cutter_evidence using (true);
/* Rows wait for their flush, longer while the database is away. */
create policy gate_insert on cutter_auth.audit for insert to cutter_gate
  with check (at <= transaction_timestamp() and at > transaction_timestamp() - interval '1 day');
grant select on cutter_auth.audit to cutter_evidence;
grant insert on cutter_auth.audit to cutter_gate;

/* Makes the tables of this month and of those that follow, for the owner: at every start and at every migration. A
   month of which rows are in the last table already has none of its own. */
create function cutter_auth.open_audit_months(ahead integer) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
  month timestamptz := date_trunc('month', transaction_timestamp());
begin
  for each in 0..ahead loop
    if to_regclass('cutter_auth.audit_' || to_char(month, 'YYYY_MM')) is null and not exists (
      select from cutter_auth.audit_rest where at >= month and at < month + interval '1 month'
    ) then
      execute format('create table cutter_auth.%I partition of cutter_auth.audit for values from (%L) to (%L)',
        'audit_' || to_char(month, 'YYYY_MM'), month, month + interval '1 month');
      execute format('alter table cutter_auth.%I enable row level security', 'audit_' || to_char(month, 'YYYY_MM'));
    end if;
    month := month + interval '1 month';
  end loop;
end
$$;
revoke execute on function cutter_auth.open_audit_months(integer) from public;

/* Removes what is older than a time, for the owner, and says in a row how much that was. */
create function cutter_auth.drop_audit_before(before timestamptz) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
  part name;
  dropped bigint := (select count(*) from cutter_auth.audit where at < before);
begin
  for part in
    select c.relname from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
    where i.inhparent = 'cutter_auth.audit'::regclass and c.relname ~ '^audit_[0-9]{4}_[0-9]{2}$'
      and to_timestamp(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before
  loop
    execute format('drop table cutter_auth.%I', part);
  end loop;
  delete from cutter_auth.audit where at < before;
  if dropped > 0 then
    insert into cutter_auth.audit (audit_id, at, operation, outcome, calls)
    values (gen_random_uuid(), transaction_timestamp(), 'audit', 'dropped', least(dropped, 2147483647));
  end if;
  return dropped;
end
$$;
revoke execute on function cutter_auth.drop_audit_before(timestamptz) from public;

insert into cutter_auth.audit (audit_id, at, operation, outcome, refusal, principal_id, token_id, calls)
select audit_id, at, verb, 'refused', outcome, principal_id, token_id, 1 from cutter_auth.audit_before;
drop table cutter_auth.audit_before;

/* One row for each record of the log, which is what it was read from. */
create table cutter_log.act (
  position bigint primary key,
  record_id uuid not null unique,
  at timestamptz not null,
  /* Null where the record names nobody: the owner of the database wrote it. */
  principal_id uuid,
  operation text not null
);
create index act_at_idx on cutter_log.act (at, record_id);
create index act_principal_idx on cutter_log.act (principal_id, at, record_id);
create index act_operation_idx on cutter_log.act (operation, at, record_id);
grant select on cutter_log.act to cutter_evidence;

/* For the integrator, under the lock of the head row, and for the log that an older ledger has. A record is canonical:
   its time is its first member, its principal comes just before its id, and its verb is the last. What can't be read
   is left open, since a record may have been altered and the log must go on. */
create function cutter_log.note_acts() returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  noted_until bigint := (select coalesce(max(position) + 1, 0) from cutter_log.act);
  head_position bigint := (select next_position from cutter_log.head where singleton);
begin
  if head_position is null or noted_until >= head_position then return; end if;
  insert into cutter_log.act (position, record_id, at, principal_id, operation)
  select said.position, said.record_id,
    case when pg_input_is_valid(said.at, 'timestamptz') then said.at::timestamptz else transaction_timestamp() end,
    case when said.principal ~ '^"principalId":"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
      then right(said.principal, 36)::uuid end,
    said.operation
  from (
    select logged.position, logged.record_id, substr(head.body, 8, 27) as at,
      substr(head.body, greatest(head.ends - 51, 1), 51) as principal,
      coalesce(split_part(split_part(tail.text, '"verb":"', 2), '"', 1), '') as operation
    from cutter_log.log as logged
    left join lateral (
      select part.body, strpos(part.body, format('","recordId":"%s","rows":[', logged.record_id)) as ends
      from cutter_log.record_part as part where part.record_id = logged.record_id and part.part = 0
    ) as head on true
    left join lateral (
      /* The verb may be cut in two. */
      select right(string_agg(ends.text, '' order by ends.part), 60) as text from (
        select part.part, right(part.body, 60) as text from cutter_log.record_part as part
        where part.record_id = logged.record_id order by part.part desc limit 2
      ) as ends
    ) as tail on true
    where logged.position >= noted_until and logged.position < head_position
  ) as said
  order by said.position;
end
$$;
revoke execute on function cutter_log.note_acts() from public;
grant execute on function cutter_log.note_acts() to cutter_integrator;

select cutter_log.note_acts();

/* Who decides who may act also sees what was tried; in older homes too. A principal that records speak of already is
   changed by `updatePrincipal` alone. */
update cutter_auth.principal as known set scopes = scopes || 'audit:read'::text
where not scopes @> array['audit:read'] and scopes @> array['principal:admin']
  and not exists (select from cutter_auth.principal_version as said where said.principal_id = known.principal_id);
