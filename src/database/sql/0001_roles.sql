/* roles: one login for each thing the runtime does, and nothing more.
   Roles belong to the cluster, not to the database: they are made where absent, and their attributes are set in either case.
   Passwords are no part of a migration; `src/database/logins.ts` sets them. */

do $$
declare
  login text;
begin
  if not exists (select from pg_roles where rolname = 'cutter_ro') then
    create role cutter_ro nologin;
  end if;
  foreach login in array array['cutter_exec', 'cutter_verify', 'cutter_observe', 'cutter_evidence', 'cutter_gate', 'cutter_integrator'] loop
    if not exists (select from pg_roles where rolname = login) then
      execute format('create role %I login', login);
    end if;
  end loop;
end
$$;

alter role cutter_ro with nologin nocreatedb nocreaterole inherit;
alter role cutter_exec with login nocreatedb nocreaterole inherit connection limit 30;
alter role cutter_verify with login nocreatedb nocreaterole inherit connection limit 30;
alter role cutter_observe with login nocreatedb nocreaterole inherit connection limit 42;
alter role cutter_evidence with login nocreatedb nocreaterole inherit connection limit 15;
alter role cutter_gate with login nocreatedb nocreaterole inherit connection limit 15;
alter role cutter_integrator with login nocreatedb nocreaterole inherit connection limit 8;

/* Only a superuser may say these aloud; a role made by anyone else lacks them from birth. */
do $$
declare
  role_name text;
begin
  if current_setting('is_superuser') = 'on' then
    foreach role_name in array array['cutter_ro', 'cutter_exec', 'cutter_verify', 'cutter_observe', 'cutter_evidence', 'cutter_gate', 'cutter_integrator'] loop
      execute format('alter role %I with nosuperuser noreplication nobypassrls', role_name);
    end loop;
  end if;
end
$$;

grant cutter_ro to cutter_observe;

/* Session state lives in the role, so that a connection needs no round trip before its first statement.
   The search path holds no schema of ours: every name is written in full, and a temporary table can't shadow one. */
do $$
declare
  login text;
begin
  foreach login in array array['cutter_exec', 'cutter_verify', 'cutter_observe', 'cutter_evidence', 'cutter_gate', 'cutter_integrator'] loop
    execute format('alter role %I set search_path = pg_catalog, pg_temp', login);
    execute format('alter role %I set timezone = %L', login, 'UTC');
    execute format('alter role %I set datestyle = %L', login, 'ISO, MDY');
    /* A phase locks first and looks then: under any stricter level its look would be older than its lock. */
    execute format('alter role %I set default_transaction_isolation = %L', login, 'read committed');
    /* Statements here are short, and compiling one takes longer than running it. */
    execute format('alter role %I set jit = off', login);
    execute format('alter role %I set lock_timeout = %L', login, '15s');
    execute format('alter role %I set statement_timeout = %L', login, '60s');
    execute format('alter role %I set idle_in_transaction_session_timeout = %L', login, '60s');
    execute format('alter role %I set password_encryption = %L', login, 'scram-sha-256');
  end loop;
end
$$;

/* Readers read: a write by mistake is refused before any grant is asked. */
alter role cutter_observe set default_transaction_read_only = on;
alter role cutter_evidence set default_transaction_read_only = on;
